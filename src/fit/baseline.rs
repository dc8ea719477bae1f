//! Extrapolations that know nothing of loops: what the fit must beat.
//!
//! Each forecasts from the measured error rates alone and takes its intervals from its own residuals, Student's t with
//! the degrees of freedom that the fit leaves. `last` is the random walk without drift (variance grows with the distance);
//! `linear`, `exponential` and `logistic` are least squares on the line, the logarithm and the logit, with the usual
//! prediction variance. The two strongest are a random walk on the logit, and a damped trend on it: the mean slope, shrunk
//! by n / (n + 3) over n steps and damped by 0.8 a generation (Gardner & McKenzie 1985). Their variance is learned from the
//! steps with a prior worth three of them, of standard deviation 0.3.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::log::LogRow;
use super::prior::PriorScale;

/// An extrapolation; ordered by name, as in results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Baseline {
    /// A damped trend on the logit.
    Damped,
    /// An exponential, cut at 1.
    Exponential,
    /// The last value stays.
    Last,
    /// A line.
    Linear,
    /// A logistic curve.
    Logistic,
    /// A random walk on the logit.
    Walk,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Last, Self::Linear, Self::Exponential, Self::Logistic, Self::Walk, Self::Damped];

    /// The key in results.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Linear => "linear",
            Self::Exponential => "exponential",
            Self::Logistic => "logistic",
            Self::Walk => "walk",
            Self::Damped => "damped",
        }
    }

    fn transform(self, row: &LogRow) -> f64 {
        // Half a mistake keeps the logarithm of a perfect evaluation finite.
        let share = (row.wrong as f64 + 0.5) / (row.evaluated as f64 + 1.0);
        match self {
            Self::Last | Self::Linear => row.error_rate(),
            Self::Exponential => share.ln(),
            Self::Logistic | Self::Walk | Self::Damped => PriorScale::Logit.transformed(share),
        }
    }

    fn back(self, z: f64) -> f64 {
        match self {
            Self::Last | Self::Linear => z.clamp(0.0, 1.0),
            Self::Exponential => z.exp().min(1.0),
            Self::Logistic | Self::Walk | Self::Damped => PriorScale::Logit.natural(z),
        }
    }

    /// `count` equally probable error rates at each of `generations`, in rising order; `None` where there are too few
    /// rows for a residual.
    #[must_use]
    pub fn forecast(self, rows: &[LogRow], generations: &[u64], count: usize) -> Option<Vec<Vec<f64>>> {
        let points: Vec<(f64, f64)> = rows.iter().map(|row| (row.generation as f64, self.transform(row))).collect();
        let (freedom, at): Extrapolation = match self {
            Self::Last => random_walk(&points)?,
            Self::Walk => damped(&points, 0.0)?,
            Self::Damped => damped(&points, DAMPING)?,
            Self::Linear | Self::Exponential | Self::Logistic => line(&points)?,
        };
        let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
        let quantiles: Vec<f64> =
            (0..count).map(|index| student.inverse_cdf((index as f64 + 0.5) / count as f64)).collect();
        let column = |generation: &u64| {
            let (centre, sd) = at(*generation as f64);
            quantiles.iter().map(|t| self.back(centre + sd * t)).collect()
        };
        Some(generations.iter().map(column).collect())
    }
}

/// Degrees of freedom, and centre and standard deviation at a generation.
type Extrapolation = (f64, Box<dyn Fn(f64) -> (f64, f64)>);

fn random_walk(points: &[(f64, f64)]) -> Option<Extrapolation> {
    let &(end, last) = points.last()?;
    let steps = points.len().checked_sub(1).filter(|steps| *steps > 0)? as f64;
    let variance = points
        .windows(2)
        .filter_map(|pair| Some((pair.first()?, pair.last()?)))
        .map(|(a, b)| (b.1 - a.1).powi(2) / (b.0 - a.0))
        .sum::<f64>()
        / steps;
    Some((steps, Box::new(move |g| (last, (variance * (g - end)).sqrt()))))
}

