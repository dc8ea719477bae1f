//! The two-dimensional solver against reference values, against independent solutions, and against itself.

use approx::assert_relative_eq;
use runaway::analytic::ExactSolution;
use runaway::analytic::chain2d::{self, Chain2dRefusal};
use runaway::law::{Composition, Law};
use runaway::scenario::{Origin, Scenario};

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"test\"\n{text}"), Origin::Text, &[]).unwrap()
}

fn solve(text: &str) -> ExactSolution {
    let solution = chain2d::solve(&scenario(text)).unwrap();
    coherent(&solution);
    solution
}

/// What holds for every loop.
fn coherent(solution: &ExactSolution) {
    let curves = &solution.curves;
    assert!(curves.survival.windows(2).all(|pair| pair[1] <= pair[0]), "survival rises");
    for (g, (survival, failed)) in curves.survival.iter().zip(&curves.failed).enumerate() {
        assert!((survival + failed - 1.0).abs() < 1e-12, "generation {g}: {survival} + {failed}");
        assert!(curves.error_q05[g] <= curves.error_q50[g] && curves.error_q50[g] <= curves.error_q95[g]);
    }
    let runway = &solution.runway;
    if let (Some(mean), Some(visits)) = (runway.mean, &solution.visits) {
        assert_relative_eq!(visits.generations.iter().sum::<f64>(), mean, max_relative = 1e-11);
        assert!(visits.error.is_sorted());
    }
    for (value, key) in [(runway.mean, "runway.mean"), (runway.q50, "runway.q50")] {
        assert_eq!(value.is_none(), solution.undefined.contains_key(key), "{key}");
    }
    assert_eq!(solution.quasi_stationary.is_none(), solution.undefined.contains_key("quasi_stationary"));
}

/// Every problem that does not meet a sound belief is answered by two answers alone, of which one has three of five votes: too
/// many. A loop without a sound belief starves, whatever rounding leaves of 1 − n_U/6 − n_W/6 (1.1e-16 at 2 and 4).
#[test]
fn a_loop_without_a_sound_belief_has_none_by_rounding() {
    let solution = solve(
        "examples = 6\nhorizon = 3\ntask.steps = 3\nstart = { unsound = 0.25, wrong = 0.125, draw = true }\nfailure.error_rate = 1\n\
         [errors]\nstep_error = 0.2\nrecovery = 0.1\n[vote]\ncandidates = 5\nagree = 1\nagree_at_most = 2",
    );
    assert_relative_eq!(solution.curves.failed[0], 0.375_f64.powi(6), max_relative = 1e-13);
}

const CAUGHT: &str = "[errors]\namplification = 20\nrecovery = 0.05\n\
    [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.9\nfalse_reject = 0.01";

#[test]
fn reference_row() {
    let solution = solve(&format!("examples = 40\n{CAUGHT}"));
    assert_relative_eq!(solution.runway.mean.unwrap(), 463_231.913427, max_relative = 1e-12);
    assert_relative_eq!(solution.curves.survival[50], 0.999_913_696_92, epsilon = 5e-12);
    assert_relative_eq!(solution.curves.expected_error[0], 0.025_242_696_85, epsilon = 5e-12);
    let hazard = solution.quasi_stationary.unwrap();
    // E[T] is long against the time to stationarity, so that nearly 1 / h generations are left from the start.
    assert_relative_eq!(hazard.hazard, 1.0 / 463_231.9, max_relative = 1e-4);
    assert_relative_eq!(hazard.probability.iter().sum::<f64>(), 1.0, max_relative = 1e-12);
    // Median of a nearly geometric law.
    assert_relative_eq!(solution.runway.q50.unwrap(), 463_231.9 * 2.0_f64.ln(), max_relative = 1e-4);
}

/// The chain spelt out: multinomial rows from factorials, Gauss with pivots, and powers of the matrix.
struct Spelt {
    states: Vec<(u64, u64)>,
    n: u64,
}

impl Spelt {
    fn new(n: u64) -> Self {
        let states = (0..=n).flat_map(|u| (0..=n - u).map(move |w| (u, w))).collect();
        Self { states, n }
    }

    fn at(&self, (u, w): (u64, u64)) -> Composition {
        Composition { unsound: u as f64 / self.n as f64, wrong: w as f64 / self.n as f64 }
    }

    fn row(&self, q: Composition) -> Vec<f64> {
        let factorial = |k: u64| (1..=k).map(u128::from).product::<u128>();
        let n = self.n;
        self.states
            .iter()
            .map(|&(u, w)| {
                let c = n - u - w;
                let ways = factorial(n) / (factorial(u) * factorial(w) * factorial(c));
                ways as f64
                    * q.unsound.powi(u as i32)
                    * q.wrong.powi(w as i32)
                    * (1.0 - q.unsound - q.wrong).powi(c as i32)
            })
            .collect()
    }

