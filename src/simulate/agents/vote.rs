//! The vote: every candidate's answer is counted, and the one with most votes is accepted if it has enough and not too many.

use crate::scenario::Scenario;

use super::solver::{AgentProblem, Solver};
use super::{AnswerKind, Examples, Stall};
use crate::simulate::stream::RandomStream;

/// Candidates for one problem, and who gives which answer.
#[derive(Debug)]
pub(super) struct CandidateBallot {
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

impl CandidateBallot {
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

    /// Whether an answer with this number of votes is accepted, where they decide it whatever the other candidates answer.
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
        problem: AgentProblem,
        stream: &mut RandomStream,
    ) -> Result<Option<AnswerKind>, Stall> {
        if self.candidates == 1 {
            return solver.candidate(problem, stream).map(Some);
        }
        self.open(solver.era.wrong_answers);
        for _ in 0..self.candidates {
            self.cast(solver.candidate(problem, stream)?, 1, stream);
        }
        Ok(self.close(stream))
    }

    /// Forgets the last problem for one with this number of random wrong answers.
    pub fn open(&mut self, wrong_answers: Option<u64>) {
        self.wrong_answers = wrong_answers;
        self.votes = Examples::default();
        self.scattered.clear();
    }

    /// Counts `candidates` that give the same kind of answer.
    pub fn cast(&mut self, answer: AnswerKind, candidates: u64, stream: &mut RandomStream) {
        self.votes.add(answer, candidates);
        if answer == AnswerKind::Random
            && let Some(answers) = self.wrong_answers
        {
            self.scattered.extend((0..candidates).map(|_| stream.below(answers)));
        }
    }

    /// The accepted answer, if one is.
    pub fn close(&mut self, stream: &mut RandomStream) -> Option<AnswerKind> {
        if !self.majority {
            return self.plurality(stream);
        }
        if self.votes.right() >= self.agree {
            Some(self.solution(stream))
        } else if self.votes.systematic >= self.agree {
            Some(AnswerKind::Systematic)
        } else {
            self.scattered_agree().then_some(AnswerKind::Random)
        }
    }

    /// The example: the solution of one of those who voted for the right answer.
    fn solution(&self, stream: &mut RandomStream) -> AnswerKind {
        if stream.below(self.votes.right()) < self.votes.sound { AnswerKind::Sound } else { AnswerKind::Unsound }
    }

