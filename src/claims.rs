//! What a file states, compared with what its loops do: claims that hold or not, published values beside the model's.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::analytic::{Curves, Solution, SolvedDesign};
use crate::law::{Answers, Composition, Law};
use crate::scenario::{Design, FileClaims, LoopQuantity, PublishedValue, QuantitySubject, Scenario, StatedClaim};

/// Every statement of a file with the model's number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ClaimResults {
    /// Claims, in the file's order.
    pub claims: Vec<ClaimResult>,
    /// Published values, in the file's order.
    pub published: Vec<PublishedResult>,
}

/// A claim with its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ClaimResult {
    /// The claim.
    #[serde(flatten)]
    pub claim: StatedClaim,
    /// The number, or the ratio of two; absent where the loop has none.
    pub found: Option<f64>,
    /// Why it is absent, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// Whether it lies within the claim's bounds.
    pub holds: bool,
}

/// A published value with the model's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PublishedResult {
    /// The published value.
    #[serde(flatten)]
    pub published: PublishedValue,
    /// The model's; absent where the loop has none.
    pub found: Option<f64>,
    /// Why it is absent, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

/// Why a loop has no such number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AbsentNumber {
    /// Its generation is not computed.
    #[error(
        "generation {generation} lies beyond the horizon of {horizon} generations; raise it with `horizon` in the file or --horizon"
    )]
    BeyondHorizon {
        /// The last generation that is needed.
        generation: u64,
        /// Generations that are computed.
        horizon: u64,
    },
    /// The solution says why.
    #[error("{0}")]
    Undefined(String),
    /// There are no accepted examples, or no right ones, to take a share of.
    #[error("nothing is accepted of which this is a share")]
    NoneAccepted,
    /// Nothing rejects.
    #[error("the loop has no check that could tell right from wrong")]
    NoChecks,
    /// No such generation comes before.
    #[error("it compares a generation with the one before, and there is none before generation 0")]
    NoneBefore,
    /// Mistakes stay as they are.
    #[error("mistakes do not change from generation {0} to the next, so that they have no growth")]
    NoChange(u64),
    /// No ratio.
    #[error("the number of “{0}” is 0, and over nothing there is no ratio")]
    OverNothing(String),
    /// No such design.
    #[error("there is no such design")]
    NoDesign,
}

impl ClaimResults {
    /// Whether every claim holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.claims.iter().all(|claim| claim.holds)
    }

    /// Adds the statements of another file.
    pub fn extend(&mut self, other: Self) {
        self.claims.extend(other.claims);
        self.published.extend(other.published);
    }
}

/// Holds what a file states against its own loop (`base`) and its solved designs. The loop itself is solved only if it is none of
/// them.
///
/// ```
/// use runaway::Scenario;
/// use runaway::analytic::SolvedDesign;
/// use runaway::scenario::Origin;
///
/// let text = "name = \"small\"\nexamples = 20\n[errors]\namplification = 20";
/// let design = runaway::scenario::Design::alone(Scenario::parse(text, Origin::Text, &[])?);
/// let solved = SolvedDesign::new(design.clone());
/// let results = runaway::claims::weigh(&design.scenario, &[solved], &runaway::scenario::FileClaims::default());
/// // A file that claims nothing is never wrong.
/// assert!(results.holds());
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[must_use]
pub fn weigh(base: &Scenario, designs: &[SolvedDesign], stated: &FileClaims) -> ClaimResults {
    if stated.claims.is_empty() && stated.published.is_empty() {
        return ClaimResults::default();
    }
    let own = OnceCell::new();
    let find = |name: Option<&str>| match name {
        Some(name) => designs.iter().find(|one| one.design.name == name),
        None => designs.iter().find(|one| one.design.scenario == *base).or_else(|| {
            let solve = || SolvedDesign::new(Design { name: base.name.clone(), scenario: base.clone() });
            Some(own.get_or_init(solve))
        }),
    };
    let number = |subject: &QuantitySubject| {
        let solved = find(subject.design.as_deref()).ok_or(AbsentNumber::NoDesign)?;
        evaluate(&solved.design.scenario, &solved.solution, subject)
    };
    let claimed = |claim: &StatedClaim| {
        let value = number(&claim.subject)?;
        let Some(over) = &claim.over else { return Ok(value) };
        let ratio = value / number(&QuantitySubject { design: claim.over.clone(), ..claim.subject.clone() })?;
        if ratio.is_finite() { Ok(ratio) } else { Err(AbsentNumber::OverNothing(over.clone())) }
    };
    let judge = |claim: &StatedClaim| {
        let within = |value: f64| {
            claim.at_least.is_none_or(|least| value >= least) && claim.at_most.is_none_or(|most| value <= most)
        };
        let (found, absent) = told(claimed(claim));
        ClaimResult { claim: claim.clone(), found, absent, holds: found.is_some_and(within) }
    };
    let beside = |published: &PublishedValue| {
        let (found, absent) = told(number(&published.subject));
        PublishedResult { published: published.clone(), found, absent }
    };
    ClaimResults {
        claims: stated.claims.iter().map(judge).collect(),
        published: stated.published.iter().map(beside).collect(),
    }
}

