//! What a file states about its own loop: claims that are to hold, and values that a paper published.

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use crate::quantity::Count;

use super::design::Design;
use super::diagnostic::Diagnostic;
use super::error::RuleBreach;
use super::toml_table::{TomlTable, TomlValue, number};
use super::wording::{list, suggest};

/// A number of a solved loop. Those of a generation are marked (g).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LoopQuantity {
    /// R.
    ReproductionNumber,
    /// Error rate at the floor.
    FloorError,
    /// `E[T]`, in generations.
    Runway,
    /// `E[min(T, horizon)]`, in generations.
    RestrictedRunway,
    /// (g) P(T > g).
    Survival,
    /// (g) P(T ≤ g), with its own digits where it is small.
    Failed,
    /// (g) Expected error rate of one candidate.
    Error,
    /// (g) 1 − expected error rate of one candidate.
    Accuracy,
    /// (g) Share of wrong answers among accepted examples, at the mean composition.
    LabelError,
    /// (g) Share of right answers among accepted examples, at the mean composition.
    LabelAccuracy,
    /// (g) Share of answers reached by a wrong step among the right ones accepted, at the mean composition.
    UnsoundShare,
    /// (g) Accepted examples per generated problem, at the mean composition.
    Yield,
    /// (g) Share of answers of one candidate that are systematic mistakes, at the mean composition.
    SystematicError,
    /// (g) Coverage (pass@k): share of problems that at least one of `attempts` candidates gets right, at the mean composition.
    Coverage,
    /// (g) Share of candidates whose agreement with the vote shows whether they are right, at the mean composition.
    RewardAccuracy,
    /// (g) J of the verifier meter: P(rejected | wrong) − P(rejected | right), at the mean composition.
    Discrimination,
    /// (g) Growth of mistakes in the mean field, (x_{g+1} − x_g) / (x_g − x_{g−1}): R, while mistakes are few.
    Growth,
}

const QUANTITIES: [(&str, LoopQuantity); 17] = [
    ("reproduction-number", LoopQuantity::ReproductionNumber),
    ("floor-error", LoopQuantity::FloorError),
    ("runway", LoopQuantity::Runway),
    ("restricted-runway", LoopQuantity::RestrictedRunway),
    ("survival", LoopQuantity::Survival),
    ("failed", LoopQuantity::Failed),
    ("error", LoopQuantity::Error),
    ("accuracy", LoopQuantity::Accuracy),
    ("label-error", LoopQuantity::LabelError),
    ("label-accuracy", LoopQuantity::LabelAccuracy),
    ("unsound-share", LoopQuantity::UnsoundShare),
    ("yield", LoopQuantity::Yield),
    ("systematic-error", LoopQuantity::SystematicError),
    ("coverage", LoopQuantity::Coverage),
    ("reward-accuracy", LoopQuantity::RewardAccuracy),
    ("discrimination", LoopQuantity::Discrimination),
    ("growth", LoopQuantity::Growth),
];

impl LoopQuantity {
    /// Whether it is a share, between 0 and 1.
    #[must_use]
    pub const fn is_share(self) -> bool {
        !matches!(
            self,
            Self::ReproductionNumber | Self::Runway | Self::RestrictedRunway | Self::Growth | Self::Discrimination
        )
    }

    /// Whether it is that of one generation.
    #[must_use]
    pub const fn is_of_generation(self) -> bool {
        !matches!(self, Self::ReproductionNumber | Self::FloorError | Self::Runway | Self::RestrictedRunway)
    }

    /// The name as a file spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        QUANTITIES.iter().find(|(_, quantity)| *quantity == self).map_or("", |(name, _)| name)
    }
}

/// Every quantity by its name, in words: what a statement can be about.
#[must_use]
pub fn quantity_names() -> String {
    list(&QUANTITIES.map(|(name, _)| name))
}

impl TomlValue for LoopQuantity {
    const RULE: &'static str =
        "a quantity is a number of a solved loop, by one of the names under `runaway compare --help`";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        let typed = value.as_str()?;
        QUANTITIES.iter().find(|(name, _)| *name == typed).map(|(_, quantity)| *quantity)
    }

    fn help(value: &DeValue<'_>) -> String {
        let names = QUANTITIES.map(|(name, _)| name);
        value.as_str().and_then(|typed| suggest(typed, names)).unwrap_or_else(|| format!("use one of {}", list(&names)))
    }
}

/// How a published value was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PublishedRole {
    /// A parameter was chosen to meet it.
    Fitted,
    /// Nothing was: the model's value is a prediction.
    Predicted,
}

impl TomlValue for PublishedRole {
    const RULE: &'static str = "a role is \"fitted\" or \"predicted\"";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        match value.as_str()? {
            "fitted" => Some(Self::Fitted),
            "predicted" => Some(Self::Predicted),
            _ => None,
        }
    }

    fn help(value: &DeValue<'_>) -> String {
        value.as_str().and_then(|typed| suggest(typed, ["fitted", "predicted"])).unwrap_or_default()
    }
}

/// A finite number of either sign.
#[derive(Debug, Clone, Copy)]
struct FiniteNumber(f64);

impl TomlValue for FiniteNumber {
    const RULE: &'static str = "this is a finite number";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        number(value).filter(|number| number.is_finite()).map(Self)
    }
}

