//! Agents against counts against the law: three witnesses of one loop.
//!
//! Every seed is fixed and every test has a stated level: a z-score is held against 4.5 (7e-6, two-sided).

#![allow(clippy::unwrap_used)]

use runaway::compare::{self, AgreementVerdict, DEFAULT_LEVEL, ExpectedCurves};
use runaway::law::{Composition, Law, Outcome};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{self, Engine, Simulated, SimulationError, SimulationSettings};
use runaway::stats::binomial;

const CRITICAL: f64 = 4.5;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap()
}

fn settings(engine: Engine, replicates: u64) -> SimulationSettings {
    SimulationSettings { replicates, seed: 20_240_917, engine, sample_runs: 2 }
}

fn play(scenario: &Scenario, engine: Engine, replicates: u64) -> Simulated {
    simulate::run(scenario, &settings(engine, replicates), &|_| ()).unwrap()
}

/// Holds a mean against its expectation, with the standard error that the law gives it.
fn near(seen: f64, expected: f64, se: f64, what: &str) {
    assert!(
        (seen - expected).abs() <= CRITICAL * se + 1e-12,
        "{what}: {seen} against {expected}, {} se",
        (seen - expected) / se
    );
}

/// One generation of every mechanism, each with an unhealthy start so that all kinds of belief are met.
const MECHANISMS: [&str; 13] = [
    "[errors]\nrecovery = 0.05",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"catch\"\nrandom = 0.8\nsystematic = 0.3\nunsound = 0.4\nfalse_reject = 0.1",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"outcome\"\nsensitivity = 0.7\nfalse_reject = 0.2",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"steps\"\nsensitivity = 0.7\nfalse_reject = 0.02",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"cross-model\"\nagreement_on_error = 0.6\nerror_rate = 0.25",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"transform\"\ninvariance = 0.5",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"ground-truth\"\ncoverage = 0.6",
    "[errors]\nrecovery = 0.05\n[[filter]]\nkind = \"ground-truth\"\ncoverage = 0.6\nsteps = true",
    "[errors]\nrecovery = 0.05\nwrong_answers = 3\n[vote]\ncandidates = 5\nagree = 3",
    "[errors]\nrecovery = 0.05\n[vote]\ncandidates = 2",
    "[errors]\nrecovery = 0.3\nwrong_answers = 1\n[vote]\ncandidates = 4\n[learning]\nanchor = 0.3\npersistence = 0.5\nimprint = 1",
    "[task]\nsteps = 4\n[errors]\nrecovery = 1\nwrong_answers = 3\n[vote]\ncandidates = 3\n[[filter]]\nkind = \"transform\"\ninvariance = 0.9\n[[filter]]\nkind = \"steps\"\nsensitivity = 0.3\nfalse_reject = 0.1",
    "[errors]\nrecovery = 0\n[[filter]]\nkind = \"catch\"\nrandom = 0.5\n[[filter]]\nkind = \"transform\"\ninvariance = 0",
];

/// A step error and a consistency under which every answer is common.
fn stirred(mechanism: &str) -> Scenario {
    let start = "examples = 5000\nhorizon = 1\n";
    let overrides = [
        "start.unsound=0.3",
        "start.wrong=0.2",
        "errors.step_error=0.02",
        "errors.consistency=0.8",
        "errors.systematic_share=0.3",
        "errors.amplification=3",
    ]
    .map(str::to_owned);
    Scenario::parse(&format!("name = \"t\"\n{start}{mechanism}"), Origin::Text, &overrides).unwrap()
}

#[test]
fn one_generation_of_every_mechanism_follows_the_law() {
    for mechanism in MECHANISMS {
        let scenario = stirred(mechanism);
        let outcome = Law::new(&scenario, 0).at(Composition::start(&scenario));
        let next = outcome.next.unwrap();
        for (engine, replicates) in [(Engine::Agents, 40), (Engine::Events, 400), (Engine::Counts, 2000)] {
            let simulated = play(&scenario, engine, replicates);
            let examples = 5000.0 * replicates as f64;
            let what = |kind: &str| format!("{kind} by {engine:?} of {mechanism}");
            let se = |p: f64| (p * (1.0 - p) / examples).sqrt();
            near(simulated.mean_wrong[1], next.wrong, se(next.wrong), &what("wrong"));
            near(simulated.mean_unsound[1], next.unsound, se(next.unsound), &what("unsound"));
            near(simulated.mean_error[0], outcome.error_rate, 0.0, &what("error"));
            // Negative binomial: the variance of the estimated yield is about Y²(1 − Y)/N.
            let accepted = outcome.accepted_share();
            let spread = accepted * ((1.0 - accepted) / examples).sqrt();
            near(simulated.mean_yield[0], accepted, spread, &what("yield"));
        }
    }
}