    /// (failing, row) of each state under the law of generation `g`; a state that accepts nothing stays.
    fn matrix(&self, scenario: &Scenario, g: u64) -> Vec<(bool, Vec<f64>)> {
        let law = Law::new(scenario, g);
        let threshold = scenario.failure().error_rate.get();
        self.states
            .iter()
            .enumerate()
            .map(|(index, &state)| {
                let outcome = law.at(self.at(state));
                let stays = || (0..self.states.len()).map(|i| f64::from(u8::from(i == index))).collect();
                let row = outcome.next.map_or_else(stays, |q| self.row(q));
                (outcome.error_rate >= threshold || outcome.next.is_none(), row)
            })
            .collect()
    }

    fn start(&self, scenario: &Scenario) -> usize {
        self.states.iter().position(|&state| state == scenario.start_counts()).unwrap()
    }
}

/// Solves `a` x = `b` with row pivots.
fn gauss(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let above = a[k].clone();
            a[i].iter_mut().zip(&above).skip(k).for_each(|(x, y)| *x -= factor * y);
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}

/// E[T] and E[T²] from the start by plain Gauss.
fn moments(spelt: &Spelt, scenario: &Scenario) -> (f64, f64) {
    let matrix = spelt.matrix(scenario, 0);
    let alive: Vec<usize> = (0..matrix.len()).filter(|&i| !matrix[i].0).collect();
    let system: Vec<Vec<f64>> =
        alive.iter().map(|&i| alive.iter().map(|&j| f64::from(u8::from(i == j)) - matrix[i].1[j]).collect()).collect();
    let first = gauss(system.clone(), vec![1.0; alive.len()]);
    let second = gauss(system, first.iter().map(|t| 2.0 * t - 1.0).collect());
    let start = alive.iter().position(|&i| i == spelt.start(scenario)).unwrap();
    (first[start], second[start])
}

const SMALL: [&str; 4] = [
    "examples = 1\n[errors]\nrecovery = 0.3\nstep_error = 0.02",
    "examples = 3\n[errors]\nrecovery = 0.3\nstep_error = 0.03\namplification = 3\n[learning]\nimprint = 1.0",
    "examples = 5\n[errors]\nrecovery = 0.1\nstep_error = 0.01\nconsistency = 0.8\n[vote]\ncandidates = 3\n\
     [start]\nunsound = 0.2\n[failure]\nerror_rate = 0.4",
    "examples = 6\n[errors]\nrecovery = 0.5\nstep_error = 0.02\namplification = 8\n[start]\nwrong = 0.34\n\
     [[filter]]\nkind = \"outcome\"\nsensitivity = 0.7\nfalse_reject = 0.1\n[[filter]]\nkind = \"transform\"\ninvariance = 0.5",
];

#[test]
fn small_chains_by_plain_gauss() {
    for text in SMALL {
        let scenario = scenario(text);
        let spelt = Spelt::new(scenario.examples().get());
        let solution = solve(text);
        let (mean, second) = moments(&spelt, &scenario);
        assert_relative_eq!(solution.runway.mean.unwrap(), mean, max_relative = 1e-10);
        assert_relative_eq!(solution.runway.sd.unwrap(), (second - mean * mean).sqrt(), max_relative = 1e-9);
    }
}

/// Survival, error and composition by powers of the spelt matrix.
fn curves_by_powers(text: &str) {
    let scenario = scenario(text);
    let spelt = Spelt::new(scenario.examples().get());
    let solution = solve(text);
    let curves = &solution.curves;
    let size = spelt.states.len();
    let (mut alive, mut all) = (vec![0.0; size], vec![0.0; size]);
    alive[spelt.start(&scenario)] = 1.0;
    all[spelt.start(&scenario)] = 1.0;
    for g in 0..=scenario.horizon().get() {
        let matrix = spelt.matrix(&scenario, g);
        alive.iter_mut().zip(&matrix).filter(|(_, (fails, _))| *fails).for_each(|(mass, _)| *mass = 0.0);
        let law = Law::new(&scenario, g);
        let mean = |f: &dyn Fn(Composition) -> f64| -> f64 {
            spelt.states.iter().zip(&all).map(|(&state, p)| p * f(spelt.at(state))).sum()
        };
        let error = mean(&|x| law.at(x).error_rate);
        let square = mean(&|x| (law.at(x).error_rate - error).powi(2));
        let at = g as usize;
        assert_relative_eq!(curves.survival[at], alive.iter().sum::<f64>(), max_relative = 1e-9);
        assert_relative_eq!(curves.expected_error[at], error, max_relative = 1e-11);
        assert_relative_eq!(curves.sd_error[at], square.sqrt(), max_relative = 1e-9, epsilon = 1e-12);
        assert_relative_eq!(curves.mean_unsound[at], mean(&|x| x.unsound), max_relative = 1e-10, epsilon = 1e-250);
        assert_relative_eq!(curves.mean_wrong[at], mean(&|x| x.wrong), max_relative = 1e-10, epsilon = 1e-250);
        assert_relative_eq!(curves.expected_yield[at], mean(&|x| law.at(x).accepted_share()), max_relative = 1e-11);
        let on = |mass: &[f64]| -> Vec<f64> {
            (0..size).map(|j| mass.iter().zip(&matrix).map(|(p, (_, row))| p * row[j]).sum()).collect()
        };
        (alive, all) = (on(&alive), on(&all));
    }
}

