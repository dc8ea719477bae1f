//! The filters of a loop: one entry for each kind, with its name, its keys, what they mean and their defaults.

use std::sync::LazyLock;

use serde::Serialize;

use crate::quantity::Probability;

use super::diagnostic::Diagnostic;
use super::key_info::{KeyInfo, TableInfo};
use super::toml_table::TomlTable;

/// A parameter of a filter that says how much the filter catches.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FilterStrength {
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub present: Probability,
    /// Which way the filter grows stronger.
    pub stronger: Stronger,
    /// Gives it another value, in a filter of the same kind.
    pub set: fn(&mut Filter, Probability),
}

/// Which way a filter grows stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stronger {
    /// With a higher value.
    Higher,
    /// With a lower value.
    Lower,
}

/// Writes [`Filter`] with an entry for each kind: its documentation, `"name" Variant`, and a line for each key,
/// `/// What it means.` and `key: Type = DEFAULT;`. Behind the default may stand `stronger Higher` or `stronger Lower`, for the
/// parameters whose weakest value that suffices is looked for, and `example "…"`, for a key whose default is to be absent.
macro_rules! filter_kinds {
    ($(
        #[doc = $about:literal]
        $(#[doc = $further:literal])*
        $kind:literal $variant:ident {
            $(
                #[doc = $meaning:literal]
                $(#[doc = $more:literal])*
                $(#[serde($($serde:tt)*)])?
                $key:ident: $type:ty = $default:expr $(, stronger $way:ident)? $(, example $example:literal)?;
            )+
        }
    )+) => {
        /// A check that accepted examples pass through (model.md, section 4). Catch probabilities are per accepted example.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(tag = "kind")]
        pub enum Filter {
            $(
                #[doc = $about]
                $(#[doc = $further])*
                #[serde(rename = $kind)]
                $variant {
                    $(
                        #[doc = $meaning]
                        $(#[doc = $more])*
                        $(#[serde($($serde)*)])?
                        $key: $type,
                    )+
                },
            )+
        }

        /// Every kind as a table, named as a file spells it.
        static KINDS: LazyLock<Vec<TableInfo>> = LazyLock::new(|| {
            vec![$(
                TableInfo::new($kind, $about, vec![$(
                    KeyInfo::with_default(stringify!($key), $meaning, &const { let value: $type = $default; value })
                        .with_more(concat!($($more),*))
                        .with_example(None$(.or(Some($example)))?)
                ),+])
            ),+]
        });

        impl Filter {
            /// The kind as a file spells it.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $kind,)+
                }
            }

            /// Reads the keys of a kind; `None` where there is no such kind.
            pub(super) fn read(kind: &str, keys: &TomlTable<'_>) -> Result<Option<Self>, Diagnostic> {
                Ok(match kind {
                    $($kind => Some(Self::$variant {
                        $($key: keys.take(stringify!($key))?.unwrap_or(const { $default }),)+
                    }),)+
                    _ => None,
                })
            }

            /// The parameters that say how much it catches.
            #[must_use]
            pub fn strengths(&self) -> Vec<FilterStrength> {
                let mut found = Vec::new();
                $($($(
                    if let Self::$variant { $key: present, .. } = *self {
                        let set = |filter: &mut Self, value| {
                            if let Self::$variant { $key, .. } = filter {
                                *$key = value;
                            }
                        };
                        found.push(FilterStrength { key: stringify!($key), present, stronger: Stronger::$way, set });
                    }
                )?)+)+
                found
            }
        }
    };
}

// A strength that is not written is that of the weakest check.
filter_kinds! {
    /// Catch rates stated directly, one for each kind of example.
    "catch" Catch {
        /// Probability that a random wrong answer is caught.
        random: Probability = Probability::ZERO, stronger Higher;
        /// Probability that a systematic wrong answer is caught.
        systematic: Probability = Probability::ZERO, stronger Higher;
        /// Probability that a right answer by a wrong step is caught.
        unsound: Probability = Probability::ZERO, stronger Higher;
        /// Probability that a sound example (or step) is rejected.
        false_reject: Probability = Probability::ZERO;
    }
    /// A check that sees the final answer only.
    "outcome" Outcome {
        /// Probability that the check catches what it can see.
        ///
        /// That is a wrong answer.
        sensitivity: Probability = Probability::ZERO, stronger Higher;
        /// Probability that a sound example (or step) is rejected.
        ///
        /// Or any other right answer, however it was reached.
        false_reject: Probability = Probability::ZERO;
    }
    /// A check of every step.
    "steps" Steps {
        /// Probability that the check catches what it can see.
        ///
        /// That is an example with a wrong step.
        sensitivity: Probability = Probability::ZERO, stronger Higher;
        /// Probability that a sound example (or step) is rejected.
        ///
        /// Here it is a right step, and the probability is per step.
        false_reject: Probability = Probability::ZERO;
    }
    /// Agreement with a second model's answer.
    "cross-model" CrossModel {
        /// Probability that the second model repeats the same systematic wrong answer.
        agreement_on_error: Probability = Probability::ONE, stronger Lower;
        /// Probability that the second model is wrong where the first is right.
        error_rate: Probability = Probability::ZERO;
    }
    /// Agreement with the model's own answer to a restatement of the problem (a + b against b + a).
    "transform" Transform {
        /// Probability that a systematic mistake survives the restatement.
        invariance: Probability = Probability::ONE, stronger Lower;
    }
    /// Comparison with the truth for a share of the examples.
    "ground-truth" GroundTruth {
        /// Share of examples compared with the truth.
        coverage: Probability = Probability::ZERO, stronger Higher;
        /// Whether the steps are checked too, or the answer alone.
        steps: bool = false;
    }
    /// The model judges its own answers, and judges at random where it does so from a mistaken belief.
    "self-judge" SelfJudge {
        /// Probability that the check catches what it can see.
        ///
        /// That is a wrong answer, by a sound judgement.
        sensitivity: Probability = Probability::ZERO, stronger Higher;
        /// Probability that a sound example (or step) is rejected.
        ///
        /// Or any other right answer.
        false_reject: Probability = Probability::ZERO;
        /// Probability that the judge shares a systematic mistake.
        ///
        /// And lets it pass; absent: its problem's consistency.
        #[serde(skip_serializing_if = "Option::is_none")]
        shared: Option<Probability> = None, example "0.9";
        /// Whether the steps are checked too, or the answer alone.
        steps: bool = false;
    }
}

/// Every kind of filter as a table of its keys, named as a file spells it.
#[must_use]
pub fn filter_kinds() -> &'static [TableInfo] {
    &KINDS
}

/// The kinds as a file spells them.
pub(super) fn kind_names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// The keys of all kinds, each once.
pub(super) fn kind_keys() -> Vec<KeyInfo> {
    let mut keys: Vec<KeyInfo> = Vec::new();
    for key in KINDS.iter().flat_map(|kind| &kind.keys) {
        if keys.iter().all(|known| known.name != key.name) {
            keys.push(key.clone());
        }
    }
    keys
}
