//! The whole check of a loop in one call: solve it, play it, judge.

use thiserror::Error;

use crate::analytic::{Solution, solve};
use crate::scenario::Scenario;
use crate::simulate::{Engine, Simulated, SimulationError, SimulationSettings, simulate};

use super::{AgreementVerdict, CompareError, DEFAULT_LEVEL, ExpectedCurves, two_samples, with_expected};

/// A check that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The loop cannot be played.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The two sides cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
}

/// Solves `scenario` exactly, plays it as `settings` say, and compares the two at [`DEFAULT_LEVEL`]. A loop that no exact
/// solver reaches is played a second time, by [`second_engine`], and the two simulations are compared.
///
/// ```
/// use runaway::simulate::{Engine, SimulationSettings};
/// use runaway::{Scenario, check};
/// use runaway::scenario::Origin;
///
/// let text = "name = \"small\"\nexamples = 50\nhorizon = 10\n[errors]\namplification = 20";
/// let scenario = Scenario::parse(text, Origin::Text, &[])?;
/// let settings = SimulationSettings { engine: Engine::Events, replicates: 500, ..SimulationSettings::default() };
/// let verdict = check(&scenario, &settings)?;
/// assert!(verdict.agree, "{}", verdict.sentence);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`CheckError::Simulation`] where the loop cannot be played by the engine of `settings`, or by the second one where that
/// is needed.
pub fn check(scenario: &Scenario, settings: &SimulationSettings) -> Result<AgreementVerdict, CheckError> {
    let solution = solve(scenario);
    let simulated = simulate(scenario, settings)?;
    judge(&solution, &simulated, DEFAULT_LEVEL, |engine| {
        Ok(simulate(scenario, &SimulationSettings { engine, ..*settings })?)
    })
}

/// Compares `simulated` with the exact curves of `solution` at family-wise `level`; where there are none, with what
/// `second` plays by the engine that it is given.
///
/// # Errors
/// [`CompareError`] where the horizons differ or `level` is none, and what `second` returns.
pub fn judge<E: From<CompareError>>(
    solution: &Solution,
    simulated: &Simulated,
    level: f64,
    second: impl FnOnce(Engine) -> Result<Simulated, E>,
) -> Result<AgreementVerdict, E> {
    if let Some(curves) = &solution.curves {
        let expected = ExpectedCurves::of(curves, format!("the exact chain ({})", solution.method));
        return Ok(with_expected(&expected, simulated, level)?);
    }
    let reference = second(second_engine(simulated.engine))?;
    Ok(two_samples(&reference, simulated, level)?)
}

/// The engine that stands in for an exact solution that is out of reach: one that shares no code of the loop with `engine`.
#[must_use]
pub const fn second_engine(engine: Engine) -> Engine {
    match engine {
        Engine::Agents | Engine::Events => Engine::Counts,
        Engine::Counts => Engine::Agents,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    /// Two kinds of mistakes among many beliefs: too many pairs of counts for the exact chain.
    #[test]
    fn a_loop_out_of_exact_reach_meets_a_second_engine() {
        let text = "name = \"large\"\nexamples = 100000\nhorizon = 3\n[errors]\nrecovery = 0.05";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let settings = SimulationSettings { engine: Engine::Events, replicates: 50, ..SimulationSettings::default() };
        let verdict = check(&scenario, &settings).unwrap();
        assert!(verdict.agree && verdict.reference.contains("counts"), "{}", verdict.sentence);
    }

    #[test]
    fn a_simulation_that_is_refused_says_why() {
        let scenario = Scenario::parse("name = \"one\"", Origin::Text, &[]).unwrap();
        let settings = SimulationSettings { replicates: 1, ..SimulationSettings::default() };
        let refused = SimulationError::TooFewReplicates { replicates: 1 };
        assert_eq!(check(&scenario, &settings), Err(CheckError::Simulation(refused)));
    }
}
