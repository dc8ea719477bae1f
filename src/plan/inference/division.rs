//! One way to divide the samples of a problem: ballots for a vote, each the last of some revisions, each tried again behind a check
//! until it passes.

use crate::law::{Answers, elect};
use crate::stats::binomial;

use super::inferred::{CheckPlace, RevisionRates, SampleDivision};
use super::situation::{CheckStack, ProblemSituation};

/// A division before it is worked out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DivisionPlan<'a> {
    pub ballots: u64,
    pub agree: u64,
    /// Attempts at each ballot, or at the whole vote, at most.
    pub attempts: u64,
    /// Revisions of each answer.
    pub revisions: u64,
    pub check: &'a CheckStack,
    pub place: CheckPlace,
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
        let answers = self.ballots as f64 * (1.0 + self.revisions as f64);
        let checks = match self.place {
            CheckPlace::Ballots => self.ballots as f64,
            CheckPlace::Winner => 1.0,
        };
        self.attempts as f64 * (answers + checks * self.check.price)
    }

    /// Samples of one attempt at a ballot.
    fn per_ballot(&self) -> f64 {
        1.0 + self.revisions as f64 + self.check.price
    }

    /// What becomes of problems in one situation.
    pub fn outcome(&self, situation: &ProblemSituation, given: Option<RevisionRates>) -> ProblemOutcome {
        let answer = revised(situation, self.revisions, given);
        match self.place {
            CheckPlace::Ballots => self.of_checked_ballots(situation, &answer),
            CheckPlace::Winner => self.of_checked_winner(situation, &answer),
        }
    }

    /// Each ballot is the first of its attempts that passes; the vote is over those that there are.
    fn of_checked_ballots(&self, situation: &ProblemSituation, answer: &Answers) -> ProblemOutcome {
        let passed = self.check.passed(situation, answer);
        let tried = Attempts::of(&passed, self.attempts);
        let samples = self.ballots as f64 * tried.expected * self.per_ballot();
        if tried.pass <= 0.0 {
            return ProblemOutcome { accepted: Answers::default(), samples };
        }
        let given_ballot = passed.scaled(1.0 / tried.pass);
        let cast = binomial::law(self.ballots, tried.success);
        let mut accepted = Answers::default();
        for (ballots, probability) in (0_u64..).zip(cast).filter(|(ballots, p)| *ballots >= self.agree && *p > 0.0) {
            accepted = accepted.plus(&self.won(ballots, situation, &given_ballot).scaled(probability));
        }
        ProblemOutcome { accepted, samples }
    }

    /// The winner of a vote is checked; the whole vote is tried again until a winner passes.
    fn of_checked_winner(&self, situation: &ProblemSituation, answer: &Answers) -> ProblemOutcome {
        let won = self.won(self.ballots, situation, answer);
        let passed = self.check.passed(situation, &won);
        let tried = Attempts::of(&passed, self.attempts);
        let per_vote = self.ballots as f64 * (1.0 + self.revisions as f64) + self.check.price * won.total();
        let accepted = if tried.pass > 0.0 { passed.scaled(tried.success / tried.pass) } else { Answers::default() };
        ProblemOutcome { accepted, samples: tried.expected * per_vote }
    }

    fn won(&self, ballots: u64, situation: &ProblemSituation, answer: &Answers) -> Answers {
        // Ballots are no more than samples, which are within the reach of a vote.
        elect(ballots, self.agree, situation.wrong_answers, answer).unwrap_or_default()
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
            place: self.place,
            most_samples: self.most_samples(),
            samples: all.samples,
            purity: purity(&all.accepted),
            accepted: all.accepted.total().min(1.0),
            by_difficulty: by_difficulty.iter().map(|(share, sum)| part(*share, sum)).collect(),
            runway: None,
        }
    }
}

/// Attempts until one passes.
struct Attempts {
    /// P(one passes).
    pass: f64,
    /// P(one of all passes).
    success: f64,
    /// Expected number.
    expected: f64,
}

