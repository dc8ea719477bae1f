//! What drives R: the next-generation matrix by class of mistake, weighted with its eigenvectors.
//!
//! With v the right eigenvector of K (the stable mixture of mistakes) and u the left one (what each kind will come to), R = uᵀKv
//! / uᵀv. K is the sum of its parts by class of mistake, so R is the sum of the classes' contributions. Source: H. Caswell, Matrix
//! Population Models (2001), on elasticities.

use nalgebra::Matrix2;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::analytic::reproduction::{NO_DIGITS, next_generation_matrix, reproduction_number, spectral_radius};
use crate::law::{Composition, Direction, Dual, Law};
use crate::scenario::Scenario;

use super::flows::{MistakeClass, learned};

/// R taken apart, for an otherwise sound model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReproductionDrivers {
    /// R.
    pub reproduction_number: f64,
    /// K = ∂(q_U, q_W)/∂(x_U, x_W), row by row.
    pub next_generation_matrix: [[f64; 2]; 2],
    /// Right eigenvector: shares of unsound and wrong in a growing, or vanishing, mixture of mistakes.
    pub mixture: [f64; 2],
    /// Left eigenvector: mistakes that one unsound and one wrong belief come to in the long run, on a scale of their sum.
    pub value: [f64; 2],
    /// Part of R that passes through unsound and through wrong parents; they sum to R.
    pub parents: [f64; 2],
    /// Part of R that each class of mistake makes; with `copied` they sum to R.
    pub contributions: Vec<DriverPart>,
    /// Part of R of the beliefs that are not learned anew but copied from the predecessor: 1 − `learning.renewal`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub copied: f64,
    /// The class with the largest part.
    pub driver: MistakeClass,
}

/// The part of R of one class of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DriverPart {
    /// The mistakes.
    pub class: MistakeClass,
    /// Their part of R.
    pub part: f64,
}

/// Why R cannot be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DriverError {
    /// The loop starves.
    #[error("nothing that an all-sound model generates is accepted at generation {generation}")]
    NothingAccepted {
        /// The generation asked about.
        generation: u64,
    },
    /// The derivatives of the law are lost in rounding.
    #[error("{NO_DIGITS}")]
    NoDigits,
    /// R = 0.
    #[error("no mistake leaves another: R = 0")]
    NoMistakes,
    /// The next-generation matrix has no dominant eigenvector.
    #[error("mistakes do not settle into one mixture: R has no part of each class")]
    NoMixture,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(part: &f64) -> bool {
    *part == 0.0
}

/// Takes R of `generation` apart.
///
/// # Errors
/// [`DriverError`] where nothing is accepted, no mistake leaves another, or mistakes oscillate.
pub fn drivers(scenario: &Scenario, generation: u64) -> Result<ReproductionDrivers, DriverError> {
    let law = Law::new(scenario, generation);
    let Some(matrix) = next_generation_matrix(&law, Composition::SOUND) else {
        return Err(DriverError::NothingAccepted { generation });
    };
    if reproduction_number(&law) == Err(NO_DIGITS) {
        return Err(DriverError::NoDigits);
    }
    if spectral_radius(&matrix) == 0.0 {
        return Err(DriverError::NoMistakes);
    }
    apart(scenario, generation, &matrix).ok_or(DriverError::NoMixture)
}

fn apart(scenario: &Scenario, generation: u64, matrix: &Matrix2<f64>) -> Option<ReproductionDrivers> {
    let k = [[matrix[(0, 0)], matrix[(0, 1)]], [matrix[(1, 0)], matrix[(1, 1)]]];
    let r = spectral_radius(matrix);
    let v = eigenvector(k, r)?;
    let u = eigenvector([[k[0][0], k[1][0]], [k[0][1], k[1][1]]], r)?;
    let scale = u[0] * v[0] + u[1] * v[1];
    if !(scale.is_finite() && scale > 0.0) {
        return None;
    }
    let parent = |j: usize| (u[0] * k[0][j] + u[1] * k[1][j]) * v[j] / scale;
    // Learned mistakes of each class that one more unsound, and one more wrong, belief leaves.
    let [unsound, wrong] =
        Direction::ALL.map(|direction| learned(scenario, generation, Composition::SOUND.towards(direction)));
    let (unsound, wrong) = (unsound?, wrong?);
    let contributions = MistakeClass::ALL.map(|class| {
        let left = if class.is_unsound() { u[0] } else { u[1] };
        let through = |learned: &[Dual; 6], weight: f64| learned[class as usize].slope * weight;
        DriverPart { class, part: left * (through(&unsound, v[0]) + through(&wrong, v[1])) / scale + 0.0 }
    });
    let driver = contributions.iter().max_by(|a, b| a.part.total_cmp(&b.part))?.class;
    Some(ReproductionDrivers {
        reproduction_number: r,
        next_generation_matrix: k,
        mixture: v,
        value: u,
        parents: [parent(0), parent(1)],
        contributions: contributions.to_vec(),
        copied: 1.0 - scenario.learning.renewal.get(),
        driver,
    })
}

/// The non-negative eigenvector of a 2 × 2 matrix at its spectral radius, with sum 1.
fn eigenvector(k: [[f64; 2]; 2], r: f64) -> Option<[f64; 2]> {
    let candidates = [[k[0][1], r - k[0][0]], [r - k[1][1], k[1][0]]];
    let size = |v: &[f64; 2]| v[0].abs() + v[1].abs();
    let best = candidates.into_iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    // Rounding of the derivatives may leave a hair below 0.
    let clean = best.map(|part| if part.abs() < 1e-12 * size(&best) { 0.0 } else { part });
    let sum = clean[0] + clean[1];
    let fits = sum.is_finite() && sum != 0.0 && r > 0.0;
    let v = clean.map(|part| part / sum);
    (fits && v.iter().all(|&part| part >= 0.0)).then_some(v)
}