/// A number of one design of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuantitySubject {
    /// Which number.
    pub quantity: LoopQuantity,
    /// Of which generation, where that matters.
    pub generation: u64,
    /// k of a coverage; absent for the candidates of the loop's vote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Count>,
    /// Of which design; absent for the file's own loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub design: Option<String>,
}

/// A statement about designs that is to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatedClaim {
    /// In words.
    pub says: String,
    /// The number that it is about.
    #[serde(flatten)]
    pub subject: QuantitySubject,
    /// The design over whose number it is taken as a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// Smallest value at which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Largest value at which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

/// A value from a paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublishedValue {
    /// In words.
    pub says: String,
    /// The model's number for it.
    #[serde(flatten)]
    pub subject: QuantitySubject,
    /// The published value.
    pub value: f64,
    /// How it was used.
    pub role: PublishedRole,
}

/// Everything that a file states.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FileClaims {
    /// Claims, in the file's order.
    pub claims: Vec<StatedClaim>,
    /// Published values, in the file's order.
    pub published: Vec<PublishedValue>,
}

const SAYS: (&str, &str) = ("every statement says what it states", "add `says = \"...\"`");
const QUANTITY: (&str, &str) = ("every statement is about a quantity", "add for example `quantity = \"runway\"`");

impl QuantitySubject {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self {
            quantity: keys.required("quantity", QUANTITY.0, QUANTITY.1)?,
            generation: keys.take::<u32>("generation")?.unwrap_or(0).into(),
            attempts: keys.take("attempts")?,
            design: keys.take("design")?,
        })
    }
}

impl StatedClaim {
    pub(super) fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self {
            subject: QuantitySubject::read(keys)?,
            over: keys.take("over")?,
            at_least: keys.take::<FiniteNumber>("at_least")?.map(|bound| bound.0),
            at_most: keys.take::<FiniteNumber>("at_most")?.map(|bound| bound.0),
            says: keys.required("says", SAYS.0, SAYS.1)?,
        })
    }
}

impl PublishedValue {
    pub(super) fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self {
            subject: QuantitySubject::read(keys)?,
            value: keys.required::<FiniteNumber>("value", "a published value is a number", "add `value = ...`")?.0,
            role: keys.required(
                "role",
                "a published value was fitted or is predicted",
                "add `role = \"predicted\"`",
            )?,
            says: keys.required("says", SAYS.0, SAYS.1)?,
        })
    }
}

impl QuantitySubject {
    /// Refuses attempts at anything but coverage.
    fn check(&self, place: &str) -> Result<(), RuleBreach> {
        if self.attempts.is_some() && self.quantity != LoopQuantity::Coverage {
            let rule = format!("`{}` does not depend on a number of attempts", self.quantity.name());
            return Err(RuleBreach::new(format!("{place}.attempts"), rule, "leave it out, or ask for `coverage`"));
        }
        Ok(())
    }
}

impl PublishedValue {
    /// Refuses values that the quantity cannot have.
    fn check(&self, place: &str) -> Result<(), RuleBreach> {
        let quantity = self.subject.quantity;
        let least = if quantity == LoopQuantity::Discrimination { -1.0 } else { 0.0 };
        let most = if quantity.is_share() || quantity == LoopQuantity::Discrimination { 1.0 } else { f64::INFINITY };
        if (least..=most).contains(&self.value) || quantity == LoopQuantity::Growth {
            return Ok(());
        }
        let range = if most == 1.0 { format!("between {least} and 1") } else { "at least 0".to_owned() };
        let rule = format!("`{}` is a number {range}, not {}", quantity.name(), self.value);
        Err(RuleBreach::new(format!("{place}.value"), rule, "write a share as 0.37, not as 37"))
    }
}

impl FileClaims {
    /// Refuses statements about designs that the file does not have, about what cannot be, and claims that nothing could contradict
    /// or confirm.
    pub(super) fn check(&self, designs: &[Design]) -> Result<(), RuleBreach> {
        let known = |key: String, name: &Option<String>| match name {
            Some(name) if !designs.iter().any(|design| design.name == *name) => {
                let names: Vec<&str> = designs.iter().map(|design| design.name.as_str()).collect();
                let help =
                    suggest(name, names.iter().copied()).unwrap_or_else(|| format!("the designs are {}", list(&names)));
                Err(RuleBreach::new(key, format!("no design of this file is called \"{name}\""), help))
            }
            _ => Ok(()),
        };
        for (index, claim) in self.claims.iter().enumerate() {
            known(format!("claim.{index}.design"), &claim.subject.design)?;
            known(format!("claim.{index}.over"), &claim.over)?;
            claim.subject.check(&format!("claim.{index}"))?;
            if let (Some(least), Some(most)) = (claim.at_least, claim.at_most)
                && least > most
            {
                let rule = format!("no number is at least {least} and at most {most}");
                return Err(RuleBreach::new(format!("claim.{index}.at_most"), rule, "swap the bounds"));
            }
            if claim.at_least.is_none() && claim.at_most.is_none() {
                let rule = "a claim has a bound, or nothing could contradict it";
                return Err(RuleBreach::new(format!("claim.{index}.says"), rule, "add `at_least` or `at_most`"));
            }
        }
        for (index, published) in self.published.iter().enumerate() {
            known(format!("published.{index}.design"), &published.subject.design)?;
            published.subject.check(&format!("published.{index}"))?;
            published.check(&format!("published.{index}"))?;
        }
        Ok(())
    }
}
