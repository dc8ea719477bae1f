//! What a loop costs until it fails: the price of a generation summed over the law of the loops that have lasted.
//!
//! Generation g is paid for when T > g. E[cost of g; T > g] is a sum over the surviving states, carried forward state by state;
//! once the law given survival has come to rest, each further generation costs the same on average, and what is left of
//! `E[T]` is multiplied by it.

use crate::cost::Pricing;
use crate::law::Composition;
use crate::scenario::Scenario;

use super::chain1d::count_propagation::CountPropagation;
use super::error::{SolveError, Undefined};
use super::expected_cost::ExpectedCost;
use super::mean_field::MeanField;
use super::result::Runway;
use super::tolerances::{COST_AT_REST, DIED_OUT, MOST_GENERATIONS};
use super::{chain1d, chain2d, quadrature};

/// States times generations after which a loop that neither fails nor comes to rest is given up.
const WORK: f64 = 1e8;

/// The loops that have lasted, generation by generation.
pub(super) trait SurvivingLaw {
    /// P(T > g).
    fn survival(&self) -> f64;
    /// `E[cost of generation g; T > g]`.
    fn cost(&mut self) -> f64;
    /// Goes on by one generation; returns how far the law given survival has moved, 0 at rest.
    ///
    /// # Errors
    /// If the law cannot be followed any further, with the reason.
    fn advance(&mut self) -> Result<f64, SolveError>;
    /// Whether the law of one generation stays what it is.
    fn settled(&self) -> bool;
    /// States carried.
    fn states(&self) -> usize;
}

/// What a loop costs; `None` without prices.
pub(super) fn of(scenario: &Scenario, runway: &Runway, field: &MeanField) -> Option<ExpectedCost> {
    let start = Pricing::new(scenario, 0)?;
    let unit = scenario.cost.as_ref()?.unit.clone();
    let mut spending = ExpectedCost {
        unit,
        start: start.bill(Composition::start(scenario)),
        mean_field: mean_field(scenario, field, &start),
        expected: None,
        until_horizon: None,
        until_failure: None,
        per_sustained_generation: None,
        per_sustained_generation_to_horizon: None,
        undefined: Undefined::new(),
    };
    if spending.mean_field.iter().any(|cost| !cost.is_finite()) {
        let reason = "infinite at generations of which nothing, or next to nothing, is accepted";
        spending.undefined.insert("mean_field".to_owned(), reason.to_owned());
    }
    if !spending.start.total.is_finite() || !spending.start.problems.is_finite() {
        let reason = "infinite: nothing, or next to nothing, is accepted at generation 0";
        spending.undefined.insert("start".to_owned(), reason.to_owned());
    }
    if scenario.has_unsound() {
        match chain2d::lasting(scenario) {
            Ok(mut lasting) => spending.sum_or_refuse(scenario, &mut lasting, runway),
            Err(refusal) => spending.refuse(&refusal.to_string()),
        }
    } else {
        spending.of_line(scenario, start, runway);
    }
    Some(spending)
}

fn mean_field(scenario: &Scenario, field: &MeanField, start: &Pricing<'_>) -> Vec<f64> {
    let same = scenario.settles_at() == Some(0) && scenario.learning.policy == crate::scenario::Policy::Replace;
    let cost = |(g, x): (u64, &Composition)| match Pricing::new(scenario, g).filter(|_| !same) {
        Some(pricing) => pricing.total(*x),
        None => start.total(*x),
    };
    (0..).zip(&field.composition).map(cost).collect()
}

impl ExpectedCost {
    fn refuse(&mut self, reason: &str) {
        for key in [
            "expected",
            "until_horizon",
            "until_failure",
            "per_sustained_generation",
            "per_sustained_generation_to_horizon",
        ] {
            self.undefined.insert(key.to_owned(), reason.to_owned());
        }
    }

