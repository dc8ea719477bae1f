//! The reference values of model.md, section 7, from an implementation of its own in double precision.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector};
use runaway::analytic::{Solution, solve};
use runaway::law::{Composition, Law};
use runaway::scenario::{Origin, Scenario};
use runaway::stats::binomial;

/// The default scenario with changes.
pub fn scenario(changes: &[&str]) -> Scenario {
    let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    Scenario::parse("name = \"reference\"", Origin::Text, &changes).unwrap()
}

const HOT: &str = "errors.amplification=20";

fn solved(changes: &[&str]) -> Solution {
    solve(&scenario(changes))
}

/// One row of the table: R, fresh wrong beliefs, error at generations 0 and 10 of the mean field, E[T], S(g).
struct Row {
    changes: &'static [&'static str],
    reproduction_number: f64,
    fresh: f64,
    error_10: f64,
    mean: f64,
    survival: &'static [(usize, f64)],
}

const CATCH: &str = "filter=[{kind=\"catch\",random=0.8,systematic=0.05,false_reject=0.02}]";
const STRONG_CATCH: &str = "filter=[{kind=\"catch\",random=0.95,systematic=0.3,false_reject=0.02}]";

const ROWS: [Row; 7] = [
    Row {
        changes: &[],
        reproduction_number: 1.04733675,
        fresh: 0.02492314229,
        error_10: 0.3449315713,
        mean: 16.7004868772,
        survival: &[(10, 0.9999871652), (20, 0.03775691587)],
    },
    Row {
        changes: &[HOT],
        reproduction_number: 1.41411642,
        fresh: 0.02492314229,
        error_10: 0.8253046491,
        mean: 6.41397869319,
        survival: &[(5, 0.9914037794)],
    },
    Row {
        changes: &[HOT, CATCH],
        reproduction_number: 1.10450710,
        fresh: 0.00817062097,
        error_10: 0.2767769161,
        mean: 14.8897194658,
        survival: &[(20, 0.0017161803)],
    },
    Row {
        changes: &[HOT, STRONG_CATCH],
        reproduction_number: 0.77889889,
        fresh: 0.00387906258,
        error_10: 0.0677110945,
        mean: 7.15580679304e28,
        survival: &[],
    },
    Row {
        changes: &[HOT, "vote={candidates=5,agree=3}", "errors.consistency=0.9", "errors.wrong_answers=50"],
        reproduction_number: 1.01889814,
        fresh: 0.00410934063,
        error_10: 0.1098873564,
        mean: 47.1101092609,
        survival: &[(50, 0.3208186084)],
    },
    Row {
        changes: &[HOT, "learning.anchor=0.1"],
        reproduction_number: 1.27270478,
        fresh: 0.02243082806,
        error_10: 0.6210991172,
        mean: 8.31922888259,
        survival: &[(10, 0.00170145191)],
    },
    Row {
        changes: &[HOT, "examples=20"],
        reproduction_number: 1.41411642,
        fresh: 0.02492314229,
        error_10: 0.8253046491,
        mean: 8.27258081145,
        survival: &[(20, 0.01679264433)],
    },
];

#[test]
fn one_dimensional_rows() {
    for row in ROWS {
        let solution = solved(row.changes);
        println!("{:?}: {:?} {}", row.changes, solution.runway, solution.method);
        assert_relative_eq!(solution.reproduction_number.unwrap(), row.reproduction_number, epsilon = 5.1e-9);
        assert_relative_eq!(solution.fresh.unwrap().wrong, row.fresh, max_relative = 1e-9);
        assert_relative_eq!(solution.start_error, 0.03924904297, max_relative = 2e-10);
        assert_relative_eq!(solution.mean_field_error[10], row.error_10, max_relative = 4e-10);
        assert_relative_eq!(solution.runway.mean.unwrap(), row.mean, max_relative = 1e-11);
        let curves = solution.curves.unwrap();
        for &(g, survival) in row.survival {
            // The table gives S to ten decimals.
            assert_relative_eq!(curves.survival[g], survival, epsilon = 6e-11);
        }
    }
}

