//! Analytic against simulated: a verdict, not a picture.

use serde::Serialize;

/// The verdict of one comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether every test of the family passed.
    pub agree: bool,
    /// Family-wise level: the probability that a correct pair is called different.
    pub level: f64,
    /// What the simulation was compared with.
    pub reference: String,
    /// Runs on the simulated side.
    pub replicates: u64,
    /// The verdict in one line.
    pub sentence: String,
    /// Each test of the family.
    pub tests: Vec<Test>,
    /// (mean − expected) / (sd / √replicates) of the error rate by generation; absent where the error cannot vary.
    pub standardised: Vec<Option<f64>>,
    /// Two-sided critical value of `standardised` by generation.
    pub critical: Vec<Option<f64>>,
    /// Half-width of the simultaneous band around the simulated survival.
    pub survival_band: f64,
}

/// One test of the family.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Test {
    /// What is compared.
    pub quantity: String,
    /// Share of the level that it was given.
    pub level: f64,
    /// Largest deviation seen, in the unit of `critical`.
    pub deviation: f64,
    /// The deviation at which the test fails.
    pub critical: f64,
    /// Generation of the largest deviation.
    pub generation: Option<u64>,
    /// Whether it passed.
    pub passed: bool,
}
