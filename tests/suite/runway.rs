//! The law of T where it is defective, the visits, the quasi-stationary law, and the reasons of numbers that are absent.

use approx::assert_relative_eq;
use proptest::prelude::*;
use runaway::analytic::{Solution, solve};
use runaway::scenario::{Origin, Scenario};
use serde_json::Value;

use crate::strategy::{Sizes, config, scenario};

fn number(file: &str) -> Scenario {
    let path = format!("{}/tests/cases/numbers/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    Scenario::parse(&text, Origin::Text, &[]).unwrap()
}

fn changed(changes: &[&str]) -> Solution {
    let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    solve(&Scenario::parse("name = \"runway\"", Origin::Text, &changes).unwrap())
}

fn reason<'a>(solution: &'a Solution, key: &str) -> &'a str {
    solution.undefined.get(key).map_or("", String::as_str)
}

fn assert_never(solution: &Solution, keys: &[&str]) {
    for key in keys {
        assert!(reason(solution, &format!("runway.{key}")).starts_with("never"), "{key}: {:?}", solution.undefined);
    }
    assert_eq!(solution.runway.mean, None);
    assert!(reason(solution, "runway.mean").starts_with("infinite"), "{:?}", solution.undefined);
}

/// P(T < ∞) = 1 − (an absorbed Wright–Fisher chain's chance never to reach half): a martingale stopped at either end.
#[test]
fn a_loop_without_fresh_mistakes_may_never_fail() {
    let solution = changed(&["examples=50", "errors.step_error=0", "learning.persistence=1", "start.wrong=0.1"]);
    let runway = solution.runway;
    let (ever, never) = (runway.ever_fails.unwrap(), runway.never_fails.unwrap());
    assert_relative_eq!(ever, 0.188, max_relative = 3e-3);
    assert_relative_eq!(ever + never, 1.0, max_relative = 1e-12);
    assert_never(&solution, &["q50", "q95"]);
    let q05 = runway.q05.unwrap();
    assert!((1.0..50.0).contains(&q05), "{q05}");
    let failed = &solution.curves.unwrap().failed;
    assert!(failed[q05 as usize] >= 0.05 && failed[q05 as usize - 1] < 0.05);
}

#[test]
fn the_quantiles_of_a_loop_that_hardly_ever_fails_are_never() {
    let solution = solve(&number("1d-21-86.toml"));
    let runway = solution.runway;
    assert_relative_eq!(runway.ever_fails.unwrap(), 1.7e-91, max_relative = 0.05);
    assert!(runway.ever_fails_error.unwrap() < 1e-8 * runway.ever_fails.unwrap());
    assert_eq!(runway.never_fails, Some(1.0));
    assert_never(&solution, &["q05", "q50", "q95"]);
}

/// Slips that die out leave a loop that heals for good or fails before: E[T] is infinite although each generation slips.
#[test]
fn slips_that_die_out_make_a_defective_law() {
    let dying = ["examples=30", "errors.step_error=0.02", "errors.step_error_gain=0.4", "learning.persistence=0.8"];
    let solution = changed(&[&dying[..], &["errors.amplification=2"]].concat());
    let runway = solution.runway;
    let ever = runway.ever_fails.unwrap();
    assert!(0.0 < ever && ever < 1.0, "{ever}");
    assert_relative_eq!(ever + runway.never_fails.unwrap(), 1.0, max_relative = 1e-9);
    // Nothing fails any more at the horizon, which lies far behind the last slip.
    let failed = *solution.curves.as_ref().unwrap().failed.last().unwrap();
    assert!((ever - failed).abs() <= 1e-3 * ever + 1e-12, "{ever} {failed}");
    let stays = changed(&[&dying[..], &["errors.amplification=2", "errors.step_error_floor=1e-3"]].concat());
    assert_eq!(stays.runway.ever_fails, Some(1.0));
}

/// The same loop with a recovery that never shows, in two dimensions.
#[test]
fn both_dimensions_agree_on_defective_laws() {
    let line = ["examples=30", "errors.step_error=0", "learning.persistence=1", "start.wrong=0.2"];
    let plane = [&line[..], &["errors.recovery=1e-300"]].concat();
    let (line, plane) = (changed(&line), changed(&plane));
    assert_relative_eq!(line.runway.ever_fails.unwrap(), plane.runway.ever_fails.unwrap(), max_relative = 1e-11);
    assert_never(&plane, &["q95"]);
    assert_eq!(line.runway.q05, plane.runway.q05);
}

/// Sums over counts and quadrature of one loop without fresh mistakes.
#[test]
fn quadrature_knows_defective_laws() {
    let solution = changed(&["examples=6000", "errors.step_error=0", "learning.persistence=1", "start.wrong=0.0005"]);
    let runway = solution.runway;
    // Persistence 1 leaves the count as it is on average: it ends at 0, or reaches half with probability 3/3000 at most.
    let (ever, error) = (runway.ever_fails.unwrap(), runway.ever_fails_error.unwrap());
    assert!(ever <= 1.001e-3 && error < 0.05, "{ever} {error}");
    assert!(runway.mean.is_none() && runway.q95.is_none(), "{runway:?}");
    let heals = changed(&["examples=6000", "errors.step_error=0", "learning.persistence=0.9", "start.wrong=0.3"]);
    assert_never(&heals, &["q05", "q50", "q95"]);
    assert!(heals.runway.never_fails.unwrap() > 1.0 - 1e-12);
}