#[test]
fn a_loop_of_one_example_estimates_its_yield_without_bias() {
    let scenario = scenario(
        "examples = 1\nhorizon = 1\n[errors]\nstep_error = 0.05\n[[filter]]\nkind = \"outcome\"\nsensitivity = 1\nfalse_reject = 0.3",
    );
    let accepted = Law::new(&scenario, 0).at(Composition::SOUND).accepted_share();
    for engine in [Engine::Agents, Engine::Events] {
        let simulated = play(&scenario, engine, 20_000);
        near(simulated.mean_yield[0], accepted, (accepted * (1.0 - accepted) / 20_000.0).sqrt(), "yield");
    }
}

/// Exact curves of a loop without unsound beliefs, by carrying the whole law of the number of wrong beliefs forward.
struct Exact {
    survival: Vec<f64>,
    mean: Vec<f64>,
    sd: Vec<f64>,
    wrong: Vec<f64>,
    accepted: Vec<f64>,
}

impl Exact {
    fn of(scenario: &Scenario) -> Self {
        let (n, threshold) = (scenario.examples().get(), scenario.failure().error_rate.get());
        let outcomes = |g: u64| -> Vec<Outcome> {
            let law = Law::new(scenario, g);
            (0..=n).map(|wrong| law.at(Composition { unsound: 0.0, wrong: wrong as f64 / n as f64 })).collect()
        };
        let mut everyone = vec![0.0; n as usize + 1];
        everyone[scenario.start_counts().1 as usize] = 1.0;
        let mut alive = everyone.clone();
        let mut exact = Self { survival: vec![], mean: vec![], sd: vec![], wrong: vec![], accepted: vec![] };
        for g in 0..=scenario.horizon().get() {
            let outcomes = outcomes(g);
            let sum = |of: &dyn Fn(f64) -> f64| {
                everyone.iter().zip(&outcomes).map(|(p, o)| p * of(o.error_rate)).sum::<f64>()
            };
            let accepted = everyone.iter().zip(&outcomes).map(|(p, o)| p * o.accepted_share()).sum();
            let mean = sum(&|error| error);
            // A law in one point has no spread, whatever its sum rounds to.
            let spread = if everyone.contains(&1.0) { 0.0 } else { sum(&|error| (error - mean).powi(2)) };
            alive.iter_mut().zip(&outcomes).filter(|(_, o)| o.error_rate >= threshold).for_each(|(p, _)| *p = 0.0);
            exact.survival.push(alive.iter().sum());
            exact.mean.push(mean);
            exact.sd.push(spread.sqrt());
            exact.wrong.push((0..).zip(&everyone).map(|(count, p)| p * f64::from(count) / n as f64).sum());
            exact.accepted.push(accepted);
            [everyone, alive] = carried([&everyone, &alive], &outcomes, n);
        }
        exact
    }

    fn verdict(&self, simulated: &Simulated) -> AgreementVerdict {
        let expected = ExpectedCurves {
            survival: &self.survival,
            mean_error: &self.mean,
            sd_error: &self.sd,
            reach_error: &vec![1.0; self.sd.len()],
            mean_unsound: &vec![0.0; self.sd.len()],
            mean_wrong: &self.wrong,
            mean_yield: &self.accepted,
            reference: "the exact law".to_owned(),
        };
        compare::with_expected(&expected, simulated, DEFAULT_LEVEL).unwrap()
    }
}

/// Everyone and those alive, one generation on.
fn carried(from: [&[f64]; 2], outcomes: &[Outcome], n: u64) -> [Vec<f64>; 2] {
    let mut to = from.map(|from| vec![0.0; from.len()]);
    let mut row = vec![0.0; outcomes.len()];
    for ((&all, &alive), outcome) in from[0].iter().zip(from[1]).zip(outcomes).filter(|((all, _), _)| **all > 1e-18) {
        binomial::fill(0, n, outcome.next.unwrap().wrong, &mut row);
        for (k, step) in row.iter().enumerate() {
            to[0][k] += all * step;
            to[1][k] += alive * step;
        }
    }
    to
}

const WHOLE_LOOPS: [&str; 6] = [
    "examples = 100",
    "examples = 100\nhorizon = 30\n[errors]\namplification = 20\nconsistency = 0.9\nwrong_answers = 50\n[vote]\ncandidates = 5\nagree = 3",
    "examples = 40\n[errors]\namplification = 20\n[[filter]]\nkind = \"catch\"\nrandom = 0.95\nsystematic = 0.3\nfalse_reject = 0.02",
    "examples = 60\n[task]\nsteps = 6\nsteps_per_generation = 1\n[[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.1",
    "examples = 60\n[errors]\nstep_error = 0.01\nstep_error_floor = 0.0005\nstep_error_gain = 0.3\n[[filter]]\nkind = \"catch\"\nrandom = 0.6",
    "examples = 1\nhorizon = 50\n[task]\nsteps = 10\n[errors]\nstep_error = 0.02\namplification = 0\nconsistency = 0.9\n[learning]\npersistence = 1\nimprint = 1\n[failure]\nerror_rate = 1",
];

