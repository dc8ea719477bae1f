//! What the law makes of a loop without chance (model.md, section 6).
//!
//! `trajectory` follows the mean field, [`reproduction`] gives R and its matrix, [`fixed_points`] the floor and the tipping point,
//! `outlook` the regime that follows from them, `thresholds` what would bring R below 1, and [`linear_noise`] a band of Gaussian
//! noise around the mean field.

pub mod fixed_points;
pub mod linear_noise;
pub(super) mod outlook;
pub mod reproduction;
pub(super) mod slopes;
pub(super) mod thresholds;
mod trajectory;

pub use trajectory::{MeanField, follow};
