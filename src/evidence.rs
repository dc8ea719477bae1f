//! Numbers of a solved loop by name, as a paper states them or a claim is about them.

use serde::{Deserialize, Serialize};

use crate::analytic::Solution;
use crate::law::{Composition, Law};
use crate::scenario::Scenario;

/// A number of a solved loop. Those of a generation are marked (g).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// R.
    ReproductionNumber,
    /// Error rate at the floor.
    FloorError,
    /// `E[T]`, in generations.
    Runway,
    /// `E[min(T, horizon)]`, in generations.
    RestrictedRunway,
    /// (g) P(T > g).
    Survival,
    /// (g) Expected error rate of one candidate.
    Error,
    /// (g) 1 − expected error rate of one candidate.
    Accuracy,
    /// (g) Share of wrong answers among accepted examples, at the mean composition.
    LabelError,
    /// (g) Share of right answers among accepted examples, at the mean composition.
    LabelAccuracy,
    /// (g) Share of answers reached by a wrong step among the right ones accepted, at the mean composition.
    UnsoundShare,
    /// (g) Accepted examples per generated problem, at the mean composition.
    Yield,
    /// (g) Growth of mistakes in the mean field, (x_{g+1} − x_g) / (x_g − x_{g−1}): R, while mistakes are few.
    Growth,
}

/// The value of `quantity` in a solved scenario at `generation`; `None` where the loop has no such number.
#[must_use]
pub fn evaluate(scenario: &Scenario, solution: &Solution, quantity: Quantity, generation: u64) -> Option<f64> {
    let at = usize::try_from(generation).ok()?;
    let label = |part: fn(&crate::law::Answers) -> f64, of: fn(&crate::law::Answers) -> f64| {
        let accepted = Law::new(scenario, generation).at(composition(solution, at)?).accepted;
        let whole = of(&accepted);
        (whole > 0.0).then(|| part(&accepted) / whole)
    };
    match quantity {
        Quantity::ReproductionNumber => Some(solution.reproduction_number),
        Quantity::FloorError => solution.floor_error,
        Quantity::Runway => solution.runway.mean,
        Quantity::RestrictedRunway => solution.runway.restricted_mean,
        Quantity::Survival => solution.curves.as_ref()?.survival.get(at).copied(),
        Quantity::Error => error(solution, at),
        Quantity::Accuracy => error(solution, at).map(|error| 1.0 - error),
        Quantity::LabelError => label(|accepted| accepted.wrong(), |accepted| accepted.total()),
        Quantity::LabelAccuracy => label(|accepted| accepted.right(), |accepted| accepted.total()),
        Quantity::UnsoundShare => label(|accepted| accepted.unsound, |accepted| accepted.right()),
        Quantity::Yield => Some(Law::new(scenario, generation).at(composition(solution, at)?).accepted_share()),
        Quantity::Growth => {
            let mistakes = |g: usize| Some(solution.mean_field_unsound.get(g)? + solution.mean_field_wrong.get(g)?);
            let (before, here, after) = (mistakes(at.checked_sub(1)?)?, mistakes(at)?, mistakes(at + 1)?);
            (here != before).then(|| (after - here) / (here - before))
        }
    }
}

/// Expected error rate, or the mean field's where no exact solver reaches.
fn error(solution: &Solution, at: usize) -> Option<f64> {
    match &solution.curves {
        Some(curves) => curves.expected_error.get(at).copied(),
        None => solution.mean_field_error.get(at).copied(),
    }
}

/// Mean composition, or the mean field's where no exact solver reaches.
fn composition(solution: &Solution, at: usize) -> Option<Composition> {
    let (unsound, wrong) = match &solution.curves {
        Some(curves) => (&curves.mean_unsound, &curves.mean_wrong),
        None => (&solution.mean_field_unsound, &solution.mean_field_wrong),
    };
    Some(Composition { unsound: *unsound.get(at)?, wrong: *wrong.get(at)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytic::solve;
    use crate::scenario::Origin;
    use approx::assert_relative_eq;

    #[test]
    fn growth_is_the_reproduction_number_while_mistakes_are_few() {
        let text = "name = \"t\"\n[errors]\nstep_error = 1e-7\namplification = 20\n";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let solution = solve(&scenario);
        let growth = evaluate(&scenario, &solution, Quantity::Growth, 3).unwrap();
        assert_relative_eq!(growth, solution.reproduction_number, max_relative = 1e-4);
        assert_eq!(evaluate(&scenario, &solution, Quantity::Growth, 0), None);
        assert_eq!(evaluate(&scenario, &solution, Quantity::Error, 61), None);
    }

    #[test]
    fn labels_are_what_the_checks_let_through() {
        let text = "name = \"t\"\n[[filter]]\nkind = \"outcome\"\nsensitivity = 0.9";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let solution = solve(&scenario);
        let wrong = 0.1 * solution.start_error;
        let expected = wrong / (wrong + 1.0 - solution.start_error);
        let labels = evaluate(&scenario, &solution, Quantity::LabelError, 0).unwrap();
        assert_relative_eq!(labels, expected, max_relative = 1e-12);
        assert_relative_eq!(evaluate(&scenario, &solution, Quantity::LabelAccuracy, 0).unwrap(), 1.0 - labels);
        assert_eq!(evaluate(&scenario, &solution, Quantity::UnsoundShare, 0), Some(0.0));
    }
}
