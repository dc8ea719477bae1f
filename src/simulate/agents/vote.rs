//! The vote: every candidate's answer is counted, and the one with most votes is accepted if it has enough and not too many.

use crate::scenario::Scenario;

use super::solver::{Problem, Solver};
use super::{Answer, Examples, Stall};
use crate::simulate::stream::Stream;

/// Candidates for one problem, and who gives which answer.
#[derive(Debug)]
pub(super) struct Ballot {
    candidates: u64,
    agree: u64,
    most: u64,
    /// Whether at most one answer can have the votes that it needs, and no number of them is too many.
    majority: bool,
    /// D of the present problem; `None` when random wrong answers never coincide.
    wrong_answers: Option<u64>,
    /// Votes on the present problem by the kind of answer.
    votes: Examples,
    /// The random wrong answers given to the present problem, as numbers below D; kept to spare an allocation for each.
    scattered: Vec<u64>,
}

impl Ballot {
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            candidates: scenario.vote.candidates.get(),
            agree: scenario.vote.agree.get(),
            most: scenario.vote.most(),
            majority: scenario.vote.is_majority(),
            wrong_answers: None,
            votes: Examples::default(),
            scattered: Vec::new(),
        }
    }

    /// k.
    pub fn candidates(&self) -> u64 {
        self.candidates
    }

    /// Whether an answer with so many votes is accepted, where they decide it whatever the other candidates answer.
    pub fn decided(&self, votes: u64) -> Option<bool> {
        if self.majority {
            (votes >= self.agree).then_some(true)
        } else {
            (2 * votes > self.candidates).then(|| self.accepts(votes))
        }
    }

    /// Whether the answer with most votes is accepted.
    fn accepts(&self, votes: u64) -> bool {
        (self.agree..=self.most).contains(&votes)
    }

    /// Asks k candidates and returns the accepted answer, if one has enough votes. A single candidate is no vote.
    ///
    /// # Errors
    /// As [`Solver::candidate`].
    pub fn vote(
        &mut self,
        solver: &Solver<'_>,
        problem: Problem,
        stream: &mut Stream,
    ) -> Result<Option<Answer>, Stall> {
        if self.candidates == 1 {
            return solver.candidate(problem, stream).map(Some);
        }
        self.open(solver.era.wrong_answers);
        for _ in 0..self.candidates {
            self.cast(solver.candidate(problem, stream)?, 1, stream);
        }
        Ok(self.close(stream))
    }

    /// Forgets the last problem for one whose random wrong answers are so many.
    pub fn open(&mut self, wrong_answers: Option<u64>) {
        self.wrong_answers = wrong_answers;
        self.votes = Examples::default();
        self.scattered.clear();
    }

    /// Counts `candidates` that give the same kind of answer.
    pub fn cast(&mut self, answer: Answer, candidates: u64, stream: &mut Stream) {
        self.votes.add(answer, candidates);
        if answer == Answer::Random
            && let Some(answers) = self.wrong_answers
        {
            self.scattered.extend((0..candidates).map(|_| stream.below(answers)));
        }
    }

    /// The accepted answer, if one is.
    pub fn close(&mut self, stream: &mut Stream) -> Option<Answer> {
        if !self.majority {
            return self.plurality(stream);
        }
        if self.votes.right() >= self.agree {
            Some(self.solution(stream))
        } else if self.votes.systematic >= self.agree {
            Some(Answer::Systematic)
        } else {
            self.scattered_agree().then_some(Answer::Random)
        }
    }

    /// The example: the solution of one of those who voted for the right answer.
    fn solution(&self, stream: &mut Stream) -> Answer {
        if stream.below(self.votes.right()) < self.votes.sound { Answer::Sound } else { Answer::Unsound }
    }

    /// The answer with most votes, drawn among those that tie, if it is accepted.
    fn plurality(&mut self, stream: &mut Stream) -> Option<Answer> {
        let (scattered, alike) = self.scattered_most();
        let (right, systematic) = (self.votes.right(), self.votes.systematic);
        let votes = right.max(systematic).max(scattered);
        if !self.accepts(votes) {
            return None;
        }
        let ties = |cast: u64, answers: u64| if cast == votes { answers } else { 0 };
        let (right, systematic) = (ties(right, 1), ties(systematic, 1));
        let drawn = stream.below(right + systematic + ties(scattered, alike));
        Some(if drawn < right {
            self.solution(stream)
        } else if drawn < right + systematic {
            Answer::Systematic
        } else {
            Answer::Random
        })
    }

    /// The most votes that one random wrong answer has, and how many of these answers have as many.
    fn scattered_most(&mut self) -> (u64, u64) {
        if self.wrong_answers.is_none() {
            return (self.votes.random.min(1), self.votes.random);
        }
        self.scattered.sort_unstable();
        let mut most = (0, 0);
        for same in self.scattered.chunk_by(|one, other| one == other) {
            let votes = same.len() as u64;
            if votes > most.0 {
                most = (votes, 0);
            }
            most.1 += u64::from(votes == most.0);
        }
        most
    }

    /// Whether enough random wrong answers are the same one.
    fn scattered_agree(&mut self) -> bool {
        if (self.scattered.len() as u64) < self.agree {
            return false;
        }
        self.scattered.sort_unstable();
        self.scattered.chunk_by(|one, other| one == other).any(|same| same.len() as u64 >= self.agree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    #[test]
    fn equal_answers_are_counted_together() {
        let text = "name = \"t\"\n[errors]\nwrong_answers = 9\n[vote]\ncandidates = 5\nagree = 3";
        let mut ballot = Ballot::new(&Scenario::parse(text, Origin::Text, &[]).unwrap());
        for (scattered, agree) in
            [(vec![4, 1, 4, 4, 0], true), (vec![4, 1, 4, 0, 1], false), (vec![2, 2], false), (vec![], false)]
        {
            ballot.scattered = scattered;
            assert_eq!(ballot.scattered_agree(), agree);
        }
    }
}
