//! R and what follows from it, where the law has kinks, hardly accepts anything, or nothing at all.

use approx::assert_relative_eq;
use proptest::prelude::*;
use runaway::analytic::reproduction::{NO_DIGITS, STARVED, next_generation_matrix, reproduction_number};
use runaway::analytic::{Regime, Solution, solve};
use runaway::law::{Composition, Direction, Law};
use runaway::scenario::{Origin, Scenario};

use crate::strategy::{Sizes, composition, config, scenario};

fn written(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"n\"\n{text}"), Origin::Text, &[]).unwrap()
}

fn filed(name: &str) -> Scenario {
    let text = std::fs::read_to_string(format!("tests/cases/numbers/{name}.toml")).unwrap();
    Scenario::parse(&text, Origin::Text, &[]).unwrap()
}

fn number(scenario: &Scenario) -> f64 {
    reproduction_number(&Law::new(scenario, 0)).unwrap()
}

/// What R is of one-dimensional loops at a kink, from the formulas of model.md by hand: e and h stay at 1, so that nothing but
/// the belief itself differs.
#[test]
fn at_a_kink_the_derivative_is_the_one_into_more_mistakes() {
    for (text, expected, digits) in [
        ("examples = 50\ntask.steps = 1\nerrors.step_error = 1", 0.315, 1e-12),
        ("errors.amplification = 20\ntask.steps = 1\nerrors.step_error = 1", 0.315, 1e-12),
        ("errors.amplification = 20\ntask.steps = 1\nerrors.step_error = 0.9999", 13.014, 4e-5),
        ("errors.amplification = 20\nerrors.consistency = 0.0039249", 0.417_51, 2e-5),
        ("errors.amplification = 20\nerrors.consistency = 0.003924904297365726", 0.4890, 2e-4),
    ] {
        assert_relative_eq!(number(&written(text)), expected, max_relative = digits);
    }
}

#[test]
fn of_a_belief_that_is_nearly_all_that_passes() {
    assert_relative_eq!(number(&filed("1d-21-98")), 1042.2, max_relative = 5e-5);
    assert_eq!(number(&filed("1d-21-121")), 0.0);
    let vote = |slip: f64| {
        written(&format!(
            "examples = 50\ntask.steps = 1\nlearning.imprint = 0.5\nvote.candidates = 9\nvote.agree = 9\nfailure.error_rate = 0.99\n\
             [errors]\nstep_error = {slip}\nsystematic_share = 1e-8\nconsistency = 1\namplification = 0\nwrong_answers = 1000"
        ))
    };
    assert_relative_eq!(number(&vote(0.78)), 776_829.0, max_relative = 1e-6);
    assert_relative_eq!(number(&vote(0.99)), 0.0097, max_relative = 5e-3);
    let solved = solve(&vote(0.99));
    assert_eq!(solved.regime, Some(Regime::Overwhelmed));
}

/// Every answer that passes is systematic, whatever the composition, so that K is 1 − η = 0.79107 exactly; but what an all-sound model
/// accepts is a trillionth, and less, of what one mistake makes it accept.
#[test]
fn what_rounding_would_decide_is_refused() {
    let steep = |share: f64| {
        written(&format!(
            "examples = 30\nlearning.renewal = 0.2089310349683111\nlearning.hazard_gain = 1.29\nlearning.anchor = 0.2\n\
             [task]\nsteps = 1\n[errors]\nstep_error = 1\nsystematic_share = {share:e}\nconsistency = 0.0767\namplification = 0\n\
             [[filter]]\nkind = \"catch\"\nrandom = 1\nsystematic = 0.044"
        ))
    };
    assert_relative_eq!(number(&steep(1e-12)), 1.0 - 0.208_931_034_968_311_1, max_relative = 1e-4);
    assert_eq!(reproduction_number(&Law::new(&steep(1e-16), 0)), Err(NO_DIGITS));
    let solved = solve(&steep(1e-16));
    assert_eq!((solved.reproduction_number, solved.regime), (None, None));
    assert_eq!(solved.undefined["regime"], NO_DIGITS);
}

/// Without slips a wrong belief passes a restatement with its invariance ι, and any filter but that for sound steps: K_WW = ρι
/// in the one case, ρ/Y at a yield Y in the other, by hand.
#[test]
fn at_any_yield() {
    let errors = "errors.step_error = 0\nerrors.consistency = 1\nlearning.persistence = 0.5\n[[filter]]\n";
    for exponent in [1, 50, 150, 200, 300, 307] {
        let invariance = 10_f64.powi(-exponent);
        let scenario = written(&format!("{errors}kind = \"transform\"\ninvariance = {invariance:e}"));
        assert_relative_eq!(number(&scenario), 0.5 * invariance, max_relative = 1e-13);
    }
    for exponent in [1, 100, 180, 250, 299] {
        let rejected = -(-f64::from(exponent) * std::f64::consts::LN_10 / 1000.0).exp_m1();
        let filter = format!("kind = \"steps\"\nsensitivity = 0\nfalse_reject = {rejected:e}");
        let scenario = written(&format!("task.steps = 1000\n{errors}{filter}"));
        let yielded = (1000.0 * (-rejected).ln_1p()).exp();
        assert_relative_eq!(number(&scenario), 0.5 / yielded, max_relative = 1e-13);
        assert_eq!(solve(&scenario).regime, Some(Regime::Contained), "no mistake is there to multiply");
    }
}

