//! Results as tables for people.

use std::io::{self, Write};

use super::width::sheet;

use crate::analytic::{BestGeneration, ParameterThreshold, Solution};
use crate::compare;
use crate::explain::Explanation;
use crate::law::{Answers, Belief};
use crate::report::words::{estimate, generations, number, percent, ratio, runway, runway_cell, shares};
use crate::scenario::Scenario;
use crate::simulate::{RareFailure, Simulated};

/// Rows that a curve is thinned to.
const ROWS: usize = 21;

/// The answer of `solve`.
pub(super) fn solution(scenario: &Scenario, solution: &Solution, out: &mut dyn Write) -> io::Result<()> {
    let absent = |key: &str| {
        let reason =
            solution.undefined.iter().find(|(known, _)| key == *known || key.starts_with(&format!("{known}.")));
        reason.map_or_else(|| "–".to_owned(), |(_, reason)| format!("– ({reason})"))
    };
    let or = |value: Option<String>, key: &str| value.unwrap_or_else(|| absent(key));
    let horizon = scenario.horizon.get();
    let far = |value: f64| runway(value, horizon);
    let law = &solution.runway;
    let range = law.q05.zip(law.q95).map(|(low, high)| format!("{} to {}", runway_cell(low, horizon), far(high)));
    let rows = [
        ("regime", or(solution.regime.map(|regime| regime.name().to_owned()), "regime")),
        ("reproduction number R", or(solution.reproduction_number.map(ratio), "reproduction_number")),
        ("doubling time", or(solution.doubling_time.map(generations), "doubling_time")),
        ("half-life", or(solution.half_life.map(generations), "half_life")),
        (
            "fresh wrong / unsound",
            or(
                solution.fresh.map(|fresh| format!("{} / {}", percent(fresh.wrong, 3), percent(fresh.unsound, 3))),
                "fresh",
            ),
        ),
        ("error at generation 0", percent(solution.start_error, 3)),
        ("error floor", or(solution.floor_error.map(|error| percent(error, 3)), "floor_error")),
        ("tipping point", or(solution.tipping_error.map(|error| percent(error, 3)), "tipping_error")),
        ("fails at error", percent(scenario.failure.error_rate.get(), 3)),
        ("expected runway E[T]", or(law.mean.map(far), "runway.mean")),
        ("its standard deviation", or(law.sd.map(far), "runway.sd")),
        ("median", or(law.q50.map(far), "runway.q50")),
        ("5 to 95 %", or(range, "runway.q95")),
        ("E[min(T, horizon)]", or(law.restricted_mean.map(far), "runway")),
        (
            "hazard per generation",
            or(
                solution.quasi_stationary.as_ref().map(|law| format!("{} once settled", percent(law.hazard, 3))),
                "quasi_stationary",
            ),
        ),
        ("yield at generation 0", percent(solution.start_yield, 3)),
        ("verifier meter J", verifier(solution)),
        ("generation to keep", keep(solution.best, scenario.horizon.get())),
        ("method", solution.method.clone()),
    ];
    writeln!(out, "{}", scenario.name)?;
    for (name, value) in rows {
        writeln!(out, "  {name:<24} {value}")?;
    }
    cost(solution, out)?;
    thresholds(&solution.thresholds, out)?;
    curves(solution, out)?;
    for warning in &solution.warnings {
        writeln!(out, "note: {warning}")?;
    }
    Ok(())
}

/// What the checks tell at first and at the horizon, and from when on they select for mistakes.
fn verifier(solution: &Solution) -> String {
    let Some(verifier) = &solution.verifier else { return "– (nothing is checked)".to_owned() };
    let told = verifier.best_known();
    let j = |at: Option<&Option<crate::analytic::VerifierMeter>>| {
        at.copied().flatten().map_or_else(|| "–".to_owned(), |met| number(met.discrimination, 3))
    };
    let course = format!("{} at generation 0, {} at the horizon", j(told.first()), j(told.last()));
    match verifier.selects_for_mistakes {
        Some(generation) => format!("{course}; first selects for mistakes at generation {generation}"),
        None => course,
    }
}

