//! The command line: arguments in, tables or JSON out. The only place that prints.

mod args;
mod backtest;
mod check;
mod checkpoint;
mod compare;
mod document;
mod explain;
mod fit;
mod ingest;
mod init;
mod limits;
mod measure;
mod play;
mod playing;
mod posterior;
mod progress;
mod reading;
mod report;
mod sheet;
mod simulate;
mod solve;
mod table;
mod typed;
mod width;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::files::{self, FileError, FileWritten, ReportFolder};
use crate::fit::{FitError, LogError};
use crate::measure::MeasureError;
use crate::plan::PlanError;
use crate::provenance::Provenance;
use crate::report::Report;
use crate::scenario::{Design, Origin, Scenario, ScenarioError, Stated};

use args::{Cli, Command, Replacing, Source};

/// Something failed while working.
const FAILURE: u8 = 1;
/// Options that do not go together; a single bad option is clap's to refuse, with the same code.
const USAGE: u8 = 2;
/// The scenario or an override is bad.
const BAD_INPUT: u8 = 3;
/// The sampler has not settled: its answer would depend on the seed.
const UNSETTLED: u8 = 4;
/// Exact and simulated curves differ.
const NEGATIVE: u8 = 10;

/// What a command that worked has to say about its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Negative,
    Unsettled,
}

impl Verdict {
    const fn of(agree: bool) -> Self {
        if agree { Self::Fine } else { Self::Negative }
    }
}

/// Parses the arguments, runs the command, and turns the outcome into an exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::stdout().lock();
    let outcome = run(&cli.command, &mut out).and_then(|verdict| {
        out.flush()?;
        Ok(verdict)
    });
    match outcome {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Negative) => ExitCode::from(NEGATIVE),
        Ok(Verdict::Unsettled) => ExitCode::from(UNSETTLED),
        // Whoever reads the output has read enough.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // If even standard error is closed, the exit code has to say it all.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(code(&error))
        }
    }
}

fn run(command: &Command, out: &mut dyn Write) -> anyhow::Result<Verdict> {
    match command {
        Command::Solve(args) => solve::run(args, out),
        Command::Simulate(args) => simulate::run(args, out),
        Command::Check(args) => check::run(args, out),
        Command::Report(args) => report::run(args, out),
        Command::Compare(args) => compare::run(args, out),
        Command::Explain(args) => explain::run(args, out),
        Command::Fit(args) => fit::run(args, out),
        Command::Backtest(args) => backtest::run(args, out),
        Command::Ingest(args) => ingest::run(args, out),
        Command::Measure(args) => measure::run(args, out),
        Command::Init(args) => init::run(args, out),
    }
}

/// The folder for the results of a command, if one is asked for; refused before the work, where it holds others.
fn report_folder(
    folder: Option<&Path>,
    kind: &'static str,
    replacing: Replacing,
) -> Result<Option<ReportFolder>, FileError> {
    folder.map(|folder| ReportFolder::new(folder, kind, replacing.force)).transpose()
}

