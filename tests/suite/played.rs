//! The parts of the model beyond a learner trained anew on problems of one difficulty, as agents, events and counts play them.
//!
//! Every seed is fixed. Values lie within 4 standard errors of the right ones, shares of runs within the binomial tails of
//! the same level (6e-5, two-sided).

use runaway::scenario::Scenario;
use runaway::simulate::{self, Engine, Simulated, SimulationSettings};
use runaway::stats::binomial::upper_tail;

use crate::extensions::{Row, rows, scenario};

const ENGINES: [(Engine, u64); 3] = [(Engine::Agents, 60), (Engine::Events, 400), (Engine::Counts, 2_000)];
const LEVEL: f64 = 6e-5;

fn play(scenario: &Scenario, engine: Engine, replicates: u64) -> Simulated {
    simulate::run(scenario, &SimulationSettings { replicates, seed: 12, engine, sample_runs: 0 }, &|_| ()).unwrap()
}

fn near(found: f64, se: f64, right: f64, what: &str) {
    assert!((found - right).abs() <= 4.0 * se + 1e-9, "{what}: {found} against {right}, standard error {se}");
}

/// Whether so many of `n` runs is no surprise where each is one with probability `p`.
fn expected(hits: u64, n: u64, p: f64) -> bool {
    upper_tail(hits, n, p) >= 0.5 * LEVEL && upper_tail(n - hits, n, 1.0 - p) >= 0.5 * LEVEL
}

/// The loop of a row up to the last generation that its values need.
fn of(row: &Row) -> Scenario {
    let last = row.survival.iter().chain(row.error).map(|&(g, _)| g).max().unwrap_or(1);
    scenario(row.name, &format!("horizon = {last}\n{}", row.text))
}

#[test]
fn every_engine_meets_the_reference_values() {
    for row in rows() {
        let scenario = of(&row);
        for (engine, replicates) in ENGINES {
            let played = play(&scenario, engine, replicates);
            let what = |value: &str| format!("{} by {engine:?}: {value}", row.name);
            if let Some((error, yielded)) = row.start {
                near(played.mean_error[0], 1e-10, error, &what("error at 0"));
                near(played.mean_yield[0], played.se_yield[0], yielded, &what("yield at 0"));
            }
            if let Some(fresh) = row.fresh {
                near(played.mean_wrong[1], played.se_wrong[1], fresh, &what("wrong beliefs at 1"));
            }
            for &(g, error) in row.error {
                near(played.mean_error[g], played.se_error[g], error, &what(&format!("error at {g}")));
            }
            for &(g, survival) in row.survival {
                let alive = (played.survival[g] * replicates as f64).round() as u64;
                assert!(expected(alive, replicates, survival), "{}: {alive}", what(&format!("alive at {g}")));
            }
        }
    }
}

#[test]
fn one_answer_from_a_drawn_start_is_revised_by_every_engine() {
    let text = "examples = 1\nhorizon = 50\ntask.steps = 10\n[errors]\nstep_error = 0.002\namplification = 0\nconsistency = 0.9\n\
                [learning]\npersistence = 1\nimprint = 1\n[failure]\nerror_rate = 1\n[start]\nwrong = 0.2\ndraw = true";
    let table = [(0, 0.1962142511), (1, 0.1928753475), (5, 0.1830223906), (10, 0.1759824916), (50, 0.1679794864)];
    for (engine, _) in ENGINES {
        let played = play(&scenario("revised", text), engine, 20_000);
        for (g, error) in table {
            near(played.mean_error[g], played.se_error[g], error, &format!("{engine:?} at {g}"));
        }
    }
}

/// Nothing is learned, so that next to the sound beliefs there are the copied ones only.
#[test]
fn beliefs_that_are_not_learned_are_copied() {
    let text = "examples = 50\nhorizon = 2\n[learning]\npersistence = 0\nimprint = 0\nrenewal = 0.3\n\
                [start]\nunsound = 0.2\nwrong = 0.4";
    for (engine, _) in ENGINES {
        let played = play(&scenario("copied", text), engine, 4_000);
        for (g, kept) in [(1, 0.7), (2, 0.49)] {
            near(played.mean_wrong[g], played.se_wrong[g], 0.4 * kept, &format!("{engine:?}: wrong at {g}"));
            near(played.mean_unsound[g], played.se_unsound[g], 0.2 * kept, &format!("{engine:?}: unsound at {g}"));
        }
        let wrong: f64 = 0.28;
        let variance = played.se_wrong[1].powi(2) * 4_000.0;
        assert!((variance / (wrong * (1.0 - wrong) / 50.0) - 1.0).abs() < 4.0 * (2.0_f64 / 4_000.0).sqrt());
    }
}

