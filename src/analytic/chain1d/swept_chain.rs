//! Chains of one count that are formed one after another, for sweeps: as few nodes as the law of one generation allows, rows by
//! one exponential a cell, and no memory of their own.
//!
//! The counts below the threshold are parted into panels of [`ORDER`] nodes each. Where the law is smooth a panel is several
//! standard deviations wide and holds Gauss nodes (`gram`); elsewhere, and next to 0, its nodes are the counts themselves. Cells
//! are exp(ln w + ln C(N, y) + y θ + N ln(1 − q)) with θ = ln(q / (1 − q)), so that a row asks for its q but once. What a row
//! and its exit sum to tells whether its nodes are enough.

use crate::analytic::elimination::simd::{SimdTask, run_simd};
use crate::analytic::elimination::skyline::Skyline;
use crate::analytic::tolerances::{SWEPT_LAW, SWEPT_ROW};
use crate::stats::binomial;

use super::quadrature::chebyshev::{self, ChebyshevNodes};
use super::quadrature::gram::{GaussRules, NOTHING, ORDER};
use super::quadrature::kernel::{BinomialDraws, exponentials};

/// Half of a panel in standard deviations of what is summed over it: a normal density is then summed to 6e-11, and rows are
/// normalised.
const REACH: f64 = 4.0;
/// Half of a panel may change the success probability by this share.
const CHANGE: f64 = 0.5;
/// Pieces of the law that are not parted any further, in counts: two panels of single counts.
const LEAST_PIECE: u64 = 2 * ORDER as u64;
/// How much more than its tail a polynomial may miss the law by at its ends, where all its coefficients add up.
const ENDS: f64 = 16.0;
/// Nodes after which a chain is left to other methods.
const MOST_NODES: usize = 2_000;
/// Terms of a tail between looks at whether they still matter.
const TERMS: u64 = 8;

/// A chain, and the room in which the next one will be formed.
#[derive(Debug, Clone, Default)]
pub struct SweptChain {
    rules: GaussRules,
    draws: u64,
    failing: u64,
    pieces: Vec<LawPiece>,
    panels: Vec<SweptPanel>,
    /// Real counts, rising.
    count: Vec<f64>,
    /// ln w + ln C(N, y) of each.
    choose: Vec<f64>,
    /// Success probability of the next draws.
    next: Vec<f64>,
    /// Probability of failing at once.
    pub exits: Vec<f64>,
    /// Probability of not failing at once.
    stays: Vec<f64>,
    spans: Vec<(usize, usize)>,
    /// Transition probabilities between the nodes.
    pub rows: Skyline,
}

/// Neighbouring counts that share their nodes.
#[derive(Debug, Clone, Copy)]
struct SweptPanel {
    first: u64,
    last: u64,
    /// Its first node.
    node: usize,
}

/// The law over neighbouring counts: a polynomial, or what is asked for count by count.
#[derive(Debug, Clone, Copy)]
struct LawPiece {
    first: u64,
    last: u64,
    /// Coefficients of q and of its change from count to count; `None` where it is no such polynomial.
    series: Option<(ChebyshevNodes, ChebyshevNodes)>,
}

impl LawPiece {
    fn half(&self) -> f64 {
        0.5 * (self.last - self.first) as f64
    }

    /// Where a count lies between the ends, −1 to 1.
    fn place(&self, count: f64) -> f64 {
        (count - self.first as f64) / self.half() - 1.0
    }
}

/// The law of one generation: the success probability of the next draws by the share of wrong beliefs; `None` where there is
/// none.
pub type ShareLaw<'a> = dyn Fn(f64) -> Option<f64> + 'a;

