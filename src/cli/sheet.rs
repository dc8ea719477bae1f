//! Designs side by side, and mistakes by their origin, as tables for people.

use std::io::{self, Write};

use crate::evidence::{Evidence, Judged};
use crate::explain::{Account, Drivers, Flows, VoteRow};
use crate::plan::{Basis, Compared, Comparison, Difference, Measure};
use crate::report::words::{number, percent, probability, ratio};

use super::table::sheet;

/// The answer of `compare`.
pub(super) fn comparison(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let measure = comparison.measure;
    let unit = comparison.designs.iter().find_map(|one| Some(one.cost.as_ref()?.unit.clone()));
    let price = unit.as_deref().map_or_else(|| "cost".to_owned(), |unit| format!("{unit} per generation of runway"));
    let runway = match measure {
        Measure::UntilFailure => "expected runway",
        Measure::ToHorizon => "runway to the horizon",
    };
    let mut table = sheet(&[
        "design",
        "R",
        "fate",
        "floor",
        "tipping",
        "P(fail)",
        runway,
        "best generation",
        "yield",
        &price,
        "dominated by",
    ]);
    for one in &comparison.designs {
        table.add_row(row(one, measure));
    }
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "P(fail): within the horizon. Best generation: lowest expected error (share of {} runs whose own lowest error falls there).",
        comparison.replicates
    )?;
    if comparison.designs.iter().any(|one| one.basis == Basis::Simulated) {
        writeln!(out, "~ from simulation, where no exact solver reaches.")?;
    }
    ratios(comparison, out)?;
    for note in &comparison.notes {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

/// Claims with their verdicts, published values beside the model's.
pub(super) fn evidence(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    for judged in &evidence.claims {
        let verdict = if judged.holds { "holds" } else { "DOES NOT HOLD" };
        writeln!(out, "claim {verdict}: {} ({})", judged.claim.says, measured(judged))?;
    }
    if evidence.published.is_empty() {
        return Ok(());
    }
    let mut table = sheet(&["published", "value", "model", "difference", "role"]);
    for beside in &evidence.published {
        let published = &beside.published;
        table.add_row(vec![
            published.says.clone(),
            number(published.value, 4),
            beside.found.map_or_else(|| "–".to_owned(), |found| number(found, 4)),
            beside.found.map_or_else(|| "–".to_owned(), |found| number(found - published.value, 2)),
            format!("{:?}", published.role).to_lowercase(),
        ]);
    }
    writeln!(out, "{table}")
}

/// The number of a claim with its bounds: "runway of `votes` over `none` 6.21, at least 5".
fn measured(judged: &Judged) -> String {
    let claim = &judged.claim;
    let of = claim.subject.design.as_ref().map_or_else(String::new, |design| format!(" of `{design}`"));
    let over = claim.over.as_ref().map_or_else(String::new, |design| format!(" over `{design}`"));
    let found = judged.found.map_or_else(|| "not available".to_owned(), |found| number(found, 5));
    let bound = |word: &str, bound: Option<f64>| {
        bound.map_or_else(String::new, |bound| format!(", {word} {}", number(bound, 5)))
    };
    format!(
        "{}{of}{over}: {found}{}{}",
        claim.subject.quantity.name(),
        bound("at least", claim.at_least),
        bound("at most", claim.at_most)
    )
}

fn row(one: &Compared, measure: Measure) -> Vec<String> {
    let dash = || "–".to_owned();
    let simulated = if one.basis == Basis::Simulated { "~" } else { "" };
    let price = one.cost.as_ref().and_then(|cost| measure.price(cost)).map(|price| number(price, 4));
    let restricted = measure == Measure::ToHorizon;
    let runway = measure.runway(one).map(|runway| number(runway, 4));
    vec![
        one.name.clone(),
        one.reproduction_number.map_or_else(dash, ratio),
        one.regime.map_or_else(dash, |regime| regime.name().to_owned()),
        one.floor_error.map_or_else(dash, |error| percent(error, 3)),
        one.tipping_error.map_or_else(dash, |error| percent(error, 3)),
        format!("{simulated}{}", probability(one.failed_by_horizon, one.failed_by_horizon_error.unwrap_or(0.0))),
        runway.map_or_else(dash, |runway| if restricted { format!("{simulated}{runway}") } else { runway }),
        format!("{} ({})", one.best.generation, percent(one.best.probability, 3)),
        percent(one.start_yield, 3),
        price.unwrap_or_else(dash),
        one.dominated_by.clone().unwrap_or_default(),
    ]
}

fn ratios(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    if comparison.designs.len() < 2 {
        return Ok(());
    }
    let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| number(value, 3));
    let mut table = sheet(&[
        "against the baseline",
        "R ×",
        "runway ×",
        "P(fail) ×",
        "cost ×",
        "Δ runway (paired)",
        "variance",
        "Δ error",
        "variance",
    ]);
    let apart = |difference: &Difference, show: fn(f64, usize) -> String| {
        format!("{} ({} to {})", show(difference.mean, 3), show(difference.low, 3), show(difference.high, 3))
    };
    for one in comparison.designs.iter().filter(|one| one.name != comparison.baseline) {
        let ratios = &one.ratios;
        let mut row = vec![one.name.clone()];
        row.extend([ratios.reproduction_number, ratios.runway, ratios.failed_by_horizon, ratios.cost].map(show));
        match &one.paired {
            Some(paired) => row.extend([
                apart(&paired.runway, number),
                show(paired.runway.variance_ratio),
                apart(&paired.error, percent),
                show(paired.error.variance_ratio),
            ]),
            None => row.extend(std::iter::repeat_n("–".to_owned(), 4)),
        }
        table.add_row(row);
    }
    writeln!(out, "\nbaseline: {}\n{table}", comparison.baseline)?;
    writeln!(
        out,
        "Δ: mean difference of min(T, horizon), and of the error at the horizon, under the same luck, with 95 % intervals; variance: that \
         of the difference over that of independent runs."
    )
}

