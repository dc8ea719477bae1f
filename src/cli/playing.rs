//! How a loop is played, as it is typed.

use clap::{Args, ValueEnum};

use crate::simulate;

#[derive(Debug, Clone, Copy, Args)]
pub struct PlayArgs {
    /// Who plays: `agents` and `events` from the scenario alone, `counts` from the law of one generation
    #[arg(long, value_enum, default_value = "agents")]
    pub engine: EngineArg,
    /// Independent runs [default: 1000 for agents, 20000 for events and counts]
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..))]
    pub replicates: Option<u64>,
    /// Seed of the random streams; the same seed gives the same bytes on any number of threads
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

impl PlayArgs {
    /// Independent runs: as asked for, or as many as a few seconds allow.
    pub fn replicates(&self) -> u64 {
        self.replicates.unwrap_or(match self.engine {
            EngineArg::Agents => 1_000,
            EngineArg::Events | EngineArg::Counts => 20_000,
        })
    }

    /// Repetitions of a splitting.
    pub fn repetitions(&self) -> u64 {
        self.replicates.unwrap_or(32)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    /// Every belief, problem, candidate, slip, vote, filter and act of learning
    Agents,
    /// The same at the cost of its mistakes: what is alike is drawn together, problems in which nothing happens are counted
    Events,
    /// Multinomial draws from the law of one generation
    Counts,
}

impl EngineArg {
    /// As it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Events => "events",
            Self::Counts => "counts",
        }
    }

    /// As an engine of the library is typed.
    pub const fn of(engine: simulate::Engine) -> Self {
        match engine {
            simulate::Engine::Agents => Self::Agents,
            simulate::Engine::Events => Self::Events,
            simulate::Engine::Counts => Self::Counts,
        }
    }

    /// The engine of the library that is meant.
    pub const fn engine(self) -> simulate::Engine {
        match self {
            Self::Agents => simulate::Engine::Agents,
            Self::Events => simulate::Engine::Events,
            Self::Counts => simulate::Engine::Counts,
        }
    }
}
