//! The error reproduction number (model.md, section 6).
//!
//! Source: O. Diekmann, J. A. P. Heesterbeek and J. A. J. Metz, On the definition and the computation of the basic
//! reproduction ratio (1990).

use nalgebra::Matrix2;

use crate::analytic::tolerances::ACCEPTED_MATRIX;
use crate::law::{Composition, Direction, Law};

/// Why an all-sound model has no reproduction number.
pub const STARVED: &str = "nothing that an all-sound model generates is accepted, or less than 1e-308 of it";
/// Why it is absent though there is one.
pub const TOO_LARGE: &str =
    "larger than a double can hold: next to nothing that an all-sound model generates is accepted";

/// Why it is absent though there is one, behind a hazard gain below 1.
pub const STEEP: &str =
    "a hazard gain below 1 falls away infinitely steeply from a generation that has learned nothing but mistakes";

/// Why it is absent though there is one, where its derivatives have lost their digits.
pub const NO_DIGITS: &str =
    "an all-sound model accepts so much less than one with a few mistakes that rounding would decide it";
/// Roundings of the derivative of a share that is learned, at least.
const ROUNDINGS: f64 = 4.0;

/// K of a law, and what rounding leaves of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LawDerivatives {
    pub matrix: Matrix2<f64>,
    /// Absolute error of its entries, at least.
    error: f64,
}

impl LawDerivatives {
    /// Of a law at `x`; `None` where nothing is accepted.
    pub fn at(law: &Law, x: Composition) -> Option<Self> {
        let mut error = 0.0_f64;
        let mut column = |direction| {
            let outcome = law.at(x.towards(direction));
            let (next, accepted) = (outcome.next?, outcome.accepted);
            let (all, kinds) = (accepted.total(), [accepted.unsound, accepted.systematic, accepted.random]);
            // The slope of a share is the difference of two terms, of which the share times the yield's slope is one.
            let share = kinds.map(|kind| kind.value / all.value).into_iter().fold(0.0, f64::max);
            error = error.max(ROUNDINGS * f64::EPSILON * share * (all.slope / all.value).abs());
            Some([next.unsound.slope, next.wrong.slope])
        };
        let [unsound, wrong] = Direction::ALL.map(&mut column);
        let (unsound, wrong) = (unsound?, wrong?);
        // Adding 0 takes the sign from a zero.
        let matrix = Matrix2::new(unsound[0], wrong[0], unsound[1], wrong[1]).add_scalar(0.0);
        Some(Self { matrix, error })
    }
}

/// K = ∂(q_U, q_W)/∂(x_U, x_W) of a law at `x`, row by row: exact derivatives, one-sided into more mistakes. `None` where
/// nothing is accepted.
#[must_use]
pub fn next_generation_matrix(law: &Law, x: Composition) -> Option<Matrix2<f64>> {
    LawDerivatives::at(law, x).map(|derivatives| derivatives.matrix)
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
/// [`STARVED`], [`TOO_LARGE`], [`STEEP`] and [`NO_DIGITS`].
pub fn reproduction_number(law: &Law) -> Result<f64, &'static str> {
    known(law, LawDerivatives::at(law, Composition::SOUND).as_ref())
}

/// R of the derivatives of an all-sound model's law, or the reason why there is none.
pub(super) fn known(law: &Law, derivatives: Option<&LawDerivatives>) -> Result<f64, &'static str> {
    let derivatives = derivatives.ok_or(STARVED)?;
    let radius = spectral_radius(&derivatives.matrix);
    if radius.is_finite() {
        if derivatives.error > ACCEPTED_MATRIX * derivatives.matrix.amax().max(1.0) {
            Err(NO_DIGITS)
        } else {
            Ok(radius)
        }
    } else if law.is_steep(Composition::SOUND) {
        Err(STEEP)
    } else {
        Err(TOO_LARGE)
    }
}