/// The account of mistakes, for `explain`.
pub(super) fn account(account: &Account, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\nWhere mistakes enter, pass and heal at this composition (of 100 problems; behind ‖ of 100 accepted)"
    )?;
    flows(&account.now, out)?;
    let place = if account.at_rest { "where the mean field comes to rest" } else { "half-way to the horizon" };
    writeln!(
        out,
        "\nThe same {place} (generation {}: {} unsound, {} wrong)",
        account.later.generation,
        percent(account.later.composition.unsound, 3),
        percent(account.later.composition.wrong, 3)
    )?;
    flows(&account.later, out)?;
    if let Some(drivers) = &account.drivers {
        self::drivers(drivers, out)?;
    }
    votes(account, out)
}

fn flows(flows: &Flows, out: &mut dyn Write) -> io::Result<()> {
    let mut header = vec!["mistakes".to_owned(), "enter".to_owned(), "vote catches".to_owned()];
    header.extend(flows.filters.iter().map(|kind| format!("`{kind}` catches")));
    header.extend(["accepted", "‖ replaced", "heal", "learned"].map(str::to_owned));
    let mut table = sheet(&header.iter().map(String::as_str).collect::<Vec<_>>());
    let hundred = |value: f64| number(100.0 * value, 3);
    for flow in flows.flows.iter().filter(|flow| flow.enters > 0.0) {
        let mut row = vec![flow.class.name().to_owned(), hundred(flow.enters), hundred(flow.caught_by_vote)];
        row.extend(flow.caught_by_filters.iter().map(|&caught| hundred(caught)));
        row.extend([flow.accepted, flow.replaced, flow.healed, flow.learned].map(hundred));
        table.add_row(row);
    }
    writeln!(out, "{table}")
}

fn drivers(drivers: &Drivers, out: &mut dyn Write) -> io::Result<()> {
    let [[uu, uw], [wu, ww]] = drivers.next_generation_matrix;
    let show = |value: f64| number(value, 4);
    writeln!(out, "\nWhat drives R = {}", ratio(drivers.reproduction_number))?;
    writeln!(
        out,
        "  next-generation matrix: an unsound belief leaves {} unsound and {} wrong, a wrong one {} unsound and {} wrong",
        show(uu),
        show(wu),
        show(uw),
        show(ww)
    )?;
    let parts = drivers.contributions.iter().filter(|one| one.part.abs() > 1e-12 * drivers.reproduction_number);
    let parts: Vec<String> = parts.map(|one| format!("{} {}", one.class.name(), show(one.part))).collect();
    writeln!(out, "  parts of R by what is left: {}", parts.join(", "))?;
    writeln!(out, "  driven by: {}", drivers.driver.name())
}

fn votes(account: &Account, out: &mut dyn Write) -> io::Result<()> {
    let votes = &account.votes;
    writeln!(out, "\nWhat votes catch (negative: the vote rather picks the shared mistake)")?;
    let mut table = sheet(&["vote", "random caught", "systematic caught", "right kept", "yield", "R", "E[T]"]);
    let share = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| percent(value, 3));
    let mut add = |row: &VoteRow| {
        table.add_row(vec![
            format!("{} of {}", row.agree, row.candidates),
            share(row.random_caught),
            share(row.systematic_caught),
            percent(row.right_kept, 3),
            percent(row.yield_, 3),
            row.reproduction_number.map_or_else(|| "–".to_owned(), ratio),
            row.expected_runway.map_or_else(|| "–".to_owned(), |runway| number(runway, 4)),
        ]);
    };
    votes.majorities.iter().for_each(&mut add);
    votes.agreements.iter().skip(1).for_each(&mut add);
    writeln!(out, "{table}")?;
    let told = |what: &str, enough: Option<u64>| match enough {
        Some(k) => format!("{what} changes by less than 1 % beyond {k} candidates"),
        None => format!("{what} still changes by more than 1 % among the votes tried"),
    };
    writeln!(out, "{}.", told("R", votes.enough_for_reproduction))?;
    if votes.majorities.iter().any(|row| row.expected_runway.is_some()) {
        writeln!(out, "{}.", told("E[T]", votes.enough_for_runway))?;
    }
    Ok(())
}
