//! Rules of when to stop: a quantity of a fit, a comparison, and a bound.

use std::fmt::{self, Display, Formatter};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fit::{CredibleInterval, DrawnShare, Fitted, StopSignals};

/// A level at which a fit gives quantiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantileLevel {
    /// 5 %.
    P05,
    /// 25 %.
    P25,
    /// The median.
    P50,
    /// 75 %.
    P75,
    /// 95 %.
    P95,
}

impl QuantileLevel {
    /// All of them, in rising order.
    pub const ALL: [Self; 5] = [Self::P05, Self::P25, Self::P50, Self::P75, Self::P95];

    /// In percent.
    #[must_use]
    pub const fn percent(self) -> u8 {
        match self {
            Self::P05 => 5,
            Self::P25 => 25,
            Self::P50 => 50,
            Self::P75 => 75,
            Self::P95 => 95,
        }
    }

    /// As a probability.
    #[must_use]
    pub fn probability(self) -> f64 {
        f64::from(self.percent()) / 100.0
    }

    const fn of(self, interval: &CredibleInterval) -> f64 {
        match self {
            Self::P05 => interval.q05,
            Self::P25 => interval.q25,
            Self::P50 => interval.q50,
            Self::P75 => interval.q75,
            Self::P95 => interval.q95,
        }
    }
}

/// What a rule is about, at the last generation of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleQuantity {
    /// Probability of failure within this many generations.
    FailsWithin(u64),
    /// Probability that R is above 1.
    AboveOne,
    /// A quantile of R.
    ReproductionNumber(QuantileLevel),
    /// A quantile of the remaining runway, in generations.
    Runway(QuantileLevel),
}

/// How a quantity is compared with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleComparison {
    /// Above.
    Above,
    /// At least.
    AtLeast,
    /// Below.
    Below,
    /// At most.
    AtMost,
}

impl RuleComparison {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AtLeast, Self::AtMost, Self::Above, Self::Below];

    /// As it is written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether a value compares so with a bound.
    #[must_use]
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Above => value > bound,
            Self::AtLeast => value >= bound,
            Self::Below => value < bound,
            Self::AtMost => value <= bound,
        }
    }
}

/// A rule: the loop is to stop where the quantity compares so with the bound.
///
/// ```
/// use runaway::gate::StopRule;
///
/// let rule: StopRule = "P(fail within 5) > 20%".parse()?;
/// assert_eq!(rule.to_string(), "P(fail within 5) > 0.2");
/// # Ok::<(), runaway::gate::RuleError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[non_exhaustive]
pub struct StopRule {
    /// What it is about.
    pub quantity: RuleQuantity,
    /// How it is compared.
    pub comparison: RuleComparison,
    /// With what: a probability, R, or generations.
    pub bound: f64,
}

/// The value of a rule's quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RuleValue {
    /// The value: a probability, R, or generations.
    pub value: f64,
    /// Whether the runway lies beyond the horizon, and `value` is one generation past it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_horizon: bool,
}

impl StopRule {
    /// Its value, and whether it is met. A loop that has failed already fails within any number of generations, and has none left.
    #[must_use]
    pub fn judge(&self, signals: &StopSignals, failed: bool) -> (RuleValue, bool) {
        let value = self.value(signals, failed);
        (value, self.comparison.holds(value.value, self.bound))
    }

    fn value(&self, signals: &StopSignals, failed: bool) -> RuleValue {
        let plain = |value| RuleValue { value, beyond_horizon: false };
        let within = &signals.failing_within;
        match self.quantity {
            RuleQuantity::FailsWithin(_) if failed => plain(1.0),
            RuleQuantity::Runway(_) if failed => plain(0.0),
            RuleQuantity::AboveOne => plain(signals.above_one),
            RuleQuantity::ReproductionNumber(level) => plain(level.of(&signals.reproduction_number)),
            RuleQuantity::FailsWithin(generations) => {
                let place = usize::try_from(generations).map_or(usize::MAX, |n| n.saturating_sub(1));
                plain(within.get(place).or(within.last()).copied().unwrap_or(0.0))
            }
            RuleQuantity::Runway(level) => {
                let place = within.iter().position(|share| *share >= level.probability());
                let value = place.unwrap_or(within.len()) as f64 + 1.0;
                RuleValue { value, beyond_horizon: place.is_none() }
            }
        }
    }

    /// The share of draws that decides it, and the level with which that is compared: the probability itself, or for a quantile the
    /// probability of what lies beyond the bound.
    pub(super) fn deciding(&self, fitted: &Fitted<'_>) -> (DrawnShare, f64) {
        match self.quantity {
            RuleQuantity::FailsWithin(generations) => (fitted.failing_within(generations), self.bound),
            RuleQuantity::AboveOne => (fitted.reproduction_above(1.0), self.bound),
            RuleQuantity::ReproductionNumber(level) => {
                (fitted.reproduction_above(self.bound), 1.0 - level.probability())
            }
            RuleQuantity::Runway(level) => {
                let within = match self.comparison {
                    RuleComparison::Above | RuleComparison::AtMost => self.bound.floor(),
                    RuleComparison::AtLeast | RuleComparison::Below => self.bound.ceil() - 1.0,
                };
                // The bound is checked to be at most the longest forecast; none fails within 0 generations.
                (fitted.failing_within(within.max(0.0) as u64), level.probability())
            }
        }
    }

    /// Generations that must be forecast to judge it.
    #[must_use]
    pub fn horizon(&self) -> u64 {
        match self.quantity {
            RuleQuantity::FailsWithin(generations) => generations,
            // The bound is checked to be at most the longest forecast.
            RuleQuantity::Runway(_) => self.bound.ceil().max(1.0) as u64,
            RuleQuantity::AboveOne | RuleQuantity::ReproductionNumber(_) => 1,
        }
    }

    /// Whether it is about R, not about failure.
    #[must_use]
    pub const fn is_about_r(&self) -> bool {
        matches!(self.quantity, RuleQuantity::AboveOne | RuleQuantity::ReproductionNumber(_))
    }
}

impl Display for RuleQuantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let at = |f: &mut Formatter<'_>, name: &str, level: QuantileLevel| match level {
            QuantileLevel::P50 => f.write_str(name),
            _ => write!(f, "{name}({}%)", level.percent()),
        };
        match self {
            Self::FailsWithin(generations) => write!(f, "P(fail within {generations})"),
            Self::AboveOne => f.write_str("P(R > 1)"),
            Self::ReproductionNumber(level) => at(f, "R", *level),
            Self::Runway(level) => at(f, "runway", *level),
        }
    }
}

impl Display for StopRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.quantity, self.comparison.sign(), self.bound)
    }
}

impl Serialize for StopRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StopRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