    /// Without unsound beliefs: count by count or by quadrature, as the solution itself (see `chain1d`).
    fn of_line<'a>(&mut self, scenario: &'a Scenario, start: Pricing<'a>, runway: &Runway) {
        if !chain1d::few_counts(scenario) {
            let large = quadrature::lasting(scenario, start.clone());
            match large.and_then(|mut large| self.sum(scenario, &mut large, runway)) {
                Ok(()) => return,
                Err(reason) if !chain1d::affordable_counts(scenario) => return self.refuse(&reason.to_string()),
                Err(_) => {}
            }
        }
        self.sum_or_refuse(scenario, &mut CountCost::new(scenario, start), runway);
    }

    fn sum_or_refuse(&mut self, scenario: &Scenario, lasting: &mut dyn SurvivingLaw, runway: &Runway) {
        if let Err(reason) = self.sum(scenario, lasting, runway) {
            self.refuse(&reason.to_string());
        }
    }

    fn sum(&mut self, scenario: &Scenario, lasting: &mut dyn SurvivingLaw, runway: &Runway) -> Result<(), SolveError> {
        let horizon = scenario.horizon.get();
        let (mut spent, mut lived, mut rest) = (0.0, 0.0, f64::INFINITY);
        let mut expected = Vec::with_capacity(horizon as usize + 1);
        let mut generation = 0;
        let cost = loop {
            let cost = lasting.cost();
            if generation <= horizon {
                expected.push(cost);
            }
            if generation == horizon {
                self.until_horizon = Some(spent);
                self.per_sustained_generation_to_horizon =
                    self.per_generation("per_sustained_generation_to_horizon", spent, lived);
            }
            spent += cost;
            lived += lasting.survival();
            let over = lasting.survival() < DIED_OUT || (lasting.settled() && rest < COST_AT_REST);
            let worked = lasting.states() as f64 * generation as f64 > WORK || generation >= MOST_GENERATIONS;
            if generation >= horizon && (over || worked) {
                break (cost, over);
            }
            rest = match lasting.advance() {
                Ok(rest) => rest,
                Err(reason) if generation < horizon => return Err(reason),
                Err(reason) => {
                    self.expected = Some(expected);
                    self.refuse_beyond(&reason.to_string());
                    return Ok(());
                }
            };
            generation += 1;
        };
        self.expected = Some(expected);
        self.close(cost, (spent, lived), lasting.survival(), runway);
        Ok(())
    }

    /// What comes after the last generation followed: the rest of `E[T]`, each generation at the price of the last.
    fn close(&mut self, (cost, over): (f64, bool), (spent, lived): (f64, f64), survival: f64, runway: &Runway) {
        let reason = match (runway.mean, over) {
            (None, _) => "the expected runway is not available".to_owned(),
            (_, false) => format!("survival is still {survival:.3e} and the law given survival has not come to rest"),
            (Some(mean), true) => {
                let left = (mean - lived).max(0.0);
                let rest = if survival > 0.0 && left > 0.0 { left * (cost / survival) } else { 0.0 };
                self.until_failure = Some(spent + rest);
                self.per_sustained_generation = self.per_generation("per_sustained_generation", spent + rest, mean);
                return;
            }
        };
        self.refuse_beyond(&reason);
    }

    /// The price of a sustained generation; none where the loop fails at once.
    fn per_generation(&mut self, key: &str, spent: f64, lived: f64) -> Option<f64> {
        if lived > 0.0 {
            return Some(spent / lived);
        }
        self.undefined.insert(key.to_owned(), "no generation is sustained".to_owned());
        None
    }

    /// What comes after the horizon is not known.
    fn refuse_beyond(&mut self, reason: &str) {
        for key in ["until_failure", "per_sustained_generation"] {
            self.undefined.insert(key.to_owned(), reason.to_owned());
        }
    }
}

/// The one-dimensional chain.
struct CountCost<'a> {
    scenario: &'a Scenario,
    forward: CountPropagation<'a>,
    pricing: Pricing<'a>,
    /// Price at each count, as far as it was asked for.
    prices: Vec<Option<f64>>,
}

impl<'a> CountCost<'a> {
    fn new(scenario: &'a Scenario, pricing: Pricing<'a>) -> Self {
        let forward = CountPropagation::new(scenario);
        let prices = vec![None; forward.chain().states.len()];
        Self { scenario, forward, pricing, prices }
    }
}

impl SurvivingLaw for CountCost<'_> {
    fn survival(&self) -> f64 {
        self.forward.surviving().total()
    }

    fn cost(&mut self) -> f64 {
        let pool = (self.prices.len() - 1) as f64;
        let mut sum = 0.0;
        for (count, mass) in self.forward.surviving().iter().filter(|(_, mass)| *mass > 0.0) {
            let price = || self.pricing.total(Composition { unsound: 0.0, wrong: count as f64 / pool });
            sum += mass * *self.prices[count].get_or_insert_with(price);
        }
        sum
    }

    fn advance(&mut self) -> Result<f64, SolveError> {
        let before = self.forward.surviving().clone();
        let settled = self.forward.settled();
        self.forward.advance();
        if !settled && let Some(pricing) = Pricing::new(self.scenario, self.forward.generation()) {
            self.pricing = pricing;
            self.prices = vec![None; self.forward.chain().states.len()];
        }
        Ok(before.distance(self.forward.surviving()))
    }

    fn settled(&self) -> bool {
        self.forward.settled()
    }

    fn states(&self) -> usize {
        self.prices.len()
    }
}
