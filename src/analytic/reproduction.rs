//! The error reproduction number (model.md, section 6).
//!
//! Source: O. Diekmann, J. A. P. Heesterbeek and J. A. J. Metz, On the definition and the computation of the basic
//! reproduction ratio (1990).

use nalgebra::Matrix2;

use crate::law::{Composition, Direction, Law};

/// Why an all-sound model has no reproduction number.
pub const STARVED: &str = "nothing that an all-sound model generates is accepted, or less than 1e-308 of it";
/// Why it is absent though there is one.
pub const TOO_LARGE: &str =
    "larger than a double can hold: next to nothing that an all-sound model generates is accepted";

/// Why it is absent though there is one, behind a hazard gain below 1.
pub const STEEP: &str =
    "a hazard gain below 1 falls away infinitely steeply from a generation that has learned nothing but mistakes";

/// K = ∂(q_U, q_W)/∂(x_U, x_W) of a law at `x`, row by row: exact derivatives, one-sided into more mistakes. `None` where
/// nothing is accepted.
#[must_use]
pub fn next_generation_matrix(law: &Law, x: Composition) -> Option<Matrix2<f64>> {
    let column = |direction| law.at(x.towards(direction)).next.map(|next| [next.unsound.slope, next.wrong.slope]);
    let [unsound, wrong] = Direction::ALL.map(column);
    let (unsound, wrong) = (unsound?, wrong?);
    // Adding 0 takes the sign from a zero.
    Some(Matrix2::new(unsound[0], wrong[0], unsound[1], wrong[1]).add_scalar(0.0))
}

/// R: spectral radius of a 2 × 2 matrix; infinite where an entry is no finite number.
#[must_use]
pub fn spectral_radius(matrix: &Matrix2<f64>) -> f64 {
    if !matrix.iter().all(|entry| entry.is_finite()) {
        return f64::INFINITY;
    }
    let scale = matrix.amax();
    if scale == 0.0 {
        return 0.0;
    }
    // Scaled, since squares leave the range of doubles first.
    let [a, b, c, d] = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|at| matrix[at] / scale);
    let (half_trace, half_gap) = ((a + d) / 2.0, (a - d) / 2.0);
    let discriminant = half_gap * half_gap + b * c;
    scale * if discriminant >= 0.0 { half_trace.abs() + discriminant.sqrt() } else { (a * d - b * c).sqrt() }
}

/// R of a law: the mistakes that one mistake leaves in the next generation of an otherwise sound model; the reason where
/// there is none.
///
/// # Errors
///
/// [`STARVED`], [`TOO_LARGE`] and [`STEEP`].
pub fn reproduction_number(law: &Law) -> Result<f64, &'static str> {
    known(law, next_generation_matrix(law, Composition::SOUND).as_ref())
}

/// R of a next-generation matrix, or the reason why there is none.
pub(super) fn known(law: &Law, matrix: Option<&Matrix2<f64>>) -> Result<f64, &'static str> {
    let radius = spectral_radius(matrix.ok_or(STARVED)?);
    if radius.is_finite() {
        Ok(radius)
    } else if law.is_steep(Composition::SOUND) {
        Err(STEEP)
    } else {
        Err(TOO_LARGE)
    }
}
