//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::fit::Measurement;

use super::document::{CurveArgs, OutputArgs};
use super::examples;
use super::playing::PlayArgs;
use super::reading::{FailureArgs, ProblemArgs, ReadingArgs, TrainingArgs};
use super::standard_error::GlobalArgs;
use super::typed::{EXIT_CODES, level, measurement, share, statements};

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
    /// Take one generation apart: where errors enter, what each check catches, what is learned
    Explain(ExplainArgs),
    /// Fit a running loop's log: R, remaining runway and best generation to keep, with their uncertainty
    Fit(FitArgs),
    /// Fit the first generations of finished runs, forecast the rest, and score against extrapolations
    Backtest(BacktestArgs),
    /// Convert the logs of evaluation harnesses and trainers to the canonical form
    Ingest(IngestArgs),
    /// Measure a loop's keys from samples: error, difficulty, shared mistakes, checks, what is learned; prints a scenario file
    Measure(MeasureArgs),
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
#[command(after_help = examples::of("solve"))]
pub struct SolveArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub curve: CurveArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("simulate"))]
pub struct SimulateArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub play: PlayArgs,
    /// Estimate P(T <= horizon) however small it is, by splitting runs on their way to failure; --replicates are then
    /// independent repetitions [default: 32], and `agents` are played by `events`
    #[arg(long, conflicts_with_all = ["checkpoint", "curve"])]
    pub rare: bool,
    /// Keep the tallies in this file every few seconds and go on from them if it exists, to the same bytes as without
    /// interruption; removed once the result is written
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    #[command(flatten)]
    pub curve: CurveArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("check"))]
pub struct CheckArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Simulate this scenario instead, to see whether a difference is found
    #[arg(long, value_name = "OTHER")]
    pub against: Option<PathBuf>,
    /// Probability that a correct pair is called different, over all tests together
    #[arg(long, default_value_t = crate::compare::DEFAULT_LEVEL, value_parser = level)]
    pub level: f64,
    #[command(flatten)]
    pub play: PlayArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("report"))]
pub struct ReportArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Folder to write to [default: reports/NAME]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub play: PlayArgs,
    /// Print the results as JSON as well
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = format!("{}\n\n{}", examples::of("compare"), statements()))]
pub struct CompareArgs {
    /// Scenario files, or one file with [[design]] variants; - for standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Loop that `runaway fit --save` wrote: the designs are put on it in place of the files' own loops, and every number has
    /// an interval for what the log leaves open
    #[arg(long, value_name = "FILE")]
    pub fit: Option<PathBuf>,
    /// Override a key of every scenario, before its designs are applied
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Generations reported, in place of the scenarios'
    #[arg(long, value_name = "GENERATIONS")]
    pub horizon: Option<u64>,
    /// Design that ratios and differences refer to [default: the first]
    #[arg(long, value_name = "NAME")]
    pub baseline: Option<String>,
    /// Runs of each design; run i of every design has the same random numbers
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u64).range(2..))]
    pub replicates: u64,
    /// Seed of the random streams; the same seed gives the same bytes on any number of threads
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Folder for figures, compare.html and compare.json
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(flatten)]
    pub output_as: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("explain"))]
pub struct ExplainArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Generation whose law is taken apart
    #[arg(long, default_value_t = 0)]
    pub generation: u64,
    /// Share of wrong beliefs at which it is taken apart [default: the scenario's start]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub wrong: Option<f64>,
    /// Share of unsound beliefs at which it is taken apart [default: the scenario's start]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub unsound: Option<f64>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("fit"))]