    /// The answer with most votes, drawn among those that tie, if it is accepted.
    fn plurality(&mut self, stream: &mut RandomStream) -> Option<AnswerKind> {
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
            AnswerKind::Systematic
        } else {
            AnswerKind::Random
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

impl Solver<'_> {
    /// Base candidates for the problem that `ballot` is open for, from the first whose solution slips to the next; where
    /// `eventful`, at least one does.
    ///
    /// # Errors
    /// As [`Solver::candidate`].
    pub fn contest(
        &self,
        candidates: u64,
        eventful: bool,
        ballot: &mut CandidateBallot,
        stream: &mut RandomStream,
    ) -> Result<(), Stall> {
        let mut left = candidates;
        let mut next = if eventful {
            Some(self.slipping.certainly_within(left, stream))
        } else {
            self.slipping.within(left, stream)
        };
        while let Some(nth) = next {
            ballot.cast(AnswerKind::Sound, nth - 1, stream);
            let mut answer = self.slipped_walk(stream);
            if answer == AnswerKind::Random && stream.happens(self.era.systematic_share) {
                answer = self.base(stream)?;
            }
            ballot.cast(answer, 1, stream);
            left -= nth;
            next = self.slipping.within(left, stream);
        }
        ballot.cast(AnswerKind::Sound, left, stream);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;
    use crate::simulate::Engine;

    #[test]
    fn equal_answers_are_counted_together() {
        let text = "name = \"t\"\n[errors]\nwrong_answers = 9\n[vote]\ncandidates = 5\nagree = 3";
        let mut ballot = CandidateBallot::new(&Scenario::parse(text, Origin::Text, &[]).unwrap());
        for (scattered, agree) in
            [(vec![4, 1, 4, 4, 0], true), (vec![4, 1, 4, 0, 1], false), (vec![2, 2], false), (vec![], false)]
        {
            ballot.scattered = scattered;
            assert_eq!(ballot.scattered_agree(), agree);
        }
    }

    fn ballot(text: &str) -> CandidateBallot {
        CandidateBallot::new(&Scenario::parse(&format!("name = \"t\"\n{text}"), Origin::Text, &[]).unwrap())
    }

    /// Every way to cast four votes, of which random ones fall on two answers or each on its own: an answer wins as often as
    /// the ties say, within 4.5 standard errors.
    #[test]
    fn ties_are_broken_evenly_and_limits_are_kept() {
        let mut stream = RandomStream::new(31, Engine::Agents, 0);
        let ways = (0..=4_u64).flat_map(|right| (0..=4 - right).map(move |systematic| (right, systematic)));
        for (right, systematic) in ways {
            let random = 4 - right - systematic;
            let own = std::iter::repeat_n(1, random as usize).collect();
            let fallen = (0..=random).map(|first| (Some(2), vec![first, random - first]));
            for (wrong_answers, cells) in fallen.chain([(None, own)]) {
                for (agree, most) in [(1, 4), (2, 3), (1, 1), (3, 3)] {
                    let votes: Vec<u64> = [right, systematic].into_iter().chain(cells.iter().copied()).collect();
                    let text = format!("[vote]\ncandidates = 4\nagree = {agree}\nagree_at_most = {most}");
                    let seen = elect(&mut ballot(&text), wrong_answers, &votes, &mut stream);
                    let lead = votes.iter().copied().max().unwrap();
                    let tied = votes.iter().filter(|&&cast| cast == lead).count() as f64;
                    let share = |own: &[u64]| {
                        let won = own.iter().filter(|&&cast| cast == lead).count() as f64 / tied;
                        if (agree..=most).contains(&lead) { won } else { 0.0 }
                    };
                    for (seen, p) in seen.into_iter().zip([share(&votes[..1]), share(&votes[1..2]), share(&votes[2..])])
                    {
                        let se = (p * (1.0 - p) / ELECTIONS as f64).sqrt();
                        let apart = (seen as f64 / ELECTIONS as f64 - p).abs();
                        assert!(apart <= 4.5 * se, "{votes:?} {agree} {most}: {seen} against {p}");
                    }
                }
            }
        }
    }

    const ELECTIONS: u64 = 4_000;

    /// How often the right answer, the systematic one and a random one win with these votes.
    fn elect(
        ballot: &mut CandidateBallot,
        wrong_answers: Option<u64>,
        votes: &[u64],
        stream: &mut RandomStream,
    ) -> [u64; 3] {
        let mut won = [0; 3];
        for _ in 0..ELECTIONS {
            ballot.open(wrong_answers);
            ballot.votes = Examples { sound: votes[0], systematic: votes[1], ..Examples::default() };
            for (cell, &cast) in (0..).zip(&votes[2..]) {
                ballot.votes.random += cast;
                ballot.scattered.extend(std::iter::repeat_n(cell, cast as usize));
            }
            match ballot.close(stream) {
                Some(AnswerKind::Sound | AnswerKind::Unsound) => won[0] += 1,
                Some(AnswerKind::Systematic) => won[1] += 1,
                Some(AnswerKind::Random) => won[2] += 1,
                None => {}
            }
        }
        won
    }

    /// With the limits of a majority both ways to count say the same of every vote.
    #[test]
    fn a_majority_is_the_plurality_with_its_limits() {
        let mut stream = RandomStream::new(32, Engine::Agents, 0);
        let mut ballot = ballot("[vote]\ncandidates = 5\nagree = 3");
        for way in 0..4_u64.pow(5) {
            ballot.open(Some(2));
            for nth in 0..5 {
                match way / 4_u64.pow(nth) % 4 {
                    0 => ballot.votes.sound += 1,
                    1 => ballot.votes.systematic += 1,
                    cell => {
                        ballot.votes.random += 1;
                        ballot.scattered.push(cell);
                    }
                }
            }
            assert!(ballot.majority);
            assert_eq!(ballot.close(&mut stream), ballot.plurality(&mut stream));
        }
    }
}
