//! Sums over runs. Memory grows with the horizon, never with the number of runs.

use serde::{Deserialize, Serialize};

use crate::stats::moments::SampleMoments;

use super::result::SimulationSettings;
use super::result::{RestrictedRunway, Simulated};
use super::run::PlayedRun;

/// Sums over some runs, by generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RunTally {
    runs: u64,
    error: Vec<SampleMoments>,
    unsound: Vec<SampleMoments>,
    wrong: Vec<SampleMoments>,
    accepted: Vec<SampleMoments>,
    failures: Vec<u64>,
    best: Vec<u64>,
    starved: u64,
    sample_runs: Vec<Vec<f64>>,
}

impl RunTally {
    /// No runs yet, of generations 0..=`horizon`.
    pub fn new(horizon: usize) -> Self {
        Self {
            runs: 0,
            error: vec![SampleMoments::default(); horizon + 1],
            unsound: vec![SampleMoments::default(); horizon + 1],
            wrong: vec![SampleMoments::default(); horizon + 1],
            accepted: vec![SampleMoments::default(); horizon],
            failures: vec![0; horizon + 1],
            best: vec![0; horizon + 1],
            starved: 0,
            sample_runs: Vec::new(),
        }
    }

    /// Runs seen.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Whether these can be sums over runs of generations 0..=`horizon`.
    pub fn fits(&self, horizon: usize) -> bool {
        let generations = horizon + 1;
        [self.error.len(), self.unsound.len(), self.wrong.len(), self.failures.len()]
            .iter()
            .all(|&len| len == generations)
            && self.accepted.len() == horizon
            && [&self.error, &self.unsound, &self.wrong, &self.accepted]
                .iter()
                .all(|curve| curve.iter().all(|moments| moments.count() == self.runs))
            && self.sample_runs.iter().all(|run| run.len() == generations)
            && self
                .failures
                .iter()
                .try_fold(0_u64, |sum, &runs| sum.checked_add(runs))
                .is_some_and(|sum| sum <= self.runs)
    }

    /// Adds one run, and keeps its error curve if it is a `sample`.
    pub fn add(&mut self, run: &PlayedRun, sample: bool) {
        self.runs += 1;
        add(&mut self.error, &run.error);
        add(&mut self.unsound, &run.unsound);
        add(&mut self.wrong, &run.wrong);
        add(&mut self.accepted, &run.accepted);
        if let Some(failures) = run.failed_at.and_then(|failed_at| self.failures.get_mut(failed_at as usize)) {
            *failures += 1;
        }
        if let Some(best) = lowest(&run.error).and_then(|generation| self.best.get_mut(generation)) {
            *best += 1;
        }
        self.starved += u64::from(run.starved);
        if sample {
            self.sample_runs.push(run.error.clone());
        }
    }

    /// Adds the runs of a later tally. Sums of floats depend on their order: the caller merges in the order of replicates.
    pub fn merge(&mut self, later: Self) {
        self.runs += later.runs;
        merge(&mut self.error, &later.error);
        merge(&mut self.unsound, &later.unsound);
        merge(&mut self.wrong, &later.wrong);
        merge(&mut self.accepted, &later.accepted);
        for (failures, later) in self.failures.iter_mut().zip(&later.failures) {
            *failures += later;
        }
        for (best, later) in self.best.iter_mut().zip(&later.best) {
            *best += later;
        }
        self.starved += later.starved;
        self.sample_runs.extend(later.sample_runs);
    }

    /// The result of the whole simulation.
    pub fn finish(self, settings: &SimulationSettings) -> Simulated {
        let runs = self.runs as f64;
        let mean = |curve: &[SampleMoments]| curve.iter().map(SampleMoments::mean).collect();
        let se = |curve: &[SampleMoments]| curve.iter().map(SampleMoments::standard_error).collect();
        let mut alive = self.runs;
        let survival = self.failures.iter().map(|failures| {
            alive -= failures;
            alive as f64 / runs
        });
        Simulated {
            survival: survival.collect(),
            replicates: self.runs,
            seed: settings.seed,
            engine: settings.engine,
            generations: (0..self.error.len() as u64).collect(),
            mean_error: mean(&self.error),
            se_error: se(&self.error),
            mean_unsound: mean(&self.unsound),
            se_unsound: se(&self.unsound),
            mean_wrong: mean(&self.wrong),
            se_wrong: se(&self.wrong),
            mean_yield: mean(&self.accepted),
            se_yield: se(&self.accepted),
            runway: runway(&self.failures, alive),
            failures: self.failures,
            best_generation: self.best,
            starved: self.starved,
            sample_runs: self.sample_runs,
        }
    }
}

