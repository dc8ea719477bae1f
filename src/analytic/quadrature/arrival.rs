//! Where the counts of one generation go: the density of the next count, as a sum over sources.

use super::chebyshev::Nodes;
use super::gram::ORDER;
use super::kernel::{Draws, exponentials};
use super::source::{Source, Stage};

/// Sources whose centre contributes less than e^−100 of the best one's are skipped: their edges contribute less than e^−50.
const SKIPPED: f64 = 100.0;

/// The density of the next count, up to the window outside which there is nothing.
pub struct Arrivals<'a> {
    sources: &'a [Source],
    draws: Draws,
    held: bool,
    centre: Vec<Centre>,
    /// Smallest and largest next count.
    pub window: (u64, u64),
    /// Scores of the centres, and the sources that matter.
    scores: Vec<f64>,
    chosen: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Centre {
    log_weight: f64,
    count: f64,
    mean: f64,
    variance: f64,
}

impl<'a> Arrivals<'a> {
    /// `total` is the sum of all weights; what arrives below e^−`cut` of it is left out.
    pub fn new(sources: &'a [Source], stage: &Stage<'_>, total: f64, cut: f64) -> Self {
        let draws = Draws::new(stage.draws as u64);
        let number = draws.number();
        let middle = |source: &Source| if source.last - source.first < ORDER as u64 { heaviest(source) } else { ORDER / 2 };
        let centre: Vec<Centre> = sources
            .iter()
            .map(|source| {
                let at = middle(source);
                let mean = source.mean[at];
                Centre {
                    log_weight: source.log_weight[at],
                    count: if stage.held { source.count[at] } else { 0.0 },
                    mean,
                    variance: mean * (1.0 - mean / number),
                }
            })
            .collect();
        let window = window(sources, stage, total, cut);
        Self { sources, draws, held: stage.held, scores: vec![0.0; centre.len()], centre, window, chosen: Vec::new() }
    }

    /// Logarithm of the density at a real count.
    pub fn log(&mut self, count: f64) -> f64 {
        let mut best = (f64::NEG_INFINITY, 0);
        for (score, centre) in self.scores.iter_mut().zip(&self.centre) {
            let hits = count - centre.count;
            *score = centre.log_weight - self.draws.least_deviance(hits, centre.mean, centre.variance);
        }
        for (i, &score) in self.scores.iter().enumerate() {
            if score > best.0 {
                best = (score, i);
            }
        }
        let Some(centre) = self.centre.get(best.1) else { return f64::NEG_INFINITY };
        // The scores are never too low, so that a source is skipped only if it contributes nothing.
        let exact = self.centre_log(count, centre);
        let least = if exact.is_finite() { exact - SKIPPED } else { best.0 - 2.0 * SKIPPED };
        self.chosen.clear();
        self.chosen.extend(self.scores.iter().enumerate().filter(|(_, score)| **score >= least).map(|(i, _)| i));
        let mut offset = if exact.is_finite() { exact } else { best.0 };
        let mut sum = self.sum(count, offset);
        // The sum is a number unless the offset was far off: then it tells by how much.
        for _ in 0..8 {
            if sum > 1e250 {
                offset += 500.0;
            } else if sum < 1e-200 && !exact.is_finite() {
                offset -= 400.0;
            } else {
                break;
            }
            sum = self.sum(count, offset);
        }
        if sum > 1e-290 { offset + sum.ln() + self.front(count) } else { f64::NEG_INFINITY }
    }

    fn sum(&self, count: f64, offset: f64) -> f64 {
        self.chosen.iter().map(|&i| self.contribution(count, &self.sources[i], offset)).sum()
    }

    /// What the centre contributes, up to the factor that all share.
    fn centre_log(&self, count: f64, centre: &Centre) -> f64 {
        let hits = count - centre.count;
        if !self.held && hits > 0.0 && hits < self.draws.number() {
            centre.log_weight - self.draws.deviance(hits, centre.mean)
        } else {
            centre.log_weight + self.draws.log_probability(hits, centre.mean)
        }
    }

    /// The factor that all sources share.
    fn front(&self, count: f64) -> f64 {
        let inside = count > 0.0 && count < self.draws.number();
        if self.held || !inside { 0.0 } else { self.draws.front(count) }
    }

    fn contribution(&self, count: f64, source: &Source, offset: f64) -> f64 {
        let inside = count > 0.0 && count < self.draws.number();
        if !self.held && inside {
            return self.draws.weigh(count, &source.log_weight, &source.mean, offset);
        }
        let logs: Nodes = std::array::from_fn(|i| {
            let hits = if self.held { count - source.count[i] } else { count };
            source.log_weight[i] + self.draws.log_probability(hits, source.mean[i]) - offset
        });
        exponentials(&logs).iter().zip(logs).filter(|(_, log)| *log > -700.0).map(|(e, _)| e).sum()
    }
}

fn heaviest(source: &Source) -> usize {
    (0..ORDER).fold(0, |best, i| if source.log_weight[i] > source.log_weight[best] { i } else { best })
}

/// Counts outside of which less than e^−`cut` of the whole arrives, by Bernstein's inequality.
fn window(sources: &[Source], stage: &Stage<'_>, total: f64, cut: f64) -> (u64, u64) {
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    let spare = cut + (2.0 * (ORDER * sources.len()) as f64).ln() - total.ln();
    for source in sources {
        for i in 0..ORDER {
            let log = source.log_weight[i] + spare;
            if log <= 0.0 {
                continue;
            }
            let mean = source.mean[i];
            let variance = mean * (1.0 - mean / stage.draws);
            let reach = log / 3.0 + (log * log / 9.0 + 2.0 * log * variance.max(0.0)).sqrt();
            let held = if stage.held { source.count[i] } else { 0.0 };
            low = low.min(held + (mean - reach).max(0.0));
            high = high.max(held + (mean + reach).min(stage.draws));
        }
    }
    (low.min(high).floor() as u64, high.ceil() as u64)
}
