//! Commands about a loop that a scenario file describes.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::{CurveArgs, OutputArgs};
use crate::cli::examples;
use crate::cli::playing::PlayArgs;
use crate::cli::typed::{level, share, statements};

use super::{PatienceArgs, ReplaceArgs, SourceArgs};

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
#[command(after_help = examples::of("init"))]
pub struct InitArgs {
    /// File to write; an existing file is never overwritten
    #[arg(value_name = "FILE", default_value = "loop.toml")]
    pub file: PathBuf,
}
