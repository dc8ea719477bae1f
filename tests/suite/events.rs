//! The event-driven agents against the plain ones, the counts and the exact law.
//!
//! Every seed is fixed and every test has a stated level.

use std::collections::BTreeMap;
use std::fmt::Write;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use runaway::analytic;
use runaway::compare::{self, ExpectedCurves};
use runaway::law::{Composition, Law};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{self, Engine, Simulated, SimulationError, SimulationSettings};
use runaway::stats::binomial;
use runaway::stats::fit::chi_square;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text, Origin::Text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn play(scenario: &Scenario, engine: Engine, replicates: u64, sample_runs: usize) -> Simulated {
    simulate::run(scenario, &SimulationSettings { replicates, seed: 4711, engine, sample_runs }, &|_| ()).unwrap()
}

/// One generation from an unhealthy start: [`analytic`] has no part in these.
const ONE_GENERATION: [&str; 6] = [
    "",
    "[errors]\nconsistency = 0.6\nsystematic_share = 0.5\n[[filter]]\nkind = \"catch\"\nrandom = 0.5\nsystematic = 0.2\nfalse_reject = 0.1",
    "[errors]\nwrong_answers = 3\nconsistency = 0.6\n[vote]\ncandidates = 5\nagree = 3",
    "[errors]\nwrong_answers = 2\n[vote]\ncandidates = 4\nagree = 3\n[[filter]]\nkind = \"transform\"\ninvariance = 0.7",
    "[learning]\nanchor = 0.2\nimprint = 1\n[[filter]]\nkind = \"steps\"\nsensitivity = 0.4\nfalse_reject = 0.02",
    "[task]\nsteps = 1\n[errors]\nstep_error = 0.1\n[[filter]]\nkind = \"cross-model\"\nerror_rate = 0.3",
];

fn stirred(text: &str, extra: &[&str]) -> Scenario {
    let mut overrides = vec!["examples=30", "horizon=1", "start.wrong=0.2"];
    overrides.extend(extra);
    if !text.contains("step_error") {
        overrides.push("errors.step_error=0.02");
    }
    let overrides: Vec<String> = overrides.into_iter().map(str::to_owned).collect();
    Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &overrides).unwrap()
}

/// Not the mean alone: the whole law of the number of wrong beliefs is binomial, by a chi-square test at 1e-4.
#[test]
fn wrong_beliefs_of_the_next_generation_are_binomial() {
    for text in ONE_GENERATION {
        let scenario = stirred(text, &[]);
        let n = scenario.examples().get();
        let q = Law::new(&scenario, 0).at(Composition::start(&scenario)).next.unwrap().wrong;
        let errors: Vec<f64> = (0..=n)
            .map(|wrong| {
                Law::new(&scenario, 1).error_rate(Composition { unsound: 0.0, wrong: wrong as f64 / n as f64 })
            })
            .collect();
        let mut seen = vec![0; errors.len()];
        for run in play(&scenario, Engine::Events, 20_000, 20_000).sample_runs {
            let nearest = (0..errors.len())
                .min_by(|&one, &other| (errors[one] - run[1]).abs().total_cmp(&(errors[other] - run[1]).abs()));
            seen[nearest.unwrap()] += 1;
        }
        let law: Vec<f64> = (0..=n).map(|wrong| binomial::pmf(wrong, n, q)).collect();
        let fit = chi_square(&seen, &law);
        assert!(fit.p_value > 1e-4, "{text}: {fit:?}");
    }
}

/// With unsound beliefs too: error rates after one generation, value by value, against the plain agents. The statistic of a
/// two-sample chi-square test, held against its 1e-4 quantile by the test of fit to the pooled law.
#[test]
fn whole_laws_agree_with_the_plain_agents() {
    for text in ONE_GENERATION {
        let scenario = stirred(text, &["start.unsound=0.2", "errors.recovery=0.15"]);
        let [agents, events] = [Engine::Agents, Engine::Events].map(|engine| {
            let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
            for run in play(&scenario, engine, 10_000, 10_000).sample_runs {
                *seen.entry((run[1] * 1e12) as u64).or_default() += 1;
            }
            seen
        });
        let values: Vec<u64> = agents
            .keys()
            .chain(events.keys())
            .copied()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let count = |seen: &BTreeMap<u64, u64>, value: &u64| seen.get(value).copied().unwrap_or(0);
        // The difference of two samples has twice the variance of one against a law: the squares are halved by taking
        // the pooled sample for the law and the average of both statistics.
        let law: Vec<f64> =
            values.iter().map(|value| (count(&agents, value) + count(&events, value)) as f64 / 20_000.0).collect();
        let fit = |seen: &BTreeMap<u64, u64>| {
            chi_square(&values.iter().map(|value| count(seen, value)).collect::<Vec<_>>(), &law)
        };
        let (one, other) = (fit(&agents), fit(&events));
        let degrees = one.degrees as f64;
        // Wilson and Hilferty (1931): the cube root of chi-square over its degrees is nearly normal.
        let statistic = ((one.statistic + other.statistic) / degrees).cbrt();
        let z = (statistic - 1.0 + 2.0 / (9.0 * degrees)) / (2.0 / (9.0 * degrees)).sqrt();
        assert!(z < 3.72, "{text}: z = {z}, {one:?} {other:?}");
    }
}