/// A pool that grows without end settles below the threshold or above it.
#[test]
fn accumulating_loops_may_never_fail() {
    let pool = ["examples=20", "learning.policy=accumulate", "horizon=30"];
    let solution = changed(&[&pool[..], &["learning.persistence=0.5", "errors.amplification=0"]].concat());
    let runway = solution.runway;
    assert!(runway.never_fails.unwrap() > 0.99 && runway.ever_fails_error.unwrap() < 1e-3, "{runway:?}");
    assert_never(&solution, &["q50", "q95"]);
    let avalanche = changed(&[&pool[..], &["learning.persistence=1", "errors.amplification=40"]].concat());
    assert_eq!(avalanche.runway.ever_fails, Some(1.0));
}

/// The chain's powers are a route of their own to the quasi-stationary law.
#[test]
fn the_quasi_stationary_law_is_known_at_high_hazard() {
    let solution = solve(&number("1d-1-8.toml"));
    let law = solution.quasi_stationary.unwrap();
    assert_relative_eq!(law.hazard, 0.979, max_relative = 1e-3);
    assert_relative_eq!(law.probability.iter().sum::<f64>(), 1.0, max_relative = 1e-12);
    // Late survival shrinks by the hazard.
    let survival = solution.curves.unwrap().survival;
    assert_relative_eq!(1.0 - survival[32] / survival[31], law.hazard, max_relative = 1e-4);
}

/// Visits sum to E[T], whether the law stays, settles or goes on changing.
#[test]
fn visits_sum_to_the_expected_runway() {
    let loops: [&[&str]; 6] = [
        &["errors.amplification=20"],
        &["examples=300", "task.steps=6", "task.steps_per_generation=1"],
        &["examples=100", "errors.step_error_floor=0.001", "errors.step_error_gain=0.3"],
        &["examples=20", "errors.step_error=0.03", "learning.policy=accumulate", "learning.persistence=1"],
        &["examples=20000", "errors.amplification=20"],
        &["examples=20", "errors.recovery=0.05", "errors.amplification=20"],
    ];
    for changes in loops {
        let solution = changed(changes);
        let Some(mean) = solution.runway.mean else { panic!("{changes:?}: {:?}", solution.undefined) };
        let visits = solution.visits.unwrap_or_else(|| panic!("{changes:?}: {:?}", solution.undefined));
        assert_relative_eq!(visits.generations.iter().sum::<f64>(), mean, max_relative = 1e-9);
        assert!(visits.error.is_sorted(), "{changes:?}");
        assert!(visits.error.iter().all(|&error| error < 0.5));
    }
}

/// Every null and every −0.0 in `value`, by dotted path without places in lists.
fn faults(value: &Value, path: &str, reasons: &[&Value], found: &mut Vec<String>) {
    let told = |reasons: &[&Value]| {
        reasons.iter().flat_map(|one| one.as_object()).flat_map(|map| map.keys()).any(|key| {
            let places = path.strip_prefix(key.as_str());
            // A list whose places have reasons of their own names each: `by_generation.tipping_error.3`.
            let each = key.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            places.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || each.is_some_and(|place| place.parse::<u64>().is_ok())
        })
    };
    match value {
        Value::Null if !told(reasons) => found.push(format!("{path} is null without a reason")),
        Value::Number(number) if number.as_f64().is_some_and(|x| x == 0.0 && x.is_sign_negative()) => {
            found.push(format!("{path} is -0.0"));
        }
        Value::Array(items) => items.iter().for_each(|item| faults(item, path, reasons, found)),
        Value::Object(map) => {
            let whole = if map.contains_key("reason") { Some("value") } else { None };
            for (key, item) in map.iter().filter(|(key, _)| Some(key.as_str()) != whole) {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match map.get("undefined").filter(|_| !path.is_empty()) {
                    // A part with reasons of its own names its keys from there.
                    Some(own) => faults(item, key, &[own], found),
                    None => faults(item, &below, reasons, found),
                }
            }
        }
        _ => {}
    }
}

fn all_faults(solution: &Solution) -> Vec<String> {
    let json = serde_json::to_value(solution).unwrap();
    let mut found = Vec::new();
    faults(&json, "", &[&json["undefined"]], &mut found);
    found.sort();
    found.dedup();
    found
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn every_null_has_its_reason(scenario in scenario(Sizes::small())) {
        let mut scenario = scenario;
        // Sizes that a test can afford; the laws stay as extreme as they are.
        scenario = scenario.with("horizon", scenario.horizon().get() % 60 + 1).unwrap();
        scenario = scenario.with("examples", scenario.examples().get() % 25 + 1).unwrap();
        let solution = solve(&scenario);
        let found = all_faults(&solution);
        prop_assert!(found.is_empty(), "{found:?}");
        let runway = solution.runway;
        if let (Some(ever), Some(never), Some(error)) = (runway.ever_fails, runway.never_fails, runway.ever_fails_error) {
            prop_assert!((ever + never - 1.0).abs() <= 1e-9 + error, "{ever} {never}");
            if let Some(curves) = &solution.curves {
                let failed = curves.failed.last().copied().unwrap_or(0.0);
                prop_assert!(failed <= ever * (1.0 + 1e-9) + error, "{failed} {ever}");
            }
        }
        if let (Some(mean), Some(visits)) = (runway.mean, &solution.visits) {
            let spent: f64 = visits.generations.iter().sum();
            prop_assert!((spent - mean).abs() <= 1e-8 * mean, "{spent} {mean}");
        }
    }
}
