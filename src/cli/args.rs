//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::simulate;

/// How many generations a self-training loop has before its mistakes run away, and what would buy more.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Results go to standard output, progress and errors to standard error.
Exit codes: 0 done; 1 failure while working (files, refused simulations); 2 wrong usage; 3 bad input (scenario files and \
overrides); 10 the verdict is negative (`check`, `report`: exact and simulated curves differ).";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Solve a loop exactly: reproduction number, regime, runway, survival and error curves
    Solve(Solve),
    /// Play a loop many times over and tally what happens
    Simulate(Simulate),
    /// Hold the exact curves against the simulation; exit code 10 if they differ
    Check(Check),
    /// Solve, simulate and check a loop, and write figures, a page and results.json
    Report(Report),
    /// Take one generation apart: where errors enter, what each check catches, what is learned
    Explain(Explain),
    /// Write a commented scenario file to start from
    Init(Init),
}

#[derive(Debug, Args)]
pub struct Source {
    /// Scenario file (TOML), or a results.json whose scenario is used again
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Override a key of the scenario, as in --set errors.step_error=0.004 or --set filter.0.random=0.9
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Generations reported, in place of the scenario's
    #[arg(long, value_name = "GENERATIONS")]
    pub horizon: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Output {
    /// Print one JSON document instead of tables
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Play {
    /// Who plays: `agents` from the scenario alone, `counts` from the law of one generation
    #[arg(long, value_enum, default_value = "agents")]
    pub engine: Engine,
    /// Independent runs [default: 1000 for agents, 20000 for counts]
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..))]
    pub replicates: Option<u64>,
    /// Seed of the random streams; the same seed gives the same bytes on any number of threads
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

impl Play {
    /// Independent runs: as asked for, or as many as a few seconds allow.
    pub fn replicates(&self) -> u64 {
        self.replicates.unwrap_or(match self.engine {
            Engine::Agents => 1_000,
            Engine::Counts => 20_000,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Every belief, problem, candidate, slip, vote, filter and act of learning
    Agents,
    /// Multinomial draws from the law of one generation
    Counts,
}

impl Engine {
    /// As it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Counts => "counts",
        }
    }

    /// The engine of the library that is meant.
    pub const fn engine(self) -> simulate::Engine {
        match self {
            Self::Agents => simulate::Engine::Agents,
            Self::Counts => simulate::Engine::Counts,
        }
    }
}

#[derive(Debug, Args)]
pub struct Solve {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Simulate {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub play: Play,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub source: Source,
    /// Simulate this scenario instead, to see whether a difference is found
    #[arg(long, value_name = "OTHER")]
    pub against: Option<PathBuf>,
    /// Probability that a correct pair is called different, over all tests together
    #[arg(long, default_value_t = crate::compare::DEFAULT_LEVEL, value_parser = level)]
    pub level: f64,
    #[command(flatten)]
    pub play: Play,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    pub source: Source,
    /// Folder to write to [default: reports/NAME]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub play: Play,
    /// Print the results as JSON as well
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    pub source: Source,
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
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Init {
    /// File to write; an existing file is never overwritten
    #[arg(value_name = "FILE", default_value = "loop.toml")]
    pub file: PathBuf,
}

fn share(typed: &str) -> Result<f64, String> {
    within(typed, |share| (0.0..=1.0).contains(&share), "a share lies in [0, 1]")
}

fn level(typed: &str) -> Result<f64, String> {
    within(typed, |level| level > 0.0 && level < 1.0, "a level lies between 0 and 1")
}

fn within(typed: &str, holds: impl Fn(f64) -> bool, rule: &str) -> Result<f64, String> {
    typed.parse().ok().filter(|&value| holds(value)).ok_or_else(|| rule.to_owned())
}
