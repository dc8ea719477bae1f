//! A model of one generation before one class of problems: how it meets them, and how it walks through solutions.

use super::era::AgentEra;
use super::{AgentBelief, AnswerKind, Examples, MAX_FRUITLESS, Stall};
use crate::simulate::beliefs::BeliefCounts;
use crate::simulate::binomial;
use crate::simulate::stream::{Jump, RandomStream};

/// What a problem provokes in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AgentProblem {
    /// Nothing but chance mistakes.
    Plain,
    /// One systematic mistake, fresh or believed.
    Systematic,
    /// A wrong step that the model takes for a right one.
    WrongStep,
}

/// A model with given beliefs, before one class of problems.
#[derive(Debug)]
pub(super) struct Solver<'a> {
    pub era: &'a AgentEra,
    /// Share of unsound and wrong beliefs.
    pub mistaken: f64,
    slip: Jump,
    /// From one solution with a slip to the next.
    pub slipping: Jump,
    recovery: Jump,
    recovers: bool,
    /// h, probability that a problem met by a sound belief provokes a systematic mistake.
    pub provoked: f64,
    /// Error rate on these problems, as an evaluation would measure it.
    pub error_rate: f64,
}

impl<'a> Solver<'a> {
    pub fn new(era: &'a AgentEra, beliefs: BeliefCounts) -> Self {
        let BeliefCounts { unsound, wrong, .. } = beliefs;
        let (sound, all) = (beliefs.sound(), beliefs.all as f64);
        let (share, consistency) = (era.systematic_share, era.consistency);
        let mistaken_share = (unsound + wrong) as f64 / all;
        let step_error = era.step_error(mistaken_share);
        let (right_outcome, wrong_outcome) = era.outcome(step_error);
        let provoked = if consistency > 0.0 { (wrong_outcome * share / consistency).min(1.0) } else { 0.0 };
        // A candidate that shows no systematic mistake is wrong with this probability. Where every solution is one,
        // there is no such candidate; it could only be right.
        let scattered = wrong_outcome * (1.0 - share);
        let astray = if right_outcome + scattered > 0.0 { scattered / (right_outcome + scattered) } else { 0.0 };
        let mistaken = |shown: f64, then_wrong: f64| shown * then_wrong + (1.0 - shown) * astray;
        let error_rate = sound as f64 / all * mistaken(provoked * consistency, 1.0)
            + unsound as f64 / all * mistaken(consistency, era.stuck)
            + wrong as f64 / all * mistaken(consistency, 1.0);
        let slip = Jump::new(step_error);
        Self {
            era,
            mistaken: mistaken_share,
            slip,
            slipping: slip.stretches(era.steps),
            recovers: era.recovery > 0.0,
            recovery: Jump::new(era.recovery),
            provoked,
            error_rate: error_rate.min(1.0),
        }
    }

    /// A problem that meets a belief.
    pub fn problem(&self, belief: AgentBelief, stream: &mut RandomStream) -> AgentProblem {
        match belief {
            AgentBelief::Sound if stream.happens(self.provoked) => AgentProblem::Systematic,
            AgentBelief::Sound => AgentProblem::Plain,
            AgentBelief::Unsound => AgentProblem::WrongStep,
            AgentBelief::Wrong => AgentProblem::Systematic,
        }
    }

    /// One candidate's answer to a problem.
    ///
    /// # Errors
    /// [`Stall::Redraws`] where every solution is a systematic mistake.
    pub fn candidate(&self, problem: AgentProblem, stream: &mut RandomStream) -> Result<AnswerKind, Stall> {
        if problem == AgentProblem::Plain || !stream.happens(self.era.consistency) {
            return self.base(stream);
        }
        Ok(match problem {
            AgentProblem::WrongStep if self.lucky(stream) => AnswerKind::Unsound,
            _ => AnswerKind::Systematic,
        })
    }

    /// A candidate that shows no systematic mistake: solutions are walked until one is none.
    ///
    /// # Errors
    /// As [`Solver::candidate`].
    pub fn base(&self, stream: &mut RandomStream) -> Result<AnswerKind, Stall> {
        for _ in 0..MAX_FRUITLESS {
            let answer = self.walk(stream);
            if answer != AnswerKind::Random || !stream.happens(self.era.systematic_share) {
                return Ok(answer);
            }
        }
        Err(Stall::Redraws(MAX_FRUITLESS))
    }

    /// A number of candidates that show no systematic mistake. The number of walks without a slip is drawn at once; those that
    /// slip are walked one by one, unless nothing can save them.
    ///
    /// # Errors
    /// As [`Solver::candidate`].
    pub fn bases(&self, mut candidates: u64, stream: &mut RandomStream) -> Result<Examples, Stall> {
        let mut answers = Examples::default();
        let mut redraws = 0;
        while candidates > 0 {
            if redraws == MAX_FRUITLESS {
                return Err(Stall::Redraws(redraws));
            }
            redraws += 1;
            let slipping = binomial::draw(candidates, self.slipping.some(1), stream);
            let saved = if self.recovers {
                (0..slipping).filter(|_| self.slipped_walk(stream) == AnswerKind::Unsound).count() as u64
            } else {
                0
            };
            let wrong = slipping - saved;
            answers.sound += candidates - slipping;
            answers.unsound += saved;
            candidates = binomial::draw(wrong, self.era.systematic_share, stream);
            answers.random += wrong - candidates;
        }
        Ok(answers)
    }

    /// Probability that at least one of this number of solutions slips.
    pub fn slips(&self, solutions: u64) -> f64 {
        self.slipping.some(solutions)
    }

