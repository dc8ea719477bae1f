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

/// The error floor x*, and how it answers to what moves the law: found once for all parameters.
pub struct FloorResponse {
    at: Composition,
    /// I − K.
    left: Matrix2<f64>,
    /// Derivatives of err along unsound and wrong beliefs.
    error: [f64; 2],
}

impl FloorResponse {
    /// Of a loop whose mean field comes to rest from its start.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Option<Self> {
        let law = Law::new(scenario, 0);
        let at = fixed_points::floor(&law, Composition::start(scenario)).ok()?;
        let left = Matrix2::identity() - next_generation_matrix(&law, at)?;
        let error = Direction::ALL.map(|direction| law.error_rate(at.towards(direction)).slope);
        Some(Self { at, left, error })
    }

    /// d err(x*)/dθ: err moves by itself, and with x* = q(x*), so that (I − K) dx* = ∂q/∂θ.
    #[must_use]
    pub fn slope(&self, scenario: &Scenario, parameter: LawParameter) -> Option<f64> {
        let moved = Law::along(scenario, 0, parameter).at(self.at.fixed::<Dual>());
        let next = moved.next?;
        let shift = self.left.lu().solve(&Vector2::new(next.unsound.slope, next.wrong.slope))?;
        let [unsound, wrong] = self.error;
        Some(moved.error_rate.slope + unsound * shift[0] + wrong * shift[1]).filter(|slope| slope.is_finite())
    }
}