/// Where the error is expected to be lowest, in words.
fn keep(best: BestGeneration, horizon: u64) -> String {
    let error = percent(best.error, 3);
    match best.generation {
        0 => format!("0 ({error}; no later generation has a lower error)"),
        last if last == horizon => format!("{last}: the error falls to the horizon ({error})"),
        within => format!("{within}: the error falls to {error} and gets no lower"),
    }
}

fn cost(solution: &Solution, out: &mut dyn Write) -> io::Result<()> {
    let Some(spending) = &solution.cost else { return Ok(()) };
    let unit = &spending.unit;
    let or = |value: Option<f64>, key: &str| match (value, spending.undefined.get(key)) {
        (Some(value), _) => format!("{} {unit}", number(value, 3)),
        (None, Some(reason)) => format!("– ({reason})"),
        (None, None) => "–".to_owned(),
    };
    let start = &spending.start;
    let part = |value: f64| number(value, 3);
    let checks: f64 = start.checks.iter().sum();
    let rows = [
        (
            "cost of generation 0",
            format!(
                "{} {unit} (candidates {}, checks {}, true examples {}, training {})",
                number(start.total, 3),
                part(start.generation),
                part(checks),
                part(start.truth),
                part(start.training)
            ),
        ),
        ("cost until failure", or(spending.until_failure, "until_failure")),
        ("cost to the horizon", or(spending.until_horizon, "until_horizon")),
        ("per sustained generation", or(spending.per_sustained_generation, "per_sustained_generation")),
    ];
    for (name, value) in rows {
        writeln!(out, "  {name:<24} {value}")?;
    }
    Ok(())
}

fn thresholds(thresholds: &[ParameterThreshold], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "what brings R below 1")?;
    for threshold in thresholds {
        let value = threshold.value.map(|value| number(value, 3));
        let value = value.or_else(|| threshold.reason.clone()).unwrap_or_default();
        let present = threshold.present.map_or_else(String::new, |present| format!(" (now {})", number(present, 3)));
        writeln!(out, "  {}: {value}{present}", threshold.meaning)?;
    }
    Ok(())
}

fn curves(solution: &Solution, out: &mut dyn Write) -> io::Result<()> {
    let mut columns: Vec<(&str, &[f64])> = vec![("mean-field error", &solution.mean_field_error)];
    if let Some(curves) = &solution.curves {
        columns.extend::<[(&str, &[f64]); 5]>([
            ("expected error", &curves.expected_error),
            ("error, 5 % quantile", &curves.error_q05),
            ("error, 95 % quantile", &curves.error_q95),
            ("survival S(g)", &curves.survival),
            ("yield", &curves.expected_yield),
        ]);
    } else if let Some(near) = &solution.approximation {
        columns.extend::<[(&str, &[f64]); 4]>([
            ("≈ expected error", &near.expected_error),
            ("≈ error, 5 % quantile", &near.error_q05),
            ("≈ error, 95 % quantile", &near.error_q95),
            ("≈ survival S(g)", &near.survival),
        ]);
    }
    by_generation(solution.generations.len(), &columns, out)
}

/// A table of shares by generation, each column in the unit that its head names.
fn by_generation(length: usize, columns: &[(&str, &[f64])], out: &mut dyn Write) -> io::Result<()> {
    let shown: Vec<usize> = thinned(length).collect();
    let mut head = vec!["generation".to_owned()];
    let mut rows: Vec<Vec<String>> = shown.iter().map(|g| vec![g.to_string()]).collect();
    for (title, values) in columns {
        let values: Vec<f64> = shown.iter().map(|&g| values.get(g).copied().unwrap_or(f64::NAN)).collect();
        let column = shares(&values);
        head.push(column.head(title));
        rows.iter_mut().zip(column.cells).for_each(|(row, cell)| row.push(cell));
    }
    let mut table = sheet(&head.iter().map(String::as_str).collect::<Vec<_>>());
    table.add_rows(rows);
    writeln!(out, "{table}")
}