/// Writes a report's figures, its page under the name `page`, and its documents, all or none; how many files.
fn write_report(
    folder: &ReportFolder,
    rendered: &Report,
    page: &str,
    documents: &[FileWritten<'_>],
) -> anyhow::Result<usize> {
    let figures = rendered.figures.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let page = (page, rendered.html.as_slice());
    let written: Vec<FileWritten<'_>> = figures.chain([page]).chain(documents.iter().copied()).collect();
    folder.replace(&written)?;
    Ok(written.len())
}

/// Options that are fine each but not together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

fn code(error: &anyhow::Error) -> u8 {
    if let Some(error) = error.downcast_ref::<FitError>() {
        return if is_asked_wrong(error) { USAGE } else { BAD_INPUT };
    }
    if error.downcast_ref::<FileError>().is_some_and(|error| matches!(error, FileError::OtherKind { .. })) {
        return USAGE;
    }
    if error.is::<ScenarioError>() || error.is::<LogError>() || error.is::<MeasureError>() {
        BAD_INPUT
    } else if error.is::<UsageError>() || error.downcast_ref::<PlanError>().is_some_and(is_usage) {
        USAGE
    } else {
        FAILURE
    }
}

/// What a fit was asked for on the command line, not what the log holds.
const fn is_asked_wrong(error: &FitError) -> bool {
    matches!(
        error,
        FitError::NoRun(_)
            | FitError::Threshold(_)
            | FitError::Drop(_)
            | FitError::DropBeyond { .. }
            | FitError::Horizon(_)
            | FitError::Effort
    )
}

/// Names of designs are chosen on the command line, by `--baseline` or by the files put together.
const fn is_usage(error: &PlanError) -> bool {
    matches!(error, PlanError::SameName { .. } | PlanError::UnknownBaseline { .. } | PlanError::NoDesign)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    kind.or(json) == Some(io::ErrorKind::BrokenPipe)
}

impl Source {
    /// Reads the scenario with its overrides.
    fn load(&self) -> anyhow::Result<Scenario> {
        let Some(name) = &self.design else { return Ok(self.load_from(&self.file)?) };
        let designs = self.designs()?;
        let known: Vec<String> = designs.iter().map(|design| format!("\"{}\"", design.name)).collect();
        let found = designs.into_iter().find(|design| design.name == *name);
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let refusal = || UsageError(format!("no design is called \"{name}\"; the designs are {known}"));
        Ok(found.ok_or_else(refusal)?.scenario)
    }

    /// Reads every design of the file, with its overrides; a result file has none.
    fn designs(&self) -> Result<Vec<Design>, ScenarioError> {
        if self.is_result() {
            return Ok(Vec::new());
        }
        Scenario::load_designs(&self.file, &self.overrides())
    }

    /// Reads what the file states about its designs; a result file states nothing.
    fn stated(&self) -> Result<Stated, ScenarioError> {
        if self.is_result() {
            return Ok(Stated::default());
        }
        Scenario::load_stated(&self.file, &self.overrides())
    }

    /// Whether the file is the result of another command.
    fn is_result(&self) -> bool {
        self.file.extension().is_some_and(|extension| extension == "json")
    }

    fn overrides(&self) -> Vec<String> {
        let horizon = self.horizon.map(|horizon| format!("horizon={horizon}"));
        self.set.iter().cloned().chain(horizon).collect()
    }

    /// Reads another file with the same overrides.
    fn load_from(&self, file: &Path) -> Result<Scenario, ScenarioError> {
        let overrides = self.overrides();
        if file.extension().is_some_and(|extension| extension == "json") {
            return again(file, &overrides);
        }
        Scenario::load(file, &overrides)
    }

    /// The command and its source as they can be typed again.
    fn command(&self, name: &str) -> String {
        let mut words = vec!["runaway".to_owned(), name.to_owned(), quoted(&self.file.display().to_string())];
        for set in &self.set {
            words.push(format!("--set {}", quoted(set)));
        }
        words.extend(self.horizon.map(|horizon| format!("--horizon {horizon}")));
        words.extend(self.design.iter().map(|name| format!("--design {}", quoted(name))));
        words.join(" ")
    }
}

/// The scenario of a result file, with overrides.
fn again(file: &Path, overrides: &[String]) -> Result<Scenario, ScenarioError> {
    let unreadable = |reason: String| ScenarioError::Unreadable { path: file.display().to_string(), reason };
    let bytes = files::read(file, files::RESULTS).map_err(|error| unreadable(error.to_string()))?;
    // Nothing else of the file is taken, however much it holds.
    #[derive(serde::Deserialize)]
    struct Results {
        scenario: Option<serde_json::Value>,
    }
    let results: Results = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let written = results.scenario.ok_or_else(|| unreadable("it has no `scenario`".to_owned()))?;
    let scenario = Scenario::from_json(&written)?;
    Scenario::parse(&scenario.to_toml(), Origin::File(file.to_owned()), overrides)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The provenance of a result that was played.
fn played(scenario: &Scenario, play: playing::Play, command: &str) -> Provenance {
    let (engine, replicates, seed) = (play.engine.name(), play.replicates(), play.seed);
    Provenance {
        seed: Some(seed),
        engine: Some(engine.to_owned()),
        replicates: Some(replicates),
        ..Provenance::new(scenario, format!("{command} --engine {engine} --replicates {replicates} --seed {seed}"))
    }
}
