//! The columns of the comparison, which the page and the terminal share: one unit each, named in its head.

use crate::plan::{ComparedDesign, DesignComparison, PairedDifference, PriceBasis, RunwayMeasure};
use crate::report::words::{
    generations, is_far, number, or_dash, probability, ratio, runway as runway_words, runway_cell, shares,
};
use crate::table::{Table, TableColumn};

use super::chosen::{caveat, is_failing, least};

/// A ratio beyond this, or below its inverse, is said in words: nobody plans with its digits.
const FACTOR: f64 = 1000.0;

/// Shares in one unit; what is absent is a dash.
fn shares_column(title: &str, rank: u8, values: &[Option<f64>]) -> TableColumn {
    let column = shares(&values.iter().map(|value| value.unwrap_or(f64::NAN)).collect::<Vec<_>>());
    TableColumn::new(column.head(title), rank, column.cells)
}

/// Marks the cells of designs that were simulated.
fn marked(mut column: TableColumn, designs: &[ComparedDesign]) -> TableColumn {
    for (cell, one) in column.cells.iter_mut().zip(designs) {
        if one.basis == PriceBasis::Simulated {
            cell.insert(0, '~');
        }
    }
    column
}

/// The numbers of every design: first those on its runway, then those on its price and its best generation. A "~" marks what
/// was simulated.
pub(super) fn runway_and_price(comparison: &DesignComparison) -> [Table; 2] {
    let designs = &comparison.designs;
    let names = || TableColumn::new("Design", 0, designs.iter().map(|one| one.name.clone()));
    let each = |value: fn(&ComparedDesign) -> Option<f64>| designs.iter().map(value).collect::<Vec<_>>();
    let runway = vec![
        names(),
        marked(TableColumn::new("Fails within the horizon (%)", 2, designs.iter().map(failure)), designs),
        runways(comparison),
        TableColumn::new("R", 1, designs.iter().map(|one| or_dash(one.reproduction_number.map(ratio)))),
        TableColumn::new(
            "Mean field",
            4,
            designs.iter().map(|one| or_dash(one.regime.map(|regime| regime.name().to_owned()))),
        ),
        shares_column("Floor", 8, &each(|one| one.floor_error)),
        shares_column("Tipping point", 10, &each(|one| one.tipping_error)),
    ];
    let mut price = prices(comparison);
    price.push(TableColumn::new("Keep generation", 7, designs.iter().map(|one| one.best.generation.to_string())));
    price.push(shares_column("Best there, of runs", 11, &each(|one| Some(one.best.probability))));
    price.push(shares_column("Yield", 9, &each(|one| Some(one.start_yield))));
    price.insert(0, names());
    [Table::new("Runway", runway), Table::new("Price, and the generation to keep", price)]
}

/// P(T ≤ horizon) in percent, as far as it is known.
fn failure(one: &ComparedDesign) -> String {
    let written = probability(one.failed_by_horizon, one.failed_by_horizon_error.unwrap_or(0.0));
    written.trim_end_matches(['%', '\u{a0}']).to_owned()
}

fn runways(comparison: &DesignComparison) -> TableColumn {
    let measure = comparison.measure;
    let cell =
        |one: &ComparedDesign| or_dash(measure.runway(one).map(|value| runway_cell(value, one.scenario.horizon.get())));
    match measure {
        RunwayMeasure::UntilFailure => TableColumn::new("Runway (generations)", 0, comparison.designs.iter().map(cell)),
        RunwayMeasure::ToHorizon => {
            let column =
                TableColumn::new("Runway to the horizon (generations)", 0, comparison.designs.iter().map(cell));
            marked(column, &comparison.designs)
        }
    }
}

/// Nothing where no design has a price.
fn prices(comparison: &DesignComparison) -> Vec<TableColumn> {
    let designs = &comparison.designs;
    let mut units: Vec<&str> = designs.iter().filter_map(|one| Some(one.cost.as_ref()?.unit.as_str())).collect();
    units.dedup();
    let Some(&unit) = units.first() else { return Vec::new() };
    // Where units differ, each cell has to say its own.
    let (head, own) = if units.len() == 1 { (format!(" ({unit})"), false) } else { (String::new(), true) };
    let cell = |value: f64, unit: &str| if own { format!("{} {unit}", number(value, 3)) } else { number(value, 3) };
    let start = designs.iter().map(|one| or_dash(one.cost.as_ref().map(|cost| cell(cost.start, &cost.unit))));
    let sustained = designs
        .iter()
        .map(|one| or_dash(one.cost.as_ref().and_then(|cost| Some(cell(comparison.measure.price(cost)?, &cost.unit)))));
    vec![
        TableColumn::new(format!("Price of a generation of runway{head}"), 3, sustained),
        TableColumn::new(format!("Price of generation 0{head}"), 12, start),
        TableColumn::new("Dominated by", 6, designs.iter().map(|one| or_dash(one.dominated_by.clone()))),
    ]
}