/// The counts of a drawn start are multinomial: mean and variance.
#[test]
fn drawn_starts_have_their_shares_and_spread() {
    let text = "examples = 30\nhorizon = 1\n[start]\nunsound = 0.1\nwrong = 0.3\ndraw = true";
    for (engine, _) in ENGINES {
        let played = play(&scenario("drawn", text), engine, 4_000);
        for (mean, se, share) in
            [(played.mean_wrong[0], played.se_wrong[0], 0.3_f64), (played.mean_unsound[0], played.se_unsound[0], 0.1)]
        {
            near(mean, se, share, &format!("{engine:?}"));
            let spread = se.powi(2) * 4_000.0 / (share * (1.0 - share) / 30.0);
            assert!((spread - 1.0).abs() < 5.0 * (2.0_f64 / 4_000.0).sqrt(), "{engine:?}: {spread}");
        }
    }
    let (simulated, _) = simulate::coupled(&scenario("drawn", text), 4_000, 12, &|_| ()).unwrap();
    near(simulated.mean_wrong[0], simulated.se_wrong[0], 0.3, "coupled runs");
    near(simulated.mean_unsound[0], simulated.se_unsound[0], 0.1, "coupled runs");
}

/// A gain of 0 leaves no mistake, a renewal next to 0 learns nothing in most generations: what a check lets pass is told
/// all the same.
#[test]
fn loops_that_learn_nothing_tell_their_yield() {
    for learning in ["hazard_gain = 0", "renewal = 0.01"] {
        let text = format!(
            "examples = 4\nhorizon = 2\n[errors]\nstep_error = 0\n[learning]\n{learning}\n\
             [[filter]]\nkind = \"catch\"\nfalse_reject = 0.3"
        );
        for (engine, _) in ENGINES {
            let played = play(&scenario("idle", &text), engine, 3_000);
            assert!(played.mean_wrong.iter().all(|&wrong| wrong == 0.0));
            near(played.mean_yield[1], played.se_yield[1], 0.7, &format!("{learning} by {engine:?}"));
        }
    }
}

/// More draws than examples, and fewer: the yield is that of the checks, whatever is drawn for each belief.
#[test]
fn the_yield_does_not_depend_on_the_gain() {
    for gain in [0.4, 1.0, 2.6] {
        let text = format!(
            "examples = 3\nhorizon = 1\n[learning]\nimprint = 1\nhazard_gain = {gain}\nrenewal = 0.8\n[errors]\nstep_error = 0.05\n\
             [[filter]]\nkind = \"catch\"\nrandom = 0.5\nsystematic = 0.1\nfalse_reject = 0.4"
        );
        let scenario = scenario("gain", &text);
        let right = play(&scenario, Engine::Counts, 2).mean_yield[0];
        for engine in [Engine::Agents, Engine::Events] {
            let played = play(&scenario, engine, 20_000);
            near(played.mean_yield[0], played.se_yield[0], right, &format!("gain {gain} by {engine:?}"));
        }
    }
}

#[test]
fn a_gain_that_no_draw_decides_is_refused_with_the_reason() {
    let text = "examples = 200\nhorizon = 1\n[errors]\nsystematic_share = 0\n[learning]\npersistence = 1\nhazard_gain = 0.1\n\
                [start]\nwrong = 1";
    for engine in [Engine::Agents, Engine::Events] {
        let settings = SimulationSettings { replicates: 2, seed: 3, engine, sample_runs: 0 };
        let error = simulate::run(&scenario("undecided", text), &settings, &|_| ()).unwrap_err();
        assert!(matches!(error, simulate::SimulationError::UndecidedGain { generation: 0, .. }), "{error}");
    }
}
