//! What measurements that have not been made yet are expected to say about R: for each of the draws of a fit, how probable every
//! outcome is, and what would then be thought.
//!
//! Of one or two batches every outcome is summed; of more, and of larger ones, each draw in turn is taken for the truth and one
//! outcome is drawn from it (see [`EvidenceOf::shares`]). Draws are weighted by the outcome, none is sampled anew.

use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;

use super::model;
use super::sampler;
use super::tally::{CountLaw, DispersedTally};
use crate::stats::binomial;

/// First random stream of the outcomes that are drawn.
const EVIDENCE_STREAM: u64 = 6 << 32;
/// Outcomes that are summed one by one.
const MOST_OUTCOMES: u64 = 50_000;

/// Items measured together: each wrong with the rate of its draw.
#[derive(Debug, Clone)]
pub(super) struct EvidenceBatch {
    pub items: u64,
    /// Of each draw.
    pub rates: Vec<f64>,
    /// Over-dispersion of each draw; empty where there is none.
    pub dispersions: Vec<f64>,
}

impl EvidenceBatch {
    /// Laws of the number of wrong items, by draw.
    fn laws(&self) -> BatchLaws {
        let law = |(draw, rate): (usize, &f64)| match self.dispersions.get(draw) {
            Some(dispersion) => DrawLaw::Dispersed(CountLaw::new(self.items, *rate, *dispersion)),
            None => DrawLaw::Independent(rate.clamp(0.0, 1.0)),
        };
        BatchLaws { items: self.items, draws: self.rates.iter().enumerate().map(law).collect() }
    }

    fn drawn(&self, draw: usize, rng: &mut ChaCha8Rng) -> u64 {
        let mean = self.rates.get(draw).copied().unwrap_or(0.0);
        let rate = self.dispersions.get(draw).map_or(mean, |dispersion| model::rate(mean, *dispersion, 0, 0, rng));
        model::draw_binomial(self.items, rate, rng)
    }
}

/// The laws of a batch.
struct BatchLaws {
    items: u64,
    draws: Vec<DrawLaw>,
}

/// The law of a batch under one draw.
enum DrawLaw {
    Independent(f64),
    Dispersed(CountLaw),
}

impl BatchLaws {
    /// Probability of a number of wrong items, by draw.
    fn probabilities(&self, seen: u64) -> Vec<f64> {
        let tally = DispersedTally::new(seen, self.items);
        let of = |law: &DrawLaw| match law {
            DrawLaw::Independent(rate) => binomial::pmf(seen, self.items, *rate),
            DrawLaw::Dispersed(law) => law.log_probability(&tally).exp(),
        };
        self.draws.iter().map(of).collect()
    }

    /// Of each number.
    fn all(&self) -> Vec<Vec<f64>> {
        (0..=self.items).into_par_iter().map(|seen| self.probabilities(seen)).collect()
    }
}

/// Draws of a fit, by whether R is above 1.
#[derive(Debug, Clone)]
pub(super) struct EvidenceOf {
    pub above: Vec<bool>,
    pub seed: u64,
}

/// How often a conclusion is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ConclusionShares {
    /// Where R is above 1; 0 where no draw has it there.
    pub above: f64,
    /// Where it is not.
    pub below: f64,
}

/// Probabilities of outcomes, summed by the truth.
#[derive(Debug, Clone, Copy, Default)]
struct OutcomeSums {
    above: f64,
    below: f64,
}

impl OutcomeSums {
    /// Adds what was found where the conclusion is reached.
    fn concluded(self, found: Self, concludes: &(impl Fn(f64) -> bool + Sync)) -> Self {
        let total = found.above + found.below;
        if total > 0.0 && concludes(found.above / total) {
            Self { above: self.above + found.above, below: self.below + found.below }
        } else {
            self
        }
    }

    fn and(self, other: Self) -> Self {
        Self { above: self.above + other.above, below: self.below + other.below }
    }
}

