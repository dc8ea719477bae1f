//! What the law of T adds up to: sums over S(g), quantiles, and the curves by generation.

use super::error::Undefined;
use super::ever_fails::Fate;
use super::generation_point::GenerationPoint;
use super::result::{Curves, Runway};
use super::tolerances::LIVED;

/// The levels of every quantile that is asked for.
pub const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

/// The curves of the generations followed; without unsound beliefs.
pub fn curves(points: &[GenerationPoint]) -> Curves {
    let each = |part: fn(&GenerationPoint) -> f64| points.iter().map(part).collect::<Vec<f64>>();
    Curves {
        survival: each(|p| p.survival),
        failed: each(|p| p.failed.min(1.0)),
        // A mean of shares is a share, but for rounding.
        expected_error: each(|p| p.mean_error.min(1.0)),
        sd_error: each(|p| p.sd_error),
        reach_error: each(|p| p.reach),
        error_q05: each(|p| p.quantiles[0]),
        error_q50: each(|p| p.quantiles[1]),
        error_q95: each(|p| p.quantiles[2]),
        mean_unsound: vec![0.0; points.len()],
        mean_wrong: each(|p| p.mean_wrong.min(1.0)),
        expected_yield: each(|p| p.mean_yield.min(1.0)),
    }
}

/// Sums over S(g) and the quantiles of T, as far as the loop has been followed.
#[derive(Debug, Clone)]
pub struct RunwaySum {
    /// Σ S(g) over the generations followed.
    pub sum: f64,
    /// Σ (2g + 1) S(g), which is `E[T²]` once S has died out.
    pub second: f64,
    /// Generations followed.
    pub generation: u64,
    /// S of the last one.
    pub survival: f64,
    /// P(T ≤ g) of the last one.
    pub failed: f64,
    /// Generations in which survival was above a thousandth.
    lived: u64,
    /// 5, 50 and 95 % quantiles, where they are known.
    pub quantiles: [Option<f64>; 3],
}

/// Standard deviation from `E[T²]` and `E[T]`; where the squares are beyond the doubles T is geometric but for its first
/// generations, and spreads as far as its mean.
pub fn spread(second: f64, mean: f64) -> f64 {
    let variance = second - mean * mean;
    if variance.is_finite() { variance.max(0.0).sqrt() } else { mean }
}

impl RunwaySum {
    pub const fn new() -> Self {
        Self { sum: 0.0, second: 0.0, generation: 0, survival: 1.0, failed: 0.0, lived: 0, quantiles: [None; 3] }
    }

    pub fn add(&mut self, point: &GenerationPoint) {
        self.add_survival(point.survival, point.failed);
    }

