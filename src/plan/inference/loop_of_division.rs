//! The loop that trains on what a division of samples accepts: its runway, exactly.

use crate::analytic::LawChain;
use crate::law::{Answers, Composition, Law};
use crate::scenario::{Policy, Scenario};

use super::division::{DivisionPlan, ProblemOutcome};
use super::inferred::{DivisionRunway, RevisionRates};
use super::situation::situations;

/// Why loops of divisions are not followed; `None` where they are.
pub(super) fn refusal(scenario: &Scenario) -> Option<&'static str> {
    if scenario.has_unsound() {
        return Some("with unsound beliefs (`recovery`) the loop that trains on a division is not followed");
    }
    if scenario.learning.policy == Policy::Accumulate || scenario.settles_at() != Some(0) || scenario.start.draw {
        return Some(
            "where the law changes as the loop runs, or its start is drawn, the loop that trains on a division is not followed",
        );
    }
    None
}

/// The loop of `scenario` with `plan` in place of its own vote and filters; `None` where it starves or no method reaches it.
pub(super) fn runway(
    scenario: &Scenario,
    plan: &DivisionPlan<'_>,
    given: Option<RevisionRates>,
) -> Option<DivisionRunway> {
    let law = Law::new(scenario, 0);
    let outcome = |wrong: f64| -> (Composition, ProblemOutcome) {
        let x = Composition { unsound: 0.0, wrong };
        let mut sum = ProblemOutcome::default();
        for situation in situations(&law, x) {
            sum.add(situation.weight, &plan.outcome(&situation, given));
        }
        (x, sum)
    };
    let next = |wrong: f64| {
        let (x, sum) = outcome(wrong);
        // A loop that starves has failed; its beliefs are taken for wrong ones.
        law.learned(x, &sum.accepted).map_or(1.0, |next| next.wrong)
    };
    let examples = scenario.examples.get();
    let fails = |count: u64| {
        let x = Composition { unsound: 0.0, wrong: count as f64 / examples as f64 };
        law.error_rate(x) >= scenario.failure.error_rate.get()
    };
    let failing = first_true(examples, fails);
    let chain = LawChain { draws: examples, failing, start: scenario.start_counts().1, law: next };
    let found = chain.runway(scenario.horizon.get()).ok()?;
    let (_, first) = outcome(scenario.start_counts().1 as f64 / examples as f64);
    let accepted = Answers::total(&first.accepted);
    let samples_per_example = first.samples / accepted;
    let horizon = usize::try_from(scenario.horizon.get()).ok()?;
    let failed = found.failed.get(horizon).or(found.failed.last()).copied()?;
    let mean = Some(found.mean).filter(|mean| mean.is_finite());
    let per_sample = mean.map(|mean| mean / samples_per_example).filter(|share| share.is_finite());
    Some(DivisionRunway { mean, failed: failed.min(1.0), samples_per_example, per_sample })
}

/// The first of 0..=`most` at which something holds that holds ever after; `most` + 1 if none. The error rate rises with wrong beliefs.
fn first_true(most: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most + 1);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytic::solve;
    use crate::plan::inference::inferred::CheckPlace;
    use crate::plan::inference::situation::CheckStack;
    use crate::scenario::Origin;
    use approx::assert_relative_eq;

    /// A division that is the loop's own vote and filters has the loop's own runway.
    #[test]
    fn the_loops_own_division_has_its_runway() {
        let text = "name = \"t\"\nexamples = 40\nhorizon = 10\n[errors]\namplification = 20\nwrong_answers = 6\nconsistency = 0.8\n\
                    [vote]\ncandidates = 4\nagree = 2\n[[difficulty]]\nshare = 0.5\nsteps = 4\n[[difficulty]]\nshare = 0.5";
        let voted = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let none = CheckStack::none();
        let plan =
            DivisionPlan { ballots: 4, agree: 2, attempts: 1, revisions: 0, check: &none, place: CheckPlace::Winner };
        let (found, solution) = (runway(&voted, &plan, None).unwrap(), solve(&voted));
        assert_relative_eq!(found.mean.unwrap(), solution.runway.mean.unwrap(), max_relative = 1e-9);
        assert_relative_eq!(found.failed, solution.curves.unwrap().failed[10], max_relative = 1e-9);
        let text = "name = \"t\"\nexamples = 40\n[errors]\namplification = 20\n[vote]\ncandidates = 3\nagree = 1\n[[filter]]\n\
                    kind = \"self-judge\"\nsensitivity = 0.7";
        let judged = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let stack = CheckStack::all(&judged).remove(1);
        let plan =
            DivisionPlan { ballots: 3, agree: 1, attempts: 1, revisions: 0, check: &stack, place: CheckPlace::Winner };
        let found = runway(&judged, &plan, None).unwrap();
        assert_relative_eq!(found.mean.unwrap(), solve(&judged).runway.mean.unwrap(), max_relative = 1e-9);
    }
}
