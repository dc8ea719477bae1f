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
/// The most numbers kept: 160 MB.
const MAX_COSTS: u64 = 20_000_000;
/// Change of the cost per example below which earlier generations are taken to be like later ones.
const SETTLED: f64 = 1e-12;
/// Costs above are infinite.
const ENDLESS: f64 = 1e100;

/// Cost of failing, by generation and share of wrong beliefs.
pub(super) struct Forecast {
    examples: f64,
    horizon: u64,
    /// Rows for the last generations, the horizon's first; earlier generations have the last row.
    rows: Vec<Row>,
}

/// One generation.
#[derive(Debug, Clone)]
struct Row {
    /// V at the nodes.
    cost: Vec<f64>,
    /// Smallest share from which on the loop has failed, to the resolution of doubles; infinite if there is none.
    edge: f64,
}

/// What a generation does at a node.
struct Node {
    /// ln q and ln(1 − q).
    logs: (f64, f64),
    failed: bool,
}

impl Forecast {
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
        Ok(Self { examples: scenario.examples.as_f64(), horizon, rows: rows(scenario, settled)? })
    }

    /// Cost of failing, in nats, from a share `x` of wrong beliefs at `generation`; at least 0.
    pub fn cost(&self, generation: u64, x: f64) -> f64 {
        let back = (self.horizon.saturating_sub(generation) as usize).min(self.rows.len() - 1);
        self.examples * self.rows[back].at(x)
    }
}

impl Row {
    fn at(&self, x: f64) -> f64 {
        if x >= self.edge {
            return 0.0;
        }
        let place = (x.max(0.0).sqrt() * INTERVALS as f64).min(INTERVALS as f64);
        let low = (place as usize).min(INTERVALS - 1);
        // Both nodes exist, since `low` is below the number of intervals.
        let (here, there) = (self.cost[low], self.cost[low + 1]);
        let to = self.edge.sqrt() * INTERVALS as f64;
        let (end, there) = if to < (low + 1) as f64 { (to, 0.0) } else { ((low + 1) as f64, there) };
        if here == there {
            return here;
        }
        if !here.is_finite() || !there.is_finite() {
            return f64::INFINITY;
        }
        let share = ((place - low as f64) / (end - low as f64)).clamp(0.0, 1.0);
        here + (there - here) * share
    }
}

/// The rows of the forecast, from the horizon back until nothing changes any more.
fn rows(scenario: &Scenario, settled: bool) -> Result<Vec<Row>, SimulationError> {
    let horizon = scenario.horizon.get();
    let shares: Vec<f64> = (0..=INTERVALS).map(node).collect();
    let entropies: Vec<f64> = shares.iter().map(|&y| entropy(y)).collect();
    let mut law = generation(scenario, horizon, &shares);
    let mut edge = edge(scenario, horizon, &law, &shares);
    let survived = law.iter().map(|node| if node.failed { 0.0 } else { f64::INFINITY }).collect();
    let mut rows = vec![Row { cost: survived, edge }];
    for g in (0..horizon).rev() {
        if !settled {
            law = generation(scenario, g, &shares);
            edge = self::edge(scenario, g, &law, &shares);
        }
        // At least the horizon's row is there.
        let next = &rows[rows.len() - 1];
        let cost: Vec<f64> = law
            .iter()
            .zip(&shares)
            .map(|(node, &x)| {
                let draws = (shares.as_slice(), entropies.as_slice());
                if node.failed { 0.0 } else { cheapest(node.logs, x, g, scenario, next, draws) }
            })
            .collect();
        if settled && !cost.iter().zip(&next.cost).any(|(now, then)| (then - now).abs() > SETTLED) {
            break;
        }
        if rows.len() as u64 * INTERVALS as u64 > MAX_COSTS {
            return Err(SimulationError::NoForecast { reason: "its way to failure is too long" });
        }
        rows.push(Row { cost, edge });
    }
    Ok(rows)
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

/// Smallest of D(y‖q) + V(x after y) over the shares y, between the nodes by a parabola.
fn cheapest(
    (hit, miss): (f64, f64),
    x: f64,
    generation: u64,
    scenario: &Scenario,
    next: &Row,
    (nodes, entropies): (&[f64], &[f64]),
) -> f64 {
    let replace = scenario.learning.policy == Policy::Replace;
    let weight = generation as f64 + 2.0;
    let drawing = |y: f64, entropy: f64| (entropy - y * hit - (1.0 - y) * miss).max(0.0);
    let total = |nth: usize| {
        let y = nodes[nth];
        let then = if replace { next.cost[nth] } else { next.at(x + (y - x) / weight) };
        drawing(y, entropies[nth]) + then
    };
    let (mut best, mut place) = (f64::INFINITY, 0);
    for nth in 0..nodes.len() {
        let cost = total(nth);
        if cost < best {
            (best, place) = (cost, nth);
        }
    }
    if place > 0 && place + 1 < nodes.len() {
        let (left, right) = (total(place - 1), total(place + 1));
        let bend = left - 2.0 * best + right;
        if bend.is_finite() && bend > 0.0 {
            best = (best - (right - left) * (right - left) / (8.0 * bend)).max(0.0);
        }
    }
    let border = if replace { next.edge } else { x + (next.edge - x) * weight };
    if (0.0..=1.0).contains(&border) {
        best = best.min(drawing(border, entropy(border)));
    }
    if best < ENDLESS { best } else { f64::INFINITY }
}

/// The law of one generation at the nodes.
fn generation(scenario: &Scenario, generation: u64, nodes: &[f64]) -> Vec<Node> {
    let law = Law::new(scenario, generation);
    nodes
        .iter()
        .map(|&x| {
            let outcome = law.at(Composition { unsound: 0.0, wrong: x });
            let q = outcome.next.map_or(0.0, |next| next.wrong);
            // Impossible draws cost more than any way to failure, but stay finite: 0 times infinity is no number.
            let logs = (q.ln().max(-10.0 * ENDLESS), (-q).ln_1p().max(-10.0 * ENDLESS));
            Node { logs, failed: outcome.error_rate >= scenario.failure.error_rate.get() || outcome.next.is_none() }
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

    fn forecast(text: &str) -> Forecast {
        Forecast::new(&Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap()).unwrap()
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
