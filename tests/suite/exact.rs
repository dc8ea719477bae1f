//! Chains given as a function: pinned values, and every method against the others.

use approx::assert_relative_eq;
use runaway::analytic::{LawChain, solve, sweep};
use runaway::scenario::{Origin, Scenario};

/// A loop with fresh mistakes `fresh` that amplify by `growth` and are partly caught.
pub fn bench(draws: u64, growth: f64, fresh: f64) -> LawChain<impl Fn(f64) -> f64> {
    let law = move |x: f64| {
        let shown = growth * x;
        fresh + (1.0 - fresh) * shown * 0.7 / (1.0 - 0.3 * (shown + fresh).min(1.0))
    };
    LawChain { draws, failing: draws.div_ceil(2), start: 0, law }
}

#[test]
fn pinned_runways() {
    for (draws, growth, mean) in [(1000, 1.6, 30.844_329_904_769), (10_000, 1.6, 28.851_844_888_853)] {
        let (eliminated, error) = bench(draws, growth, 0.001).eliminated_mean().unwrap();
        println!(
            "N {draws} growth {growth}: {eliminated:.13e}, bound {error:.1e}, off {:.1e}",
            eliminated / mean - 1.0
        );
        assert_relative_eq!(eliminated, mean, max_relative = 1e-12);
        assert!(error < 2e-12);
    }
}

#[test]
fn quadrature_and_elimination_agree() {
    for (draws, growth, fresh) in
        [(1000, 1.6, 0.001), (3000, 1.6, 0.001), (1000, 1.2, 0.001), (300, 1.2, 0.001), (2000, 1.4, 1e-4)]
    {
        let chain = bench(draws, growth, fresh);
        let (a, b) = (chain.by_elimination(100).unwrap(), chain.by_quadrature(100).unwrap());
        println!(
            "N {draws} growth {growth}: {:e} {:e} off {:.1e} (bounds {:.1e} {:.1e}), sd {:.1e}, hazard {:?} {:?}, {}",
            a.mean,
            b.mean,
            b.mean / a.mean - 1.0,
            a.mean_error,
            b.mean_error,
            b.sd / a.sd - 1.0,
            a.hazard,
            b.hazard,
            b.method
        );
        assert_relative_eq!(a.mean, b.mean, max_relative = 1e-9);
        for g in 0..=100 {
            assert!((a.survival[g] - b.survival[g]).abs() <= a.survival_error + b.survival_error, "S({g})");
            if a.failed[g] > 1e-35 {
                assert_relative_eq!(a.failed[g], b.failed[g], max_relative = 1e-9);
            }
        }
    }
}

#[test]
fn a_billion_examples() {
    for draws in [100_000, 1_000_000, 1_000_000_000] {
        let begin = std::time::Instant::now();
        let runway = bench(draws, 1.6, 0.001).runway(60).unwrap();
        println!("{:?}", begin.elapsed());
        println!("N {draws}: {:.12} ± {:.1e}, sd {}, {}", runway.mean, runway.mean_error, runway.sd, runway.method);
        assert!(runway.survival_error < 1e-9 && runway.mean_error < 1e-9);
        assert!(runway.survival.windows(2).all(|pair| pair[0] >= pair[1]));
    }
}

#[test]
fn a_sweep_is_what_its_scenarios_are() {
    let changes = [
        vec!["errors.amplification=20".to_owned()],
        vec![],
        vec!["errors.amplification=20".to_owned(), "examples=20".to_owned()],
        vec![
            "errors.amplification=20".to_owned(),
            "filter=[{kind=\"catch\",random=0.95,systematic=0.3,false_reject=0.02}]".to_owned(),
        ],
        vec!["errors.amplification=20".to_owned(), "examples=20000".to_owned()],
        vec!["learning.policy=accumulate".to_owned(), "examples=20".to_owned()],
    ];
    let scenarios: Vec<Scenario> =
        changes.iter().map(|changes| Scenario::parse("name = \"swept\"", Origin::Text, changes).unwrap()).collect();
    for (point, scenario) in sweep(&scenarios, 20).iter().zip(&scenarios) {
        let solution = solve(scenario);
        assert_eq!(point.reproduction_number, solution.reproduction_number);
        assert_eq!(point.mean.is_some(), solution.runway.mean.is_some());
        if let (Some(swept), Some(mean)) = (point.mean, solution.runway.mean) {
            assert_relative_eq!(swept, mean, max_relative = 1e-10);
        }
        assert_relative_eq!(point.survival.unwrap(), solution.curves.unwrap().survival[20], epsilon = 1e-11);
    }
}

#[test]
fn many_examples_are_solved_from_scenarios() {
    let at = |examples: &str| {
        let changes = [format!("examples={examples}"), "errors.amplification=20".to_owned()];
        solve(&Scenario::parse("name = \"large\"", Origin::Text, &changes).unwrap())
    };
    // Either side of the change of method, and far beyond it.
    let (counts, quadrature) = (at("4000"), at("4001"));
    println!("{:?} {}\n{:?} {}", counts.runway, counts.method, quadrature.runway, quadrature.method);
    assert_relative_eq!(counts.runway.mean.unwrap(), quadrature.runway.mean.unwrap(), max_relative = 1e-3);
    assert!(quadrature.error_bound.unwrap() < 1e-10 && quadrature.method.starts_with("quadrature"));
    let large = at("1000000000");
    println!("{:?} {} ± {:?}", large.runway, large.method, large.error_bound);
    assert!(large.error_bound.unwrap() < 1e-9);
    let curves = large.curves.unwrap();
    for (g, error) in large.mean_field_error.iter().enumerate() {
        assert_relative_eq!(curves.expected_error[g], *error, max_relative = 1e-5);
        assert!(curves.error_q05[g] <= curves.error_q50[g] && curves.error_q50[g] <= curves.error_q95[g]);
    }
}
