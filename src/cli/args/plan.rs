//! `runaway plan`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::document::OutputArgs;
use crate::cli::examples;
use crate::cli::typed::{amount, failure, level, revision};
use crate::plan::inference::{MOST_SAMPLES, RevisionRates};

use super::{PatienceArgs, ReplaceArgs};

#[derive(Debug, Args)]
#[command(after_help = examples::of("plan"))]
pub struct PlanArgs {
    /// Scenario file; its [[design]] variants, if it has some, are all searched; - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Generations that the run shall last [default: the scenario's horizon; with --budget: as many as it pays for]
    #[arg(long, value_name = "GENERATIONS", value_parser = clap::value_parser!(u64).range(1..=MOST_GENERATIONS))]
    pub generations: Option<u64>,
    /// Probability of failing within the run that is accepted
    #[arg(long, value_name = "PROBABILITY", default_value_t = crate::analytic::SAFE, value_parser = failure)]
    pub max_failure: f64,
    /// What the run may cost, in the unit of the file's [cost]; without prices, in steps of candidates
    #[arg(long, value_name = "COST", value_parser = amount, allow_negative_numbers = true)]
    pub budget: Option<f64>,
    /// Vary a key: KEY=FROM:TO (whole numbers), KEY=FROM:TO:COUNT, KEY=V,V,…, or filter.0=on,off [default: candidates and agreement
    /// of the vote, each filter on or off, and where truth has a price its shares]
    #[arg(long, value_name = "KEY=RANGE")]
    pub vary: Vec<String>,
    /// Vary nothing but what --vary names
    #[arg(long, requires = "vary")]
    pub only: bool,
    /// Divide this number of samples a problem instead: votes, attempts behind the file's filters, revisions, votes that stop early
    #[arg(long, value_name = "SAMPLES", value_parser = clap::value_parser!(u64).range(1..=MOST_SAMPLES),
        conflicts_with_all = ["generations", "max_failure", "budget", "vary", "only", "fit", "save"])]
    pub per_problem: Option<u64>,
    /// What a revision does: the share of right answers that it spoils and of wrong ones that it mends, such as 0.05:0.2 [default: as
    /// the loop revises without help from outside]
    #[arg(long, value_name = "SPOILED:MENDED", value_parser = revision, requires = "per_problem")]
    pub revision: Option<RevisionRates>,
    /// Error at which a vote stops early
    #[arg(long, value_name = "PROBABILITY", default_value_t = 0.05, value_parser = level, requires = "per_problem")]
    pub stop_error: f64,
    /// Override a key of the scenario, before anything is varied
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Search the variants of one `[[design]]` of the file
    #[arg(long, value_name = "NAME")]
    pub design: Option<String>,
    /// Loop that `runaway fit --save` wrote, in place of the file's own: the choice then has a probability to do what was asked
    #[arg(long, value_name = "FILE")]
    pub fit: Option<PathBuf>,
    /// Write the chosen design as a scenario file
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Folder for figures, plan.html and plan.json
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub replacing: ReplaceArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(flatten)]
    pub output_as: OutputArgs,
}

/// The longest run that a plan follows, in generations.
pub const MOST_GENERATIONS: u64 = 10_000;