#[test]
fn self_revision() {
    let solution = solved(&[
        "examples=1",
        "task.steps=10",
        "errors.step_error=0.02",
        "errors.amplification=0",
        "learning.persistence=1",
        "learning.imprint=1",
        "errors.consistency=0.9",
        "failure.error_rate=1",
    ]);
    let error = solution.curves.unwrap().expected_error;
    for (round, expected) in [(1, 0.3171670383), (5, 0.5799511566), (10, 0.6644464621), (50, 0.6872905324)] {
        assert_relative_eq!(error[round], expected, max_relative = 2e-10);
    }
}

#[test]
fn growing_curriculum() {
    let solution = solved(&[
        "examples=300",
        "task.steps=6",
        "task.steps_per_generation=1",
        "filter=[{kind=\"catch\",random=0.9,systematic=0.1}]",
    ]);
    let curves = solution.curves.unwrap();
    assert_relative_eq!(curves.survival[40], 0.87995571, epsilon = 5e-9);
    assert_relative_eq!(curves.expected_error[10], 0.05417043, epsilon = 5e-9);
    assert_relative_eq!(curves.expected_error[20], 0.11132537, epsilon = 5e-9);
    assert_eq!(solution.runway.q50, Some(46.0));
    assert_relative_eq!(solution.runway.mean.unwrap(), 45.5911893608, max_relative = 1e-11);
}

#[test]
fn improving_loop() {
    let solution = solved(&[
        "examples=300",
        "horizon=120",
        "errors.step_error=0.01",
        "errors.step_error_floor=0.0005",
        "errors.step_error_gain=0.3",
        "filter=[{kind=\"catch\",random=0.6}]",
    ]);
    let curves = solution.curves.unwrap();
    for (g, survival, tolerance) in [(5, 0.99966106, 5e-9), (20, 0.981387, 5e-7), (120, 0.97235345, 5e-9)] {
        assert_relative_eq!(curves.survival[g], survival, epsilon = tolerance);
    }
    for (g, error) in [(5, 0.29792349), (10, 0.29502374), (40, 0.17851187)] {
        assert_relative_eq!(curves.expected_error[g], error, epsilon = 5e-9);
    }
    println!("{:?} {}", solution.runway, solution.method);
}

#[test]
fn accumulated_data() {
    let accumulate = solved(&["examples=50", HOT, "learning.policy=accumulate"]);
    let curves = accumulate.curves.unwrap();
    assert_relative_eq!(curves.survival[10], 0.99999999, epsilon = 5.1e-9);
    assert_relative_eq!(curves.survival[40], 0.99938513, epsilon = 5e-9);
    for (g, error) in [(5, 0.11413187), (10, 0.15518650), (40, 0.27089632)] {
        assert_relative_eq!(curves.expected_error[g], error, epsilon = 5e-9);
    }
    println!("{:?} {}", accumulate.runway, accumulate.method);
    let replace = solved(&["examples=50", HOT]);
    assert_relative_eq!(replace.runway.mean.unwrap(), 7.1549943472, max_relative = 1e-11);
    assert_relative_eq!(replace.curves.unwrap().survival[10], 0.07706427, epsilon = 5e-9);
}

/// What the elimination is for: on the same matrix a plain LU of I − Q answers nonsense without a warning.
#[test]
fn plain_lu_loses_every_digit_where_failure_is_rare() {
    let healing = scenario(&[HOT, STRONG_CATCH]);
    let exact = solve(&healing).runway.mean.unwrap();
    assert_relative_eq!(exact, 7.15580679304e28, max_relative = 1e-11);

    let law = Law::new(&healing, 0);
    let at = |count: usize| law.at(Composition { unsound: 0.0, wrong: count as f64 / 1000.0 });
    let transient = (0..=1000).take_while(|&count| at(count).error_rate < 0.5).count();
    let mut matrix = DMatrix::<f64>::identity(transient, transient);
    let mut row = vec![0.0; transient];
    for count in 0..transient {
        binomial::fill(0, 1000, at(count).next.unwrap().wrong, &mut row);
        for (to, probability) in row.iter().enumerate() {
            matrix[(count, to)] -= probability;
        }
    }
    let lu = matrix.lu().solve(&DVector::from_element(transient, 1.0)).map(|times| times[0]);
    println!("GTH: {exact:e}; LU: {lu:?}");
    assert!(lu.is_none_or(|lu| ((lu - exact) / exact).abs() > 0.5), "LU answered {lu:?}");
}
