//! What a simulation answers.

use serde::{Deserialize, Serialize};

/// Who plays the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Every belief, problem, candidate, slip, vote, filter and act of learning, from the scenario alone.
    Agents,
    /// Multinomial draws from the law of one generation.
    Counts,
    /// The same as [`Engine::Agents`] from the scenario alone, but uneventful problems are counted and not played.
    Events,
}

/// Tallies over all replicates, by generation 0..=horizon. Error, composition and yield are unconditional: every run goes
/// on to the horizon, whether it has failed or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Simulated {
    /// Independent runs.
    pub replicates: u64,
    /// Seed of the stream that replicate 0, 1, … takes its own numbered part of.
    pub seed: u64,
    /// Who played.
    pub engine: Engine,
    /// 0, 1, …, horizon.
    pub generations: Vec<u64>,
    /// Share of runs with T > g.
    pub survival: Vec<f64>,
    /// Runs with T = g.
    pub failures: Vec<u64>,
    /// Mean error rate.
    pub mean_error: Vec<f64>,
    /// Standard error of `mean_error`.
    pub se_error: Vec<f64>,
    /// Mean share of unsound beliefs.
    pub mean_unsound: Vec<f64>,
    /// Standard error of `mean_unsound`.
    pub se_unsound: Vec<f64>,
    /// Mean share of wrong beliefs.
    pub mean_wrong: Vec<f64>,
    /// Standard error of `mean_wrong`.
    pub se_wrong: Vec<f64>,
    /// Mean accepted examples per generated problem (problems generated at generation g to train g + 1; the last
    /// generation trains nobody and has none). Agents estimate it, without bias, from the problems they needed.
    pub mean_yield: Vec<f64>,
    /// Standard error of `mean_yield`.
    pub se_yield: Vec<f64>,
    /// Runs whose error rate was lowest at this generation, the earliest of equals.
    pub best_generation: Vec<u64>,
    /// The runway, restricted to the horizon.
    pub runway: RestrictedRunway,
    /// Runs that ended because nothing was accepted.
    pub starved: u64,
    /// Error rates of the first few runs, one row per run.
    pub sample_runs: Vec<Vec<f64>>,
}

/// `E[min(T, horizon)]` from simulation. Runs alive at the horizon are censored there and counted, never dropped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RestrictedRunway {
    /// Mean of min(T, horizon), in generations.
    pub restricted_mean: f64,
    /// Its standard error.
    pub se: f64,
    /// Runs alive at the horizon (T > horizon).
    pub censored: u64,
}

/// How a scenario is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulationSettings {
    /// Independent runs, at least 2.
    pub replicates: u64,
    /// Seed; replicate i plays from its i-th stream.
    pub seed: u64,
    /// Who plays.
    pub engine: Engine,
    /// Error curves kept, of this number of runs, the first ones.
    pub sample_runs: usize,
}

impl Default for SimulationSettings {
    /// A thousand runs by agents with seed 1, and no curves of single runs.
    fn default() -> Self {
        Self { replicates: 1_000, seed: 1, engine: Engine::Agents, sample_runs: 0 }
    }
}
