//! E[T] of the bench chains by faer's LU with partial pivoting, rows given. Prints draws, growth, milliseconds and E[T].

use std::time::Instant;

use faer::linalg::solvers::Solve;
use faer::{Mat, Par, set_global_parallelism};
use runaway::analytic::quadrature::NodeChain;

fn law(x: f64, growth: f64) -> f64 {
    let (fresh, shown) = (0.001, growth * x);
    fresh + (1.0 - fresh) * shown * 0.7 / (1.0 - 0.3 * (shown + fresh).min(1.0))
}

fn main() {
    set_global_parallelism(Par::Seq);
    for (draws, growth) in [(1000_u64, 1.6), (300, 1.2), (1000, 1.2)] {
        let next = |share: f64| Some(law(share, growth));
        let Some(rows) =
            NodeChain::counts(draws, draws.div_ceil(2), &next).ok().and_then(|c| c.rows(1e-18, usize::MAX))
        else {
            continue;
        };
        let mut matrix = Mat::<f64>::identity(rows.size(), rows.size());
        for i in 0..rows.size() {
            let (first, row) = rows.row(i);
            for (j, p) in (first..).zip(row) {
                matrix[(i, j)] -= p;
            }
        }
        let ones = Mat::<f64>::from_fn(rows.size(), 1, |_, _| 1.0);
        let (mut times, mut mean) = (Vec::new(), 0.0);
        for _ in 0..9 {
            let begin = Instant::now();
            mean = matrix.partial_piv_lu().solve(&ones)[(0, 0)];
            times.push(1e3 * begin.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        println!("{draws} {growth} {} {mean}", times[times.len() / 2]);
    }
}
