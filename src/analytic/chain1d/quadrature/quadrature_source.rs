//! A law of the count as quadrature: nodes and weights that sum any function as smooth as the next generation's draws.

use crate::analytic::chain1d::count_chain::ChainState;
use crate::analytic::error::SolveError;
use crate::analytic::tolerances::{EXACT_LAW, ROUGH_LAW};

use super::chebyshev::{self, ChebyshevNodes};
use super::density::{DensityPanel, PanelForm, local, spread};
use super::gram::{GaussRules, NOTHING, ORDER};

/// Quadrature intervals after which a law counts as too wide: some 100 MB.
const MOST_SOURCES: usize = 150_000;
/// Half of an interval in standard deviations of what is summed over it: 16 nodes then err by less than 1e-15.
const REACH: f64 = 2.0;
/// Half of an interval may change the logarithm of the density by this.
const SLOPE: f64 = 10.0;
/// Half of an interval may change the success probability by this share.
const CHANGE: f64 = 0.5;
/// Draws below which an accumulating pool is summed count by count: there the next count may stay where it is.
const SPARSE: f64 = 80.0;

/// Neighbouring counts, with what their successors are drawn from.
#[derive(Debug, Clone)]
pub struct QuadratureSource {
    pub first: u64,
    pub last: u64,
    /// Index of the panel it lies in.
    pub panel: usize,
    /// Real counts that stand for them.
    pub count: ChebyshevNodes,
    /// Logarithms of their weights.
    pub log_weight: ChebyshevNodes,
    /// N q there.
    pub mean: ChebyshevNodes,
    pub error: ChebyshevNodes,
    pub accepted: ChebyshevNodes,
    /// Absolute error of `mean`.
    pub doubt: f64,
}

impl QuadratureSource {
    /// The weights.
    pub fn weight(&self) -> ChebyshevNodes {
        super::kernel::exponentials(&self.log_weight)
    }
}

/// One generation as the sums need it.
pub struct QuadratureStage<'a> {
    /// Beliefs of which counts are counted.
    pub pool: u64,
    /// N.
    pub draws: f64,
    /// Whether the next pool holds the present one.
    pub held: bool,
    /// What happens at a share of wrong beliefs.
    pub at: &'a dyn Fn(f64) -> ChainState,
}

impl QuadratureStage<'_> {
    /// Success probability, error rate and yield at a count, and the absolute error of the first.
    fn state(&self, count: f64) -> Result<([f64; 3], f64), SolveError> {
        let state = (self.at)(count / self.pool as f64);
        match state.next {
            Some(next) => Ok(([next, state.error, state.accepted], next * state.doubt)),
            None => Err(SolveError::MayStarve { count: count.round(), pool: self.pool }),
        }
    }
}

/// The law as quadrature for the sums of `stage`.
///
/// # Errors
/// If the loop may starve, or the law is too wide or too rough.
pub fn sources(
    panels: &[DensityPanel],
    stage: &QuadratureStage<'_>,
    rules: &mut GaussRules,
) -> Result<Vec<QuadratureSource>, SolveError> {
    let mut refined = Refined { panels, stage, rules, sources: Vec::new() };
    for at in 0..panels.len() {
        refined.panel(at)?;
    }
    Ok(refined.sources)
}

/// The interpolant; exactly constant where the values are, so that no slope is made of rounding.
fn series(values: &ChebyshevNodes) -> ChebyshevNodes {
    let (least, most) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), &v| (l.min(v), m.max(v)));
    if most - least > 4.0 * f64::EPSILON * most.abs() {
        return chebyshev::coefficients(values);
    }
    let mut constant = [0.0; ORDER];
    constant[0] = values[0];
    constant
}

struct Refined<'a> {
    panels: &'a [DensityPanel],
    stage: &'a QuadratureStage<'a>,
    rules: &'a mut GaussRules,
    sources: Vec<QuadratureSource>,
}

/// An interval on which the law of one generation is a polynomial.
struct Piece {
    panel: usize,
    first: u64,
    last: u64,
    series: [ChebyshevNodes; 3],
    /// Error of the success probability.
    doubt: f64,
}