/// A number, or why there is none.
fn told(number: Result<f64, AbsentNumber>) -> (Option<f64>, Option<String>) {
    match number {
        Ok(number) => (Some(number), None),
        Err(reason) => (None, Some(reason.to_string())),
    }
}

/// The number that a statement is about, of a solved scenario.
///
/// # Errors
/// [`AbsentNumber`] where the loop has no such number, or its generation is not computed.
pub fn evaluate(scenario: &Scenario, solution: &Solution, subject: &QuantitySubject) -> Result<f64, AbsentNumber> {
    let horizon = scenario.horizon.get();
    let last = subject.generation.saturating_add(u64::from(subject.quantity == LoopQuantity::Growth));
    if subject.quantity.is_of_generation() && last > horizon {
        return Err(AbsentNumber::BeyondHorizon { generation: last, horizon });
    }
    let at = usize::try_from(subject.generation).unwrap_or(usize::MAX);
    let reason = |key: &str| {
        let whole = key.split('.').next().unwrap_or(key);
        let said = solution.undefined.get(key).or_else(|| solution.undefined.get(whole)).cloned();
        AbsentNumber::Undefined(said.unwrap_or_else(|| "no exact solver reaches this loop".to_owned()))
    };
    let law = || Some((Law::new(scenario, subject.generation), composition(solution, at)?));
    let law = || law().ok_or_else(|| reason("survival"));
    let label = |part: fn(&Answers) -> f64, of: fn(&Answers) -> f64| {
        let (law, x) = law()?;
        let accepted = law.at(x).accepted;
        let whole = of(&accepted);
        if whole > 0.0 { Ok(part(&accepted) / whole) } else { Err(AbsentNumber::NoneAccepted) }
    };
    let vote = &scenario.vote;
    let curve = |of: fn(&Curves) -> &Vec<f64>| {
        solution.curves.as_ref().and_then(|curves| of(curves).get(at)).copied().ok_or_else(|| reason("survival"))
    };
    let error = || error(solution, at).ok_or_else(|| reason("survival"));
    let unreadable = |reason: &str| AbsentNumber::Undefined(reason.to_owned());
    match subject.quantity {
        LoopQuantity::ReproductionNumber => solution.reproduction_number.ok_or_else(|| reason("reproduction_number")),
        LoopQuantity::FloorError => solution.floor_error.ok_or_else(|| reason("floor_error")),
        LoopQuantity::Runway => solution.runway.mean.ok_or_else(|| reason("runway.mean")),
        LoopQuantity::RestrictedRunway => {
            solution.runway.restricted_mean.ok_or_else(|| reason("runway.restricted_mean"))
        }
        LoopQuantity::Survival => curve(|curves| &curves.survival),
        LoopQuantity::Failed => curve(|curves| &curves.failed),
        LoopQuantity::Error => error(),
        LoopQuantity::Accuracy => error().map(|error| 1.0 - error),
        LoopQuantity::LabelError => label(|accepted| accepted.wrong(), |accepted| accepted.total()),
        LoopQuantity::LabelAccuracy => label(|accepted| accepted.right(), |accepted| accepted.total()),
        LoopQuantity::UnsoundShare => label(|accepted| accepted.unsound, |accepted| accepted.right()),
        LoopQuantity::Yield => law().map(|(law, x)| law.at(x).accepted_share()),
        LoopQuantity::SystematicError => law().map(|(law, x)| law.systematic_error(x)),
        LoopQuantity::Coverage => {
            law().map(|(law, x)| law.coverage(subject.attempts.unwrap_or(vote.candidates).get(), x))
        }
        LoopQuantity::RewardAccuracy => law().and_then(|(law, x)| law.reward_accuracy(vote, x).map_err(unreadable)),
        LoopQuantity::Discrimination if scenario.has_checks() => {
            law().and_then(|(law, x)| Ok(law.meter(vote.candidates.get(), x).map_err(unreadable)?.discrimination))
        }
        LoopQuantity::Discrimination => Err(AbsentNumber::NoChecks),
        LoopQuantity::Growth => growth(solution, at),
    }
}

