//! The two-dimensional solver against reference values, against independent solutions, and against itself.

use runaway::analytic::plane;
use runaway::scenario::{Origin, Scenario};

fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("name = \"test\"\n{text}"), Origin::Text, &[]).unwrap()
}

const REFERENCE: &str = "examples = 40\n[errors]\namplification = 20\nrecovery = 0.05\n\
    [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.9\nfalse_reject = 0.01";

#[test]
fn scratch() {
    for (text, changes) in [
        (REFERENCE, vec![]),
        (REFERENCE, vec!["examples=100"]),
        (REFERENCE, vec!["examples=300"]),
        ("examples = 300\n[errors]\namplification = 20\nrecovery = 0.05", vec![]),
        ("examples = 100\n[errors]\namplification = 5\nrecovery = 0.05", vec![]),
        ("examples = 100\n[errors]\namplification = 5\nrecovery = 0.05\n[failure]\nerror_rate=0.95", vec![]),
    ] {
        let changes: Vec<String> = changes.into_iter().map(String::from).collect();
        let s = Scenario::parse(&format!("name = \"test\"\n{text}"), Origin::Text, &changes).unwrap();
        let t = std::time::Instant::now();
        let r = plane::solve(&s).unwrap();
        println!(
            "{:?} {:?} bound {:e} rerr {:?} S50 {} f50 {:e}, err10 {} hz {:?} {:?} {:?}",
            t.elapsed(),
            r.runway,
            r.error_bound,
            r.runway_error,
            r.curves.survival[50],
            r.curves.failed[50],
            r.curves.expected_error[10],
            r.quasi_stationary.map(|q| (q.hazard, q.mean_error, q.error.len())),
            r.undefined,
            r.visits.map(|v| v.generations.iter().sum::<f64>())
        );
    }
}