impl EvidenceOf {
    /// How often P(R > 1), given the batches, leads to a conclusion: by sums over every outcome where there are at most two
    /// batches with few enough of them, else by one drawn outcome for each draw.
    pub fn shares(&self, batches: &[EvidenceBatch], concludes: impl Fn(f64) -> bool + Sync) -> ConclusionShares {
        let outcomes = batches.iter().map(|batch| batch.items.saturating_add(1)).fold(1, u64::saturating_mul);
        if batches.len() <= 2 && outcomes <= MOST_OUTCOMES {
            self.summed(batches, &concludes)
        } else {
            self.sampled(batches, &concludes)
        }
    }

    fn counts(&self) -> (f64, f64) {
        let above = self.above.iter().filter(|above| **above).count();
        (above as f64, (self.above.len() - above) as f64)
    }

    fn share(&self, sums: OutcomeSums) -> ConclusionShares {
        let (above, below) = self.counts();
        ConclusionShares { above: sums.above / above.max(1.0), below: sums.below / below.max(1.0) }
    }

    fn summed(&self, batches: &[EvidenceBatch], concludes: &(impl Fn(f64) -> bool + Sync)) -> ConclusionShares {
        let certain = vec![vec![1.0; self.above.len()]];
        let mut laws = batches.iter().map(|batch| batch.laws().all());
        let first = laws.next().unwrap_or_else(|| certain.clone());
        let second = laws.next().unwrap_or(certain);
        let of_first = |one: &Vec<f64>| {
            second
                .iter()
                .fold(OutcomeSums::default(), |sums, other| sums.concluded(self.together(one, other), concludes))
        };
        self.share(
            first
                .par_iter()
                .map(of_first)
                .collect::<Vec<_>>()
                .into_iter()
                .fold(OutcomeSums::default(), OutcomeSums::and),
        )
    }

    /// Probability of two outcomes together, by the truth.
    fn together(&self, one: &[f64], other: &[f64]) -> OutcomeSums {
        self.above.iter().zip(one.iter().zip(other)).fold(OutcomeSums::default(), |sums, (above, (a, b))| {
            if *above {
                OutcomeSums { above: sums.above + a * b, ..sums }
            } else {
                OutcomeSums { below: sums.below + a * b, ..sums }
            }
        })
    }

