//! Commands about a loop over a grid of its keys.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::OutputArgs;
use crate::cli::examples;
use crate::cli::typed::shard;
use crate::sweep::CellRange;

use super::{ReplaceArgs, SourceArgs};

#[derive(Debug, Args)]
#[command(after_help = examples::of("sweep"))]
pub struct SweepArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Key to vary: KEY=FROM:TO:POINTS, KEY=FROM:TO:POINTS:log or KEY=1,2,3; several make a grid, of which the last changes
    /// from cell to cell
    #[arg(long, value_name = "KEY=VALUES", required = true)]
    pub over: Vec<String>,
    /// Quantiles of the runway as well (5, 50 and 95 %); slower where R is near 1
    #[arg(long)]
    pub quantiles: bool,
    /// One part of so many, as in 3/64, counted from 1; `runaway merge` puts them together
    #[arg(long, value_name = "K/N", value_parser = shard, requires = "output", conflicts_with_all = ["report", "format", "json"])]
    pub shard: Option<CellRange>,
    /// File for the grid: .csv, .json or .parquet; what an interrupted run has done stands in FILE.partial, and the same command
    /// goes on from there
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Folder for figures, sweep.html and sweep.json
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    /// Threads; the cells are the same on any number [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub format: OutputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = examples::of("merge"))]
pub struct MergeArgs {
    /// Files of all parts that `runaway sweep --shard` wrote, in any order
    #[arg(value_name = "PART", required = true)]
    pub parts: Vec<PathBuf>,
    /// File for the whole grid: .csv, .json or .parquet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Folder for figures, sweep.html and sweep.json
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub format: OutputArgs,
}