impl Attempts {
    fn of(passed: &Answers, most: u64) -> Self {
        let pass = passed.total().min(1.0);
        if pass <= 0.0 {
            return Self { pass: 0.0, success: 0.0, expected: most as f64 };
        }
        // Powers of what fails, in logarithms: they keep their digits.
        let success = if pass < 1.0 { -(most as f64 * (-pass).ln_1p()).exp_m1() } else { 1.0 };
        Self { pass, success: success.min(1.0), expected: success / pass }
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

    /// One answer with its revisions.
    fn answered(rng: &mut ChaCha8Rng, revisions: u64, one: &ProblemSituation, rates: RevisionRates) -> usize {
        let mut answer = drawn(rng, &one.sample);
        for _ in 0..revisions {
            let u: f64 = rng.random();
            if answer == 0 && u < rates.right_to_wrong {
                while answer == 0 {
                    answer = drawn(rng, &one.sample);
                }
            } else if answer != 0 && u < rates.wrong_to_right {
                answer = 0;
            }
        }
        answer
    }

    fn passes(rng: &mut ChaCha8Rng, one: &ProblemSituation, answer: usize) -> bool {
        // Right answers by wrong steps are not seen by this check.
        let unsound = answer == 0 && rng.random::<f64>() < one.sample.unsound / one.sample.right();
        unsound || rng.random::<f64>() >= [0.2, 0.3, 0.7][answer.min(2)]
    }

    /// The answer with most votes, if these are enough.
    fn winner(rng: &mut ChaCha8Rng, votes: [u64; 5], agree: u64) -> Option<usize> {
        let most = votes.iter().copied().max().unwrap_or(0);
        let tied: Vec<usize> = (0..5).filter(|&answer| votes[answer] == most).collect();
        let winner = tied[rng.random_range(0..tied.len())];
        (most >= agree).then_some(winner)
    }

    /// A problem as it is described in words: whether the accepted answer is right, if one is, and the samples spent.
    fn played(
        rng: &mut ChaCha8Rng,
        plan: &DivisionPlan<'_>,
        one: &ProblemSituation,
        rates: RevisionRates,
    ) -> (Option<bool>, u64) {
        let mut spent = 0;
        if plan.place == CheckPlace::Winner {
            for _ in 0..plan.attempts {
                let mut votes = [0; 5];
                for _ in 0..plan.ballots {
                    votes[answered(rng, plan.revisions, one, rates)] += 1;
                    spent += 1 + plan.revisions;
                }
                let won = winner(rng, votes, plan.agree);
                if let Some(won) = won.filter(|&won| passes(rng, one, won)) {
                    return (Some(won == 0), spent);
                }
            }
            return (None, spent);
        }
        let mut votes = [0; 5];
        for _ in 0..plan.ballots {
            for _ in 0..plan.attempts {
                let answer = answered(rng, plan.revisions, one, rates);
                spent += 1 + plan.revisions;
                if passes(rng, one, answer) {
                    votes[answer] += 1;
                    break;
                }
            }
        }
        (winner(rng, votes, plan.agree).map(|won| won == 0), spent)
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
        let (ballots_checked, winner_checked) = (CheckPlace::Ballots, CheckPlace::Winner);
        for (ballots, agree, attempts, revisions, place) in [
            (1, 1, 1, 0, winner_checked),
            (1, 1, 4, 0, ballots_checked),
            (4, 1, 2, 1, ballots_checked),
            (4, 1, 2, 1, winner_checked),
            (5, 3, 1, 0, ballots_checked),
            (5, 3, 3, 0, winner_checked),
            (3, 2, 3, 2, ballots_checked),
        ] {
            let plan = DivisionPlan { ballots, agree, attempts, revisions, check: &check, place };
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
                let place = CheckPlace::Ballots;
                let plan = DivisionPlan { ballots: 1, agree: 1, attempts, revisions: 0, check: &check, place };
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
