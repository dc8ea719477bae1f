//! The vote: every candidate's answer is counted, and one with enough votes is accepted.

use crate::scenario::Scenario;

use super::model::{Model, Problem};
use super::{Answer, Examples, Stall};
use crate::simulate::stream::Stream;

/// Candidates for one problem, and who gives which answer.
#[derive(Debug)]
pub(super) struct Ballot {
    candidates: u64,
    agree: u64,
    /// D; `None` when random wrong answers never coincide.
    wrong_answers: Option<u64>,
    /// Votes on the present problem for answers that are not scattered.
    votes: Examples,
    /// The random wrong answers given to the present problem, as numbers below D; kept to spare an allocation for each.
    scattered: Vec<u64>,
}

impl Ballot {
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            candidates: scenario.vote.candidates.get(),
            agree: scenario.vote.agree.get(),
            wrong_answers: scenario.errors.wrong_answers.map(crate::quantity::Count::get),
            votes: Examples::default(),
            scattered: Vec::new(),
        }
    }

    /// k.
    pub fn candidates(&self) -> u64 {
        self.candidates
    }

    /// m.
    pub fn agree(&self) -> u64 {
        self.agree
    }

    /// Asks k candidates and returns the accepted answer, if one has enough votes. A single candidate is no vote.
    ///
    /// # Errors
    /// As [`Model::candidate`].
    pub fn vote(&mut self, model: &Model<'_>, problem: Problem, stream: &mut Stream) -> Result<Option<Answer>, Stall> {
        if self.candidates == 1 {
            return model.candidate(problem, stream).map(Some);
        }
        self.open();
        for _ in 0..self.candidates {
            self.cast(model.candidate(problem, stream)?, 1, stream);
        }
        Ok(self.close(stream))
    }

    /// Forgets the last problem.
    pub fn open(&mut self) {
        self.votes = Examples::default();
        self.scattered.clear();
    }

    /// Counts `candidates` that give the same kind of answer.
    pub fn cast(&mut self, answer: Answer, candidates: u64, stream: &mut Stream) {
        match answer {
            Answer::Sound => self.votes.sound += candidates,
            Answer::Unsound => self.votes.unsound += candidates,
            Answer::Systematic => self.votes.systematic += candidates,
            Answer::Random => {
                if let Some(answers) = self.wrong_answers {
                    self.scattered.extend((0..candidates).map(|_| stream.below(answers)));
                }
            }
        }
    }

    /// The accepted answer, if one has enough votes.
    pub fn close(&mut self, stream: &mut Stream) -> Option<Answer> {
        let Examples { sound, unsound, systematic, .. } = self.votes;
        if sound + unsound >= self.agree {
            // The example is the solution of one of those who voted for it.
            Some(if stream.below(sound + unsound) < sound { Answer::Sound } else { Answer::Unsound })
        } else if systematic >= self.agree {
            Some(Answer::Systematic)
        } else {
            self.scattered_agree().then_some(Answer::Random)
        }
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
