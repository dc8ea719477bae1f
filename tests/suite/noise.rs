//! The linear-noise approximation against the exact law, and the order at which its error falls.

use runaway::analytic::{chain2d, noise, solve};
use runaway::law::{Composition, Law};
use runaway::scenario::{Origin, Scenario};
use runaway::stats::binomial;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"test\"\n{text}"), Origin::Text, &[]).unwrap()
}

/// Exact curves of a loop without unsound beliefs.
struct Exact {
    mean: Vec<f64>,
    sd: Vec<f64>,
    survival: Vec<f64>,
}

/// Adds the successors of `mass` in windows that neglect 1e-16 of each row.
fn forward(mass: &[f64], next: &[f64]) -> Vec<f64> {
    let n = mass.len() as u64 - 1;
    let mut after = vec![0.0; mass.len()];
    for (mass, &q) in mass.iter().zip(next).filter(|(mass, _)| **mass > 1e-16) {
        let (low, high) = binomial::window(n, q, 1e-14);
        let mut row = vec![0.0; (high - low + 1) as usize];
        binomial::fill(low, n, q, &mut row);
        after[low as usize..].iter_mut().zip(row).for_each(|(to, p)| *to += mass * p);
    }
    after
}

fn exact(scenario: &Scenario) -> Exact {
    let n = scenario.examples().get();
    let law = Law::new(scenario, 0);
    let at: Vec<_> = (0..=n).map(|w| law.at(Composition { unsound: 0.0, wrong: w as f64 / n as f64 })).collect();
    let error: Vec<f64> = at.iter().map(|outcome| outcome.error_rate).collect();
    let next: Vec<f64> = at.iter().map(|outcome| outcome.next.unwrap().wrong).collect();
    let mut all = vec![0.0; at.len()];
    all[0] = 1.0;
    let mut alive = all.clone();
    let mut exact = Exact { mean: vec![], sd: vec![], survival: vec![] };
    for _ in 0..=scenario.horizon().get() {
        alive
            .iter_mut()
            .zip(&error)
            .filter(|(_, e)| **e >= scenario.failure().error_rate.get())
            .for_each(|(p, _)| *p = 0.0);
        let mean: f64 = all.iter().zip(&error).map(|(p, e)| p * e).sum();
        exact.mean.push(mean);
        exact.sd.push(all.iter().zip(&error).map(|(p, e)| p * (e - mean).powi(2)).sum::<f64>().sqrt());
        exact.survival.push(alive.iter().sum());
        (all, alive) = (forward(&all, &next), forward(&alive, &next));
    }
    exact
}

fn mean_field(scenario: &Scenario) -> Vec<f64> {
    let law = Law::new(scenario, 0);
    let mut x = Composition::start(scenario);
    (0..=scenario.horizon().get())
        .map(|_| {
            let outcome = law.at(x);
            x = outcome.next.unwrap();
            outcome.error_rate
        })
        .collect()
}

