//! What is known of a loop's design, and how far each member of the forecast is believed for it.
//!
//! Few rows of a log hardly tell which member will foresee better: over measured loops the record of a member on the rows so
//! far and its record on the rest correlate by 0.0 to 0.3. What tells is the design. Loops that train each generation anew on
//! a few hundred examples follow the mechanism (CRPS 0.62 of the best extrapolation, 1.11 by the trend alone); loops that
//! fine-tune go more smoothly (1.35 by the mechanism as it is for the former, 0.78 by the trend).

use serde::{Deserialize, Serialize};

use super::log::Run;
use super::model;
use super::prior::Checks;

/// How a generation comes from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Training {
    /// A new model learns from the kept examples alone.
    Anew,
    /// The model of the generation before is trained further on the kept examples.
    FineTuned,
}

/// κ' by sampling temperature in a transformer that adds, hazard of a generation over that of what was kept for it.
const MEASURED_GAINS: [(f64, f64); 4] = [(0.9, 0.95), (1.0, 0.97), (1.1, 1.14), (1.2, 1.34)];
/// Spread of ln κ' around them: designs of one temperature differ.
const GAIN_SPREAD: f64 = 0.15;

/// Centre and spread of ln κ' at a sampling temperature: lines between the measured ones, and at their level beyond them,
/// where nothing was measured.
pub(super) fn hazard_gain(temperature: f64) -> (f64, f64) {
    let [first, .., last] = MEASURED_GAINS;
    let between = MEASURED_GAINS.windows(2).find_map(|pair| match pair {
        [(low, from), (high, to)] if (*low..=*high).contains(&temperature) => {
            let share = (temperature - low) / (high - low);
            Some((1.0 - share) * from.ln() + share * to.ln())
        }
        _ => None,
    });
    match between {
        Some(centre) => (centre, GAIN_SPREAD),
        None => ((if temperature < first.0 { first.1 } else { last.1 }).ln(), 2.0 * GAIN_SPREAD),
    }
}

/// Kept examples from which on a generation is taken to be fine-tuned, where nobody says.
const MANY: u64 = 700;

impl Training {
    /// What the log suggests: models are trained anew on few examples, if at all; who counts neither what was generated nor
    /// what was kept most often fine-tunes a language model.
    #[must_use]
    pub fn of(runs: &[Run]) -> Self {
        let rows = || runs.iter().flat_map(|run| &run.rows);
        let most = rows().filter_map(|row| row.kept).max();
        match (model::checks(runs), most) {
            (Checks::None | Checks::Some, Some(kept)) if kept < MANY => Self::Anew,
            _ => Self::FineTuned,
        }
    }

    /// Share of the trend in the forecast; the rest is the mechanism's. Chosen on the measured loops of tests/data.
    #[must_use]
    pub const fn trend_share(self) -> f64 {
        match self {
            Self::Anew => 0.15,
            Self::FineTuned => 0.7,
        }
    }

    /// Share of every distance from its own median that a member of the forecast keeps in the average of the members. Where a
    /// log says nothing of what it keeps, the average is no wider than it claims. Chosen on the measured loops of tests/data.
    #[must_use]
    pub(super) const fn spread_kept(self, checks: Checks) -> f64 {
        match (self, checks) {
            (Self::FineTuned, Checks::Unknown) => 1.0,
            _ => 0.9,
        }
    }

    /// In words, of each generation.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Anew => "trained anew",
            Self::FineTuned => "fine-tuned from the one before",
        }
    }
}
