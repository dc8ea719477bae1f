//! How R and the error floor move with a parameter of the law.

use nalgebra::{Matrix2, Vector2};

use crate::analytic::error::Undefined;
use crate::law::{Composition, Direction, Dual, Law, LawParameter, MixedDual};
use crate::scenario::Scenario;

use super::fixed_points;
use super::outlook::LoopOutlook;
use super::reproduction::next_generation_matrix;

/// The numbers that the law alone tells; why one is absent goes to `undefined`.
pub struct MeanFieldLandmarks {
    /// R.
    pub reproduction_number: Option<f64>,
    /// Error rate at the error floor.
    pub floor_error: Option<f64>,
}

/// R and the error floor of a scenario.
pub fn landmarks(scenario: &Scenario, undefined: &mut Undefined) -> MeanFieldLandmarks {
    let mut reasons = Undefined::new();
    let outlook = LoopOutlook::of(scenario, &mut reasons);
    for key in ["reproduction_number", "floor_error"] {
        if let Some(reason) = reasons.remove(key) {
            undefined.insert(key.to_owned(), reason);
        }
    }
    MeanFieldLandmarks { reproduction_number: outlook.reproduction_number, floor_error: outlook.floor_error }
}

/// dR/dθ, from the derivatives of K; `None` where its eigenvalues meet, or it is no number.
#[must_use]
pub fn reproduction_number(scenario: &Scenario, parameter: LawParameter) -> Option<f64> {
    let lift = |read: LawParameter, value: f64| {
        if read == parameter { MixedDual::parameter(value) } else { value.into() }
    };
    let law = Law::<MixedDual>::lifted(scenario, 0, &lift);
    let column = |[unsound, wrong]: [f64; 2]| {
        let along = |slope: f64| MixedDual { slope, ..MixedDual::default() };
        law.at(Composition { unsound: along(unsound), wrong: along(wrong) }).next
    };
    let (unsound, wrong) = (column([1.0, 0.0])?, column([0.0, 1.0])?);
    let matrix = |part: fn(MixedDual) -> f64| {
        Matrix2::new(part(unsound.unsound), part(wrong.unsound), part(unsound.wrong), part(wrong.wrong))
    };
    Some(radius_slope(&matrix(|entry| entry.slope), &matrix(|entry| entry.bend))).filter(|slope| slope.is_finite())
}

/// Derivative of the spectral radius of a 2 × 2 matrix: of its larger eigenvalue, or of the common length of two complex ones.
fn radius_slope(matrix: &Matrix2<f64>, change: &Matrix2<f64>) -> f64 {
    let [a, b, c, d] = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|at| (matrix[at], change[at]));
    let (half_trace, half_gap) = ((a.0 + d.0) / 2.0, (a.0 - d.0) / 2.0);
    let discriminant = half_gap * half_gap + b.0 * c.0;
    if discriminant >= 0.0 {
        let turn = half_gap * (a.1 - d.1) / 2.0 + (b.1 * c.0 + b.0 * c.1) / 2.0;
        let along = if turn == 0.0 { 0.0 } else { turn / discriminant.sqrt() };
        return half_trace.signum() * (a.1 + d.1) / 2.0 + along;
    }
    let determinant = a.0 * d.0 - b.0 * c.0;
    (a.1 * d.0 + a.0 * d.1 - b.1 * c.0 - b.0 * c.1) / (2.0 * determinant.sqrt())
}

/// d err(x*)/dθ at the floor x*: err moves by itself, and with x* = q(x*), so that (I − K) dx* = ∂q/∂θ.
#[must_use]
pub fn floor_error(scenario: &Scenario, parameter: LawParameter) -> Option<f64> {
    let plain = Law::new(scenario, 0);
    let floor = fixed_points::floor(&plain, Composition::start(scenario)).ok()?;
    let lift = |read: LawParameter, value| Dual { value, slope: f64::from(u8::from(read == parameter)) };
    let law = Law::<Dual>::lifted(scenario, 0, &lift);
    let at: Composition<Dual> = Composition { unsound: floor.unsound.into(), wrong: floor.wrong.into() };
    let moved = law.at(at);
    let next = moved.next?;
    let matrix = Matrix2::identity() - next_generation_matrix(&plain, floor)?;
    let shift = matrix.lu().solve(&Vector2::new(next.unsound.slope, next.wrong.slope))?;
    let along = |direction| plain.error_rate(floor.towards(direction)).slope;
    let [unsound, wrong] = Direction::ALL.map(along);
    Some(moved.error_rate.slope + unsound * shift[0] + wrong * shift[1]).filter(|slope| slope.is_finite())
}