/// The answer of `simulate`.
pub(super) fn simulated(scenario: &Scenario, simulated: &Simulated, out: &mut dyn Write) -> io::Result<()> {
    let horizon = scenario.horizon.get();
    let engine = format!("{:?}", simulated.engine).to_lowercase();
    writeln!(out, "{}: {} runs by {engine}, seed {}", scenario.name, simulated.replicates, simulated.seed)?;
    let runway = simulated.runway;
    writeln!(
        out,
        "  E[min(T, {horizon})]  {} generations (standard error); {} of {} runs alive at generation {horizon}",
        estimate(runway.restricted_mean, runway.se),
        runway.censored,
        simulated.replicates
    )?;
    let most = simulated.best_generation.iter().copied().max().unwrap_or(0);
    if let Some(best) = simulated.best_generation.iter().position(|&count| count == most) {
        let share = percent(most as f64 / simulated.replicates as f64, 3);
        writeln!(out, "  lowest error          at generation {best} in {share} of runs, more often than at any other")?;
    }
    if simulated.starved > 0 {
        writeln!(out, "  {} runs starved: nothing they generated was accepted", simulated.starved)?;
    }
    let columns: [(&str, &[f64]); 6] = [
        ("survival", &simulated.survival),
        ("mean error", &simulated.mean_error),
        ("standard error", &simulated.se_error),
        ("unsound", &simulated.mean_unsound),
        ("wrong", &simulated.mean_wrong),
        ("yield", &simulated.mean_yield),
    ];
    by_generation(simulated.generations.len(), &columns, out)
}

/// The answer of `simulate --rare`.
pub(super) fn rare(scenario: &Scenario, rare: &RareFailure, out: &mut dyn Write) -> io::Result<()> {
    let engine = format!("{:?}", rare.engine).to_lowercase();
    writeln!(
        out,
        "{}: {} repetitions of {} runs at each of {} levels by {engine}, seed {}",
        scenario.name,
        rare.repetitions,
        rare.effort,
        rare.levels.len() + 1,
        rare.seed
    )?;
    write!(out, "  P(T <= {})  {}", rare.horizon, percent(rare.probability, 3))?;
    if let Some(relative) = rare.relative_standard_error {
        write!(out, ", relative standard error {}", percent(relative, 2))?;
    }
    match (rare.interval, rare.undefined.get("interval")) {
        (Some((low, high)), _) => writeln!(out, "; 95 % interval {} to {}", percent(low, 3), percent(high, 3))?,
        (None, Some(reason)) => writeln!(out, "; no interval: {reason}")?,
        (None, None) => writeln!(out)?,
    }
    Ok(())
}

/// The answer of `check`.
pub(super) fn verdict(verdict: &compare::AgreementVerdict, out: &mut dyn Write) -> io::Result<()> {
    let mut table = sheet(&["compared", "largest deviation", "critical", "generation", "level", "passed"]);
    for test in &verdict.tests {
        table.add_row(vec![
            test.quantity.clone(),
            number(test.deviation, 3),
            number(test.critical, 3),
            test.generation.map_or_else(|| "–".to_owned(), |g| g.to_string()),
            number(test.level, 2),
            if test.passed { "yes".to_owned() } else { "NO".to_owned() },
        ]);
    }
    writeln!(out, "{table}")?;
    writeln!(out, "{}", verdict.sentence)
}

