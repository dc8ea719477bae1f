//! The error reproduction number, and what would bring it below 1 (model.md, section 6).
//!
//! Source: O. Diekmann, J. A. P. Heesterbeek and J. A. J. Metz, On the definition and the computation of the basic
//! reproduction ratio (1990).

use nalgebra::Matrix2;

use crate::law::{Composition, Law};

use super::derivative::derivative;

/// K = ∂(q_U, q_W)/∂(x_U, x_W) of a law at `x`, row by row; all NaN where nothing is accepted.
#[must_use]
pub fn next_generation_matrix(law: &Law, x: Composition) -> Matrix2<f64> {
    let along = |unsound: f64, wrong: f64, part: fn(Composition) -> f64| {
        steepest(|step| {
            let there = Composition { unsound: x.unsound + step * unsound, wrong: x.wrong + step * wrong };
            law.at(there).next.map_or(f64::NAN, part)
        })
    };
    let unsound = |q: Composition| q.unsound;
    let wrong = |q: Composition| q.wrong;
    Matrix2::new(along(1.0, 0.0, unsound), along(0.0, 1.0, unsound), along(1.0, 0.0, wrong), along(0.0, 1.0, wrong))
}

/// Derivative at 0, from the scale that promises the smallest error: a wide one where the law is nearly straight, a narrow
/// one where it bends or where a limit (e ≤ 1, h ≤ 1) is near.
pub(crate) fn steepest(f: impl Fn(f64) -> f64) -> f64 {
    [1e-1, 1e-2, 1e-3, 1e-4]
        .map(|scale| derivative(&f, 0.0, scale))
        .into_iter()
        .filter(|(value, _)| value.is_finite())
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map_or(f64::NAN, |(value, _)| value)
}

/// R: spectral radius of a 2 × 2 matrix.
#[must_use]
pub fn spectral_radius(matrix: &Matrix2<f64>) -> f64 {
    let (half_trace, determinant) = (matrix.trace() / 2.0, matrix.determinant());
    let discriminant = half_trace * half_trace - determinant;
    if discriminant >= 0.0 { half_trace.abs() + discriminant.sqrt() } else { determinant.sqrt() }
}

/// R of a law: the mistakes that one mistake leaves in the next generation of an otherwise sound model.
#[must_use]
pub fn reproduction_number(law: &Law) -> f64 {
    spectral_radius(&next_generation_matrix(law, Composition::SOUND))
}