/// Growth of mistakes in the mean field from a generation to the next, over that before.
fn growth(solution: &Solution, at: usize) -> Result<f64, AbsentNumber> {
    let before = at.checked_sub(1).ok_or(AbsentNumber::NoneBefore)?;
    let mistakes = |g: usize| Some(solution.mean_field_unsound.get(g)? + solution.mean_field_wrong.get(g)?);
    let all = || Some((mistakes(before)?, mistakes(at)?, mistakes(at + 1)?));
    let unknown = || AbsentNumber::Undefined("the mean field does not reach this generation".to_owned());
    let (before, here, after) = all().ok_or_else(unknown)?;
    if here == before { Err(AbsentNumber::NoChange(at as u64 - 1)) } else { Ok((after - here) / (here - before)) }
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
    use crate::quantity::Count;
    use crate::scenario::Origin;
    use approx::assert_relative_eq;

    fn of(quantity: LoopQuantity, generation: u64) -> QuantitySubject {
        QuantitySubject { quantity, generation, attempts: None, design: None }
    }

    #[test]
    fn growth_is_the_reproduction_number_while_mistakes_are_few() {
        let text = "name = \"t\"\n[errors]\nstep_error = 1e-7\namplification = 20\n";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let solution = solve(&scenario);
        let growth = evaluate(&scenario, &solution, &of(LoopQuantity::Growth, 3)).unwrap();
        assert_relative_eq!(growth, solution.reproduction_number.unwrap(), max_relative = 1e-4);
        assert_eq!(evaluate(&scenario, &solution, &of(LoopQuantity::Growth, 0)), Err(AbsentNumber::NoneBefore));
        // The growth of the last generation needs one more.
        for (quantity, asked, needed) in [
            (LoopQuantity::Error, 61, 61),
            (LoopQuantity::Failed, 61, 61),
            (LoopQuantity::Yield, u64::from(u32::MAX), u64::from(u32::MAX)),
            (LoopQuantity::Growth, 60, 61),
        ] {
            let beyond = evaluate(&scenario, &solution, &of(quantity, asked)).unwrap_err();
            assert_eq!(beyond, AbsentNumber::BeyondHorizon { generation: needed, horizon: 60 });
            assert!(beyond.to_string().contains("beyond the horizon of 60 generations; raise it"), "{beyond}");
        }
        // A number of the whole loop has no generation.
        assert!(evaluate(&scenario, &solution, &of(LoopQuantity::ReproductionNumber, 61)).is_ok());
    }

    #[test]
    fn failures_keep_their_digits() {
        let of_loop = |text: &str| {
            let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
            let solution = solve(&scenario);
            [LoopQuantity::Failed, LoopQuantity::Survival]
                .map(|quantity| evaluate(&scenario, &solution, &of(quantity, 5)).unwrap())
        };
        let [failed, survival] = of_loop("name = \"t\"\n[errors]\namplification = 20");
        assert_relative_eq!(failed, 1.0 - survival, max_relative = 1e-12);
        assert!(failed > 1e-3 && failed < 0.9, "{failed}");
        // 1 − S(5) would be 0 here.
        let [failed, survival] = of_loop("name = \"t\"\n[errors]\nstep_error = 1e-4\namplification = 0");
        assert!(failed > 0.0 && failed < 1e-17 && survival == 1.0, "{failed} {survival}");
    }

    #[test]
    fn labels_are_what_the_checks_let_through() {
        let text = "name = \"t\"\n[[filter]]\nkind = \"outcome\"\nsensitivity = 0.9";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let solution = solve(&scenario);
        let wrong = 0.1 * solution.start_error;
        let expected = wrong / (wrong + 1.0 - solution.start_error);
        let labels = evaluate(&scenario, &solution, &of(LoopQuantity::LabelError, 0)).unwrap();
        assert_relative_eq!(labels, expected, max_relative = 1e-12);
        assert_relative_eq!(evaluate(&scenario, &solution, &of(LoopQuantity::LabelAccuracy, 0)).unwrap(), 1.0 - labels);
        assert_eq!(evaluate(&scenario, &solution, &of(LoopQuantity::UnsoundShare, 0)), Ok(0.0));
    }

    /// By hand, of problems with one step: right 0.6, systematic 0.3 in every problem, random 0.1.
    #[test]
    fn what_many_attempts_come_to() {
        let text = "name = \"t\"\n[task]\nsteps = 1\n[errors]\nstep_error = 0.4\nsystematic_share = 0.75\nconsistency = 0.3\n\
                    amplification = 0\nwrong_answers = 4\n[vote]\ncandidates = 3\nagree = 1";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let solution = solve(&scenario);
        let found = |quantity, attempts: Option<u64>| {
            let attempts = attempts.and_then(|attempts| Count::new(attempts).ok());
            evaluate(&scenario, &solution, &QuantitySubject { attempts, ..of(quantity, 0) })
        };
        assert_relative_eq!(found(LoopQuantity::SystematicError, None).unwrap(), 0.3, max_relative = 1e-12);
        for attempts in [1, 2, 10] {
            let missed = 0.4_f64.powi(attempts);
            let coverage = found(LoopQuantity::Coverage, Some(attempts as u64)).unwrap();
            assert_relative_eq!(coverage, 1.0 - missed, max_relative = 1e-12);
        }
        assert_eq!(found(LoopQuantity::Coverage, None), found(LoopQuantity::Coverage, Some(3)));
        // A plurality accepts every problem: it rejects neither right nor wrong winners.
        assert_eq!(found(LoopQuantity::Discrimination, None), Ok(0.0));
        let unchecked = Scenario::parse("name = \"t\"", Origin::Text, &[]).unwrap();
        assert_eq!(
            evaluate(&unchecked, &solve(&unchecked), &of(LoopQuantity::Discrimination, 0)),
            Err(AbsentNumber::NoChecks)
        );
    }
}