    pub(super) fn sampled(
        &self,
        batches: &[EvidenceBatch],
        concludes: &(impl Fn(f64) -> bool + Sync),
    ) -> ConclusionShares {
        let laws: Vec<BatchLaws> = batches.iter().map(EvidenceBatch::laws).collect();
        let reached = |truth: usize| {
            let mut rng = sampler::stream(self.seed, EVIDENCE_STREAM + truth as u64);
            let certain = vec![1.0; self.above.len()];
            let likelihoods = batches.iter().zip(&laws).fold(certain, |sofar, (batch, laws)| {
                let probabilities = laws.probabilities(batch.drawn(truth, &mut rng));
                sofar.iter().zip(probabilities).map(|(a, b)| a * b).collect()
            });
            let found = self.together(&likelihoods, &vec![1.0; self.above.len()]);
            let total = found.above + found.below;
            total > 0.0 && concludes(found.above / total)
        };
        let reached: Vec<bool> = (0..self.above.len()).into_par_iter().map(reached).collect();
        let sums = self.above.iter().zip(reached).filter(|(_, reached)| *reached).fold(
            OutcomeSums::default(),
            |sums, (above, _)| {
                if *above {
                    OutcomeSums { above: sums.above + 1.0, ..sums }
                } else {
                    OutcomeSums { below: sums.below + 1.0, ..sums }
                }
            },
        );
        self.share(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use rand_distr::{Binomial, Distribution};

    /// Half of the draws hold R above 1 and one pair of rates, half hold it below and another.
    fn two_worlds(
        rates: [(f64, f64); 2],
        items: [u64; 2],
        dispersion: Option<f64>,
    ) -> (EvidenceOf, Vec<EvidenceBatch>) {
        let above: Vec<bool> = (0..400).map(|draw| draw % 2 == 0).collect();
        let of = |at: usize| -> Vec<f64> {
            let rate = |pair: (f64, f64)| if at == 0 { pair.0 } else { pair.1 };
            above.iter().map(|above| rate(rates[usize::from(!above)])).collect()
        };
        let dispersions = || dispersion.map_or_else(Vec::new, |dispersion| vec![dispersion; above.len()]);
        let batch = |at: usize| EvidenceBatch { items: items[at], rates: of(at), dispersions: dispersions() };
        (EvidenceOf { above: above.clone(), seed: 1 }, vec![batch(0), batch(1)])
    }

    /// Data simulated from each world, and Bayes' rule for two points by powers: nothing of the sums is used. 100,000
    /// simulations of each world have a standard error of at most 0.0016; four of them are allowed.
    #[test]
    fn sums_over_outcomes_are_what_simulated_audits_come_to() {
        let rates = [(0.1, 0.3), (0.12, 0.14)];
        let items = [40, 60];
        let (evidence, batches) = two_worlds(rates, items, None);
        for level in [0.8, 0.95] {
            let summed = evidence.shares(&batches, |above| above >= level);
            let mut rng = sampler::stream(8, 0);
            let mut detected = |truth: (f64, f64)| {
                let reached = (0..100_000).filter(|_| {
                    let [a, b] = [(truth.0, items[0]), (truth.1, items[1])]
                        .map(|(p, n)| Binomial::new(n, p).unwrap().sample(&mut rng));
                    let weigh = |(p, q): (f64, f64)| {
                        p.powi(a as i32)
                            * (1.0 - p).powi((items[0] - a) as i32)
                            * q.powi(b as i32)
                            * (1.0 - q).powi((items[1] - b) as i32)
                    };
                    let [above, below] = rates.map(weigh);
                    above / (above + below) >= level
                });
                reached.count() as f64 / 1e5
            };
            assert_relative_eq!(summed.above, detected(rates[0]), epsilon = 0.0064);
            assert_relative_eq!(summed.below, detected(rates[1]), epsilon = 0.0064);
            assert!(summed.above > 0.5 && summed.below < 0.1, "{summed:?}");
        }
    }

    /// One drawn outcome for each draw: 200 of each world have a standard error of at most 0.035.
    #[test]
    fn drawn_outcomes_agree_with_sums() {
        for dispersion in [None, Some(0.02)] {
            let (evidence, batches) = two_worlds([(0.1, 0.3), (0.12, 0.14)], [40, 60], dispersion);
            let concludes = |above: f64| above >= 0.9;
            let (summed, sampled) = (evidence.shares(&batches, concludes), evidence.sampled(&batches, &concludes));
            assert_relative_eq!(summed.above, sampled.above, epsilon = 0.12);
            assert_relative_eq!(summed.below, sampled.below, epsilon = 0.12);
        }
    }

    #[test]
    fn over_dispersed_audits_say_less() {
        let shares = |dispersion| {
            let (evidence, batches) = two_worlds([(0.1, 0.3), (0.12, 0.14)], [40, 60], dispersion);
            evidence.shares(&batches, |above| above >= 0.95).above
        };
        assert!(shares(Some(0.05)) < shares(None) - 0.1);
        // Nothing measured says nothing: half of the draws are above 1.
        let (evidence, _) = two_worlds([(0.1, 0.3), (0.12, 0.14)], [40, 60], None);
        assert_eq!(evidence.shares(&[], |above| above > 0.51), ConclusionShares { above: 0.0, below: 0.0 });
        assert_eq!(evidence.shares(&[], |above| above > 0.49), ConclusionShares { above: 1.0, below: 1.0 });
    }
}