#[test]
fn nothing_accepted_is_no_reproduction_number_and_told() {
    let solved =
        solve(&written("[[filter]]\nkind = \"catch\"\nrandom = 1\nsystematic = 1\nunsound = 1\nfalse_reject = 1"));
    assert_eq!((solved.reproduction_number, solved.next_generation_matrix, solved.fresh), (None, None, None));
    assert_eq!((solved.regime, solved.starved), (Some(Regime::Starved), Some(0)));
    assert_eq!((solved.runway.mean, solved.floor_error), (Some(0.0), None));
    for key in ["reproduction_number", "next_generation_matrix", "fresh"] {
        assert_eq!(solved.undefined[key], STARVED);
    }
    assert!(solved.undefined["floor_error"].contains("starves"), "{:?}", solved.undefined);
    assert!(solved.thresholds.iter().all(|one| one.value.is_none() && one.reason.is_some()), "{:?}", solved.thresholds);
    // Wrong beliefs pass, sound ones never: the loop runs on, but around no sound model.
    let lasting = solve(&written(
        "start.wrong = 0.5\nerrors.step_error = 0\nfailure.error_rate = 1\nerrors.consistency = 0.9\n[[filter]]\nkind = \"catch\"\n\
         false_reject = 1",
    ));
    assert_eq!((lasting.regime, lasting.undefined["regime"].as_str()), (None, STARVED));
}

#[test]
fn where_no_mistake_is_learned_any_length_heals() {
    let solved = solve(&filed("1d-2-333"));
    assert_eq!(solved.reproduction_number, Some(0.0));
    let steps = solved.thresholds.iter().find(|one| one.meaning == "largest number of steps with R < 1").unwrap();
    assert_eq!(steps.value, None);
    assert!(steps.reason.as_deref().unwrap().starts_with("holds at any number of steps"), "{steps:?}");
}

/// A check that catches more of one kind leaves a larger share to another: R may rise with it.
#[test]
fn the_weakest_check_is_looked_for_and_not_taken_to_be_the_last() {
    let text = std::fs::read_to_string("models/catch-rates.toml").unwrap();
    let scenario = Scenario::parse(&text, Origin::Text, &[]).unwrap();
    let at = |value: f64| {
        let key = format!("filter.0.random={value}");
        number(&Scenario::parse(&text, Origin::Text, &[key]).unwrap())
    };
    assert!(at(0.0) < 1.0 && at(1.0) > 1.0, "{} {}", at(0.0), at(1.0));
    let threshold = &solve(&scenario).thresholds[0];
    assert_eq!((threshold.parameter.as_str(), threshold.value), ("filter.0.random", Some(0.0)));
}

/// Difference quotient into the direction over a shrinking step, extrapolated to step 0 by Neville's scheme, with an estimate
/// of its error; `None` where it leaves the simplex. Source: C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75–76.
fn quotient(
    law: &Law,
    x: Composition,
    direction: Direction,
    widest: f64,
    part: fn(Composition) -> f64,
) -> Option<(f64, f64)> {
    let there = |step: f64| match direction {
        Direction::Unsound => Composition { unsound: x.unsound + step, ..x },
        Direction::Wrong => Composition { wrong: x.wrong + step, ..x },
    };
    let value = |x: Composition| law.at(x).next.map(part);
    let here = value(x)?;
    let mut above: Vec<f64> = Vec::new();
    let (mut best, mut error) = (f64::NAN, f64::INFINITY);
    for halving in 0..12 {
        let there = there(widest * 0.5_f64.powi(halving));
        let step = (there.unsound - x.unsound) + (there.wrong - x.wrong);
        let mut row = vec![(value(there)? - here) / step];
        for (order, old) in above.iter().enumerate() {
            let next = row[order] + (row[order] - old) / (2_f64.powi(order as i32 + 1) - 1.0);
            let doubt = (next - row[order]).abs().max((next - old).abs()) + 4.0 * f64::EPSILON * here.abs() / step;
            if doubt < error {
                (best, error) = (next, doubt);
            }
            row.push(next);
        }
        above = row;
    }
    best.is_finite().then_some((best, error))
}