/// A file with every mechanism of the first model at random.
fn random(seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = format!("name = \"random-{seed}\"\n");
    let mut share = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
    let (examples, steps) = (share(8.0, 18.0) as u64, share(1.0, 25.0) as u64);
    let slip = share(0.02, 0.6) / steps as f64;
    let _ = writeln!(text, "examples = {examples}\nhorizon = 6\n[task]\nsteps = {steps}");
    if share(0.0, 1.0) < 0.3 {
        let _ = writeln!(text, "steps_per_generation = 1");
    }
    let _ = writeln!(text, "[errors]\nstep_error = {slip}\nsystematic_share = {}", share(0.0, 0.6));
    let _ = writeln!(text, "amplification = {}\nconsistency = {}", share(0.0, 6.0), share(0.5, 1.2).min(1.0));
    if share(0.0, 1.0) < 0.5 {
        let _ = writeln!(text, "recovery = {}", share(0.02, 0.5));
    }
    if share(0.0, 1.0) < 0.3 {
        let _ = writeln!(text, "step_error_floor = {}\nstep_error_gain = 0.3", slip / 2.0);
    }
    if share(0.0, 1.0) < 0.5 {
        let candidates = share(2.0, 6.0) as u64;
        let _ = writeln!(text, "wrong_answers = {}", share(1.0, 5.0) as u64);
        let _ = writeln!(text, "[vote]\ncandidates = {candidates}\nagree = {}", candidates / 2 + 1);
    }
    let _ = writeln!(text, "[learning]\nimprint = {}\npersistence = {}", share(0.3, 1.0), share(0.5, 1.0));
    let _ = writeln!(text, "anchor = {}", (share(-0.3, 0.3)).max(0.0));
    if share(0.0, 1.0) < 0.3 {
        let _ = writeln!(text, "policy = \"accumulate\"");
    }
    for _ in 0..share(0.0, 3.0) as u64 {
        let (one, two, three) = (share(0.2, 0.9), share(0.2, 0.9), share(0.0, 0.1));
        let _ = match share(0.0, 6.0) as u64 {
            0 => writeln!(
                text,
                "[[filter]]\nkind = \"catch\"\nrandom = {one}\nsystematic = {two}\nunsound = {one}\nfalse_reject = {three}"
            ),
            1 => writeln!(text, "[[filter]]\nkind = \"outcome\"\nsensitivity = {one}\nfalse_reject = {three}"),
            2 => writeln!(text, "[[filter]]\nkind = \"steps\"\nsensitivity = {one}\nfalse_reject = {}", three / 10.0),
            3 => writeln!(text, "[[filter]]\nkind = \"cross-model\"\nagreement_on_error = {one}\nerror_rate = {three}"),
            4 => writeln!(text, "[[filter]]\nkind = \"transform\"\ninvariance = {one}"),
            _ => writeln!(text, "[[filter]]\nkind = \"ground-truth\"\ncoverage = {two}\nsteps = {}", one < 0.5),
        };
    }
    let _ = writeln!(text, "[start]\nunsound = {}\nwrong = {}", share(-0.3, 0.3).max(0.0), share(-0.3, 0.3).max(0.0));
    let _ = writeln!(text, "[failure]\nerror_rate = {}", share(0.3, 0.9));
    text
}