/// Every design but the baseline, compared with it: ratios, and differences under common random numbers. Nothing for a single design.
pub(super) fn against(comparison: &DesignComparison) -> Table {
    let others: Vec<&ComparedDesign> =
        comparison.designs.iter().filter(|one| one.name != comparison.baseline).collect();
    let column = |title: &str, rank: u8, cell: &dyn Fn(&ComparedDesign) -> Option<String>| {
        TableColumn::new(title, rank, others.iter().map(|one| or_dash(cell(one))))
    };
    let apart = |difference: &PairedDifference, scale: f64| {
        let [mean, low, high] =
            [difference.mean, difference.low, difference.high].map(|value| number(scale * value, 3));
        format!("{mean} ({low} to {high})")
    };
    let variance = |difference: &PairedDifference| difference.variance_ratio.map(|ratio| number(ratio, 3));
    let title = format!("Against “{}”", comparison.baseline);
    let columns = vec![
        column("Design", 0, &|one| Some(one.name.clone())),
        column("Runway ×", 1, &|one| one.ratios.runway.map(factor)),
        column("Failure ×", 2, &|one| one.ratios.failed_by_horizon.map(factor)),
        column("Price ×", 3, &|one| one.ratios.cost.map(factor)),
        column("R ×", 4, &|one| one.ratios.reproduction_number.map(factor)),
        column("Runway gained (generations, 95 %)", 5, &|one| Some(apart(&one.paired.as_ref()?.runway, 1.0))),
        column("Runway variance ×", 8, &|one| variance(&one.paired.as_ref()?.runway)),
        column("Error at the horizon (percentage points, 95 %)", 6, &|one| {
            Some(apart(&one.paired.as_ref()?.error, 100.0))
        }),
        column("Error variance ×", 9, &|one| variance(&one.paired.as_ref()?.error)),
    ];
    Table::new(title, columns)
}

/// A ratio of two designs' numbers.
fn factor(ratio: f64) -> String {
    if ratio > FACTOR {
        format!("more than {}", number(FACTOR, 3))
    } else if ratio > 0.0 && ratio < 1.0 / FACTOR {
        format!("less than {}", number(1.0 / FACTOR, 3))
    } else {
        number(ratio, 3)
    }
}

/// What the columns of [`runway_and_price`] and [`against`] mean.
pub(super) fn legend(comparison: &DesignComparison) -> Vec<String> {
    let runs = number(comparison.replicates as f64, 3);
    let mut lines = vec![
        "“Fails within the horizon”: P(T ≤ horizon). “Keep generation”: the one with the lowest expected error, and the share of runs whose own \
         lowest error falls there."
            .to_owned(),
    ];
    if comparison.designs.iter().any(|one| one.basis == PriceBasis::Simulated) {
        lines.push(format!("~ from {runs} simulated runs, where no exact solver reaches."));
    }
    if comparison.designs.len() > 1 {
        lines.push(format!(
            "×: over the baseline's number. “Runway gained” and “Error at the horizon”: mean differences over {runs} runs (seed {}) that \
             every design plays with common random numbers, of min(T, horizon) and of the error rate at the horizon; “variance ×”: that of the \
             difference over that of independent runs, below 1 where these sharpen the comparison.",
            comparison.seed
        ));
    }
    lines
}

/// Who fails first and who lasts longest, in one sentence that praises nothing that fails. Runways far beyond the horizon count
/// as equal.
#[must_use]
pub fn headline(comparison: &DesignComparison) -> String {
    let all: Vec<&ComparedDesign> = comparison.designs.iter().collect();
    let runway = |one: &ComparedDesign| {
        let value = comparison.measure.runway(one).unwrap_or(f64::NAN);
        if is_far(value, one.scenario.horizon.get()) { f64::MAX } else { value }
    };
    let (Some((_, first, shortest)), Some((_, last, longest))) = (least(&all, runway), least(&all, |one| -runway(one)))
    else {
        return "No runway is known".to_owned();
    };
    let long = lasts(comparison.measure, last);
    if all.len() == 1 {
        return format!("{longest}{} lasts {long}", caveat(last));
    }
    let start = if is_failing(last) { "Every design is likelier than not to fail within its horizon: " } else { "" };
    if shortest == longest {
        return format!("{start}every design lasts {long}");
    }
    format!("{start}{shortest} lasts shortest, {}; {longest} longest, {long}", lasts(comparison.measure, first))
}

/// The runway of a design in words.
fn lasts(measure: RunwayMeasure, one: &ComparedDesign) -> String {
    let horizon = one.scenario.horizon.get();
    let value = measure.runway(one).unwrap_or(f64::NAN);
    match measure {
        RunwayMeasure::UntilFailure => runway_words(value, horizon),
        RunwayMeasure::ToHorizon => format!("{} of the first {horizon}", generations(value)),
    }
}
