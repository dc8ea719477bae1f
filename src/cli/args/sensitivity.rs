//! What `runaway sensitivity` takes.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::OutputArgs;
use crate::cli::examples;

use super::{ReplaceArgs, SourceArgs};

#[derive(Debug, Args)]
#[command(after_help = examples::of("sensitivity"))]
pub struct SensitivityArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Divide the variance among the keys too, all varying through their ranges at once (Sobol indices)
    #[arg(long)]
    pub global: bool,
    /// Half width of the 95 % intervals at which --global ends
    #[arg(long, default_value_t = 0.05, value_name = "SHARE", value_parser = crate::cli::typed::share, requires = "global")]
    pub width: f64,
    /// Loops that --global solves at most, 1000 or more
    #[arg(long, default_value_t = 40_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=10_000_000), requires = "global")]
    pub evaluations: u32,
    /// Seed of the points of --global
    #[arg(long, default_value_t = 1, requires = "global")]
    pub seed: u64,
    /// Folder for figures, sensitivity.html and sensitivity.json
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub output_as: OutputArgs,
}