/// The answer of `explain`.
pub(super) fn explanation(scenario: &Scenario, explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let share = |value: f64| percent(value, 3);
    let x = explanation.composition;
    writeln!(
        out,
        "{}, generation {}: {} sound, {} unsound, {} wrong beliefs",
        scenario.name,
        explanation.generation,
        share(x.sound()),
        share(x.unsound),
        share(x.wrong)
    )?;
    writeln!(
        out,
        "\nWhere errors enter: each of {} steps slips with probability {}. A solution that no belief misleads is\n  sound {}, right by a wrong step {}, wrong {}.",
        explanation.steps,
        share(explanation.step_error),
        share(explanation.solution.sound),
        share(explanation.solution.unsound),
        share(explanation.solution.wrong)
    )?;
    if !explanation.difficulties.is_empty() {
        let mut table = sheet(&["problems", "steps", "slip per step", "sound", "wrong", "error", "accepted"]);
        for one in &explanation.difficulties {
            let mut row = vec![share(one.share), one.steps.to_string()];
            let parts = [one.step_error, one.solution.sound, one.solution.wrong, one.error_rate, one.yield_];
            row.extend(parts.map(share));
            table.add_row(row);
        }
        writeln!(
            out,
            "These are means over problems of different difficulty, the steps those of the longest:\n{table}\n"
        )?;
    }
    writeln!(out, "Before any check a candidate is wrong with probability {}.\n", share(explanation.error_rate))?;
    let mut situations = sheet(&["problem meets", "share", "sound", "unsound", "systematic", "random"]);
    for one in &explanation.situations {
        situations.add_row(answers_row(vec![belief(one.belief).to_owned(), share(one.share)], &one.candidate));
    }
    writeln!(out, "What one candidate answers\n{situations}\n")?;
    let mut passage = sheet(&["per problem", "sound", "unsound", "systematic", "random"]);
    let vote = scenario.vote;
    let voted = match vote.candidates.get() {
        1 => "no vote".to_owned(),
        k if vote.is_majority() => format!("vote, {} of {k} agree", vote.agree.get()),
        k if vote.agree.get() == 1 && vote.most() == k => format!("vote, plurality of {k}"),
        k if vote.most() == k => format!("vote, most of {k}, at least {}", vote.agree.get()),
        k => format!("vote, most of {k}, {} to {} votes", vote.agree.get(), vote.most()),
    };
    passage.add_row(answers_row(vec!["one candidate".to_owned()], &explanation.answered));
    passage.add_row(answers_row(vec![voted], &explanation.voted));
    for filter in &explanation.filters {
        passage.add_row(answers_row(vec![format!("`{}` lets pass", filter.kind)], &filter.passing));
    }
    passage.add_row(answers_row(vec!["accepted".to_owned()], &explanation.accepted));
    writeln!(out, "What the checks let through\n{passage}\n")?;
    match explanation.learned {
        Some(q) => writeln!(
            out,
            "Of 100 problems {} end in an accepted example. Learned: {} sound, {} unsound, {} wrong beliefs in the next generation\n(random mistakes leave a belief with probability {}, systematic and unsound ones with {}; {} is replaced by ground truth).",
            number(100.0 * explanation.yield_, 3),
            share(q.sound()),
            share(q.unsound),
            share(q.wrong),
            share(scenario.learning.imprint.get()),
            share(scenario.learning.persistence.get()),
            share(scenario.learning.anchor.get())
        ),
        None => writeln!(out, "Nothing is accepted: the loop starves at this generation, and there is no next one."),
    }?;
    super::design_tables::account(&explanation.account, out)
}

fn answers_row(mut row: Vec<String>, answers: &Answers) -> Vec<String> {
    row.extend([answers.sound, answers.unsound, answers.systematic, answers.random].map(|share| percent(share, 3)));
    row
}

const fn belief(belief: Belief) -> &'static str {
    match belief {
        Belief::Plain => "a sound belief",
        Belief::FreshSystematic => "a sound belief, but provokes a mistake",
        Belief::Unsound => "an unsound belief",
        Belief::Wrong => "a wrong belief",
    }
}

/// At most [`ROWS`] evenly spaced generations, the last one among them.
fn thinned(length: usize) -> impl Iterator<Item = usize> {
    let last = length.saturating_sub(1);
    let step = last.div_ceil(ROWS - 1).max(1);
    (0..last).step_by(step).chain(std::iter::once(last))
}
