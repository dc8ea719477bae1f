//! The command line: arguments in, tables or JSON out. The only place that prints.

mod advise;
mod answer;
mod args;
mod backtest;
pub mod call;
mod caller;
mod check;
mod checkpoint;
mod compare;
mod document;
mod examples;
mod explain;
mod export;
mod fit;
mod gate;
mod import;
mod ingest;
mod init;
mod limits;
mod manual;
mod measure;
mod outcome;
mod per_problem;
mod plan;
mod play;
mod playing;
mod posterior;
mod progress;
mod reading;
mod report;
mod schema;
mod sensitivity;
mod simulate;
mod solve;
mod source;
mod standard_error;
mod sweep;
mod typed;
mod width;
mod written;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::analytic::absorbing::ChainError;
use crate::files::FileError;
use crate::fit::{FitError, LogError};
use crate::interop::ChainFileError;
use crate::measure::MeasureError;
use crate::plan::{PlanError, SearchError};
use crate::scenario::ScenarioError;
use crate::sweep::SweepError;

use args::{Cli, Command};
use outcome::{CommandVerdict, UsageError};
use source::played;
use standard_error::ColorArg;
use typed::quoted;
use written::{report_folder, write_report};

/// Something failed while working.
const FAILURE: u8 = 1;
/// Options that do not go together; a single bad option is clap's to refuse, with the same code.
const USAGE: u8 = 2;
/// The scenario or an override is bad.
const BAD_INPUT: u8 = 3;
/// Runs the command of this process, and turns its outcome into an exit code.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(main_of(std::env::args_os().collect()))
}

/// Parses the arguments, the program's name first, runs the command, and turns the outcome into an exit code.
#[must_use]
pub fn main_of(words: Vec<OsString>) -> u8 {
    let cli = match parsed(words) {
        Ok(cli) => cli,
        Err(error) => {
            // As much as can be said; the exit code says the rest.
            let _ = error.print().and_then(|()| io::stdout().flush());
            return u8::try_from(error.exit_code()).unwrap_or(USAGE);
        }
    };
    cli.global.apply();
    let mut out = io::stdout().lock();
    let outcome = run(&cli.command, &mut out);
    // Flushed whatever the outcome: a process that hosts the program does not do it at its end.
    let outcome = match (outcome, out.flush()) {
        (Ok(_), Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        (outcome, _) => outcome,
    };
    match outcome {
        Ok(verdict) => verdict.code(),
        // Whoever reads the output has read enough.
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            standard_error::error(&error);
            code(&error)
        }
    }
}

/// What was typed; help and usage errors come in the colours that were chosen.
fn parsed(words: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut program = Cli::command().color(ColorArg::typed(words.iter().cloned()).for_parser());
    let matches = program.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut program))
}

fn run(command: &Command, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    match command {
        Command::Solve(args) => solve::run(args, out),
        Command::Simulate(args) => simulate::run(args, out),
        Command::Check(args) => check::run(args, out),
        Command::Report(args) => report::run(args, out),
        Command::Compare(args) => compare::run(args, out),
        Command::Plan(args) => plan::run(args, out),
        Command::Explain(args) => explain::run(args, out),
        Command::Sensitivity(args) => sensitivity::run(args, out),
        Command::Sweep(args) => sweep::run(args, out),
        Command::Merge(args) => sweep::merge(args, out),
        Command::Fit(args) => fit::run(args, out),
        Command::Gate(args) => gate::run(args, out),
        Command::Advise(args) => advise::run(args, out),
        Command::Backtest(args) => backtest::run(args, out),
        Command::Ingest(args) => ingest::run(args, out),
        Command::Measure(args) => measure::run(args, out),
        Command::Export(args) => export::run(args, out),
        Command::Import(args) => import::run(args, out),
        Command::Schema(args) => schema::run(args, out),
        Command::Init(args) => init::run(args, out),
        Command::Completions(args) => manual::completions(args, out),
        Command::Man(args) => manual::man(args, out),
    }
}

fn code(error: &anyhow::Error) -> u8 {
    if let Some(error) = error.downcast_ref::<FitError>() {
        return if is_asked_wrong(error) { USAGE } else { BAD_INPUT };
    }
    if let Some(error) = error.downcast_ref::<SweepError>() {
        return match error {
            SweepError::File { .. } => FAILURE,
            error if error.is_usage() => USAGE,
            _ => BAD_INPUT,
        };
    }
    if error.downcast_ref::<FileError>().is_some_and(|error| matches!(error, FileError::OtherKind { .. })) {
        return USAGE;
    }
    if let Some(error) = error.downcast_ref::<SearchError>() {
        return match error {
            SearchError::Scenario(_) => BAD_INPUT,
            SearchError::Unreached(_) => FAILURE,
            _ => USAGE,
        };
    }
    if let Some(error) = error.downcast_ref::<ChainFileError>() {
        // A chain may be fine and still be too large.
        let is_large = |reason: &ChainError| matches!(reason, ChainError::TooLarge { .. });
        let large = matches!(error, ChainFileError::Chain { reason, .. } if is_large(reason));
        return if large { FAILURE } else { BAD_INPUT };
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