pub struct FitArgs {
    /// What the loop left behind: a table of generations, or the files of a harness, trainer or sampler; several files of
    /// one run, a folder, a pattern, or - for standard input
    #[arg(value_name = "LOG", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub problems: ProblemArgs,
    /// Forecast one class of mistakes beside the total: the column that counts its wrong answers. A total that falls can hide
    /// a class that avalanches
    #[arg(long, value_name = "COLUMN")]
    pub class: Option<String>,
    /// Number of the run that is forecast, from 0; the other runs of the log inform the parameters
    #[arg(long, default_value_t = 0)]
    pub run: usize,
    /// Leave the other runs of the log out
    #[arg(long)]
    pub alone: bool,
    /// Use only the first N evaluated generations of the run that is forecast, as if it had come no further
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..))]
    pub first: Option<u16>,
    /// Scenario file whose [fit.priors.PARAMETER] tables replace default priors; nothing else of it is used
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub training: TrainingArgs,
    #[command(flatten)]
    pub failing: FailureArgs,
    /// Generations to forecast
    #[arg(long, default_value_t = 20)]
    pub horizon: u64,
    /// Seed of the sampler; the same seed gives the same bytes on any number of threads
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Sweeps of the sampler, 480 by default; more where a note says that it has not settled
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub sweeps: Option<u32>,
    /// Say what to measure next, by how much it is expected to narrow the remaining runway: evaluate the last generation on
    /// more problems, audit more of its kept examples, or evaluate the next one; sizes other than the usual as in
    /// --advise=evaluate=500,audit=50,next=300
    #[arg(long, value_name = "WHAT=ITEMS,…", num_args = 0.., require_equals = true, value_delimiter = ',', value_parser = measurement)]
    pub advise: Option<Vec<Measurement>>,
    /// Fit simpler variants of the model too: which the data ask for, and the forecast averaged over them
    #[arg(long)]
    pub variants: bool,
    /// Write the loop as it stands at the last generation, with draws of its parameters, to this scenario file: what
    /// `compare DESIGNS --fit FILE` takes to say what a design would buy
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Folder for figures, report.html and fit.json; implies --advise and --variants
    #[arg(short = 'o', long, visible_alias = "output", value_name = "DIR")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(flatten)]
    pub curve: CurveArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("backtest"))]
pub struct BacktestArgs {
    /// Canonical logs, or folders of them
    #[arg(value_name = "LOG", required = true)]
    pub files: Vec<PathBuf>,
    /// Generations that a fit may see, each in turn
    #[arg(long, value_delimiter = ',', default_value = "4,6,8,10", value_name = "N,…")]
    pub cut: Vec<usize>,
    /// Let every forecast see the other runs of its log too, from their beginning to their end
    #[arg(long)]
    pub others: bool,
    /// Scenario file whose [fit.priors.PARAMETER] tables replace default priors; nothing else of it is used
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub training: TrainingArgs,
    #[command(flatten)]
    pub failing: FailureArgs,
    /// Seed of the sampler
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Sweeps of the sampler in each fit, 160 by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub sweeps: Option<u32>,
    /// Write every forecast, those of the extrapolations too, to this CSV file as quantiles, in the form that scoringutils
    /// reads: observed, predicted, quantile_level, model, horizon, and file, run, cut, generation
    #[arg(long, value_name = "FILE")]
    pub quantiles: Option<PathBuf>,
    /// Folder for figures, backtest.html and backtest.json
    #[arg(short = 'o', long, visible_alias = "output", value_name = "DIR")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("ingest"))]
pub struct IngestArgs {
    /// Files of one run, a folder, a pattern, or - for standard input
    #[arg(value_name = "LOG", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(after_help = format!("{}\n\n{MEASURED}", examples::of("measure")))]
pub struct MeasureArgs {
    /// Samples of one generation or of two in succession: one answer a line (id, answer, correct and, where known,
    /// generation, kept, audited), harness samples, rollouts of verl; several files, a folder, a pattern, or -
    #[arg(value_name = "SAMPLES", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Steps of a solution, which samples do not show
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub steps: u64,
    /// Name of the scenario that is written
    #[arg(long, default_value = "measured", value_parser = crate::scenario::legal_name)]
    pub name: String,
    /// Seed of the intervals
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder for loop.toml, figures, measure.html and measure.json
    #[arg(short = 'o', long, visible_alias = "output", value_name = "DIR")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

const MEASURED: &str = "\
The scenario goes to standard output, every number with its source; docs/measuring.md says what each key takes.";

#[derive(Debug, Args)]
#[command(after_help = examples::of("init"))]
pub struct InitArgs {
    /// File to write; an existing file is never overwritten
    #[arg(value_name = "FILE", default_value = "loop.toml")]
    pub file: PathBuf,
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