impl SweptChain {
    /// Forms the chain of `draws` draws with success probability `law(share)` on the counts below `failing`, leaving out less
    /// than `least` on either side of each row; `None` where other methods have to.
    #[must_use]
    pub fn form(&mut self, draws: u64, failing: u64, law: &ShareLaw<'_>, least: f64) -> Option<()> {
        for part in [&mut self.count, &mut self.choose, &mut self.next, &mut self.exits, &mut self.stays] {
            part.clear();
        }
        self.panels.clear();
        self.spans.clear();
        (self.draws, self.failing) = (draws, failing);
        if failing == 0 || failing > draws {
            return None;
        }
        self.follow(draws, failing, law)?;
        self.part(draws)?;
        self.place(draws, law)?;
        if self.next.iter().any(|q| !(*q > 1e-290 && *q < 1.0)) {
            return None;
        }
        self.fall(draws, failing);
        self.fill(draws, least)
    }

    /// The node at a count, if there is one.
    fn node(&self, count: u64) -> Option<usize> {
        let at = self.count.partition_point(|&other| other < count as f64);
        (self.count.get(at) == Some(&(count as f64))).then_some(at)
    }

    /// The law of the nodes that a loop with `start` wrong beliefs comes to first, after how many generations, and the
    /// probability that it has failed by then: its own node, or those that its draws lead to.
    #[must_use]
    pub fn first(&self, start: u64, law: &ShareLaw<'_>) -> Option<(Vec<f64>, u64, f64)> {
        let mut first = vec![0.0; self.count.len()];
        if let Some(at) = self.node(start) {
            first[at] = 1.0;
            return Some((first, 0, 0.0));
        }
        let q = law(start as f64 / self.draws as f64)?;
        fill_row(self.draws as f64, q, &self.count, &self.choose, &mut first);
        Some((first, 1, binomial::upper_tail(self.failing, self.draws, q)))
    }

    /// The law as polynomials of the count, parted until they hold.
    fn follow(&mut self, draws: u64, failing: u64, law: &ShareLaw<'_>) -> Option<()> {
        self.pieces.clear();
        let mut open = vec![(0, failing - 1)];
        while let Some((first, last)) = open.pop() {
            if last - first < LEAST_PIECE {
                self.pieces.push(LawPiece { first, last, series: None });
                continue;
            }
            let (middle, half) = (0.5 * (first as f64 + last as f64), 0.5 * (last - first) as f64);
            let mut next = [0.0; ORDER];
            for (next, at) in next.iter_mut().zip(chebyshev::points()) {
                *next = law((middle + half * at) / draws as f64)?;
            }
            let series = chebyshev::coefficients(&next);
            let least = next.iter().fold(f64::INFINITY, |least, q| least.min(*q));
            // A kink beyond the outermost points shows at the ends only.
            let holds = |count: u64, place: f64| {
                let missed = (chebyshev::value(&series, place) - law(count as f64 / draws as f64)?).abs();
                Some(missed <= ENDS * SWEPT_LAW * least)
            };
            if chebyshev::tail(&series) <= SWEPT_LAW * least && holds(first, -1.0)? && holds(last, 1.0)? {
                let slope = chebyshev::derivative(&series).map(|change| change / half);
                self.pieces.push(LawPiece { first, last, series: Some((series, slope)) });
            } else {
                let middle = first.midpoint(last);
                open.extend([(middle + 1, last), (first, middle)]);
            }
        }
        Some(())
    }