/// Where the lowest value stands first.
fn lowest(values: &[f64]) -> Option<usize> {
    let better = |best: usize, next: usize| if values[next] < values[best] { next } else { best };
    (0..values.len()).reduce(better)
}

fn add(curve: &mut [SampleMoments], values: &[f64]) {
    for (moments, &value) in curve.iter_mut().zip(values) {
        moments.add(value);
    }
}

fn merge(curve: &mut [SampleMoments], later: &[SampleMoments]) {
    for (moments, later) in curve.iter_mut().zip(later) {
        moments.merge(later);
    }
}

/// `E[min(T, horizon)]` from the failures by generation and the runs alive after the last.
fn runway(failures: &[u64], alive: u64) -> RestrictedRunway {
    let horizon = failures.len() as f64 - 1.0;
    let runs = (failures.iter().sum::<u64>() + alive) as f64;
    let sum = |of: &dyn Fn(f64) -> f64| {
        let failed = failures.iter().enumerate().map(|(generation, &count)| count as f64 * of(generation as f64));
        failed.sum::<f64>() + alive as f64 * of(horizon)
    };
    let mean = sum(&|lasted| lasted) / runs;
    let squares = sum(&|lasted| (lasted - mean) * (lasted - mean));
    RestrictedRunway { restricted_mean: mean, se: (squares / (runs - 1.0) / runs).sqrt(), censored: alive }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Engine;
    use approx::assert_relative_eq;

    #[test]
    fn the_runway_of_a_few_runs_by_hand() {
        // T = 0, 2, 2 and one run alive at 3: min(T, 3) = 0, 2, 2, 3.
        let runway = runway(&[1, 0, 2, 0], 1);
        assert_relative_eq!(runway.restricted_mean, 1.75);
        assert_relative_eq!(runway.se, (4.75_f64 / 3.0 / 4.0).sqrt(), max_relative = 1e-14);
        assert_eq!(runway.censored, 1);
    }

    #[test]
    fn runs_are_summed_by_generation() {
        let run = |error: [f64; 3], failed_at| PlayedRun {
            error: error.to_vec(),
            unsound: vec![0.0, 0.25, 0.5],
            wrong: vec![0.0, 0.5, 0.0],
            accepted: vec![1.0, 0.5],
            failed_at,
            starved: failed_at.is_some(),
        };
        let mut first = RunTally::new(2);
        first.add(&run([0.1, 0.2, 0.3], None), true);
        let mut second = RunTally::new(2);
        second.add(&run([0.1, 0.4, 0.9], Some(1)), false);
        first.merge(second);
        let settings = SimulationSettings { replicates: 2, seed: 7, engine: Engine::Counts, sample_runs: 1 };
        let simulated = first.finish(&settings);
        assert_eq!(simulated.survival, [1.0, 0.5, 0.5]);
        assert_eq!(simulated.failures, [0, 1, 0]);
        assert_eq!(simulated.best_generation, [2, 0, 0]);
        assert_eq!(simulated.se_error[0], 0.0);
        assert_relative_eq!(simulated.mean_error[1], 0.3, max_relative = 1e-14);
        assert_relative_eq!(simulated.se_error[1], 0.1, max_relative = 1e-14);
        assert_eq!(simulated.mean_yield, [1.0, 0.5]);
        assert_eq!((&simulated.se_yield, &simulated.se_wrong), (&vec![0.0; 2], &vec![0.0; 3]));
        assert_eq!((simulated.starved, simulated.runway.censored), (1, 1));
        assert_eq!(simulated.sample_runs, [[0.1, 0.2, 0.3]]);
    }
}
