//! Every forecast as quantiles, in the form that scoringutils and forecast hubs read.

use super::result::{BacktestCase, BacktestResult, PredictedQuantiles, QUANTILE_LEVELS};
use crate::fit::log::LogRow;
use crate::fit::score::{quantile, sorted};

pub(super) fn predicted(
    model: &'static str,
    last: u64,
    future: &[LogRow],
    columns: &[Vec<f64>],
) -> Vec<PredictedQuantiles> {
    let one = |(row, column): (&LogRow, &Vec<f64>)| {
        let column = sorted(column.iter().copied());
        PredictedQuantiles {
            model,
            generation: row.generation,
            horizon: row.generation - last,
            observed: row.error_rate(),
            quantiles: QUANTILE_LEVELS.map(|level| quantile(&column, level)),
        }
    };
    future.iter().zip(columns).map(one).collect()
}

impl BacktestResult {
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

fn push(text: &mut String, case: &BacktestCase, one: &PredictedQuantiles) {
    let [file, run] = [&case.file, &case.run].map(|name| crate::fit::log::quoted(name));
    let PredictedQuantiles { model, generation, horizon, observed, quantiles } = one;
    for (level, value) in QUANTILE_LEVELS.iter().zip(quantiles) {
        *text += &format!("{file},{run},{},{generation},{model},{horizon},{level},{value},{observed}\n", case.cut);
    }
}