    /// Parts the counts into panels.
    fn part(&mut self, draws: u64) -> Option<()> {
        let mut node = 0;
        for piece in &self.pieces {
            let mut first = piece.first;
            while first <= piece.last {
                let widest = piece.last - first + 1;
                let counts = piece.series.as_ref().map_or(0, |series| panel(draws, piece, series, first));
                let counts = counts.clamp(ORDER as u64, widest.max(ORDER as u64)).min(widest);
                // The rest of a piece is parted evenly, so that rules of few sizes are asked for.
                let parts = widest.div_ceil(counts);
                let counts = if parts <= 2 { widest.div_ceil(parts) } else { counts };
                self.panels.push(SweptPanel { first, last: first + counts - 1, node });
                first += counts;
                node += counts.min(ORDER as u64) as usize;
                if node > MOST_NODES {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Puts the nodes into their panels, each with its weight and its law.
    fn place(&mut self, draws: u64, law: &ShareLaw<'_>) -> Option<()> {
        let binomial = BinomialDraws::new(draws);
        let mut pieces = self.pieces.iter();
        let mut piece = pieces.next()?;
        for &SweptPanel { first, last, .. } in &self.panels {
            while first > piece.last {
                piece = pieces.next()?;
            }
            let counts = last - first + 1;
            let rule = self.rules.of(counts);
            let (middle, half) = (0.5 * (first as f64 + last as f64), 0.5 * counts as f64);
            let nodes = counts.min(ORDER as u64) as usize;
            let count: ChebyshevNodes = std::array::from_fn(|i| match i {
                _ if counts > ORDER as u64 => middle + half * rule.node[i],
                _ => (first + (i as u64).min(counts - 1)) as f64,
            });
            for (&count, log_weight) in count[..nodes].iter().zip(rule.log_weight) {
                self.count.push(count);
                self.choose.push(log_weight + binomial.choices(count));
            }
            if let Some((series, _)) = &piece.series {
                let next = chebyshev::values(series, &count.map(|count| piece.place(count)));
                self.next.extend_from_slice(&next[..nodes]);
            } else {
                for &count in &count[..nodes] {
                    self.next.push(law(count / draws as f64)?);
                }
            }
        }
        Some(())
    }

    /// The probabilities of failing at once, and of not.
    fn fall(&mut self, draws: u64, failing: u64) {
        let size = self.next.len();
        self.exits.resize(size, 0.0);
        self.stays.resize(size, 0.0);
        let binomial = BinomialDraws::new(draws);
        let edge = [binomial.choices(failing as f64), binomial.choices(failing as f64 - 1.0)];
        let nodes = self.next.chunks(ORDER).zip(self.exits.chunks_mut(ORDER).zip(self.stays.chunks_mut(ORDER)));
        for (next, (exits, stays)) in nodes {
            let mut success = [next[0]; ORDER];
            success[..next.len()].copy_from_slice(next);
            let (exit, stay) = run_simd(BinomialTails { draws, failing, edge, success });
            exits.copy_from_slice(&exit[..next.len()]);
            stays.copy_from_slice(&stay[..next.len()]);
        }
    }

    /// Writes the rows; `None` where one and its exit do not sum to 1.
    fn fill(&mut self, draws: u64, least: f64) -> Option<()> {
        let last = self.panels.len() - 1;
        for &q in &self.next {
            let (low, high) = binomial::window(draws, q, least);
            let panel = |count: u64| self.panels.partition_point(|panel| panel.last < count).min(last);
            let after = self.panels.get(panel(high) + 1).map_or(self.next.len(), |panel| panel.node);
            self.spans.push((self.panels[panel(low)].node, after - 1));
        }
        self.rows.shape(&self.spans);
        run_simd(SweptRows { draws, chain: self }).then_some(())
    }
}

/// Counts of a panel that begins at `first`.
fn panel(draws: u64, piece: &LawPiece, (series, slope): &(ChebyshevNodes, ChebyshevNodes), first: u64) -> u64 {
    let at = |count: f64| {
        let place = piece.place(count);
        let q = chebyshev::value(series, place).clamp(0.0, 1.0);
        let steep = chebyshev::value(slope, place).abs();
        let draws = draws as f64;
        let moved = draws * steep;
        // Of the draws that lead here, and of what these counts draw in turn.
        let arriving = (count * (1.0 - count / draws)).max(1.0);
        let leaving = (draws * q * (1.0 - q)).max(1.0);
        let change = if steep == 0.0 { f64::INFINITY } else { CHANGE * q.min(1.0 - q) / steep };
        (REACH / (1.0 / arriving + moved * moved / leaving).sqrt()).min(change)
    };
    let begin = first as f64;
    let reach = at(begin);
    let other = at((begin + 2.0 * reach).min(piece.last as f64));
    (2.0 * reach.min(other)) as u64
}

/// P(X ≥ failing) and P(X < failing) for X ~ Binomial(draws, success), for several success probabilities at once.
struct BinomialTails {
    draws: u64,
    failing: u64,
    /// ln C(N, failing) and ln C(N, failing − 1).
    edge: [f64; 2],
    success: ChebyshevNodes,
}

impl SimdTask for BinomialTails {
    type Output = (ChebyshevNodes, ChebyshevNodes);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { draws, failing, edge, success } = self;
        let number = draws as f64;
        let share = failing as f64 / number;
        // Each lane by the series of the side on which its terms fall.
        let above = series(success.map(|q| q.min(share)), draws - failing, |odds, k| {
            odds * ((number - failing as f64 - k) / (failing as f64 + k + 1.0))
        });
        let below = series(success.map(|q| q.max(share)), failing - 1, |odds, k| {
            (failing as f64 - 1.0 - k) / ((number - failing as f64 + 2.0 + k) * odds)
        });
        let first = |hits: f64, choices: f64| {
            exponentials(&success.map(|q| choices + hits * (q / (1.0 - q)).ln() + number * (-q).ln_1p()))
        };
        let (upper, lower) = (first(failing as f64, edge[0]), first(failing as f64 - 1.0, edge[1]));
        let (mut exits, mut stays) = ([0.0; ORDER], [0.0; ORDER]);
        for i in 0..ORDER {
            let (up, down) = ((upper[i] * above[i]).min(1.0), (lower[i] * below[i]).min(1.0));
            let rises = success[i] < share;
            exits[i] = if rises { up } else { 1.0 - down };
            stays[i] = if rises { 1.0 - up } else { down };
        }
        (exits, stays)
    }
}

/// 1 + r₀ + r₀ r₁ + … of each lane, up to `most` ratios.
#[inline(always)]
fn series(success: ChebyshevNodes, most: u64, ratio: impl Fn(f64, f64) -> f64) -> ChebyshevNodes {
    let odds = success.map(|q| q / (1.0 - q));
    let (mut term, mut sum) = ([1.0; ORDER], [1.0; ORDER]);
    let mut done = 0;
    while done < most {
        for k in done..most.min(done + TERMS) {
            for i in 0..ORDER {
                term[i] *= ratio(odds[i], k as f64);
                sum[i] += term[i];
            }
        }
        done += TERMS;
        if (0..ORDER).all(|i| term[i] <= 1e-17 * sum[i] || !sum[i].is_finite()) {
            break;
        }
    }
    sum
}

/// Fills the rows of a chain; whether each sums to what stays.
struct SweptRows<'a> {
    draws: u64,
    chain: &'a mut SweptChain,
}

impl SimdTask for SweptRows<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self { draws, chain } = self;
        let number = draws as f64;
        for (i, &q) in chain.next.iter().enumerate() {
            let (first, row) = chain.rows.row_mut(i);
            let total = fill_row(number, q, &chain.count[first..], &chain.choose[first..], row);
            let stays = chain.stays[i];
            if (total - stays).abs() > SWEPT_ROW {
                return false;
            }
            // What the exponent has lost of its digits is common to the row.
            if stays > SWEPT_ROW.sqrt() {
                let scale = stays / total;
                row.iter_mut().for_each(|cell| *cell *= scale);
            }
        }
        true
    }
}

/// Writes the probabilities of nodes after `number` draws with success probability `q`; their sum.
#[inline(always)]
fn fill_row(number: f64, q: f64, count: &[f64], choose: &[f64], row: &mut [f64]) -> f64 {
    let (log_odds, none) = ((q / (1.0 - q)).ln(), number * (-q).ln_1p());
    let nodes = count.chunks(ORDER).zip(choose.chunks(ORDER));
    let mut total = [0.0; ORDER];
    for (cells, (count, choose)) in row.chunks_mut(ORDER).zip(nodes) {
        let mut logs = [NOTHING; ORDER];
        for ((log, count), choose) in logs.iter_mut().zip(count).zip(choose) {
            *log = choose + count * log_odds + none;
        }
        let values = exponentials(&logs);
        for i in 0..ORDER {
            total[i] += values[i];
        }
        cells.copy_from_slice(&values[..cells.len()]);
    }
    total.iter().sum()
}
