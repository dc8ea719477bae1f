//! What a log leaves open of designs, in words and columns that every command shares.

use crate::fit::CredibleInterval;
use crate::plan::{DesignPosterior, UnderDraws};
use crate::report::words::{number, percent, ratio};
use crate::table::{Table, TableColumn};

/// Share of the draws beyond reach of the file's keys from which it is said.
const STRAINED: f64 = 0.1;

/// The designs under the draws of a fit, medians with 90 % intervals.
#[must_use]
pub fn table(posterior: &DesignPosterior) -> Table {
    let column = |title: String, rank: u8, cell: &dyn Fn(&UnderDraws) -> String| TableColumn {
        title,
        cells: posterior.designs.iter().map(cell).collect(),
        rank,
    };
    let horizon = posterior.horizon;
    let three = |value: f64| number(value, 3);
    let mut columns = vec![
        column("Given the log (90 % interval)".to_owned(), 0, &|one| one.name.clone()),
        column(format!("Runway within {horizon} generations"), 1, &|one| spread(&one.restricted_runway, three)),
        column("Fails within them".to_owned(), 3, &|one| percent(one.failed_by_horizon, 3)),
        column("R".to_owned(), 4, &|one| {
            one.reproduction_number.as_ref().map_or_else(dash, |number| spread(number, ratio))
        }),
        column("Error at the end".to_owned(), 5, &|one| spread(&one.last_error, |share| percent(share, 3))),
    ];
    if posterior.designs.iter().any(|one| one.gain.is_some()) {
        let gain = |one: &UnderDraws| one.gain.as_ref().map_or_else(dash, |gain| spread(gain, three));
        let sure = |one: &UnderDraws| one.gains.map_or_else(dash, |share| percent(share, 3));
        columns.insert(2, column("Gain (generations)".to_owned(), 0, &gain));
        columns.insert(3, column("Probability of a gain".to_owned(), 2, &sure));
    }
    Table::new("Given the log", columns).noted(notes(posterior))
}

fn dash() -> String {
    "–".to_owned()
}

fn spread(interval: &CredibleInterval, show: impl Fn(f64) -> String) -> String {
    format!("{} ({} to {})", show(interval.q50), show(interval.q05), show(interval.q95))
}

/// The finding: what the best design buys, or how long the one design lasts.
#[must_use]
pub fn finding(posterior: &DesignPosterior) -> String {
    let horizon = posterior.horizon;
    let three = |value: f64| number(value, 3);
    let gaining = posterior.designs.iter().filter_map(|one| Some((one, one.gain.as_ref()?, one.gains?)));
    let best = gaining.max_by(|a, b| a.1.q50.total_cmp(&b.1.q50));
    match (best, posterior.designs.first()) {
        (Some((one, gain, sure)), _) if sure > 0.5 => format!(
            "Given the log, “{}” lasts {} generations longer than “{}” within {horizon} (90 %: {} to {}); it lasts longer with probability {}.",
            one.name,
            three(gain.q50),
            posterior.baseline,
            three(gain.q05),
            three(gain.q95),
            percent(sure, 3)
        ),
        (Some(_), _) => format!(
            "Given the log, no design is likely to last longer than “{}” within {horizon} generations.",
            posterior.baseline
        ),
        (None, Some(one)) => format!(
            "Given the log, it lasts {} of the next {horizon} generations (90 %: {} to {}), and fails within them with probability {}.",
            three(one.restricted_runway.q50),
            three(one.restricted_runway.q05),
            three(one.restricted_runway.q95),
            percent(one.failed_by_horizon, 3)
        ),
        (None, None) => String::new(),
    }
}

/// What to know of the numbers.
fn notes(posterior: &DesignPosterior) -> Vec<String> {
    let made = format!(
        "{} draws of the fit, each played {} times with common random numbers; the intervals hold what the log leaves open, not the chance of a single run.",
        posterior.draws, posterior.runs
    );
    let strained = (posterior.strained > STRAINED).then(|| {
        format!(
            "In {} of the draws `systematic_share` and `consistency` of the file cannot be those of a loop with the log's error rates; the nearest loop that can was taken.",
            percent(posterior.strained, 2)
        )
    });
    let alone = "Every number follows from the mechanism alone; the forecast of `fit` averages it with a plain trend."
        .to_owned();
    [made, alone].into_iter().chain(strained).collect()
}
