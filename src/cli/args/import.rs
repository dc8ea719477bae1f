//! Arguments of `runaway import`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::{CurveArgs, OutputArgs};
use crate::cli::examples;

use super::FormatName;

/// Steps of the curves at most: each is a number in the results.
const MOST_STEPS: u64 = 1_000_000;

#[derive(Debug, Args)]
#[command(after_help = examples::of("import"))]
pub struct ImportArgs {
    /// Explicit chain: .drn of Storm, .tra of PRISM or Storm with its .lab beside it, .mtx, or .csv with the columns
    /// from,to,probability; - for standard input
    #[arg(value_name = "CHAIN")]
    pub file: PathBuf,
    /// Format of the file [default: as its name tells, or its first line]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<FormatName>,
    /// State to start in, counted from 0 [default: the one labelled init, or 0]
    #[arg(long, value_name = "STATE")]
    pub start: Option<usize>,
    /// End of the chain: a label, or the number of a state; repeatable [default: every absorbing state, by its label]
    #[arg(long, value_name = "LABEL|STATE")]
    pub end: Vec<String>,
    /// Steps of the curves
    #[arg(long, value_name = "STEPS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=MOST_STEPS))]
    pub horizon: u64,
    #[command(flatten)]
    pub curve: CurveArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}
