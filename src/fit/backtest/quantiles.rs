//! Every forecast as quantiles, in the form that scoringutils and forecast hubs read.

use super::{Backtest, Case};
use crate::fit::log::Row;
use crate::fit::score::{quantile, sorted};

/// Levels of forecast hubs.
pub const QUANTILE_LEVELS: [f64; 23] = [
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    0.95, 0.975, 0.99,
];

/// What one forecaster said of one generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// `runaway`, or the key of an extrapolation.
    pub model: &'static str,
    /// The generation that is forecast.
    pub generation: u64,
    /// Generations ahead of the last one seen.
    pub horizon: u64,
    /// Error rate that was measured.
    pub observed: f64,
    /// Error rates at [`QUANTILE_LEVELS`].
    pub quantiles: [f64; QUANTILE_LEVELS.len()],
}

pub(super) fn predicted(model: &'static str, last: u64, future: &[Row], columns: &[Vec<f64>]) -> Vec<Predicted> {
    let one = |(row, column): (&Row, &Vec<f64>)| {
        let column = sorted(column.iter().copied());
        Predicted {
            model,
            generation: row.generation,
            horizon: row.generation - last,
            observed: row.error_rate(),
            quantiles: QUANTILE_LEVELS.map(|level| quantile(&column, level)),
        }
    };
    future.iter().zip(columns).map(one).collect()
}

impl Backtest {
    /// A row for every forecaster, generation and level: file, run, cut, generation, model, horizon (generations),
    /// quantile_level, predicted and observed (error rates).
    #[must_use]
    pub fn to_quantile_csv(&self) -> String {
        let mut text = "file,run,cut,generation,model,horizon,quantile_level,predicted,observed\n".to_owned();
        for case in &self.cases {
            case.predicted.iter().for_each(|one| push(&mut text, case, one));
        }
        text
    }
}

fn push(text: &mut String, case: &Case, one: &Predicted) {
    let [file, run] = [&case.file, &case.run].map(|name| crate::fit::log::quoted(name));
    let Predicted { model, generation, horizon, observed, quantiles } = one;
    for (level, value) in QUANTILE_LEVELS.iter().zip(quantiles) {
        *text += &format!("{file},{run},{},{generation},{model},{horizon},{level},{value},{observed}\n", case.cut);
    }
}
