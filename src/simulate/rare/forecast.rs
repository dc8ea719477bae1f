//! How far a loop is from failing: the cost, in nats, of the least improbable way to failure within the horizon.
//!
//! For N examples the share y of wrong beliefs drawn at composition x has probability of about exp(−N·D(y‖q(x))), with the
//! relative entropy D of two coins, so that P(T ≤ horizon) from share x at generation g is of order exp(−N·V_g(x)) with
//! V_g(x) = min over y of D(y‖q_g(x)) + V_{g+1}(x after training on y), 0 where the loop has failed and infinite at a
//! horizon survived. Source: M. I. Freidlin and A. D. Wentzell, Random Perturbations of Dynamical Systems (1984), chapter 6. Levels on the
//! present error rate alone do not know how much time is left nor whether mistakes heal, and lose the event at N = 10,000.
//!
//! The forecast sets levels and nothing else: a bad one costs variance, never bias.

use crate::law::{Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::super::error::SimulationError;

/// Intervals of the grid of shares. Their ends lie evenly in √x, as the spread of a count does.
const INTERVALS: usize = 300;
/// One node in this number is looked at first for the cheapest draw.
const STRIDE: usize = 5;
/// The most numbers kept: 160 MB.
const MAX_COSTS: u64 = 20_000_000;
/// Change of the cost per example below which earlier generations are taken to be like later ones.
const SETTLED: f64 = 1e-12;
/// Costs above are infinite.
const ENDLESS: f64 = 1e100;

/// Cost of failing, by generation and share of wrong beliefs.
pub(super) struct FailureForecast {
    examples: f64,
    horizon: u64,
    /// How a training set becomes beliefs.
    policy: Policy,
    grid: ShareGrid,
    /// What generation 0, 1, … draws at the nodes, up to the one from which it no longer changes.
    draws: Vec<Vec<Coin>>,
    /// Rows for the last generations, the horizon's first; earlier generations have the last row.
    rows: Vec<ForecastRow>,
}

/// The shares at which costs are known, and their entropies y ln y + (1 − y) ln(1 − y).
struct ShareGrid {
    shares: Vec<f64>,
    entropies: Vec<f64>,
}

/// ln q and ln(1 − q) of a draw.
#[derive(Debug, Clone, Copy)]
struct Coin {
    hit: f64,
    miss: f64,
}

/// One generation.
#[derive(Debug, Clone)]
struct ForecastRow {
    /// V at the nodes.
    cost: Vec<f64>,
    /// Smallest share from which on the loop has failed, to the resolution of doubles; infinite if there is none.
    edge: f64,
    /// Where it lies among the nodes.
    edge_place: f64,
}

/// What a generation does at a node.
struct Node {
    coin: Coin,
    failed: bool,
}

/// The part of a training set that is drawn: shares of N.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForecastPart {
    /// Examples drawn.
    pub drawn: f64,
    /// Those of them that left wrong beliefs.
    pub wrong: f64,
}

impl ForecastPart {
    /// Nothing drawn yet.
    const NONE: Self = Self { drawn: 0.0, wrong: 0.0 };
}

/// The cheapest way on.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// Its cost per example.
    cost: f64,
    /// Wrong share of what is still to be drawn.
    share: f64,
}

impl FailureForecast {
    /// The forecast for a loop without unsound beliefs.
    ///
    /// # Errors
    /// [`SimulationError::NoForecast`] with the reason.
    pub fn new(scenario: &Scenario) -> Result<Self, SimulationError> {
        let horizon = scenario.horizon.get();
        if scenario.has_unsound() {
            return Err(SimulationError::NoForecast {
                reason: "it has unsound beliefs, and the forecast knows one dimension",
            });
        }
        let settled = scenario.learning.policy == Policy::Replace && scenario.settles_at() == Some(0);
        if !settled && horizon.saturating_mul(INTERVALS as u64) > MAX_COSTS {
            return Err(SimulationError::NoForecast { reason: "its law changes over too long a horizon" });
        }
        let mut forecast = Self {
            examples: scenario.examples.as_f64(),
            horizon,
            policy: scenario.learning.policy,
            grid: ShareGrid::new(),
            draws: Vec::new(),
            rows: Vec::new(),
        };
        forecast.fill(scenario, settled)?;
        Ok(forecast)
    }