/// Whether the law is smooth from `x` to where the widest step leads: inside the simplex, with e and h at their limit throughout
/// or nowhere.
fn smooth(scenario: &Scenario, law: &Law, x: Composition, widest: f64) -> bool {
    let errors = scenario.errors();
    let limits = |x: Composition| {
        let fresh = law.bins()[0].solution(x).wrong * errors.systematic_share.get() / errors.consistency.get();
        (law.bins()[0].step_error(x) >= 1.0, fresh >= 1.0)
    };
    let there = Composition { wrong: x.wrong + widest, ..x };
    x.unsound + x.wrong + widest <= 1.0 && limits(x) == limits(there)
}

proptest! {
    #![proptest_config(config(400))]

    /// Up to the next kink, where e and h reach 1: the quotients step to where more beliefs are mistaken, as the derivative does.
    #[test]
    fn derivatives_are_the_limits_of_difference_quotients(scenario in scenario(Sizes::small()), x in composition()) {
        let law = Law::new(&scenario, 0);
        let x = Composition { unsound: 0.99 * x.unsound, wrong: 0.99 * x.wrong };
        let Some(matrix) = next_generation_matrix(&law, x) else { return Ok(()) };
        let parts: [fn(Composition) -> f64; 2] = [|q| q.unsound, |q| q.wrong];
        for (row, part) in parts.into_iter().enumerate() {
            for (column, direction) in Direction::ALL.into_iter().enumerate() {
                let best = [1e-2, 1e-4, 1e-6]
                    .into_iter()
                    .filter(|&widest| smooth(&scenario, &law, x, widest))
                    .filter_map(|widest| quotient(&law, x, direction, widest, part))
                    .min_by(|a, b| a.1.total_cmp(&b.1));
                let Some((expected, error)) = best else { continue };
                let got = matrix[(row, column)];
                // A quotient that promises no digits tells nothing.
                if error < 1e-5 * (1.0 + expected.abs()) {
                    prop_assert!(
                        (got - expected).abs() <= 1e-9 * (1.0 + expected.abs()) + 100.0 * error,
                        "K[{}][{}] = {} but {} ± {:e} at {:?}", row, column, got, expected, error, x
                    );
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(30))]

    #[test]
    fn no_number_is_absent_without_reason_and_no_zero_is_negative(scenario in scenario(Sizes::small())) {
        let mut scenario = scenario;
        scenario = scenario.with("horizon", scenario.horizon().get().min(12)).unwrap();
        scenario = scenario.with("examples", scenario.examples().get().min(12)).unwrap();
        let solved = solve(&scenario);
        check_reasons(&solved)?;
    }
}

fn check_reasons(solved: &Solution) -> Result<(), TestCaseError> {
    let json = serde_json::to_value(solved).unwrap();
    let told = |path: &str| {
        std::iter::successors(Some(path), |path| path.rsplit_once('.').map(|(parent, _)| parent))
            .any(|path| solved.undefined.contains_key(path))
    };
    for key in [
        "reproduction_number",
        "next_generation_matrix",
        "fresh",
        "regime",
        "starved",
        "doubling_time",
        "half_life",
        "floor_error",
        "tipping_error",
    ] {
        prop_assert_eq!(json[key].is_null(), solved.undefined.contains_key(key), "{}: {:?}", key, solved.undefined);
    }
    for (key, series) in json["by_generation"].as_object().into_iter().flatten() {
        for (g, value) in series.as_array().unwrap().iter().enumerate() {
            let path = format!("by_generation.{key}.{g}");
            prop_assert!(!value.is_null() || told(&path), "{}", path);
        }
    }
    prop_assert!(solved.thresholds.iter().all(|one| one.value.is_some() != one.reason.is_some()));
    let numbers = [solved.reproduction_number, solved.floor_error, solved.tipping_error];
    let entries = solved.next_generation_matrix.into_iter().flatten().flatten();
    prop_assert!(numbers.into_iter().flatten().chain(entries).all(|number| number != 0.0 || number.is_sign_positive()));
    Ok(())
}

/// A pool that grows comes to the same fixed point, later: 72 % wrong under a threshold of 50 % is no equilibrium below it. And a
/// loop that has failed at generation 0 does not starve there.
#[test]
fn regimes_say_where_a_loop_ends() {
    let growing = "examples = 50\nhorizon = 10\nerrors.step_error = 0.002\nerrors.amplification = 20\nlearning.policy = \"accumulate\"";
    let replacing = growing.replace("accumulate", "replace");
    for text in [growing, &replacing] {
        assert_eq!(solve(&written(text)).regime, Some(Regime::Avalanche), "{text}");
    }
    let failed = "task.steps = 1\nerrors.step_error = 0.6\n[[filter]]\nkind = \"catch\"\nrandom = 1\nsystematic = 1\nunsound = 1\nfalse_reject = 1";
    let solved = solve(&written(failed));
    assert_eq!((solved.starved, solved.runway.mean), (Some(0), Some(0.0)));
    assert_ne!(solved.regime, Some(Regime::Starved));
}
