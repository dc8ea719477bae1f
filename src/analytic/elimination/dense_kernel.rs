//! The one inner loop of dense sums: products of narrow panels, in registers.
//!
//! The compiler neither fuses nor reorders these sums, so that results are the same bits on every machine and for every
//! number of threads.

/// Rows and columns of one block in registers: 4 by 4 fills the vector registers that every x86-64 has.
pub const WIDTH: usize = 4;

/// Four numbers side by side.
pub type Lane = [f64; WIDTH];

/// Σ_k a_k b_kᵀ, row by row.
pub fn product(a: &[Lane], b: &[Lane]) -> [Lane; WIDTH] {
    let mut sum = [[0.0; WIDTH]; WIDTH];
    for (left, right) in a.iter().zip(b) {
        for (sums, x) in sum.iter_mut().zip(left) {
            for (total, y) in sums.iter_mut().zip(right) {
                *total += x * y;
            }
        }
    }
    sum
}

/// y += factor · x, over the shorter of the two.
pub fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// Σ x y in eight interleaved parts, so that the additions do not wait for each other.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = if x.len() < y.len() { (x, &y[..x.len()]) } else { (&x[..y.len()], y) };
    let ((blocks, rest), (others, last)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (block, other) in blocks.iter().zip(others) {
        for ((sum, x), y) in sums.iter_mut().zip(block).zip(other) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f64>() + rest.iter().zip(last).map(|(x, y)| x * y).sum::<f64>()
}
