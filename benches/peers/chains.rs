//! Times the bench chains and prints medians and values as JSON, for `benches/peers/compare.py`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use runaway::analytic::elimination::skyline_gth::EliminatedChain;
use runaway::analytic::quadrature::NodeChain;
use runaway::analytic::{LawChain, expected_times, solve, sweep};
use runaway::scenario::{Origin, Scenario};
use serde_json::json;

fn chain(draws: u64, growth: f64) -> LawChain<impl Fn(f64) -> f64> {
    let fresh = 0.001;
    let law = move |x: f64| {
        let shown = growth * x;
        fresh + (1.0 - fresh) * shown * 0.7 / (1.0 - 0.3 * (shown + fresh).min(1.0))
    };
    LawChain { draws, failing: draws.div_ceil(2), start: 0, law }
}

/// Scenarios of a sweep.
const SWEPT: u32 = 1000;

/// The last value and the median time in milliseconds.
fn clocked(rounds: usize, mut work: impl FnMut() -> f64) -> serde_json::Value {
    let (mut value, mut times) = (f64::NAN, Vec::new());
    for _ in 0..rounds {
        let begin = Instant::now();
        value = black_box(work());
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    json!({ "value": value, "ms": times[rounds / 2] })
}

/// 100,000 chains of four states with an exit each, rows normalised.
fn small() -> Vec<([[f64; 4]; 4], [f64; 4])> {
    let mut state = 7_u64;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / 2.0_f64.powi(53) + 1e-3
    };
    (0..100_000)
        .map(|_| {
            let (mut rows, mut exits) = ([[0.0; 4]; 4], [0.0; 4]);
            for (row, exit) in rows.iter_mut().zip(&mut exits) {
                let values: [f64; 5] = std::array::from_fn(|_| number());
                let total: f64 = values.iter().sum();
                *row = std::array::from_fn(|j| values[j] / total);
                *exit = values[4] / total;
            }
            (rows, exits)
        })
        .collect()
}

/// Rows and solution apart, on every count or on Gauss nodes.
fn parts(
    chain: &LawChain<impl Fn(f64) -> f64>,
    whole: bool,
    rounds: usize,
    name: &str,
    report: &mut BTreeMap<String, serde_json::Value>,
) {
    let law = |share: f64| Some((chain.law)(share));
    let make = if whole { NodeChain::counts } else { NodeChain::new };
    // Metastable chains need every transition that a double holds to be sure of their digits.
    let (least, cut) = if (chain.law)(0.4) > 0.4 { (1e-17, 1e-19) } else { (1e-57, 1e-59) };
    let Ok(nodes) = make(chain.draws, chain.failing, &law) else { return };
    let build = clocked(rounds, || nodes.rows(least, usize::MAX).map_or(0.0, |rows| rows.cells() as f64));
    let Some(rows) = nodes.rows(least, usize::MAX) else { return };
    let ones = vec![1.0; nodes.count.len()];
    let solve = clocked(rounds, || EliminatedChain::cut(rows.clone(), &nodes.exits, cut).collected_up_to(&ones, 1)[0]);
    report.insert(format!("rows {name}"), build);
    report.insert(format!("solve {name}"), solve);
}

/// One loop without and with a plurality of 64 on problems of three difficulties.
const PLAIN: &str = include_str!("../votes/plain.toml");
const VOTED: &str = include_str!("../votes/voted.toml");

fn main() {
    let mut report = BTreeMap::new();
    for (draws, growth, rounds) in [(1000, 1.6, 101), (10_000, 1.6, 21), (300, 1.2, 101), (1000, 1.2, 21)] {
        let chain = chain(draws, growth);
        let mean = clocked(rounds, || chain.eliminated_mean().map_or(f64::NAN, |mean| mean.0));
        report.insert(format!("mean {draws} {growth}"), mean);
        for (way, whole) in [("counts", true), ("nodes", false)] {
            parts(&chain, whole, rounds, &format!("{way} {draws} {growth}"), &mut report);
        }
    }
    for (draws, rounds) in [(1000, 51), (10_000, 11), (1_000_000, 5)] {
        let chain = chain(draws, 1.6);
        let survival = clocked(rounds, || chain.survival(1000).map_or(f64::NAN, |(survival, ..)| survival[30]));
        report.insert(format!("survival {draws} 1.6"), survival);
    }
    let billion = chain(1_000_000_000, 1.6);
    let law = clocked(5, || billion.by_quadrature(60).map_or(f64::NAN, |runway| runway.mean));
    report.insert("quadrature 1000000000 1.6".to_owned(), law);
    let plain = "name = \"swept\"";
    for (many, name, text, changes) in [
        (SWEPT, "ordinary", plain, "errors.amplification=20"),
        (SWEPT, "reference", plain, "task.steps=20"),
        (SWEPT / 10, "plain.toml", PLAIN, "task.steps=20"),
        (SWEPT / 10, "voted.toml", VOTED, "task.steps=20"),
    ] {
        let scenarios: Vec<Scenario> = (0..many)
            .filter_map(|i| {
                let steps = format!("errors.step_error={}", 0.001 + 2e-6 * f64::from(i));
                Scenario::parse(text, Origin::Text, &[steps, changes.to_owned()]).ok()
            })
            .collect();
        let swept = clocked(3, || sweep(&scenarios, 60).iter().filter_map(|point| point.mean).sum());
        report.insert(format!("sweep of {many} {name}, all cores"), swept);
    }
    for examples in ["1000", "10000", "1000000", "1000000000"] {
        let changes = [format!("examples={examples}"), "errors.amplification=20".to_owned()];
        let Ok(scenario) = Scenario::parse("name = \"large\"", Origin::Text, &changes) else { continue };
        let solved = clocked(5, || solve(&scenario).runway.mean.unwrap_or(f64::NAN));
        report.insert(format!("scenario of {examples} examples"), solved);
    }
    let chains = small();
    let all = clocked(21, || chains.iter().map(|(rows, exits)| expected_times(*rows, *exits)[0]).sum());
    report.insert("small".to_owned(), all);
    println!("{}", json!(report));
}
