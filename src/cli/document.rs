//! The JSON form of results.

use std::io::Write;

use serde::Serialize;

use crate::plan::DesignPosterior;
use crate::provenance::{Provenance, SCHEMA_VERSION};
use crate::scenario::Scenario;

/// One result with what it takes to make it again.
#[derive(Debug, Serialize)]
pub struct ResultDocument<'a, T> {
    schema_version: u32,
    scenario: &'a Scenario,
    provenance: &'a Provenance,
    #[serde(flatten)]
    result: T,
}

/// A result, and what the log of a fitted loop leaves open.
#[derive(Debug, Serialize)]
pub struct GivenSource<'a, T> {
    #[serde(flatten)]
    pub result: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior: Option<&'a DesignPosterior>,
}

impl<'a, T: Serialize> ResultDocument<'a, T> {
    /// A document around `result`.
    pub fn new(scenario: &'a Scenario, provenance: &'a Provenance, result: T) -> Self {
        Self { schema_version: SCHEMA_VERSION, scenario, provenance, result }
    }

    /// The document as text, with a line end.
    pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Writes the document.
    pub fn write(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        out.write_all(&self.to_bytes()?)?;
        Ok(())
    }
}
