//! What `fit`, `gate` and `advise` share: the log, how it is read, and how it is fitted.

use std::path::PathBuf;

use clap::Args;

use crate::cli::reading::{FailureArgs, ProblemArgs, ReadingArgs, TrainingArgs};
use crate::gate::StopRule;

use super::PatienceArgs;

/// A log and how to fit it.
#[derive(Debug, Args)]
pub struct LogFitArgs {
    /// What the loop left behind: a table of generations, or the files of a harness, trainer or sampler; several files of
    /// one run, a folder, a pattern, or - for standard input
    #[arg(value_name = "LOG", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub problems: ProblemArgs,
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
    /// Courses drawn for the forecast: more make its probabilities more exact
    #[arg(long, value_name = "N", default_value_t = crate::fit::USUAL_DRAWS, value_parser = clap::value_parser!(u32).range(200..=crate::fit::MOST_DRAWS))]
    pub draws: u32,
    #[command(flatten)]
    pub patience: PatienceArgs,
}

/// Rules of when to stop.
#[derive(Debug, Args)]
pub struct GateRuleArgs {
    /// Stop the loop where this holds, with exit code 10; may be given several times, and any that holds stops it. As in
    /// 'P(fail within 5) > 0.2', 'P(R > 1) > 0.8', 'R(5%) > 1' or 'runway(5%) < 3' (generations)
    #[arg(long, value_name = "RULE", allow_hyphen_values = true)]
    pub fail_if: Vec<StopRule>,
    /// Fewest evaluated generations of a verdict; below it there is not enough data, exit code 11
    #[arg(long, value_name = "N", default_value_t = crate::gate::FEWEST_GENERATIONS, value_parser = fewest)]
    pub min_generations: usize,
}

/// A fit takes two generations.
fn fewest(typed: &str) -> Result<usize, &'static str> {
    typed.parse().ok().filter(|count| (2..=1000).contains(count)).ok_or("a verdict takes 2 to 1000 generations")
}