#[test]
fn curves_of_small_chains_by_powers() {
    for text in SMALL {
        curves_by_powers(&format!("horizon = 25\n{text}"));
    }
    curves_by_powers("examples = 4\nhorizon = 12\n[task]\nsteps_per_generation = 3\n[errors]\nrecovery = 0.2");
    curves_by_powers(
        "examples = 5\nhorizon = 30\n[errors]\nrecovery = 0.2\nstep_error = 0.02\nstep_error_gain = 0.2\nstep_error_floor = 0.001",
    );
    // The law is as good as at rest from the start, and the mistakes of 1e-11 grow.
    curves_by_powers(
        "examples = 2\nhorizon = 40\n[task]\nsteps = 36\n[errors]\nrecovery = 1e-9\nstep_error = 1e-12\nwrong_answers = 24\n\
         [vote]\ncandidates = 5\n[[filter]]\nkind = \"ground-truth\"\ncoverage = 0.58\nsteps = true",
    );
}

/// Without recovery no belief is unsound, and the plane is the line of model.md, section 7.
#[test]
fn one_dimensional_reference_values() {
    for (text, mean, g, survival) in [
        ("examples = 20\n[errors]\namplification = 20", 8.272_580_811_45, 20, 0.016_792_644_33),
        ("examples = 50\nhorizon = 10\n[errors]\namplification = 20", 7.154_994_347_2, 10, 0.077_064_27),
    ] {
        let solution = solve(text);
        assert_relative_eq!(solution.runway.mean.unwrap(), mean, max_relative = 1e-10);
        assert!((solution.curves.survival[g] - survival).abs() < 5e-9);
        assert!(solution.curves.mean_unsound.iter().all(|&u| u == 0.0));
    }
}

/// Loops that change, whose published values are one-dimensional, through the windowed plane of 300 examples.
#[test]
fn changing_loop_reference_values() {
    let solution = solve(
        "examples = 300\nhorizon = 40\n[task]\nsteps = 6\nsteps_per_generation = 1\n\
         [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.1",
    );
    assert!((solution.curves.survival[40] - 0.879_955_71).abs() < 5e-9);
    assert!((solution.curves.expected_error[20] - 0.111_325_37).abs() < 5e-9);
    assert_eq!(solution.runway.q50, Some(46.0));
    assert_relative_eq!(solution.runway.mean.unwrap(), 45.591_189_360_8, max_relative = 1e-11);
}

#[test]
fn windows_close_the_sum_that_elimination_gives() {
    // 120 examples are propagated in windows, but few states do not fail, so that they are eliminated as well.
    let text = "examples = 120\n[errors]\namplification = 20\nrecovery = 0.05\n[failure]\nerror_rate = 0.3";
    let solution = solve(text);
    assert!(solution.method.contains("GTH"));
    let (sum, last) = (solution.curves.survival.iter().sum::<f64>(), solution.curves.survival[60]);
    assert!(last < 1e-25, "{last:e}");
    assert_relative_eq!(solution.runway.mean.unwrap(), sum, max_relative = 1e-12);
    assert!(solution.error_bound > 0.0 && solution.error_bound < 1e-20);
}

#[test]
fn the_geometric_tail_is_what_elimination_gives() {
    // One schedule step that changes nothing measurable keeps elimination out, and the tail has to close the sum.
    let base = "examples = 12\n[errors]\namplification = 10\nrecovery = 0.05\n\
        [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.9\nfalse_reject = 0.01";
    let eliminated = solve(base);
    let walked = solve(&base.replace(
        "recovery = 0.05",
        "recovery = 0.05\nstep_error = 0.002\nstep_error_floor = 0.001999999999999\nstep_error_gain = 1.0",
    ));
    assert!(!walked.method.contains("GTH"));
    let (exact, summed) = (eliminated.runway.mean.unwrap(), walked.runway.mean.unwrap());
    assert!(exact > 100.0, "{exact}");
    assert_relative_eq!(exact, summed, max_relative = 1e-8);
    assert_relative_eq!(eliminated.runway.sd.unwrap(), walked.runway.sd.unwrap(), max_relative = 1e-8);
    assert_eq!(eliminated.runway.q95, walked.runway.q95);
    // The bound holds the rounding of the law and of the rows too.
    let bound = walked.runway_error.unwrap();
    assert!((exact - summed).abs() <= bound && bound < 1e-6 * exact, "{bound:e}");
}

