//! `runaway advise`.

use clap::Args;

use crate::cli::document::OutputArgs;
use crate::cli::examples;
use crate::cli::typed::level;

use super::fitting::LogFitArgs;

#[derive(Debug, Args)]
#[command(after_help = examples::of("advise"))]
pub struct AdviseArgs {
    #[command(flatten)]
    pub log: LogFitArgs,
    /// Kept examples that may be audited: compared with the truth
    #[arg(long, value_name = "EXAMPLES", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub budget: u64,
    /// Generation by which R > 1 is to be detected; kept examples of every generation up to it may be audited [default: the
    /// last of the log]
    #[arg(long, value_name = "GENERATION")]
    pub by: Option<u64>,
    /// Probability with which R > 1 is to be detected, where R is above 1
    #[arg(long, value_name = "P", default_value_t = 0.8, value_parser = level)]
    pub probability: f64,
    /// Posterior probability of R > 1 from which on it is detected
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = level)]
    pub level: f64,
    #[command(flatten)]
    pub output: OutputArgs,
}