    /// Computes the rows, from the horizon back until nothing changes any more.
    fn fill(&mut self, scenario: &Scenario, settled: bool) -> Result<(), SimulationError> {
        let last = if settled { 0 } else { self.horizon };
        let laws: Vec<Vec<Node>> = (0..=last).map(|g| generation(scenario, g, &self.grid.shares)).collect();
        self.draws = laws.iter().map(|nodes| nodes.iter().map(|node| node.coin).collect()).collect();
        for g in (0..=self.horizon).rev() {
            // `last` is the horizon or 0, so that the law is there.
            let nodes = &laws[g.min(last) as usize];
            let Some(next) = self.rows.last() else {
                let survived = nodes.iter().map(|node| if node.failed { 0.0 } else { f64::INFINITY }).collect();
                self.rows.push(ForecastRow::new(survived, edge(scenario, g, nodes, &self.grid.shares)));
                continue;
            };
            let cost: Vec<f64> = nodes
                .iter()
                .zip(&self.grid.shares)
                .map(
                    |(node, &x)| {
                        if node.failed { 0.0 } else { self.way(next, g, x, node.coin, ForecastPart::NONE).cost }
                    },
                )
                .collect();
            if settled && !cost.iter().zip(&next.cost).any(|(now, then)| (then - now).abs() > SETTLED) {
                break;
            }
            if self.rows.len() as u64 * INTERVALS as u64 > MAX_COSTS {
                return Err(SimulationError::NoForecast { reason: "its way to failure is too long" });
            }
            let edge = if settled { next.edge } else { edge(scenario, g, nodes, &self.grid.shares) };
            self.rows.push(ForecastRow::new(cost, edge));
        }
        Ok(())
    }

    /// Cost of failing, in nats, from a share `x` of wrong beliefs at `generation`; at least 0.
    pub fn cost(&self, generation: u64, x: f64) -> f64 {
        self.examples * self.row(generation).at(x)
    }

    /// The same within a generation, when a part of the training set is drawn; above `enough` a lower bound may be given.
    ///
    /// A part costs what was improbable about it, and the whole way costs no more than part and rest together: most parts are
    /// known by this to be far from failure.
    pub fn cost_within(&self, generation: u64, x: f64, part: ForecastPart, enough: f64) -> f64 {
        let coin = self.coin(generation, x);
        let share = part.wrong / part.drawn;
        let least = self.row(generation).at(x) - part.drawn * coin.drawing(share, entropy(share));
        if self.examples * least > enough {
            return self.examples * least;
        }
        self.examples * self.way(self.row(generation + 1), generation, x, coin, part).cost.max(least)
    }

    /// The cost, in nats, of drawing the start on the cheapest way to failure, and its share of wrong beliefs, where each
    /// belief of generation 0 is wrong with probability `wrong`. A start of that share where no way leads to failure.
    pub fn start(&self, wrong: f64) -> (f64, f64) {
        let coin = Coin::of(wrong);
        let drawing = |y: f64| coin.drawing(y, entropy(y));
        let row = self.row(0);
        let nodes = self.grid.shares.iter().chain([&wrong, &row.edge]).filter(|share| **share <= 1.0);
        let cheapest =
            nodes.copied().map(|y| (drawing(y) + row.at(y), y)).min_by(|one, other| one.0.total_cmp(&other.0));
        match cheapest {
            Some((cost, share)) if cost < ENDLESS => (self.examples * drawing(share), share),
            _ => (0.0, wrong),
        }
    }

    /// The largest cost of a single generation, in nats, along the cheapest way to failure from a share `x` at generation 0.
    pub fn steepest(&self, mut x: f64) -> f64 {
        let mut most = 0.0_f64;
        for g in 0..self.horizon {
            let row = self.row(g);
            if row.at(x) == 0.0 {
                break;
            }
            let coin = self.coin(g, x);
            let way = self.way(self.row(g + 1), g, x, coin, ForecastPart::NONE);
            most = most.max(coin.drawing(way.share, entropy(way.share)));
            x = self.after(g, x, way.share);
        }
        self.examples * most
    }

    fn row(&self, generation: u64) -> &ForecastRow {
        // `fill` made at least the horizon's row.
        &self.rows[(self.horizon.saturating_sub(generation) as usize).min(self.rows.len() - 1)]
    }

