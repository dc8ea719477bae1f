//! Where a result came from: enough to make it again.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::scenario::Scenario;

/// Version of the JSON documents that the program writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Program, inputs and command of a result. No clock and no host: the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    /// `runaway`.
    pub program: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-256 of the resolved scenario's JSON form.
    pub scenario_sha256: String,
    /// Seed, where something was drawn.
    pub seed: Option<u64>,
    /// Engine, where something was played.
    pub engine: Option<String>,
    /// Independent runs, where something was played.
    pub replicates: Option<u64>,
    /// The command, as it can be typed again.
    pub command: String,
}

impl Provenance {
    /// The provenance of a result of `command` on `scenario`, without anything drawn.
    #[must_use]
    pub fn new(scenario: &Scenario, command: String) -> Self {
        Self {
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            scenario_sha256: digest(scenario),
            seed: None,
            engine: None,
            replicates: None,
            command,
        }
    }
}

/// SHA-256 of the digests of several scenarios, in hexadecimal.
#[must_use]
pub fn digest_all(scenarios: &[&Scenario]) -> String {
    let mut all = Sha256::new();
    for scenario in scenarios {
        all.update(digest(scenario));
    }
    all.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of the scenario's JSON form, in hexadecimal.
#[must_use]
pub fn digest(scenario: &Scenario) -> String {
    // A scenario holds finite numbers and strings only, both of which JSON can write.
    let json = serde_json::to_vec(scenario).unwrap_or_default();
    Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect()
}