#[test]
fn whole_loops_agree_with_the_exact_law() {
    for text in WHOLE_LOOPS {
        let scenario = scenario(text);
        let exact = Exact::of(&scenario);
        for (engine, replicates) in [(Engine::Agents, 1000), (Engine::Events, 20_000), (Engine::Counts, 20_000)] {
            let verdict = exact.verdict(&play(&scenario, engine, replicates));
            assert!(verdict.agree, "{text}: {} {:?}", verdict.sentence, verdict.tests);
        }
    }
}

#[test]
fn a_step_error_off_by_a_twentieth_is_found() {
    let off = scenario("examples = 400\nhorizon = 40\n[errors]\nstep_error = 0.0021");
    let exact = Exact::of(&off);
    for (engine, replicates) in [(Engine::Agents, 1000), (Engine::Events, 20_000), (Engine::Counts, 20_000)] {
        let verdict = exact.verdict(&play(&scenario("examples = 400\nhorizon = 40"), engine, replicates));
        assert!(!verdict.agree && verdict.sentence.starts_with("Cross-check failed: "), "{}", verdict.sentence);
        // Not only because generation 0 cannot vary: chance is ruled out as well.
        // Without a check the yield is 1 all the same, and nothing is unsound.
        let found = ["survival", "mean error", "restricted mean runway"];
        let failed = |name: &str| verdict.tests.iter().any(|test| test.quantity == name && !test.passed);
        assert!(found.into_iter().all(failed), "{:?}", verdict.tests);
    }
}

/// Reference values of model.md, section 7.
#[test]
fn accumulated_data_give_the_reference_errors() {
    let scenario =
        scenario("examples = 50\nhorizon = 40\n[errors]\namplification = 20\n[learning]\npolicy = \"accumulate\"");
    for (engine, replicates) in [(Engine::Agents, 2000), (Engine::Events, 40_000), (Engine::Counts, 40_000)] {
        let simulated = play(&scenario, engine, replicates);
        for (generation, error) in [(5, 0.11413187), (10, 0.15518650), (40, 0.27089632)] {
            let what = format!("error at {generation} by {engine:?}");
            near(simulated.mean_error[generation], error, simulated.se_error[generation], &what);
        }
        for (generation, survival) in [(10, 0.99999999), (40, 0.99938513_f64)] {
            let se = (survival * (1.0 - survival) / replicates as f64).sqrt();
            near(simulated.survival[generation], survival, se, "survival");
        }
    }
}

/// The two-dimensional reference case of model.md, section 7.
#[test]
fn unsound_beliefs_give_the_reference_survival() {
    let scenario = scenario(
        "examples = 40\nhorizon = 50\n[errors]\namplification = 20\nrecovery = 0.05\n\
         [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.9\nfalse_reject = 0.01",
    );
    let (agents, counts) = (play(&scenario, Engine::Agents, 2000), play(&scenario, Engine::Counts, 100_000));
    let events = play(&scenario, Engine::Events, 100_000);
    for simulated in [&agents, &events, &counts] {
        let survival: f64 = 0.99991369692;
        let se = (survival * (1.0 - survival) / simulated.replicates as f64).sqrt();
        near(simulated.survival[50], survival, se, "survival");
        near(simulated.mean_error[0], 0.02524269685, 1e-11, "error at 0");
        // The mean field is not the mean, but near it at 40 examples: within a tenth.
        assert!((simulated.mean_error[10] / 0.0794812718 - 1.0).abs() < 0.1, "{}", simulated.mean_error[10]);
    }
    for g in 0..=50 {
        let se = agents.se_error[g].hypot(counts.se_error[g]);
        near(agents.mean_error[g], counts.mean_error[g], se, "agents and counts");
        let se = events.se_error[g].hypot(counts.se_error[g]);
        near(events.mean_error[g], counts.mean_error[g], se, "events and counts");
    }
    assert!(compare::two_samples(&counts, &agents, DEFAULT_LEVEL).unwrap().agree);
}

/// Reference values of model.md, section 7: one answer revised over and over.
#[test]
fn self_revision_gives_the_reference_errors() {
    for engine in [Engine::Agents, Engine::Events] {
        let simulated = play(&scenario(WHOLE_LOOPS[5]), engine, 20_000);
        for (round, error) in [(1, 0.3171670383), (5, 0.5799511566), (10, 0.6644464621), (50, 0.6872905324)] {
            near(simulated.mean_error[round], error, simulated.se_error[round], "error");
        }
    }
}

