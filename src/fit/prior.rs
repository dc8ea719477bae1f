//! Parameters of the fit and what is thought of them before the data.
//!
//! Every prior is normal on a transformed scale, weakly informative, and can be replaced. Without data the median of R is 1.00
//! for an unchecked loop trained anew (90 % from 0.83 to 1.29), 1.00 for a checked one (0.88 to 1.14), 1.02 where the log does
//! not say (0.76 to 1.31); for fine-tuned ones 1.04 (0.60 to 1.83), 0.91 (0.64 to 1.30), 1.01 (0.88 to 1.17).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::training::{LoopChecks, TrainingMode};
use crate::scenario::{FitParameter, MOST_SPREAD, MedianRange};

/// Number of parameters.
pub const PARAMETERS: usize = FitParameter::ALL.len();
/// The parameters from this one on are held unless the log gives a reason; held ones draw no random numbers, so that the
/// draws of the others do not depend on them.
pub(super) const OPTIONAL: usize = FitParameter::SharedNoise as usize;

/// One value per parameter, on the scales of their priors.
pub type ParameterPoint = [f64; PARAMETERS];

/// The scale on which a prior is normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PriorScale {
    /// ln(p / (1 − p)), for shares.
    Logit,
    /// ln, for positive numbers.
    Log,
    /// As it is, for numbers of either sign.
    Linear,
}

impl PriorScale {
    /// The scale of a parameter, by where its median may lie. Without checks a mistake leaves at most one.
    const fn of(parameter: FitParameter, checks: LoopChecks) -> Self {
        match (parameter, checks, parameter.median_range()) {
            (FitParameter::Persistence, LoopChecks::None, _) | (_, _, MedianRange::Share) => Self::Logit,
            (_, _, MedianRange::Positive) => Self::Log,
            (_, _, MedianRange::Any) => Self::Linear,
        }
    }

    /// From the transformed to the natural scale.
    #[must_use]
    pub fn natural(self, u: f64) -> f64 {
        match self {
            Self::Logit => 1.0 / (1.0 + (-u).exp()),
            Self::Log => u.exp(),
            Self::Linear => u,
        }
    }

    /// From the natural to the transformed scale.
    #[must_use]
    pub fn transformed(self, value: f64) -> f64 {
        match self {
            Self::Logit => (value / (1.0 - value)).ln(),
            Self::Log => value.ln(),
            Self::Linear => value,
        }
    }
}

/// Normal on a transformed scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// Whose prior.
    pub parameter: FitParameter,
    /// Scale on which it is normal.
    pub scale: PriorScale,
    /// Centre on that scale.
    pub centre: f64,
    /// Standard deviation on that scale; 0 holds the parameter fixed.
    pub spread: f64,
}

/// What a person writes to replace a prior: the median in natural units, the spread on the transformed scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPrior {
    /// Median, in the parameter's own units.
    pub median: f64,
    /// Standard deviation on the prior's scale (logit for shares, ln for positive numbers); 0 holds the value fixed.
    pub spread: f64,
}

/// Why a prior was refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PriorError {
    /// No such parameter.
    #[error("`fit.priors.{key}`: there is no such parameter; they are {}", FitParameter::ALL.map(|p| format!("`{}`", p.key())).join(", "))]
    Unknown {
        /// The key that was written.
        key: String,
    },
    /// A median outside the parameter's range.
    #[error("`fit.priors.{key}.median`: {value} lies outside {range}")]
    Median {
        /// The parameter.
        key: &'static str,
        /// The value that was written.
        value: f64,
        /// Where it may lie.
        range: &'static str,
    },
    /// A spread that is none.
    #[error("`fit.priors.{key}.spread`: {value} is not a number from 0 to {MOST_SPREAD}")]
    Spread {
        /// The parameter.
        key: &'static str,
        /// The value that was written.
        value: f64,
    },
}

/// A share of 1 on the logit scale, to double precision.
const ALL_PASS: f64 = 40.0;

/// The priors of all parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriorSet(Vec<Prior>);

impl PriorSet {
    /// The defaults for a loop with these checks, whose generations are trained so.
    #[must_use]
    pub fn new(checks: LoopChecks, training: TrainingMode) -> Self {
        Self(FitParameter::ALL.iter().map(|&parameter| default(parameter, checks, training)).collect())
    }