    /// Takes S(g) and P(T ≤ g) of the next generation.
    pub fn add_survival(&mut self, survival: f64, failed: f64) {
        let g = self.generation as f64;
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            if quantile.is_none() && failed >= level {
                *quantile = Some(g);
            }
        }
        self.sum += survival;
        self.second += (2.0 * g + 1.0) * survival;
        self.survival = survival;
        self.failed = failed;
        if survival > LIVED {
            self.lived = self.generation + 1;
        }
        self.generation += 1;
    }

    /// Generations over which an error of S(g) adds up; a few more, for those in which hardly any loop is left.
    pub fn lived(&self) -> f64 {
        self.lived as f64 * 1.5 + 10.0
    }

    /// `E[T]` and the standard deviation of T where each further generation is survived with probability 1 − `hazard`.
    pub fn closed(&self, hazard: f64) -> (f64, f64) {
        let (g, survival) = (self.generation as f64, self.survival * (1.0 - hazard));
        let mean = self.sum + survival / hazard;
        // Σ_{k≥0} (2(g + k) + 1)(1 − h)^k = (2g + 1)/h + 2(1 − h)/h².
        let second = (2.0 * g + 1.0) / hazard + 2.0 * (1.0 - hazard) / (hazard * hazard);
        (mean, spread(self.second + survival * second, mean))
    }

    /// Whether a quantile that the loop reaches is still to be found.
    pub fn wants(&self, fate: Option<Fate>) -> bool {
        let reached = |level: f64| !fate.is_some_and(|fate| fate.excludes(level));
        self.quantiles.iter().zip(LEVELS).any(|(quantile, level)| quantile.is_none() && reached(level))
    }

    /// Quantiles beyond the generations followed, where loops that may still go either way stay undecided for each further
    /// generation with probability 1 − `hazard`.
    pub fn extrapolate(&mut self, hazard: f64, fate: Fate) {
        let last = self.generation as f64 - 1.0;
        let (survival, failed) = (self.survival, self.failed);
        // What is left to fail; of a loop that fails for certain the survival has more digits.
        let left = |level: f64| {
            if fate == Fate::CERTAIN { (1.0 - level) / survival } else { (fate.ever - level) / (fate.ever - failed) }
        };
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            let further = left(level).ln() / (-hazard).ln_1p();
            let known = hazard > 0.0 && further.is_finite() && !fate.excludes(level);
            *quantile = quantile.or(known.then_some(last + further.ceil()));
        }
    }

    /// The law of T with its mean and standard deviation, if known; `points` are the generations up to the horizon.
    pub fn runway(
        &self,
        moments: Option<(f64, f64)>,
        fate: Option<Fate>,
        points: &[GenerationPoint],
        undefined: &mut Undefined,
    ) -> Runway {
        let unknown = format!(
            "not reached in {} generations: survival is still {:.3e}",
            self.generation.saturating_sub(1),
            self.survival
        );
        let within = points.len() - 1;
        Runway {
            restricted_mean: Some(points[..within].iter().map(|point| point.survival).sum()),
            ..runway(self.quantiles, moments, fate, &unknown, undefined)
        }
    }
}

/// The law of T from what is known of it; `unknown` says why the rest is not. Every number that is absent gets its reason,
/// those of absent `moments` unless there is one already.
pub fn runway(
    quantiles: [Option<f64>; 3],
    moments: Option<(f64, f64)>,
    fate: Option<Fate>,
    unknown: &str,
    undefined: &mut Undefined,
) -> Runway {
    let lasting = fate.filter(Fate::may_last);
    let past_doubles = moments.is_some_and(|(mean, _)| mean.is_infinite());
    let mut number = |value: Option<f64>, key: &str| {
        let value = value.filter(|value| lasting.is_none() && value.is_finite());
        let reason = match lasting {
            _ if value.is_some() => return value,
            Some(fate) => fate.infinite().to_string(),
            None if moments.is_some() => BEYOND_DOUBLES.to_owned(),
            None => undefined.get(key).cloned().unwrap_or_else(|| unknown.to_owned()),
        };
        undefined.insert(key.to_owned(), reason);
        None
    };
    let mean = number(moments.map(|(mean, _)| mean), "runway.mean");
    let sd = number(moments.map(|(_, sd)| sd), "runway.sd");
    for ((quantile, level), key) in quantiles.iter().zip(LEVELS).zip(["q05", "q50", "q95"]) {
        let reason = match fate {
            _ if quantile.is_some() => continue,
            Some(fate) if fate.excludes(level) => fate.never(),
            Some(_) if past_doubles => BEYOND_DOUBLES.to_owned(),
            _ => unknown.to_owned(),
        };
        undefined.insert(format!("runway.{key}"), reason);
    }
    if fate.is_none() {
        let reason = "the law of one generation keeps changing, and not all later generations were followed";
        for key in ["ever_fails", "never_fails", "ever_fails_error"] {
            undefined.insert(format!("runway.{key}"), reason.to_owned());
        }
    }
    Runway {
        mean,
        sd,
        q05: quantiles[0],
        q50: quantiles[1],
        q95: quantiles[2],
        restricted_mean: None,
        ever_fails: fate.map(|fate| fate.ever),
        never_fails: fate.map(|fate| fate.never),
        ever_fails_error: fate.map(|fate| fate.error),
    }
}

/// Why a number of generations is absent although the loop fails in the end.
pub const BEYOND_DOUBLES: &str = "failure is so rare that the number of generations is past the doubles (1e308)";