#[test]
fn hopeless_hazards_keep_their_digits() {
    let hazards = [40, 60, 80].map(|examples| {
        let solution = solve(&format!("examples = {examples}\nhorizon = 5\n{CAUGHT}"));
        let (mean, hazard) = (solution.runway.mean.unwrap(), solution.quasi_stationary.unwrap().hazard);
        assert_relative_eq!(mean * hazard, 1.0, max_relative = 1e-4);
        hazard
    });
    // E[T] grows exponentially with N.
    assert!(hazards[1] < hazards[0] / 50.0 && hazards[2] < hazards[1] / 50.0, "{hazards:?}");
}

#[test]
fn starved_states_fail_and_stay() {
    // A flawed example is never accepted, and neither is a sound one where slips are certain.
    let text = "examples = 3\nhorizon = 10\n[errors]\nrecovery = 0.1\nstep_error = 1.0\n[failure]\nerror_rate = 1.0\n\
        [[filter]]\nkind = \"steps\"\nsensitivity = 1.0\nfalse_reject = 0.0";
    let solution = solve(text);
    assert_eq!(solution.runway.mean, Some(0.0));
    assert_eq!(solution.runway.q95, Some(0.0));
    assert_eq!(solution.curves.failed, vec![1.0; 11]);
    assert_eq!(solution.curves.mean_wrong, vec![0.0; 11]);
    assert_eq!(solution.curves.expected_yield, vec![0.0; 11]);
}

#[test]
fn refusals_and_absent_numbers_say_why() {
    let refused = |text: &str| chain2d::solve(&scenario(text)).unwrap_err();
    let large = refused("examples = 100000\n[errors]\nrecovery = 0.1");
    assert_eq!(large, Chain2dRefusal::TooManyExamples { examples: 100_000 });
    assert!(large.to_string().contains("simulate") && large.to_string().contains("mean field"));
    assert_eq!(refused("examples = 9\n[learning]\npolicy = \"accumulate\""), Chain2dRefusal::Accumulates);

    let never = solve("examples = 5\n[errors]\nrecovery = 0.2\nconsistency = 0.5\n[failure]\nerror_rate = 1.0");
    assert!(
        never.runway.mean.is_none()
            && never.undefined["runway.mean"].starts_with("infinite: failure cannot be reached")
    );
    let flawless = solve("examples = 5\n[errors]\nrecovery = 0.2\nstep_error = 0.0");
    assert!(flawless.runway.mean.is_none());
    assert_eq!(flawless.curves.survival, vec![1.0; 61]);

    let rare = solve(&format!("examples = 300\nhorizon = 5\n{CAUGHT}"));
    assert!(rare.runway.mean.is_none());
    assert!(rare.undefined["runway.mean"].contains("mean field"), "{:?}", rare.undefined);
}

#[test]
fn a_start_that_has_failed_has_no_runway() {
    let solution = solve("examples = 8\n[errors]\nrecovery = 0.1\n[failure]\nerror_rate = 0.01");
    assert_eq!((solution.runway.mean, solution.runway.q05), (Some(0.0), Some(0.0)));
    assert_eq!(solution.runway.restricted_mean, Some(0.0));
    assert_eq!(solution.curves.survival, vec![0.0; 61]);
}

#[test]
fn threads_change_no_bit() {
    let loops = [
        scenario(&format!("examples = 45\nhorizon = 10\n{CAUGHT}")),
        scenario(
            "examples = 110\nhorizon = 4\n[errors]\namplification = 20\nrecovery = 0.05\n[failure]\nerror_rate = 0.1",
        ),
    ];
    let [one, three] = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| loops.each_ref().map(|scenario| chain2d::solve(scenario).unwrap()))
    });
    assert_eq!(one, three);
}

#[test]
fn long_horizons_of_settled_loops_are_cheap() {
    let text = "examples = 15\n[errors]\namplification = 10\nrecovery = 0.05";
    let (long, short) = (solve(&format!("horizon = 100000\n{text}")), solve(&format!("horizon = 400\n{text}")));
    for (long, short) in long.curves.survival.iter().zip(&short.curves.survival) {
        assert_relative_eq!(long, short, max_relative = 1e-9);
    }
    assert_eq!(long.curves.expected_error.len(), 100_001);
    assert_relative_eq!(long.curves.expected_error[100_000], short.curves.expected_error[400], max_relative = 1e-9);
}
