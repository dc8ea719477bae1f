//! Commands about what a running loop left behind.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::{CurveArgs, OutputArgs};
use crate::cli::examples;
use crate::cli::reading::{FailureArgs, ReadingArgs, TrainingArgs};
use crate::cli::typed::measurement;
use crate::fit::Measurement;

use super::fitting::{GateRuleArgs, LogFitArgs};
use super::{PatienceArgs, ReplaceArgs};

#[derive(Debug, Args)]
#[command(after_help = examples::of("fit"))]
pub struct FitArgs {
    #[command(flatten)]
    pub log: LogFitArgs,
    /// Forecast one class of mistakes beside the total: the column that counts its wrong answers. A total that falls can hide
    /// a class that avalanches
    #[arg(long, value_name = "COLUMN")]
    pub class: Option<String>,
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
    pub gate: GateRuleArgs,
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
