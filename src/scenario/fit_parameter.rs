//! The parameters of a fit: one entry for each, with its key, what it means and where the median of its prior may lie.
//!
//! They stand here and not with the fit, since a scenario file may state their priors (`[fit.priors.<parameter>]`).

use serde::{Deserialize, Serialize};

use super::key_info::{KeyInfo, TableInfo};

/// Where the median of a prior may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MedianRange {
    /// Between 0 and 1.
    Share,
    /// Above 0.
    Positive,
    /// Anywhere.
    Any,
}

impl MedianRange {
    pub(super) fn holds(self, median: f64) -> bool {
        match self {
            Self::Share => median > 0.0 && median < 1.0,
            Self::Positive => median > 0.0,
            Self::Any => true,
        }
    }

    pub(super) const fn rule(self) -> &'static str {
        match self {
            Self::Share => "the median of a share lies between 0 and 1",
            Self::Positive => "this median lies above 0",
            Self::Any => "this median is a finite number",
        }
    }
}

/// Writes [`FitParameter`] with an entry for each parameter: its documentation, whose first line is its meaning, and
/// `"key" Variant: MedianRange;`.
macro_rules! fit_parameters {
    ($(
        #[doc = $meaning:literal]
        $(#[doc = $more:literal])*
        $key:literal $variant:ident: $range:ident;
    )+) => {
        /// The parameters of a fit, by the keys of a scenario file where it has one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum FitParameter {
            $(
                #[doc = $meaning]
                $(#[doc = $more])*
                #[serde(rename = $key)]
                $variant,
            )+
        }

        impl FitParameter {
            /// Every parameter, in the order of a point of the fit.
            pub const ALL: [Self; [$($key),+].len()] = [$(Self::$variant),+];

            /// The key in `[fit.priors]` and in results.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }

            /// Where the median of its prior may lie.
            #[must_use]
            pub const fn median_range(self) -> MedianRange {
                match self {
                    $(Self::$variant => MedianRange::$range,)+
                }
            }

            const fn documentation(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)+
                }
            }
        }
    };
}

fit_parameters! {
    /// Error rate of the first generation.
    ///
    /// In the log.
    "error" Error: Share;
    /// Share of it in wrong beliefs already.
    ///
    /// The rest is fresh slips.
    "inherited" Inherited: Share;
    /// How much faster slips come for each wrong belief, at 15 % slips.
    ///
    /// For each of them a step; as the inverse square root of the rate of slips.
    "amplification" Amplification: Positive;
    /// Probability that an accepted fresh mistake is learned.
    ///
    /// Becomes a wrong belief.
    "imprint" Imprint: Share;
    /// Wrong beliefs that one leaves, as checks stood at first.
    ///
    /// How many one accepted systematic mistake leaves; in a loop without checks it is a share.
    "persistence" Persistence: Positive;
    /// Effective number of independent beliefs per step.
    ///
    /// N, for a first-generation solution.
    "examples" Examples: Positive;
    /// Share of the way to the final slip rate, each generation.
    "step_error_gain" StepErrorGain: Share;
    /// Final slip rate over the first.
    ///
    /// As a multiple.
    "step_error_floor" StepErrorFloor: Positive;
    /// Chance of a fresh mistake to pass the checks.
    ///
    /// Relative to a right answer.
    "pass_random" PassRandom: Share;
    /// Chance of an old mistake to pass the checks.
    ///
    /// Relative to a right answer; an old mistake is an inherited one.
    "pass_systematic" PassSystematic: Share;
    /// Chance of an answer that candidates agree on to pass other checks.
    ///
    /// b.
    "pass_right" PassRight: Share;
    /// Effective number of candidates that must agree.
    ///
    /// κ; 1 where there is no vote.
    "agreeing" Agreeing: Positive;
    /// Further candidates of a unanimous vote, over those.
    ///
    /// Over κ.
    "unanimity" Unanimity: Positive;
    /// How far what is accepted displaces the rest; below 0 mistakes spread.
    ///
    /// ζ: 1 where the training set is all that is learned, 0 where each problem is learned from its own answers.
    "displacement" Displacement: Any;
    /// Chance of a slip from a wrong belief to give the right answer.
    ///
    /// ν: one in as many as there are others.
    "reversion" Reversion: Share;
    /// Factor by which sampling multiplies the hazard of what was learned.
    ///
    /// κ', on the hazard −ln(1 − share).
    "hazard_gain" HazardGain: Positive;
    /// Share of the beliefs that a generation learns anew.
    ///
    /// η; the others it keeps.
    "renewal" Renewal: Share;
    /// Spread of evaluations beyond chance.
    ///
    /// ψ, over-dispersion of the evaluation: correlation between two answers of one generation beyond the model.
    "dispersion" Dispersion: Positive;
    /// Spread of audits beyond chance.
    ///
    /// ψ of the audit.
    "audit_dispersion" AuditDispersion: Positive;
    /// Spread of acceptance beyond chance.
    ///
    /// ψ of the acceptance.
    "yield_dispersion" YieldDispersion: Positive;
    /// Share of the evaluation's noise that is of its problems, the same in every generation.
    ///
    /// ς.
    "shared_noise" SharedNoise: Share;
    /// How much harder these problems are than all, in standard deviations.
    ///
    /// z, in standard deviations of what is shared.
    "level" Level: Any;
    /// Odds ratio of two slips at one problem: problems differ in difficulty.
    ///
    /// ω, in successive generations.
    "slip_recurrence" SlipRecurrence: Positive;
}

impl FitParameter {
    /// Every parameter as a key of `[fit.priors]`.
    pub(super) fn info() -> TableInfo {
        let keys = Self::ALL.map(|parameter| KeyInfo::new(parameter.key(), parameter.documentation()));
        TableInfo::new("fit.priors", "Priors of a fit's parameters, by parameter.", keys.into())
    }

    /// What it means, with its unit where it has one: the beginning of a sentence, in lower case.
    #[must_use]
    pub fn meaning(self) -> String {
        KeyInfo::new(self.key(), self.documentation()).meaning
    }
}