    /// Replaces one prior.
    ///
    /// # Errors
    /// [`PriorError`] for an unknown key, a median outside the parameter's range, or an impossible spread.
    pub fn replace(&mut self, key: &str, written: WrittenPrior) -> Result<(), PriorError> {
        let prior = self
            .0
            .iter_mut()
            .find(|prior| prior.parameter.key() == key)
            .ok_or_else(|| PriorError::Unknown { key: key.to_owned() })?;
        let key = prior.parameter.key();
        let (inside, range, scale) = match prior.scale {
            PriorScale::Logit => (written.median > 0.0 && written.median < 1.0, "(0, 1)", PriorScale::Logit),
            PriorScale::Log => (written.median > 0.0 && written.median.is_finite(), "(0, ∞)", PriorScale::Log),
            PriorScale::Linear => (written.median.is_finite(), "(−∞, ∞)", PriorScale::Linear),
        };
        if !inside {
            return Err(PriorError::Median { key, value: written.median, range });
        }
        if !(0.0..=MOST_SPREAD).contains(&written.spread) {
            return Err(PriorError::Spread { key, value: written.spread });
        }
        prior.centre = scale.transformed(written.median);
        prior.spread = written.spread;
        Ok(())
    }

    /// Frees what evaluations on the same problems have in common: around the measured correlation of successive answers
    /// and its standard error, where the log has one. In the loops that publish answers it is 0.3 to 0.8.
    pub(super) fn share_problems(&mut self, correlation: Option<(f64, f64)>) {
        let (centre, spread) = correlation.map_or((0.3, 0.7), |(measured, error)| {
            let share = measured.clamp(0.02, 0.98);
            // Pairs of generations further apart correlate less: no sample makes the one number exact.
            (PriorScale::Logit.transformed(share), (error / (share * (1.0 - share))).clamp(0.2, 0.7))
        });
        self.set(FitParameter::SharedNoise, centre, spread);
        self.set(FitParameter::Level, 0.0, 1.0);
    }

    /// Frees what the problems' moves depend on.
    pub(super) fn follow_problems(&mut self) {
        self.set(FitParameter::SlipRecurrence, 1.4, 1.0);
    }

    pub(super) fn set(&mut self, parameter: FitParameter, centre: f64, spread: f64) {
        for prior in self.0.iter_mut().filter(|prior| prior.parameter == parameter) {
            (prior.centre, prior.spread) = (centre, spread);
        }
    }

    /// Holds a parameter that a log cannot speak of at its median; checks that the log does not show reject nothing, and
    /// problems that are not the same share nothing.
    pub(super) fn hold(&mut self, parameter: FitParameter) {
        let centre = match parameter {
            FitParameter::PassRight => Some(ALL_PASS),
            FitParameter::SharedNoise => Some(-ALL_PASS),
            FitParameter::Level => Some(0.0),
            _ => None,
        };
        for prior in self.0.iter_mut().filter(|prior| prior.parameter == parameter) {
            prior.spread = 0.0;
            prior.centre = centre.unwrap_or(prior.centre);
        }
    }

    /// Every prior, in the order of a [`ParameterPoint`].
    #[must_use]
    pub fn all(&self) -> &[Prior] {
        &self.0
    }

    /// Indices of the parameters that are not held fixed.
    #[must_use]
    pub fn free(&self) -> Vec<usize> {
        self.0.iter().enumerate().filter(|(_, prior)| prior.spread > 0.0).map(|(index, _)| index).collect()
    }

    /// ln density of a point, up to a constant.
    #[must_use]
    pub fn log_density(&self, point: &ParameterPoint) -> f64 {
        self.0
            .iter()
            .zip(point)
            .filter(|(prior, _)| prior.spread > 0.0)
            .map(|(prior, u)| -0.5 * ((u - prior.centre) / prior.spread).powi(2))
            .sum()
    }

    /// The point `z` standard deviations from every centre.
    #[must_use]
    pub fn at(&self, z: &ParameterPoint) -> ParameterPoint {
        let mut point = *z;
        for (u, prior) in point.iter_mut().zip(&self.0) {
            *u = prior.centre + prior.spread * *u;
        }
        point
    }
}

