//! What a command prints: its answer as tables for people, CSV, Markdown or one JSON document.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::plan::DesignPosterior;
use crate::provenance::{LogProvenance, Provenance, SCHEMA_VERSION};
use crate::scenario::Scenario;
use crate::table::Table;

use super::{caller, standard_error, width};

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

/// What a command answers.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    /// The finding, which comes first.
    pub finding: Vec<String>,
    pub tables: Vec<Table>,
    /// What else is to say.
    pub remarks: Vec<String>,
    /// What to know before using the numbers.
    pub notes: Vec<String>,
    /// What was written where; for people only.
    pub written: Vec<String>,
}

impl Answer {
    /// How many files were written to a folder.
    pub(super) fn wrote(&mut self, files: Option<usize>, folder: Option<&std::path::Path>) {
        let wrote = files.zip(folder).map(|(files, folder)| format!("wrote {files} files to {}", folder.display()));
        self.written.extend(wrote);
    }

    /// The same about one of two subjects.
    pub(super) fn about(mut self, subject: &str) -> Self {
        let titles = self.tables.iter_mut().map(|table| &mut table.title);
        for text in self.finding.iter_mut().chain(titles).chain(&mut self.remarks).chain(&mut self.notes) {
            text.insert_str(0, &format!("{subject}: "));
        }
        self
    }

    /// This answer, then the other.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.finding.extend(other.finding);
        self.tables.extend(other.tables);
        self.remarks.extend(other.remarks);
        self.notes.extend(other.notes);
        self.written.extend(other.written);
        self
    }

    /// Prints it in this number of columns of text, or as wide as it is.
    pub(super) fn write_for_people(self, out: &mut dyn Write, room: Option<usize>) -> io::Result<()> {
        let said = |text: &str, out: &mut dyn Write| writeln!(out, "{}", width::wrapped(text, room));
        let lines = |lines: &[String], out: &mut dyn Write| lines.iter().try_for_each(|line| said(line, out));
        lines(&self.finding, out)?;
        let mut left_out = Vec::new();
        for table in self.tables {
            let (sheet, lost) = width::fit(table.columns, room);
            writeln!(out, "\n{}\n{sheet}", table.title)?;
            lines(&table.notes, out)?;
            left_out.extend(lost);
        }
        if !self.remarks.is_empty() {
            writeln!(out)?;
            lines(&self.remarks, out)?;
        }
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            said(
                &format!("note: columns left out for want of room: {names}; `--format csv` and `--json` have them"),
                out,
            )?;
        }
        self.notes.iter().try_for_each(|note| said(&format!("note: {note}"), out))?;
        lines(&self.written, out)
    }

    fn write_csv(self, out: &mut dyn Write) -> io::Result<()> {
        let several = self.tables.len() > 1;
        for (index, table) in self.tables.iter().enumerate() {
            if several {
                let blank = if index > 0 { "\n" } else { "" };
                writeln!(out, "{blank}# {}", table.title)?;
            }
            out.write_all(table.to_csv().as_bytes())?;
        }
        if self.tables.is_empty() {
            self.finding.iter().try_for_each(|line| standard_error::note(line))
        } else {
            Ok(())
        }
    }

    fn write_markdown(self, out: &mut dyn Write) -> io::Result<()> {
        let mut parts = self.finding;
        for table in self.tables {
            parts.extend([format!("## {}", table.title), table.to_markdown().trim_end().to_owned()]);
            parts.extend(table.notes);
        }
        parts.extend(self.remarks);
        parts.extend(self.notes.iter().map(|note| format!("Note: {note}")));
        writeln!(out, "{}", parts.join("\n\n"))
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