    /// The draws of a generation at a share `x`, between the nodes by a line.
    fn coin(&self, generation: u64, x: f64) -> Coin {
        // `fill` made one or one for each generation.
        let coins = &self.draws[(generation as usize).min(self.draws.len() - 1)];
        let (low, share) = place(x);
        let (here, there) = (coins[low], coins[low + 1]);
        let between = |here: f64, there: f64| here + (there - here) * share;
        Coin { hit: between(here.hit, there.hit), miss: between(here.miss, there.miss) }
    }

    /// Share of wrong beliefs after training on a share `y`.
    fn after(&self, generation: u64, x: f64, y: f64) -> f64 {
        match self.policy {
            Policy::Replace => y,
            Policy::Accumulate => x + (y - x) / (generation as f64 + 2.0),
        }
    }

    /// The cheapest way on from a share `x`, a `part` drawn: the smallest of D(y‖q) + V(x after y) over the shares y of the
    /// rest, between the nodes by a parabola.
    fn way(&self, next: &ForecastRow, generation: u64, x: f64, coin: Coin, part: ForecastPart) -> Way {
        let rest = 1.0 - part.drawn;
        let total = |y: f64, entropy: f64| {
            rest * coin.drawing(y, entropy) + next.at(self.after(generation, x, part.wrong + rest * y))
        };
        let at = |nth: usize| total(self.grid.shares[nth], self.grid.entropies[nth]);
        // A coarse grid of nodes first, then all those around the best.
        let (_, near) = cheapest((0..=INTERVALS).step_by(STRIDE), at);
        let (best, place) = cheapest(near.saturating_sub(STRIDE - 1)..=(near + STRIDE - 1).min(INTERVALS), at);
        let mut way = Way { cost: best, share: self.grid.shares[place] };
        if place > 0 && place + 1 < self.grid.shares.len() {
            let (left, right) = (at(place - 1), at(place + 1));
            let bend = left - 2.0 * best + right;
            if bend.is_finite() && bend > 0.0 {
                way.cost = (best - (right - left) * (right - left) / (8.0 * bend)).max(0.0);
            }
        }
        let border = self.border(next.edge, generation, x, part);
        if (0.0..=1.0).contains(&border) {
            let cost = rest * coin.drawing(border, entropy(border));
            if cost < way.cost {
                way = Way { cost, share: border };
            }
        }
        if way.cost < ENDLESS { way } else { Way { cost: f64::INFINITY, ..way } }
    }

    /// Share of the rest at which the next generation comes to `edge`; NaN where nothing is left to draw.
    fn border(&self, edge: f64, generation: u64, x: f64, part: ForecastPart) -> f64 {
        let whole = match self.policy {
            Policy::Replace => edge,
            Policy::Accumulate => x + (edge - x) * (generation as f64 + 2.0),
        };
        (whole - part.wrong) / (1.0 - part.drawn)
    }
}

impl ShareGrid {
    fn new() -> Self {
        let shares: Vec<f64> = (0..=INTERVALS).map(node).collect();
        let entropies = shares.iter().map(|&y| entropy(y)).collect();
        Self { shares, entropies }
    }
}

impl Coin {
    /// Impossible draws cost more than any way to failure, but stay finite: 0 times infinity is no number.
    fn of(q: f64) -> Self {
        Self { hit: q.ln().max(-10.0 * ENDLESS), miss: (-q).ln_1p().max(-10.0 * ENDLESS) }
    }

    /// D(y‖q), at least 0, from the entropy of y.
    fn drawing(self, y: f64, entropy: f64) -> f64 {
        (entropy - y * self.hit - (1.0 - y) * self.miss).max(0.0)
    }
}

impl ForecastRow {
    fn new(cost: Vec<f64>, edge: f64) -> Self {
        Self { cost, edge, edge_place: edge.sqrt() * INTERVALS as f64 }
    }

    fn at(&self, x: f64) -> f64 {
        if x >= self.edge {
            return 0.0;
        }
        let (low, mut share) = place(x);
        // Both nodes exist, since `low` is below the number of intervals.
        let (here, mut there) = (self.cost[low], self.cost[low + 1]);
        let to = self.edge_place - low as f64;
        if to < 1.0 {
            (there, share) = (0.0, (share / to).min(1.0));
        }
        if here == there || share == 0.0 {
            return here;
        }
        if !here.is_finite() || !there.is_finite() {
            return f64::INFINITY;
        }
        here + (there - here) * share
    }
}