fn default(parameter: FitParameter, checks: LoopChecks, training: TrainingMode) -> Prior {
    let tuned = training == TrainingMode::FineTuned;
    let checked = checks == LoopChecks::Some;
    let (centre, spread) = match (parameter, checks) {
        (FitParameter::Error, _) => (-1.8, 1.5),
        // A first generation that learned from labels holds few mistakes that pass its own checks.
        (FitParameter::Inherited, LoopChecks::Some) => (-1.4, 1.3),
        (FitParameter::Inherited, _) => (0.0, 1.5),
        // Training on unchecked samples makes the next answers more scattered everywhere; checks take the scatter out.
        (FitParameter::Amplification, LoopChecks::None) => (0.4, 1.1),
        (FitParameter::Amplification, LoopChecks::Some) => (-1.2, 1.2),
        (FitParameter::Amplification, LoopChecks::Unknown) => (0.0, 1.2),
        // From a learner that averages noise away to one that takes every example at its word.
        (FitParameter::Imprint, LoopChecks::None) => (0.0, 3.0),
        (FitParameter::Imprint, _) => (0.5, 1.5),
        (FitParameter::Persistence, LoopChecks::None) => (3.9, 1.5),
        // What has passed the checks once passes them again: one mistake leaves about one, fewer where truth is mixed in.
        (FitParameter::Persistence, LoopChecks::Some) if tuned => (-0.1, 0.2),
        (FitParameter::Persistence, LoopChecks::Some) => (0.0, 0.07),
        (FitParameter::Persistence, LoopChecks::Unknown) => (0.0, 0.07),
        (FitParameter::Examples, LoopChecks::Some) => (5.8, 1.2),
        (FitParameter::Examples, _) => (5.5, 0.9),
        // The first generation learned from labels: most of the change comes at once, and it may go either way.
        (FitParameter::StepErrorGain, _) => (1.6, 1.5),
        (FitParameter::StepErrorFloor, LoopChecks::None) => (0.3, 1.0),
        (FitParameter::StepErrorFloor, _) if tuned => (-0.5, 1.2),
        (FitParameter::StepErrorFloor, _) => (0.0, 0.7),
        (FitParameter::PassRandom, _) if checked => (-2.8, 1.3),
        (FitParameter::PassRight, _) if checked => (4.0, 1.5),
        (FitParameter::PassRandom | FitParameter::PassSystematic | FitParameter::PassRight, _) => (ALL_PASS, 0.0),
        // Problems differ: k candidates that must agree do so more often than k independent answers would.
        (FitParameter::Agreeing, _) if checked => (0.4, 0.4),
        (FitParameter::Agreeing, _) => (0.0, 0.0),
        (FitParameter::Unanimity, _) if checked => (0.3, 0.6),
        (FitParameter::Unanimity, _) => (0.3, 0.0),
        (FitParameter::Displacement, _) if checked => (0.2, 0.6),
        (FitParameter::Displacement, _) => (1.0, 0.0),
        // From yes-or-no questions to open ones.
        (FitParameter::Reversion, _) => (-2.2, 0.7),
        // A transformer that adds: 0.95 at a temperature of 0.9 to 1.34 at 1.2.
        (FitParameter::HazardGain, LoopChecks::None) if tuned => (0.05, 0.3),
        (FitParameter::HazardGain, _) => (0.0, 0.0),
        (FitParameter::Renewal, LoopChecks::Unknown) if tuned => (0.5, 1.5),
        (FitParameter::Renewal, _) => (ALL_PASS, 0.0),
        (FitParameter::Dispersion, _) => (-7.7, 1.2),
        (FitParameter::AuditDispersion, LoopChecks::None) => (-8.5, 1.0),
        (FitParameter::AuditDispersion, _) => (-7.7, 1.2),
        (FitParameter::YieldDispersion, _) => (-5.7, if checked { 0.9 } else { 0.0 }),
        (FitParameter::SharedNoise, _) => (-ALL_PASS, 0.0),
        (FitParameter::Level, _) => (0.0, 0.0),
        (FitParameter::SlipRecurrence, _) => (1.4, 0.0),
    };
    Prior { parameter, scale: PriorScale::of(parameter, checks), centre, spread }
}
