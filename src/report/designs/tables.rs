//! The tables of the comparison, cell by cell.

use std::collections::BTreeMap;

use crate::explain::Flows;
use crate::plan::{Basis, Compared, Comparison, Difference, Measure};
use crate::report::view::{Parameter, parameters};
use crate::report::words::{number, percent, probability, ratio};

/// Significant digits.
const DIGITS: usize = 4;

fn or_dash(value: Option<String>) -> String {
    value.unwrap_or_else(|| "–".to_owned())
}

/// Titles and rows of the main table.
pub(super) fn designs(comparison: &Comparison) -> (Vec<String>, Vec<Vec<String>>) {
    let measure = comparison.measure;
    let unit = comparison.designs.iter().find_map(|one| Some(one.cost.as_ref()?.unit.as_str()));
    let runway = match measure {
        Measure::UntilFailure => "Expected runway (generations)",
        Measure::ToHorizon => "Runway up to the horizon (generations)",
    };
    let mut titles: Vec<String> = [
        "Design",
        "R",
        "Fate",
        "Floor",
        "Tipping point",
        "Fails within the horizon",
        runway,
        "Generation to keep",
        "Yield",
    ]
    .map(str::to_owned)
    .to_vec();
    if let Some(unit) = unit {
        titles.push(format!("Generation 0 ({unit})"));
        titles.push(format!("Per sustained generation ({unit})"));
        titles.push("Dominated by".to_owned());
    }
    let row = |one: &Compared| {
        let simulated = if one.basis == Basis::Simulated { " (simulated)" } else { "" };
        let mut row = vec![
            one.name.clone(),
            or_dash(one.reproduction_number.map(ratio)),
            or_dash(one.regime.map(|regime| regime.name().to_owned())),
            or_dash(one.floor_error.map(|error| percent(error, DIGITS))),
            or_dash(one.tipping_error.map(|error| percent(error, DIGITS))),
            probability(one.failed_by_horizon, one.failed_by_horizon_error.unwrap_or(0.0)) + simulated,
            or_dash(measure.runway(one).map(|runway| number(runway, DIGITS))),
            format!("{} (best in {} of runs)", one.best.generation, percent(one.best.probability, 3)),
            percent(one.start_yield, DIGITS),
        ];
        if unit.is_some() {
            row.push(or_dash(one.cost.as_ref().map(|cost| number(cost.start, DIGITS))));
            let price = one.cost.as_ref().and_then(|cost| measure.price(cost));
            row.push(or_dash(price.map(|price| number(price, DIGITS))));
            row.push(or_dash(one.dominated_by.clone()));
        }
        row
    };
    (titles, comparison.designs.iter().map(row).collect())
}

/// Rows of the ratios and differences to the baseline.
pub(super) fn against(comparison: &Comparison) -> Vec<Vec<String>> {
    let show = |value: Option<f64>| or_dash(value.map(|value| number(value, 3)));
    let apart = |difference: &Difference, show: fn(f64, usize) -> String| {
        format!("{} ({} to {})", show(difference.mean, 3), show(difference.low, 3), show(difference.high, 3))
    };
    let row = |one: &Compared| {
        let ratios = &one.ratios;
        let mut row = vec![one.name.clone()];
        row.extend([ratios.reproduction_number, ratios.runway, ratios.failed_by_horizon, ratios.cost].map(show));
        row.push(or_dash(one.paired.as_ref().map(|paired| apart(&paired.runway, number))));
        row.push(show(one.paired.as_ref().and_then(|paired| paired.runway.variance_ratio)));
        row.push(or_dash(one.paired.as_ref().map(|paired| apart(&paired.error, percent))));
        row.push(show(one.paired.as_ref().and_then(|paired| paired.error.variance_ratio)));
        row
    };
    comparison.designs.iter().filter(|one| one.name != comparison.baseline).map(row).collect()
}

/// Titles and rows of the account of mistakes of one design.
pub(in crate::report) fn flows(flows: &Flows) -> (Vec<String>, Vec<Vec<String>>) {
    let mut titles: Vec<String> =
        ["Mistakes", "Not repeated", "Enter", "Caught by the vote"].map(str::to_owned).to_vec();
    titles.extend(flows.filters.iter().map(|kind| format!("Caught by {kind}")));
    titles.extend(["Accepted", "Replaced", "Healed", "Learned"].map(str::to_owned));
    let hundred = |value: f64| number(100.0 * value, 3);
    let shown = flows.flows.iter().filter(|flow| flow.enters > 0.0 || flow.unrepeated > 0.0);
    let rows = shown.map(|flow| {
        let mut row = vec![flow.class.name().to_owned()];
        row.extend([flow.unrepeated, flow.enters, flow.caught_by_vote].map(hundred));
        row.extend(flow.caught_by_filters.iter().map(|&caught| hundred(caught)));
        row.extend([flow.accepted, flow.replaced, flow.healed, flow.learned].map(hundred));
        row
    });
    (titles, rows.collect())
}

/// The keys in which the designs differ, with the value of each design.
pub(super) fn differing(comparison: &Comparison) -> Vec<Vec<String>> {
    let all: Vec<BTreeMap<String, String>> = comparison
        .designs
        .iter()
        .map(|one| parameters(&one.scenario).into_iter().map(|Parameter { key, value, .. }| (key, value)).collect())
        .collect();
    let mut keys: Vec<&String> = all.iter().flat_map(BTreeMap::keys).filter(|key| *key != "name").collect();
    keys.sort();
    keys.dedup();
    let row = |key: &String| {
        let values: Vec<String> = all.iter().map(|one| or_dash(one.get(key).cloned())).collect();
        let same = values.windows(2).all(|pair| pair[0] == pair[1]);
        (!same).then(|| std::iter::once(key.clone()).chain(values).collect())
    };
    keys.into_iter().filter_map(row).collect()
}