#[test]
fn threads_change_nothing() {
    let text = "examples = 50\nhorizon = 20\n[errors]\nrecovery = 0.05\namplification = 20\nwrong_answers = 3\n[vote]\ncandidates = 3";
    for policy in ["replace", "accumulate"] {
        let scenario = scenario(&format!("{text}\n[learning]\npolicy = \"{policy}\""));
        for (engine, replicates) in [(Engine::Agents, 333), (Engine::Events, 1000), (Engine::Counts, 3333)] {
            let bytes = [1, 2, 8].map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                serde_json::to_vec(&pool.install(|| play(&scenario, engine, replicates))).unwrap()
            });
            assert!(bytes[0] == bytes[1] && bytes[0] == bytes[2], "{policy} by {engine:?}");
        }
    }
}

#[test]
fn every_run_is_counted() {
    let scenario = scenario("examples = 100\nhorizon = 15");
    let done = std::sync::atomic::AtomicU64::new(0);
    let count = |runs: u64| {
        done.fetch_add(runs, std::sync::atomic::Ordering::Relaxed);
    };
    let simulated = simulate::run(&scenario, &settings(Engine::Counts, 777), &count).unwrap();
    assert_eq!(done.into_inner(), 777);
    assert_eq!(simulated.failures.iter().sum::<u64>() + simulated.runway.censored, 777);
    assert_eq!((simulated.survival.len(), simulated.mean_yield.len()), (16, 15));
    let restricted: f64 = simulated.survival[..15].iter().sum();
    approx::assert_relative_eq!(simulated.runway.restricted_mean, restricted, max_relative = 1e-12);
    assert_eq!(simulated.sample_runs.len(), 2);
    assert_eq!(simulated.sample_runs[0].len(), 16);
}

#[test]
fn a_failed_start_fails_at_once_and_plays_on() {
    let scenario = scenario("examples = 20\nhorizon = 5\n[start]\nwrong = 0.6");
    for engine in [Engine::Agents, Engine::Events, Engine::Counts] {
        let simulated = play(&scenario, engine, 10);
        assert_eq!(simulated.failures, [10, 0, 0, 0, 0, 0]);
        assert_eq!(simulated.runway.restricted_mean, 0.0);
        assert!(simulated.mean_error[5] > 0.0);
    }
}

/// A loop whose every answer is wrong, before a filter that sees every wrong answer.
const STARVED: &str = "examples = 3\nhorizon = 4\n[errors]\nstep_error = 1\n[[filter]]\nkind = \"outcome\"\nsensitivity = 1\n[failure]\nerror_rate = 1";

#[test]
fn starving_is_a_failure_of_its_own() {
    // From generation 1 on every step goes wrong.
    let text = "examples = 3\nhorizon = 4\n[task]\nsteps = 1\nsteps_per_generation = 1000000\n[errors]\nstep_error = 0.1\nconsistency = 0.5\n\
                [[filter]]\nkind = \"outcome\"\nsensitivity = 1\n[failure]\nerror_rate = 1";
    let simulated = play(&scenario(text), Engine::Counts, 10);
    assert_eq!((simulated.failures.clone(), simulated.starved), (vec![0, 10, 0, 0, 0], 10));
    assert_eq!(simulated.mean_yield[1..], [0.0; 3]);
    assert_eq!(simulated.mean_wrong, [0.0; 5]);
    let simulated = play(&scenario(STARVED), Engine::Counts, 10);
    assert_eq!((simulated.failures[0], simulated.starved), (10, 10));
}

#[test]
fn agents_give_up_with_the_reason_and_the_way_out() {
    let refused = |text: &str, replicates: u64| {
        simulate::run(&scenario(text), &settings(Engine::Agents, replicates), &|_| ()).unwrap_err()
    };
    let starved = refused(STARVED, 2);
    assert!(matches!(starved, SimulationError::NothingAccepted { generation: 0, .. }), "{starved}");
    let stuck = refused("[errors]\nstep_error = 1\nsystematic_share = 1\nconsistency = 0.5", 2);
    assert!(matches!(stuck, SimulationError::NoBaseCandidate { generation: 0, .. }), "{stuck}");
    let large = refused("examples = 1000000000", 2);
    assert!(matches!(large, SimulationError::TooManyBeliefs { .. }), "{large}");
    let pooled = refused("examples = 100000\nhorizon = 10000\n[learning]\npolicy = \"accumulate\"", 2);
    assert!(matches!(pooled, SimulationError::TooManyBeliefs { .. }), "{pooled}");
    let long = refused("[task]\nsteps = 1000000000000", 20_000);
    assert!(matches!(long, SimulationError::TooMuchWork { .. }), "{long}");
    for error in [starved, stuck, large, pooled, long] {
        assert!(error.to_string().contains("`counts`"), "{error}");
    }
    assert!(matches!(refused("", 1), SimulationError::TooFewReplicates { replicates: 1 }));
}