/// A scenario with every mechanism at random, those that came later among them.
fn random_extended(seed: u64) -> Scenario {
    let mut text = random(seed);
    let mut rng = ChaCha8Rng::seed_from_u64(1_000 + seed);
    let mut share = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
    let mut overrides = Vec::new();
    if share(0.0, 1.0) < 0.5 {
        overrides.push(format!("errors.erosion={}", share(0.0, 0.3)));
    }
    if share(0.0, 1.0) < 0.6 {
        overrides.push(format!("learning.hazard_gain={}", share(0.2, 2.5)));
    }
    if share(0.0, 1.0) < 0.6 && !text.contains("accumulate") {
        overrides.push(format!("learning.renewal={}", share(0.1, 1.0)));
    }
    if share(0.0, 1.0) < 0.5 {
        overrides.push("start.draw=true".to_owned());
    }
    if share(0.0, 1.0) < 0.7 {
        let candidates = share(2.0, 6.0) as u64;
        let agree = share(1.0, 1.0 + candidates as f64 / 2.0) as u64;
        overrides.push(format!("vote.candidates={candidates}"));
        overrides.push(format!("vote.agree={agree}"));
        if share(0.0, 1.0) < 0.5 {
            overrides.push(format!("vote.agree_at_most={}", share(agree as f64, candidates as f64 + 1.0) as u64));
        }
    }
    if share(0.0, 1.0) < 0.6 {
        let (sensitivity, shared) = (share(0.4, 0.9), share(0.1, 0.9));
        let _ = writeln!(text, "[[filter]]\nkind = \"self-judge\"\nsensitivity = {sensitivity}\nfalse_reject = 0.1");
        if share(0.0, 1.0) < 0.5 {
            let _ = writeln!(text, "shared = {shared}\nsteps = true");
        }
    }
    if share(0.0, 1.0) < 0.6 {
        let first = share(0.2, 0.8);
        let _ = writeln!(text, "[[difficulty]]\nshare = {first}\nsteps = {}", share(1.0, 12.0) as u64);
        let _ = writeln!(text, "[[difficulty]]\nshare = {}\nconsistency = {}", 1.0 - first, share(0.5, 1.0));
        let _ = writeln!(text, "systematic_share = {}\nwrong_answers = {}", share(0.0, 0.8), share(1.0, 4.0) as u64);
    }
    Scenario::parse(&text, Origin::Text, &overrides).unwrap_or_else(|error| panic!("{error}\n{text}{overrides:?}"))
}

/// Plain agents, event-driven agents, counts and, where there is one, the exact law: a dozen random loops, each comparison
/// at family-wise level 1e-4, and mean errors of every generation within 5 standard errors (6e-7, two-sided).
#[test]
fn four_witnesses_agree_on_random_loops() {
    four_witnesses_agree(|seed| scenario(&random(seed)));
}

#[test]
fn four_witnesses_agree_on_random_loops_with_every_part() {
    four_witnesses_agree(random_extended);
}

fn four_witnesses_agree(random: impl Fn(u64) -> Scenario) {
    let mut exact = 0;
    for seed in 0..12 {
        let scenario = random(seed);
        let agents = play(&scenario, Engine::Agents, 1_500, 0);
        let events = play(&scenario, Engine::Events, 5_000, 0);
        let counts = play(&scenario, Engine::Counts, 5_000, 0);
        for (one, other) in [(&agents, &events), (&agents, &counts), (&events, &counts)] {
            let verdict = compare::two_samples(one, other, 1e-4).unwrap();
            assert!(verdict.agree, "{} {}", scenario.to_toml(), verdict.sentence);
            for g in 0..one.mean_error.len() {
                let apart = (one.mean_error[g] - other.mean_error[g]).abs();
                let se = one.se_error[g].hypot(other.se_error[g]);
                assert!(apart <= 5.0 * se + 1e-12, "{} {g}: {apart} {se}", scenario.to_toml());
            }
        }
        let Some(curves) = analytic::solve(&scenario).curves else { continue };
        exact += 1;
        for simulated in [&agents, &events, &counts] {
            let expected = ExpectedCurves::of(&curves, "the exact law".to_owned());
            let verdict = compare::with_expected(&expected, simulated, 1e-4).unwrap();
            assert!(verdict.agree, "{} {}", scenario.to_toml(), verdict.sentence);
        }
    }
    assert!(exact >= 6, "only {exact} of the loops have an exact solution");
}

#[test]
fn what_agents_refuse_for_its_size_is_played() {
    let text = "name = \"t\"\nexamples = 1000000000\nhorizon = 3";
    let simulated = play(&scenario(text), Engine::Events, 2, 0);
    // Generation 1 holds a_W of model.md, section 7, within 5 standard errors.
    let expected = 0.024_923_142_29;
    assert!((simulated.mean_wrong[1] - expected).abs() < 5.0 * (expected / 2e9_f64).sqrt());
}

#[test]
fn loops_that_accept_nothing_are_given_up() {
    let text = "name = \"t\"\nexamples = 3\nhorizon = 4\n[errors]\nstep_error = 1\n[failure]\nerror_rate = 1\n";
    let settings = SimulationSettings { replicates: 2, seed: 1, engine: Engine::Events, sample_runs: 0 };
    let starved = scenario(&format!("{text}[[filter]]\nkind = \"outcome\"\nsensitivity = 1"));
    let error = simulate::run(&starved, &settings, &|_| ()).unwrap_err();
    assert!(matches!(error, SimulationError::NothingAccepted { generation: 0, .. }), "{error}");
    let systematic =
        scenario(&text.replace("step_error = 1", "step_error = 1\nsystematic_share = 1\nconsistency = 0.5"));
    let error = simulate::run(&systematic, &settings, &|_| ()).unwrap_err();
    assert!(matches!(error, SimulationError::NoBaseCandidate { generation: 0, .. }), "{error}");
}
