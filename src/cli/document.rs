//! What a command prints: its answer as tables for people, CSV, Markdown or one JSON document.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::answer::Answer;
use super::{caller, width};
use crate::plan::DesignPosterior;
use crate::provenance::{LogProvenance, Provenance, SCHEMA_VERSION};
use crate::scenario::Scenario;

/// How a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// The finding and tables as wide as the terminal
    Table,
    /// The tables as comma-separated values, each under a line `# title` where there are several
    Csv,
    /// One JSON document with every digit and the provenance
    Json,
    /// The finding and the tables as Markdown
    Md,
}

#[derive(Debug, Clone, Copy, Default, Args)]
pub struct OutputArgs {
    /// Print one JSON document instead of tables; short for --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// How to print the answer [default: table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<FormatArg>,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct CurveArgs {
    /// Print the table by generation too; JSON always holds it
    #[arg(long)]
    pub curve: bool,
}

impl OutputArgs {
    /// What was asked for, if anything was.
    pub(super) fn typed(self) -> Option<FormatArg> {
        if self.json { Some(FormatArg::Json) } else { self.format }
    }

    /// Prints the JSON document, or the answer.
    pub(super) fn print(
        self,
        out: &mut dyn Write,
        json: impl FnOnce() -> anyhow::Result<Vec<u8>>,
        answer: impl FnOnce() -> Answer,
    ) -> anyhow::Result<()> {
        let written = match self.typed().unwrap_or(FormatArg::Table) {
            FormatArg::Json => out.write_all(&json()?).inspect(|()| caller::tell(answer)),
            FormatArg::Table => answer().write_for_people(out, width::of_terminal()),
            FormatArg::Csv => answer().write_csv(out),
            FormatArg::Md => answer().write_markdown(out),
        };
        // Whoever reads the output has read enough; the exit code still tells the verdict.
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}

/// One result with what it takes to make it again.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct ResultDocument<'a, T> {
    schema_version: u32,
    scenario: &'a Scenario,
    provenance: &'a Provenance,
    #[serde(flatten)]
    result: T,
}

/// A result, and what the log of a fitted loop leaves open.
#[derive(Debug, Serialize, schemars::JsonSchema)]
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
        json(self)
    }
}

/// A document about logs.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct LogDocument<'a, T> {
    schema_version: u32,
    version: &'static str,
    provenance: &'a LogProvenance,
    #[serde(flatten)]
    result: T,
}

/// A result about logs as JSON, with a line end.
pub(super) fn of_logs<T: Serialize>(provenance: &LogProvenance, result: T) -> anyhow::Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION");
    json(&LogDocument { schema_version: SCHEMA_VERSION, version, provenance, result })
}

/// Any document as JSON, with a line end.
pub(super) fn json(document: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}
