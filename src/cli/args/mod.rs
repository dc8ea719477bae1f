//! What can be typed: commands by what they are about, and what they share.

mod advise;
mod export;
mod fitting;
mod gate;
mod import;
mod logs;
mod loops;
mod plan;
mod schema;
mod sensitivity;
mod sweep;
mod watch;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::examples;
use super::standard_error::GlobalArgs;
use super::typed::EXIT_CODES;

pub use advise::AdviseArgs;
pub use export::{ExportArgs, FormatName};
pub use fitting::{GateRuleArgs, LogFitArgs};
pub use gate::GateArgs;
pub use import::ImportArgs;
pub use logs::{BacktestArgs, FitArgs, IngestArgs, MeasureArgs};
pub use loops::{CheckArgs, CompareArgs, ExplainArgs, InitArgs, ReportArgs, SimulateArgs, SolveArgs};
pub use plan::{MOST_GENERATIONS, PlanArgs};
pub use schema::SchemaArgs;
pub use sensitivity::SensitivityArgs;
pub use sweep::{MergeArgs, SweepArgs};
pub use watch::WatchArgs;

/// How many generations a self-training loop has before its mistakes run away, and what would buy more.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: GlobalArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Solve a loop exactly: reproduction number, regime, runway, survival and error curves
    Solve(SolveArgs),
    /// Play a loop many times over and tally what happens
    Simulate(SimulateArgs),
    /// Hold the exact curves against the simulation; exit code 10 if they differ
    Check(CheckArgs),
    /// Solve, simulate and check a loop, and write figures, a page and results.json
    Report(ReportArgs),
    /// Set designs side by side: fate, runway, price, what each check catches
    Compare(CompareArgs),
    /// Choose a design: the cheapest that lasts, or the longest run of a budget; exit code 10 if none does
    Plan(PlanArgs),
    /// Take one generation apart: where errors enter, what each check catches, what is learned
    Explain(ExplainArgs),
    /// Say what a loop's fate depends on: each key over its range, exact derivatives, shares of the variance
    Sensitivity(SensitivityArgs),
    /// Solve a loop over a grid of its keys: R, runway and P(fail) of every cell; figures, shards, resumable
    Sweep(SweepArgs),
    /// Put the parts of a sharded sweep together, to the same bytes as one run
    Merge(MergeArgs),
    /// Fit a running loop's log: R, remaining runway and best generation to keep, with their uncertainty
    Fit(FitArgs),
    /// Stop or go: hold rules to a running loop's log; the exit code is the verdict
    Gate(GateArgs),
    /// Follow the log of a running loop: a line for each generation, until a rule is met
    Watch(WatchArgs),
    /// What to label next: audits that detect R > 1, and what an audit, a test problem and a generation are worth
    Advise(AdviseArgs),
    /// Fit the first generations of finished runs, forecast the rest, and score against extrapolations
    Backtest(BacktestArgs),
    /// Convert the logs of evaluation harnesses and trainers to the canonical form
    Ingest(IngestArgs),
    /// Measure a loop's keys from samples: error, difficulty, shared mistakes, checks, what is learned; prints a scenario file
    Measure(MeasureArgs),
    /// Write a loop as an explicit Markov chain, for Storm, PRISM, SciPy and others
    Export(ExportArgs),
    /// Solve an explicit Markov chain of another tool: when it is absorbed, and where
    Import(ImportArgs),
    /// Print the JSON Schema of a command's JSON
    Schema(SchemaArgs),
    /// Write a commented scenario file to start from
    Init(InitArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(ManArgs),
}

/// How long a user is ready to wait.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct PatienceArgs {
    /// Begin work that is estimated to take more than half an hour of one processor
    #[arg(long)]
    pub allow_long: bool,
}

/// What becomes of a folder that holds other results.
#[derive(Debug, Clone, Copy, Args)]
pub struct ReplaceArgs {
    /// Write even into a folder that holds the results of another command, in their place
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct SourceArgs {
    /// Scenario file (TOML), or a results.json whose scenario is used again; - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Override a key of the scenario, as in --set errors.step_error=0.004 or --set filter.0.random=0.9
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Generations reported, in place of the scenario's
    #[arg(long, value_name = "GENERATIONS")]
    pub horizon: Option<u64>,
    /// Use one `[[design]]` of the file in place of the file's own loop
    #[arg(long, value_name = "NAME")]
    pub design: Option<String>,
    #[command(flatten)]
    pub patience: PatienceArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("completions"))]
pub struct CompletionsArgs {
    /// Shell to complete for
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("man"))]
pub struct ManArgs {
    /// Folder for the pages of the program and of every command
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
