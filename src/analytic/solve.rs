//! Everything the analytic side can say of one scenario.

use crate::law::{Composition, Law};
use crate::scenario::Scenario;

use super::cost_sum::CostSum;
use super::error::{SolveError, Undefined};
use super::mean_field::outlook::LoopOutlook;
use super::mean_field::{linear_noise, thresholds};
use super::method::{self, ExactMethod};
use super::result::{BestGeneration, ExactSolution, Runway, Solution};
use super::tolerances::ROUNDED_START;
use super::verifier_curves::VerifierCurves;
use super::{chain1d, chain2d, cost};

/// Solves a scenario. Never fails: what cannot be computed is absent, with its reason in [`Solution::undefined`].
///
/// ```
/// use runaway::scenario::Origin;
/// use runaway::{Scenario, solve};
///
/// let text = "name = \"small\"\nexamples = 20\nhorizon = 20\n[errors]\namplification = 20";
/// let scenario = Scenario::parse(text, Origin::Text, &[])?;
/// let solution = solve(&scenario);
/// // Expected generations before one answer in two is wrong, and the probability to last 20 of them.
/// assert!((solution.runway.mean.unwrap() - 8.27258081145).abs() < 1e-9);
/// assert!((solution.curves.unwrap().survival[20] - 0.01679264433).abs() < 1e-9);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn solve(scenario: &Scenario) -> Solution {
    let mut undefined = Undefined::new();
    let outlook = LoopOutlook::of(scenario, &mut undefined);
    let start = Law::new(scenario, 0).at(Composition::start(scenario));
    let mut summed = None;
    let (curves, runway, quasi_stationary, visits, method, bounds, runway_error) = match exact(scenario) {
        Ok((exact, costs)) => {
            summed = costs;
            undefined.extend(exact.undefined);
            (
                Some(exact.curves),
                exact.runway,
                exact.quasi_stationary,
                exact.visits,
                exact.method,
                Some((exact.error_bound, exact.rounding_bound)),
                // The sum of what was bounded is rounded once more, to a double.
                exact.runway_error.zip(exact.runway.mean).map(|(error, mean)| error + f64::EPSILON * mean),
            )
        }
        Err(reason) => {
            for key in [
                "survival",
                "expected_error",
                "runway",
                "quasi_stationary",
                "visits",
                "error_bound",
                "rounding_bound",
                "runway_error",
            ] {
                undefined.insert(key.to_owned(), reason.to_string());
            }
            (None, Runway::default(), None, None, "mean field and linear-noise approximation".to_owned(), None, None)
        }
    };
    if runway.mean.is_none()
        && let Some(reason) = undefined.get("runway.mean").cloned()
    {
        undefined.insert("runway_error".to_owned(), reason);
    }
    if outlook.by_generation.is_none() {
        undefined.insert("by_generation".to_owned(), "the law is the same in every generation".to_owned());
    }
    let verifier = VerifierCurves::of(scenario, &outlook.field, curves.as_ref(), &mut undefined);
    let error = curves.as_ref().map_or(&outlook.field.error, |curves| &curves.expected_error);
    Solution {
        best: BestGeneration::of(error),
        cost: cost::of(scenario, &runway, &outlook.field, summed),
        reproduction_number: outlook.reproduction_number,
        next_generation_matrix: outlook.matrix.map(|k| [[k[(0, 0)], k[(0, 1)]], [k[(1, 0)], k[(1, 1)]]]),
        fresh: outlook.fresh,
        regime: outlook.regime,
        doubling_time: outlook.doubling_time,
        half_life: outlook.half_life,
        floor_error: outlook.floor_error,
        tipping_error: outlook.tipping_error,
        starved: outlook.starved,
        start_error: start.error_rate,
        start_yield: start.accepted_share().min(1.0),
        generations: (0..=scenario.horizon.get()).collect(),
        mean_field_error: outlook.field.error.clone(),
        mean_field_unsound: outlook.field.composition.iter().map(|x| x.unsound).collect(),
        mean_field_wrong: outlook.field.composition.iter().map(|x| x.wrong).collect(),
        approximation: curves.is_none().then(|| linear_noise::approximate(scenario)),
        curves,
        runway,
        quasi_stationary,
        visits,
        verifier,
        thresholds: thresholds::all(scenario),
        warnings: warnings(scenario, &outlook),
        by_generation: outlook.by_generation,
        method,
        error_bound: bounds.map(|bounds| bounds.0),
        rounding_bound: bounds.map(|bounds| bounds.1),
        runway_error,
        undefined,
    }
}

/// By the exact method that applies, with the costs of the generations it followed; the reason where none does.
fn exact(scenario: &Scenario) -> Result<(ExactSolution, Option<CostSum>), SolveError> {
    let by_counts = || chain1d::solve_and_price(scenario);
    match method::choose(scenario)? {
        ExactMethod::PairsOfCounts => Ok(chain2d::solve_and_price(scenario)?),
        ExactMethod::Counts => Ok(by_counts()),
        ExactMethod::Quadrature { or_counts } => match chain1d::quadrature::solve(scenario) {
            Ok(solution) => Ok((solution, None)),
            Err(_) if or_counts => Ok(by_counts()),
            Err(reason) => Err(SolveError::CountsOnly(Box::new(reason))),
        },
    }
}

fn warnings(scenario: &Scenario, outlook: &LoopOutlook) -> Vec<String> {
    let mut warnings = Vec::new();
    let start = Composition::start(scenario);
    let written = (scenario.start.unsound.get(), scenario.start.wrong.get());
    if !scenario.start.draw
        && ((start.unsound - written.0).abs() > ROUNDED_START || (start.wrong - written.1).abs() > ROUNDED_START)
    {
        warnings.push(format!(
            "generation 0 holds whole beliefs: the start shares (unsound {}, wrong {}) were rounded to {} and {}",
            written.0, written.1, start.unsound, start.wrong
        ));
    }
    if let Some(g) = outlook.field.starved {
        warnings.push(format!(
            "the mean field starves at generation {g}: no generated example is accepted, and the loop ends there"
        ));
    }
    if outlook.by_generation.is_some() {
        warnings.push("the law changes with the generation: R and yield are those of generation 0, the regime is judged by the largest R and the mean field up to the horizon".to_owned());
    }
    warnings
}
