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
        let (mut all, mut by_difficulty) =
            (ProblemOutcome::default(), vec![(0.0, ProblemOutcome::default()); difficulties]);
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

#[cfg(test)]
mod tests {
    use super::super::situation::situations;
    use super::*;
    use crate::law::{Composition, Law};
    use crate::scenario::{Origin, Scenario};
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    const LOOP: &str = "name = \"t\"\nexamples = 10\n[task]\nsteps = 4\n[errors]\nstep_error = 0.1\nsystematic_share = 0.4\n\
        consistency = 0.6\nrecovery = 0.1\nwrong_answers = 3\n[start]\nwrong = 0.2\n[[filter]]\nkind = \"catch\"\nrandom = 0.7\n\
        systematic = 0.3\nfalse_reject = 0.2\n";

    /// One answer: 0 right, 1 systematic, 2 and more random.
    fn drawn(rng: &mut ChaCha8Rng, answers: &Answers) -> usize {
        let u: f64 = rng.random();
        if u < answers.right() {
            0
        } else if u < answers.right() + answers.systematic {
            1
        } else {
            2 + rng.random_range(0..3)
        }
    }

    /// A problem as it is described in words: attempts until the check passes one, each revised, then a vote over what came through.
    fn played(
        rng: &mut ChaCha8Rng,
        plan: &DivisionPlan<'_>,
        one: &ProblemSituation,
        rates: RevisionRates,
    ) -> (Option<bool>, u64) {
        let (mut votes, mut spent) = ([0_u64; 5], 0);
        for _ in 0..plan.ballots {
            for _ in 0..plan.attempts {
                let mut answer = drawn(rng, &one.sample);
                for _ in 0..plan.revisions {
                    let u: f64 = rng.random();
                    if answer == 0 && u < rates.right_to_wrong {
                        while answer == 0 {
                            answer = drawn(rng, &one.sample);
                        }
                    } else if answer != 0 && u < rates.wrong_to_right {
                        answer = 0;
                    }
                }
                spent += 1 + plan.revisions;
                let rejected = [0.2, 0.3, 0.7][answer.min(2)];
                // Right answers by wrong steps are not seen by this check.
                let unsound = answer == 0 && rng.random::<f64>() < one.sample.unsound / one.sample.right();
                if unsound || rng.random::<f64>() >= rejected {
                    votes[answer] += 1;
                    break;
                }
            }
        }
        let most = votes.iter().copied().max().unwrap_or(0);
        let tied: Vec<usize> = (0..5).filter(|&answer| votes[answer] == most).collect();
        let winner = tied[rng.random_range(0..tied.len())];
        ((most >= plan.agree).then_some(winner == 0), spent)
    }

    /// 60,000 problems for each plan, every share within 5 standard errors: a correct one fails with probability below 1e-5.
    #[test]
    fn agrees_with_problems_played_out() {
        const RUNS: u32 = 60_000;
        let scenario = Scenario::parse(LOOP, Origin::Text, &[]).unwrap();
        let found = situations(&Law::new(&scenario, 0), Composition::start(&scenario));
        let check = CheckStack::all(&scenario).remove(1);
        let rates = RevisionRates { right_to_wrong: 0.15, wrong_to_right: 0.35 };
        let mut rng = ChaCha8Rng::seed_from_u64(1611);
        for (ballots, agree, attempts, revisions) in
            [(1, 1, 1, 0), (1, 1, 4, 0), (4, 1, 2, 1), (5, 3, 1, 0), (3, 2, 3, 2)]
        {
            let plan = DivisionPlan { ballots, agree, attempts, revisions, check: &check };
            let exact = plan.worked_out(&found, 1, Some(rates));
            let (mut accepted, mut right, mut spent) = (0.0, 0.0, 0.0);
            for _ in 0..RUNS {
                let mut left: f64 = rng.random();
                let one = found
                    .iter()
                    .find(|one| {
                        left -= one.weight;
                        left <= 0.0
                    })
                    .unwrap_or(&found[0]);
                let (outcome, samples) = played(&mut rng, &plan, one, rates);
                accepted += f64::from(u8::from(outcome.is_some()));
                right += f64::from(u8::from(outcome == Some(true)));
                spent += samples as f64;
            }
            let runs = f64::from(RUNS);
            let near = |share: f64, exact: f64, what: &str| {
                let spread = (exact * (1.0 - exact) / runs).max(0.0).sqrt();
                assert!((share - exact).abs() <= 5.0 * spread + 1e-9, "{what} of {plan:?}: {share} and {exact}");
            };
            near(accepted / runs, exact.accepted, "accepted");
            near(right / runs, exact.accepted * exact.purity.unwrap(), "right");
            assert!((spent / runs / exact.samples - 1.0).abs() < 0.02, "{} and {}", spent / runs, exact.samples);
        }
    }

    /// On one kind of problem attempts change how often an answer is accepted, never how right it is.
    #[test]
    fn attempts_buy_yield_and_not_purity() {
        let scenario = Scenario::parse(LOOP, Origin::Text, &[]).unwrap();
        let check = CheckStack::all(&scenario).remove(1);
        for one in situations(&Law::new(&scenario, 0), Composition::start(&scenario)) {
            let of = |attempts: u64| {
                let plan = DivisionPlan { ballots: 1, agree: 1, attempts, revisions: 0, check: &check };
                plan.outcome(&one, None).accepted
            };
            let once = of(1);
            for attempts in 2..20 {
                let more = of(attempts);
                assert!(more.total() > once.total());
                assert!((purity(&more).unwrap() - purity(&once).unwrap()).abs() < 1e-12);
            }
        }
    }
}