    /// Walks a solution that is known to slip.
    pub fn slipped_walk(&self, stream: &mut RandomStream) -> AnswerKind {
        if !self.recovers {
            return AnswerKind::Random;
        }
        let mut left = self.era.steps - self.slip.certainly_within(self.era.steps, stream);
        loop {
            let Some(back) = self.recovery.within(left, stream) else { return AnswerKind::Random };
            left -= back;
            let Some(slip) = self.slip.within(left, stream) else { return AnswerKind::Unsound };
            left -= slip;
        }
    }

    /// Walks one solution from slip to recovery to slip. A wrong outcome is [`AnswerKind::Random`] until it is found systematic.
    fn walk(&self, stream: &mut RandomStream) -> AnswerKind {
        let mut left = self.era.steps;
        let mut answer = AnswerKind::Sound;
        while let Some(slip) = self.slip.within(left, stream) {
            left -= slip;
            let Some(back) = self.recovery.within(left, stream) else { return AnswerKind::Random };
            left -= back;
            answer = AnswerKind::Unsound;
        }
        answer
    }

    /// Whether a solution that repeats a wrong step somewhere finds back to the right answer.
    pub fn lucky(&self, stream: &mut RandomStream) -> bool {
        let later_steps = stream.below(self.era.steps);
        self.recovery.within(later_steps, stream).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Origin, Scenario};
    use crate::simulate::Engine;

    const DRAWS: u64 = 200_000;

    fn scenario(text: &str) -> Scenario {
        Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap()
    }

    fn near(hits: u64, p: f64, what: &str) {
        let se = (p * (1.0 - p) / DRAWS as f64).sqrt();
        let seen = hits as f64 / DRAWS as f64;
        assert!((seen - p).abs() <= 4.0 * se, "{what}: {seen} against {p}, {} se", (seen - p) / se);
    }

    fn count(mut draw: impl FnMut() -> bool) -> u64 {
        (0..DRAWS).filter(|_| draw()).count() as u64
    }

    const CASES: [&str; 5] = [
        "[errors]\nstep_error = 0.02",
        "[errors]\nstep_error = 0.02\nrecovery = 0.1\nconsistency = 0.7\nsystematic_share = 0.4",
        "[task]\nsteps = 3\n[errors]\nstep_error = 0.3\nrecovery = 0.9\nconsistency = 0.5\namplification = 1",
        "[errors]\nstep_error = 1\nrecovery = 0.4\nsystematic_share = 1",
        "[errors]\nstep_error = 0.02\nconsistency = 0",
    ];

    #[test]
    fn sampled_candidates_are_wrong_as_often_as_the_error_rate_says() {
        for (number, text) in (0..).zip(CASES) {
            let scenario = scenario(text);
            let eras = AgentEra::classes(&scenario, 0);
            let solver = Solver::new(&eras[0], BeliefCounts { unsound: 3, wrong: 2, all: 10 });
            let mut stream = RandomStream::new(5, Engine::Agents, number);
            let beliefs =
                [[AgentBelief::Sound; 5].as_slice(), &[AgentBelief::Unsound; 3], &[AgentBelief::Wrong; 2]].concat();
            let wrong = count(|| {
                let belief = beliefs[stream.below(10) as usize];
                let problem = solver.problem(belief, &mut stream);
                matches!(solver.candidate(problem, &mut stream).unwrap(), AnswerKind::Systematic | AnswerKind::Random)
            });
            near(wrong, solver.error_rate, text);
        }
    }

    #[test]
    fn walks_and_luck_follow_the_recursions() {
        for (number, text) in (0..).zip(CASES) {
            let scenario = scenario(text);
            let eras = AgentEra::classes(&scenario, 0);
            let (era, solver) = (&eras[0], Solver::new(&eras[0], BeliefCounts { unsound: 0, wrong: 0, all: 1 }));
            let mut stream = RandomStream::new(6, Engine::Agents, number);
            let (right, wrong) = era.outcome(era.step_error(0.0));
            let sound = (1.0 - era.step_error(0.0)).powf(era.steps as f64);
            near(count(|| solver.walk(&mut stream) == AnswerKind::Random), wrong, "wrong");
            near(count(|| solver.walk(&mut stream) == AnswerKind::Sound), sound, "sound");
            near(count(|| solver.walk(&mut stream) == AnswerKind::Unsound), (right - sound).max(0.0), "unsound");
            near(count(|| solver.lucky(&mut stream)), 1.0 - era.stuck, "luck");
        }
    }

    #[test]
    fn a_flawless_model_makes_no_mistake() {
        let scenario = scenario("[errors]\nstep_error = 0");
        let eras = AgentEra::classes(&scenario, 0);
        let solver = Solver::new(&eras[0], BeliefCounts { unsound: 0, wrong: 0, all: 9 });
        let mut stream = RandomStream::new(7, Engine::Agents, 0);
        assert_eq!(solver.error_rate, 0.0);
        assert!((0..1000).all(|_| solver.base(&mut stream) == Ok(AnswerKind::Sound)));
    }

    #[test]
    fn rejection_without_end_is_given_up() {
        let scenario = scenario("[errors]\nstep_error = 1\nsystematic_share = 1");
        let eras = AgentEra::classes(&scenario, 0);
        let solver = Solver::new(&eras[0], BeliefCounts { unsound: 0, wrong: 0, all: 1 });
        let stalled = solver.base(&mut RandomStream::new(8, Engine::Agents, 0));
        assert_eq!(stalled, Err(Stall::Redraws(MAX_FRUITLESS)));
    }
}