fn worst(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

const AVALANCHE: &str = "horizon = 12\n[errors]\namplification = 20";
const HEALING: &str = "horizon = 30\n[errors]\namplification = 20\n\
    [[filter]]\nkind = \"catch\"\nrandom = 0.95\nsystematic = 0.3\nfalse_reject = 0.02";

/// Worst errors over all generations: of the mean field, of the corrected mean, of the standard deviation relative to its
/// largest value, and of survival.
fn errors(text: &str, examples: u64) -> [f64; 4] {
    let scenario = scenario(&format!("examples = {examples}\n{text}"));
    let (exact, approximate) = (exact(&scenario), noise::approximate(&scenario));
    assert_eq!(approximate.label, "approximate");
    let widest = exact.sd.iter().copied().fold(0.0, f64::max);
    [
        worst(&mean_field(&scenario), &exact.mean),
        worst(&approximate.expected_error, &exact.mean),
        worst(&approximate.sd_error, &exact.sd) / widest,
        worst(&approximate.survival, &exact.survival),
    ]
}

#[test]
fn errors_shrink_as_the_order_says() {
    // Bounds at 100 examples: mean field, corrected mean, relative standard deviation, survival.
    for (text, bounds) in [(AVALANCHE, [0.036, 0.003, 0.077, 0.041]), (HEALING, [0.003, 5e-4, 0.08, 4e-4])] {
        let [small, middle, large] = [100, 1000, 10_000].map(|examples| errors(text, examples));
        for (error, bound) in small.iter().zip(bounds) {
            assert!(*error <= bound, "{error:e}, above {bound:e}");
        }
        // Ten times the examples: a tenth of the mean field's error and of the relative error of the standard deviation, a
        // hundredth of the error of the corrected mean.
        for (order, (a, b)) in
            [(10.0, (middle[0], large[0])), (100.0, (middle[1], large[1])), (10.0, (middle[2], large[2]))]
        {
            assert!((a / b / order - 1.0).abs() < 0.1, "{a:e} / {b:e} is not {order}");
        }
        assert!(small[3] > middle[3] && middle[3] < 0.006 && large[3] < 6e-4, "{small:?} {middle:?} {large:?}");
    }
}

#[test]
fn the_plane_is_approximated_at_the_same_order() {
    let text = "horizon = 15\n[errors]\namplification = 20\nrecovery = 0.05\n\
        [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.9\nfalse_reject = 0.01";
    let [few, many] = [40, 160].map(|examples| {
        let scenario = scenario(&format!("examples = {examples}\n{text}"));
        let (exact, approximate) = (chain2d::solve(&scenario).unwrap().curves, noise::approximate(&scenario));
        let widest = exact.sd_error.iter().copied().fold(0.0, f64::max);
        [
            worst(&approximate.expected_error, &exact.expected_error),
            worst(&approximate.mean_unsound, &exact.mean_unsound),
            worst(&approximate.mean_wrong, &exact.mean_wrong),
            worst(&approximate.sd_error, &exact.sd_error) / widest,
        ]
    });
    assert!(few[0] < 1e-4, "{few:?}");
    // Four times the examples: a sixteenth of the means' errors, a quarter of the relative error of the deviation.
    for (i, (few, many)) in few.iter().zip(&many).enumerate() {
        let order = if i == 3 { 4.0 } else { 16.0 };
        assert!((few / many / order - 1.0).abs() < 0.25, "{i}: {few:e} and {many:e}");
    }
}

/// Reference values of model.md, section 7, for a pool that grows.
#[test]
fn an_accumulating_pool_is_approximated() {
    let approximate = noise::approximate(&scenario(
        "examples = 50\n[errors]\namplification = 20\n[learning]\npolicy = \"accumulate\"",
    ));
    for (g, mean) in [(5, 0.114_131_87), (10, 0.155_186_50), (40, 0.270_896_32)] {
        let error = (approximate.expected_error[g] - mean).abs();
        assert!(error < 2e-3 * mean, "generation {g}: {}, off by {error:e}", approximate.expected_error[g]);
    }
    assert!((approximate.survival[40] - 0.999_385_13).abs() < 2e-3, "{}", approximate.survival[40]);
}

#[test]
fn any_size_and_any_edge_gives_numbers() {
    for text in [
        "examples = 1000000000000",
        "examples = 1\n[errors]\nrecovery = 0.5\nstep_error = 0.9",
        "[start]\nwrong = 1.0",
        "[start]\nunsound = 0.5\nwrong = 0.5",
        "[failure]\nerror_rate = 1e-300",
        "[errors]\nstep_error = 1.0\n[[filter]]\nkind = \"outcome\"\nsensitivity = 1.0",
        "[task]\nsteps_per_generation = 5\n[errors]\nrecovery = 0.01",
    ] {
        let a = noise::approximate(&scenario(text));
        assert_eq!(a.survival.len(), 61);
        assert!(a.survival.windows(2).all(|pair| pair[1] <= pair[0]), "{text}");
        for curve in
            [&a.expected_error, &a.sd_error, &a.error_q05, &a.error_q95, &a.mean_unsound, &a.mean_wrong, &a.survival]
        {
            assert!(curve.iter().all(|x| (0.0..=1.0).contains(x)), "{text}: {curve:?}");
        }
    }
    // Nothing is accepted from the start.
    let starved = scenario("[errors]\nstep_error = 1.0\n[[filter]]\nkind = \"outcome\"\nsensitivity = 1.0");
    assert_eq!(noise::approximate(&starved).survival, vec![0.0; 61]);
}

/// A start that is drawn varies at once, in both dimensions.
#[test]
fn a_drawn_start_has_the_spread_of_its_law() {
    for start in ["wrong = 0.2", "wrong = 0.1\nunsound = 0.1"] {
        let file = format!(
            "examples = 40\nhorizon = 5\n[errors]\nstep_error = 0.005\n[start]\ndraw = true\n{start}\n[failure]\nerror_rate = 1"
        );
        let scenario = scenario(&file);
        let (ours, curves) = (noise::approximate(&scenario), solve(&scenario).curves.unwrap());
        for g in 0..=5 {
            let off = |ours: &[f64], exact: &[f64]| ours[g] / exact[g] - 1.0;
            let spread = off(&ours.sd_error, &curves.sd_error);
            let mean = off(&ours.expected_error, &curves.expected_error);
            // Right to the order of 1/N of themselves.
            assert!(spread.abs() < 0.1 && mean.abs() < 0.025, "{start}, {g}: {spread:.1e}, {mean:.1e}");
        }
    }
}
