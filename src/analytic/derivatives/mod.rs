//! Exact derivatives of a loop's fate along the parameters of its law.
//!
//! `adjoint` tells what the fate moves with, [`Law::lifted`] by how much what is drawn moves with a parameter; the sum of products
//! is the derivative. R and the error floor follow from the law alone (`mean_field::slopes`). Where a loop counts as failed from a
//! whole number of mistakes on, `E[T]` jumps when that number changes: derivatives hold between the jumps, and [`failing_count`]
//! says where the next ones are.

mod adjoint;
mod failing_count;
mod law_slopes;
mod result;

use std::collections::BTreeMap;

use crate::scenario::Scenario;

use super::adjoint_stage::StartLaw;
use super::chain1d::{self, CountStage, MOST_COUNTED, MOST_NODED, NodeStage};
use super::chain2d::GridStage;
use super::mean_field::slopes;
use super::settled::settled;

use adjoint::{InfluencedNumber, RunwayInfluences, influences};
pub use failing_count::{FailingCount, NextJump};
pub use result::{DerivedNumbers, LoopDerivatives, ParameterDerivatives};

/// Derivatives of `E[T]`, P(T ≤ horizon), the median of T, R and the error floor along every parameter that they are smooth
/// functions of. What there is none of is absent, with its reason.
///
/// ```
/// use runaway::Scenario;
/// use runaway::analytic::derivatives;
///
/// let loop_ = Scenario::builder("small").examples(50).amplification(20.0).build()?;
/// let found = derivatives(&loop_);
/// let slips = found.parameters.iter().find(|one| one.key == "errors.step_error").unwrap();
/// // The more the model slips, the shorter the runway.
/// assert!(slips.slopes.runway.unwrap() < 0.0);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn derivatives(scenario: &Scenario) -> LoopDerivatives {
    let found = fate(scenario).unwrap_or_else(|reason| {
        let none = || Err(reason.clone());
        RunwayInfluences { mean: none(), failed: none(), median: none() }
    });
    let mut undefined = BTreeMap::new();
    let mut given = |key: &str, number: Result<InfluencedNumber, String>| {
        number.map_err(|reason| undefined.insert(key.to_owned(), reason)).ok()
    };
    let numbers = [given("runway", found.mean), given("failed", found.failed), given("median", found.median)];
    let outlook = slopes::landmarks(scenario, &mut undefined);
    let value = |number: &Option<InfluencedNumber>| number.as_ref().map(|number| number.value);
    let [runway, failed, median] = numbers.each_ref().map(value);
    let (reproduction_number, floor_error) = (outlook.reproduction_number, outlook.floor_error);
    let floor = floor_error.and_then(|_| slopes::FloorResponse::of(scenario));
    let smooth = law_slopes::along_parameters(scenario, &numbers);
    let parameters = smooth.into_iter().map(|(parameter, value, [runway, failed, median])| {
        let slopes = DerivedNumbers {
            runway,
            failed,
            median,
            reproduction_number: reproduction_number.and_then(|_| slopes::reproduction_number(scenario, parameter)),
            floor_error: floor.as_ref().and_then(|floor| floor.slope(scenario, parameter)),
        };
        ParameterDerivatives { key: parameter.to_string(), value, slopes }
    });
    let parameters = parameters.chain(start_slopes(scenario, &numbers)).collect();
    LoopDerivatives {
        values: DerivedNumbers { runway, failed, median, reproduction_number, floor_error },
        parameters,
        failing_count: failing_count::of(scenario),
        undefined,
    }
}

/// The parameters that the fate of a loop is a smooth function of, as dotted keys, with their values.
#[must_use]
pub fn smooth_parameters(scenario: &Scenario) -> Vec<(String, f64)> {
    let read = law_slopes::parameters(scenario);
    read.into_iter().map(|(parameter, value)| (parameter.to_string(), value)).collect()
}

/// What the fate of a loop moves with, by the chain that holds it.
fn fate(scenario: &Scenario) -> Result<RunwayInfluences, String> {
    if scenario.has_unsound() {
        let start = GridStage::start_law(scenario)?;
        return influences(scenario, &start, &|generation| GridStage::new(scenario, generation));
    }
    let examples = scenario.examples.get();
    if examples <= MOST_COUNTED {
        let start = chain1d::start_law(scenario);
        return influences(scenario, &start, &|generation| CountStage::new(scenario, generation));
    }
    if examples > MOST_NODED {
        return Err(format!("derivatives reach {MOST_NODED} examples, and this loop has {examples}; lower `examples`"));
    }
    if !settled(scenario, 0) || scenario.start.draw {
        return Err(format!(
            "derivatives of a loop that changes, or whose start is drawn, reach {MOST_COUNTED} examples, and this one has \
             {examples}; lower `examples`"
        ));
    }
    let (stage, at) = NodeStage::new(scenario)?;
    let start = StartLaw::at(at, stage.size());
    let stage = std::cell::RefCell::new(Some(stage));
    // The law stays, so that its one generation is asked for once.
    influences(scenario, &start, &|_| stage.take().ok_or_else(|| "the law changes".to_owned()))
}

/// Along the shares of a start that is drawn; one of whole beliefs moves in steps.
fn start_slopes(scenario: &Scenario, numbers: &[Option<InfluencedNumber>; 3]) -> Vec<ParameterDerivatives> {
    if !scenario.start.draw {
        return Vec::new();
    }
    let keys = [("start.unsound", scenario.start.unsound), ("start.wrong", scenario.start.wrong)];
    let along = |(index, (key, value)): (usize, (&str, crate::quantity::Probability))| {
        let [runway, failed, median] = numbers.each_ref().map(|number| Some(number.as_ref()?.start[index]));
        let slopes = DerivedNumbers { runway, failed, median, ..DerivedNumbers::default() };
        ParameterDerivatives { key: key.to_owned(), value: value.get(), slopes }
    };
    let smooth = keys.into_iter().enumerate().filter(|(index, _)| *index == 1 || scenario.has_unsound());
    smooth.map(along).collect()
}
