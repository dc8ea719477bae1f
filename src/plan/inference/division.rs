//! One way to divide the samples of a problem: ballots for a vote, each the last of some revisions, each tried again behind a check
//! until it passes.

use crate::law::{Answers, elect};
use crate::stats::binomial;

use super::inferred::{RevisionRates, SampleDivision};
use super::situation::{CheckStack, ProblemSituation};

/// A division before it is worked out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DivisionPlan<'a> {
    pub ballots: u64,
    pub agree: u64,
    /// Attempts at each ballot, at most.
    pub attempts: u64,
    /// Revisions of each attempt.
    pub revisions: u64,
    pub check: &'a CheckStack,
}

/// What becomes of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct ProblemOutcome {
    /// What is accepted, by kind.
    pub accepted: Answers,
    /// Expected samples.
    pub samples: f64,
}

impl DivisionPlan<'_> {
    /// Samples that a problem takes at most, checks included.
    pub fn most_samples(&self) -> f64 {
        (self.ballots * self.attempts) as f64 * self.per_attempt()
    }

    fn per_attempt(&self) -> f64 {
        1.0 + self.revisions as f64 + self.check.price
    }

    /// What becomes of problems in one situation.
    pub fn outcome(&self, situation: &ProblemSituation, given: Option<RevisionRates>) -> ProblemOutcome {
        let answer = revised(situation, self.revisions, given);
        let passed = self.check.passed(situation, &answer);
        let pass = passed.total().min(1.0);
        if pass <= 0.0 {
            let samples = self.most_samples();
            return ProblemOutcome { accepted: Answers::default(), samples };
        }
        // P(one of the attempts passes), and the attempts until then: powers of what fails, in logarithms.
        let ballot = if pass < 1.0 { -(self.attempts as f64 * (-pass).ln_1p()).exp_m1() } else { 1.0 };
        let samples = self.ballots as f64 * (ballot / pass) * self.per_attempt();
        let given_ballot = passed.scaled(1.0 / pass);
        let cast = binomial::law(self.ballots, ballot.min(1.0));
        let mut accepted = Answers::default();
        for (ballots, probability) in (0_u64..).zip(cast).filter(|(ballots, p)| *ballots >= self.agree && *p > 0.0) {
            // Ballots are as few as samples, and those within the reach of a vote.
            if let Ok(won) = elect(ballots, self.agree, situation.wrong_answers, &given_ballot) {
                accepted = accepted.plus(&won.scaled(probability));
            }
        }
        ProblemOutcome { accepted, samples }
    }

    /// Over all situations, and for each of the `difficulties`.
    pub fn worked_out(
        &self,
        situations: &[ProblemSituation],
        difficulties: usize,
        given: Option<RevisionRates>,
    ) -> SampleDivision {
        let (mut all, mut by_difficulty) = (ProblemOutcome::default(), vec![(0.0, ProblemOutcome::default()); difficulties]);
        for situation in situations {
            let outcome = self.outcome(situation, given);
            all.add(situation.weight, &outcome);
            if let Some((share, sum)) = by_difficulty.get_mut(situation.difficulty) {
                *share += situation.weight;
                sum.add(situation.weight, &outcome);
            }
        }
        let part = |share: f64, sum: &ProblemOutcome| (purity(&sum.accepted), sum.accepted.total() / share);
        SampleDivision {
            ballots: self.ballots,
            agree: self.agree,
            attempts: self.attempts,
            revisions: self.revisions,
            check: self.check.name.clone(),
            most_samples: self.most_samples(),
            samples: all.samples,
            purity: purity(&all.accepted),
            accepted: all.accepted.total().min(1.0),
            by_difficulty: by_difficulty.iter().map(|(share, sum)| part(*share, sum)).collect(),
            runway: None,
        }
    }
}

impl ProblemOutcome {
    pub fn add(&mut self, weight: f64, other: &Self) {
        self.accepted = self.accepted.plus(&other.accepted.scaled(weight));
        self.samples += weight * other.samples;
    }
}

/// Share of right answers among what is accepted; absent where that is nothing.
pub(super) fn purity(accepted: &Answers) -> Option<f64> {
    let total = accepted.total();
    (total > 0.0).then(|| accepted.right() / total)
}

/// An answer after this number of revisions: a chain over right, systematic and random answers. A right answer that goes wrong does so in
/// the ways in which a sample does.
pub(super) fn revised(situation: &ProblemSituation, revisions: u64, given: Option<RevisionRates>) -> Answers {
    let sample = &situation.sample;
    let rates = given.unwrap_or(RevisionRates { right_to_wrong: sample.wrong(), wrong_to_right: situation.mended });
    let (right, wrong) = (sample.right(), sample.wrong());
    let systematic = if wrong > 0.0 { sample.systematic / wrong } else { 0.0 };
    let sound = if right > 0.0 { sample.sound / right } else { 1.0 };
    let mut state = *sample;
    for _ in 0..revisions {
        let (spoiled, mended) = (rates.right_to_wrong * state.right(), rates.wrong_to_right * state.wrong());
        let kept = 1.0 - rates.right_to_wrong;
        state = Answers {
            sound: state.sound * kept + mended * sound,
            unsound: state.unsound * kept + mended * (1.0 - sound),
            systematic: state.systematic * (1.0 - rates.wrong_to_right) + spoiled * systematic,
            random: state.random * (1.0 - rates.wrong_to_right) + spoiled * (1.0 - systematic),
        };
    }
    state
}