/// The smallest cost at some nodes, and where; infinite and the first node where all are.
fn cheapest(nodes: impl Iterator<Item = usize>, at: impl Fn(usize) -> f64) -> (f64, usize) {
    nodes.fold((f64::INFINITY, 0), |best, nth| {
        let cost = at(nth);
        if cost < best.0 { (cost, nth) } else { best }
    })
}

/// The node at or below a share, another being above it, and how far on the way between them it is.
fn place(x: f64) -> (usize, f64) {
    let place = (x.clamp(0.0, 1.0).sqrt() * INTERVALS as f64).min(INTERVALS as f64);
    let low = (place as usize).min(INTERVALS - 1);
    (low, place - low as f64)
}

fn node(nth: usize) -> f64 {
    let root = nth as f64 / INTERVALS as f64;
    root * root
}

/// y ln y + (1 − y) ln(1 − y).
fn entropy(y: f64) -> f64 {
    let of = |share: f64, log: f64| if share > 0.0 { share * log } else { 0.0 };
    of(y, y.ln()) + of(1.0 - y, (-y).ln_1p())
}

/// The law of one generation at the nodes.
fn generation(scenario: &Scenario, generation: u64, nodes: &[f64]) -> Vec<Node> {
    let law = Law::new(scenario, generation);
    nodes
        .iter()
        .map(|&x| {
            let outcome = law.at(Composition { unsound: 0.0, wrong: x });
            let q = outcome.next.map_or(0.0, |next| next.wrong);
            Node {
                coin: Coin::of(q),
                failed: outcome.error_rate >= scenario.failure.error_rate.get() || outcome.next.is_none(),
            }
        })
        .collect()
}

/// The smallest failing share, by bisection between the last node that has not failed and the first that has.
fn edge(scenario: &Scenario, generation: u64, nodes: &[Node], shares: &[f64]) -> f64 {
    let Some(first) = nodes.iter().position(|node| node.failed) else { return f64::INFINITY };
    if first == 0 {
        return 0.0;
    }
    let law = Law::new(scenario, generation);
    let (mut low, mut high) = (shares[first - 1], shares[first]);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        let outcome = law.at(Composition { unsound: 0.0, wrong: middle });
        if outcome.error_rate >= scenario.failure.error_rate.get() || outcome.next.is_none() {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    fn forecast(text: &str) -> FailureForecast {
        FailureForecast::new(&Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap()).unwrap()
    }

    /// Amplification 0, no selection: q does not depend on the path, so the cheapest way is one jump, from anywhere.
    #[test]
    fn one_jump_costs_its_relative_entropy() {
        let text = "examples = 1000\nhorizon = 3\n[task]\nsteps = 1\n[errors]\nstep_error = 0.05\nsystematic_share = 0\namplification = 0\nconsistency = 0\n\
                    [learning]\nimprint = 1\n[failure]\nerror_rate = 0.2";
        // The error rate is 0.05 whatever the model believes: failure is beyond reach.
        assert_eq!(forecast(text).cost(0, 0.3), f64::INFINITY);
        let reached = text.replace("consistency = 0", "consistency = 1").replace("horizon = 3", "horizon = 1");
        // err(x) = x + (1 − x)·0.05 ≥ 0.2 from x = 3/19 on; without persistence q = 0.05·(1 − x), and from 0 it is 0.05.
        let reached = reached.replace("imprint = 1", "imprint = 1\npersistence = 0");
        let (y, q) = (3.0_f64 / 19.0, 0.05_f64);
        let entropy = y * (y / q).ln() + (1.0 - y) * ((1.0 - y) / (1.0 - q)).ln();
        let cost = forecast(&reached).cost(0, 0.0);
        assert!((cost / (1000.0 * entropy) - 1.0).abs() < 1e-6, "{cost} against {}", 1000.0 * entropy);
        assert_eq!(forecast(&reached).cost(1, 0.2), 0.0);
        assert_eq!(forecast(&reached).cost(1, 0.1), f64::INFINITY);
    }

    #[test]
    fn more_time_and_more_mistakes_are_nearer_to_failure() {
        let text = "examples = 300\nhorizon = 40\n[errors]\namplification = 20\n[[filter]]\nkind = \"catch\"\nrandom = 0.95\nsystematic = 0.3";
        let forecast = forecast(text);
        for g in [0, 10, 35, 39] {
            for x in [0.01, 0.05, 0.1] {
                assert!(forecast.cost(g, x) >= forecast.cost(g, x + 0.02));
                assert!(forecast.cost(g, x) <= forecast.cost(g + 1, x));
            }
        }
    }
}
