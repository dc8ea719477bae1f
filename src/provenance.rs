//! Where a result came from: enough to make it again.

use std::borrow::Cow;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::scenario::Scenario;

/// Version of the JSON documents that the program writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Program, inputs and command of a result. No clock and no host: the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Provenance {
    /// `runaway`.
    pub program: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
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
            program: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            scenario_sha256: digest(scenario),
            seed: None,
            engine: None,
            replicates: None,
            command,
        }
    }
}

/// Program, logs and command of a result that was measured. No clock and no host: the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LogProvenance {
    /// `runaway`.
    pub program: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
    /// The logs, as the user named them, each with the SHA-256 of its bytes.
    pub logs: Vec<(String, String)>,
    /// Seed of the sampler.
    pub seed: u64,
    /// The command, as it can be typed again.
    pub command: String,
    /// How the logs were read: format, metric, generations, problems, what was ignored, and notes, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reading: Vec<String>,
}

impl LogProvenance {
    /// The provenance of a result of `command` on logs, given by name and digest.
    #[must_use]
    pub fn new(logs: Vec<(String, String)>, seed: u64, command: String) -> Self {
        let (program, version) = (env!("CARGO_PKG_NAME").into(), env!("CARGO_PKG_VERSION").into());
        Self { program, version, logs, seed, command, reading: Vec::new() }
    }

    /// The same, with how the logs were read.
    #[must_use]
    pub fn with_reading(self, reading: Vec<String>) -> Self {
        Self { reading, ..self }
    }

    /// What a figure says of its own making.
    #[must_use]
    pub fn origin(&self) -> String {
        let logs: Vec<String> = self.logs.iter().map(|(name, digest)| format!("{name} {digest}")).collect();
        format!("{} {}, {}, command: {}", self.program, self.version, logs.join(", "), self.command)
    }

    /// What, which: rows of a table.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        let row = |what: String, which: &str| vec![what, which.to_owned()];
        let mut rows = vec![row("program".to_owned(), &format!("{} {}", self.program, self.version))];
        rows.extend(self.logs.iter().map(|(name, digest)| row(format!("{name} (SHA-256)"), digest)));
        rows.extend(self.reading.iter().map(|line| row("reading".to_owned(), line)));
        rows.push(row("seed".to_owned(), &self.seed.to_string()));
        rows.push(row("command".to_owned(), &self.command));
        rows
    }
}

/// Program, chain and command of the law of an explicit chain. No clock and no host: the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChainProvenance {
    /// `runaway`.
    pub program: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
    /// The chain's file, as the user named it, with the SHA-256 of its bytes.
    pub chain: (String, String),
    /// The command, as it can be typed again.
    pub command: String,
}

impl ChainProvenance {
    /// The provenance of the law of a chain, given by name and digest.
    #[must_use]
    pub fn new(chain: (String, String), command: String) -> Self {
        Self { program: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into(), chain, command }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn digest_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of everything that can be read, in hexadecimal.
///
/// # Errors
/// Where it cannot be read to its end.
pub fn digest_all_of(mut reader: impl Read) -> io::Result<String> {
    let mut all = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&all.finalize())),
            read => all.update(buffer.get(..read).unwrap_or_default()),
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
    hexadecimal(&all.finalize())
}

/// SHA-256 of the scenario's JSON form, in hexadecimal.
#[must_use]
pub fn digest(scenario: &Scenario) -> String {
    // A scenario holds finite numbers and strings only, both of which JSON can write.
    let json = serde_json::to_vec(scenario).unwrap_or_default();
    digest_bytes(&json)
}