impl Refined<'_> {
    fn panel(&mut self, panel: usize) -> Result<(), SolveError> {
        let mut open = vec![(self.panels[panel].first, self.panels[panel].last, f64::INFINITY)];
        while let Some((first, last, before)) = open.pop() {
            if last - first < ORDER as u64 {
                self.each(panel, first, last)?;
                continue;
            }
            let (mut values, mut doubt) = ([[0.0; ORDER]; 3], 0.0_f64);
            for (i, count) in spread(first as f64, last as f64).into_iter().enumerate() {
                let (state, off) = self.stage.state(count)?;
                doubt = doubt.max(off);
                for (value, state) in values.iter_mut().zip(state) {
                    value[i] = state;
                }
            }
            let series = values.map(|values| series(&values));
            let error = |k: usize| {
                chebyshev::tail(&series[k]) / values[k].iter().fold(f64::MIN_POSITIVE, |most, v| most.max(v.abs()))
            };
            let worst = error(0).max(1e-2 * error(1).max(error(2)));
            let middle = first.midpoint(last);
            let halves = [(middle + 1, last, worst), (first, middle, worst)];
            if worst <= EXACT_LAW || (worst <= ROUGH_LAW && worst * 4.0 >= before) {
                let doubt = chebyshev::tail(&series[0]) + doubt;
                let piece = Piece { panel, first, last, series, doubt };
                let (least, most) = self.reach(&piece);
                let whole = 0.5 * (last - first + 1) as f64;
                if whole > least && most > 2.5 * least && whole > 2.0 * ORDER as f64 {
                    // No number of halvings is too small here: the reach differs within the interval.
                    open.extend(halves.map(|(first, last, _)| (first, last, f64::INFINITY)));
                } else {
                    self.split(&piece, (whole / least).ceil().clamp(1.0, (last - first + 1) as f64) as u64)?;
                }
            } else {
                open.extend(halves);
            }
            if self.sources.len() > MOST_SOURCES {
                return Err(SolveError::TooWide { most: MOST_SOURCES });
            }
        }
        Ok(())
    }

    /// Smallest and largest half length of a quadrature interval over the piece.
    fn reach(&self, piece: &Piece) -> (f64, f64) {
        let panel = &self.panels[piece.panel];
        let (first, last) = (piece.first as f64, piece.last as f64);
        let (slope, curvature) = match &panel.form {
            PanelForm::Points(_) => ([0.0; ORDER], [0.0; ORDER]),
            PanelForm::Smooth(series, _) => {
                let half = 0.5 * (panel.last - panel.first) as f64;
                let at = local(&spread(first, last), panel.first as f64, panel.last as f64);
                let once = chebyshev::derivative(series);
                let twice = chebyshev::derivative(&once);
                (
                    chebyshev::values(&once, &at).map(|v| v / half),
                    chebyshev::values(&twice, &at).map(|v| v / (half * half)),
                )
            }
        };
        let points = chebyshev::points();
        let next = chebyshev::values(&piece.series[0], points);
        let turn = chebyshev::values(&chebyshev::derivative(&piece.series[0]), points);
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        for i in 0..ORDER {
            let steep = turn[i] / (0.5 * (last - first));
            let moved = self.stage.draws * steep + if self.stage.held { 1.0 } else { 0.0 };
            // Draws with a mean below 1 are smooth as long as that mean is: the last condition sees to it.
            let variance = (self.stage.draws * next[i] * (1.0 - next[i])).max(1.0);
            let bend = curvature[i].abs() + moved * moved / variance;
            let rarer = next[i].min(1.0 - next[i]).max(0.0);
            let mut half = (REACH / bend.sqrt()).min(SLOPE / slope[i].abs()).min(CHANGE * rarer / steep.abs());
            if half.is_nan() {
                half = f64::INFINITY;
            }
            if self.stage.held && self.stage.draws * next[i] < SPARSE {
                half = half.min(0.5 * ORDER as f64);
            }
            least = least.min(half);
            most = most.max(half.min(last - first));
        }
        // A slope that is pure rounding must not cut finer than single counts.
        (least.max(0.5), most)
    }

    fn split(&mut self, piece: &Piece, parts: u64) -> Result<(), SolveError> {
        let counts = piece.last - piece.first + 1;
        let parts = parts.min(counts);
        let (each, longer) = (counts / parts, counts % parts);
        let mut first = piece.first;
        for part in 0..parts {
            let last = first + each - 1 + u64::from(part < longer);
            if last - first < ORDER as u64 {
                self.each(piece.panel, first, last)?
            } else {
                self.push(piece, first, last)
            }
            first = last + 1;
            if self.sources.len() > MOST_SOURCES {
                break;
            }
        }
        Ok(())
    }

    fn push(&mut self, piece: &Piece, first: u64, last: u64) {
        let rule = self.rules.of(last - first + 1);
        let (middle, half) = (0.5 * (first as f64 + last as f64), 0.5 * (last - first + 1) as f64);
        let count = rule.node.map(|t| middle + half * t);
        let logs = self.panels[piece.panel].logs(&count);
        let at = local(&count, piece.first as f64, piece.last as f64);
        let [next, error, accepted] = [0, 1, 2].map(|k| chebyshev::values(&piece.series[k], &at));
        self.sources.push(QuadratureSource {
            first,
            last,
            panel: piece.panel,
            count,
            log_weight: std::array::from_fn(|i| logs[i] + rule.log_weight[i]),
            mean: next.map(|q| self.stage.draws * q.clamp(0.0, 1.0)),
            error,
            accepted,
            doubt: self.stage.draws * piece.doubt,
        });
    }

    /// At most ORDER counts, one by one.
    fn each(&mut self, panel: usize, first: u64, last: u64) -> Result<(), SolveError> {
        let count: ChebyshevNodes = std::array::from_fn(|i| (first + i as u64).min(last) as f64);
        let logs = self.panels[panel].logs(&count);
        let (mut log_weight, mut states) = ([NOTHING; ORDER], [[0.0; ORDER]; 3]);
        let mut doubt = 0.0_f64;
        let inside = (last - first + 1) as usize;
        for i in 0..ORDER {
            if i < inside {
                log_weight[i] = logs[i];
            }
            let (state, off) =
                if i < inside { self.stage.state(count[i])? } else { (states.map(|values| values[inside - 1]), 0.0) };
            doubt = doubt.max(self.stage.draws * off);
            for (value, state) in states.iter_mut().zip(state) {
                value[i] = state;
            }
        }
        let [next, error, accepted] = states;
        let mean = next.map(|q| self.stage.draws * q);
        self.sources.push(QuadratureSource { first, last, panel, count, log_weight, mean, error, accepted, doubt });
        Ok(())
    }
}