/// Share of a slope that is left a generation later.
const DAMPING: f64 = 0.8;
/// Steps that the prior of the variance is worth, and their standard deviation.
const PRIOR_STEPS: (f64, f64) = (3.0, 0.3);

/// A trend damped by `damping`; without it, a random walk.
fn damped(points: &[(f64, f64)], damping: f64) -> Option<Extrapolation> {
    let (&(start, first), &(end, last)) = (points.first()?, points.last()?);
    let steps = points.len().checked_sub(1).filter(|steps| *steps > 0)? as f64;
    let slope = if damping > 0.0 { (last - first) / (end - start) * steps / (steps + 3.0) } else { 0.0 };
    let squares: f64 = points
        .windows(2)
        .filter_map(|pair| Some((pair.first()?, pair.last()?)))
        .map(|(a, b)| (b.1 - a.1 - slope * (b.0 - a.0)).powi(2) / (b.0 - a.0))
        .sum();
    let (worth, sd) = PRIOR_STEPS;
    let variance = (worth * sd * sd + squares) / (worth + steps);
    let travelled = move |ahead: f64| damping * (1.0 - damping.powf(ahead)) / (1.0 - damping);
    Some((worth + steps, Box::new(move |g| (last + slope * travelled(g - end), (variance * (g - end)).sqrt()))))
}

fn line(points: &[(f64, f64)]) -> Option<Extrapolation> {
    let n = points.len() as f64;
    let freedom = n - 2.0;
    if freedom < 1.0 {
        return None;
    }
    let (mean_g, mean_y) = points.iter().fold((0.0, 0.0), |(a, b), (g, y)| (a + g / n, b + y / n));
    let squares: f64 = points.iter().map(|(g, _)| (g - mean_g).powi(2)).sum();
    let slope = points.iter().map(|(g, y)| (g - mean_g) * (y - mean_y)).sum::<f64>() / squares;
    let residual = points.iter().map(|(g, y)| (y - mean_y - slope * (g - mean_g)).powi(2)).sum::<f64>() / freedom;
    Some((
        freedom,
        Box::new(move |g| {
            let away = g - mean_g;
            (mean_y + slope * away, (residual * (1.0 + 1.0 / n + away * away / squares)).sqrt())
        }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn the_two_on_the_logit_are_those_of_their_definition() {
        let row = |(generation, wrong)| LogRow { generation, evaluated: 999, wrong, ..LogRow::default() };
        let rows = [(0, 99), (1, 199), (3, 399)].map(row);
        let logit = |wrong: f64| ((wrong + 0.5) / (999.5 - wrong)).ln();
        let z = [99.0, 199.0, 399.0].map(logit);
        let median = |baseline: Baseline| {
            let columns = baseline.forecast(&rows, &[4, 5], 3).unwrap();
            [logit_of(columns[0][1]), logit_of(columns[1][1])]
        };
        let walk = median(Baseline::Walk);
        assert_relative_eq!(walk[1], z[2], max_relative = 1e-12);
        let slope = (z[2] - z[0]) / 3.0 * 2.0 / 5.0;
        let damped = median(Baseline::Damped);
        assert_relative_eq!(damped[0], z[2] + 0.8 * slope, max_relative = 1e-12);
        assert_relative_eq!(damped[1], z[2] + (0.8 + 0.64) * slope, max_relative = 1e-12);
        // Two steps beside a prior worth three of 0.3: t with five degrees of freedom, twice the variance two ahead.
        let variance = (3.0 * 0.09 + (z[1] - z[0]).powi(2) + (z[2] - z[1]).powi(2) / 2.0) / 5.0;
        let upper = StudentsT::new(0.0, 1.0, 5.0).unwrap().inverse_cdf(5.0 / 6.0);
        let two_ahead = Baseline::Walk.forecast(&rows, &[5], 3).unwrap();
        assert_relative_eq!(logit_of(two_ahead[0][2]), z[2] + upper * (2.0 * variance).sqrt(), max_relative = 1e-9);
    }

    fn logit_of(share: f64) -> f64 {
        (share / (1.0 - share)).ln()
    }
}
