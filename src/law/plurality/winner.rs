//! Who wins a vote, once it is known who got how many votes.

use super::occupancy::Occupancy;

/// Numbers of votes with which the winner is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoteLimits {
    /// m, votes that the winner needs.
    pub least: u64,
    /// The most votes with which it is accepted.
    pub most: u64,
}

/// Probabilities that the winner is right, systematic or random, and within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Winner {
    pub right: f64,
    pub systematic: f64,
    pub random: f64,
}

/// What decides a vote besides the votes themselves.
#[derive(Debug)]
pub struct Voters<'a> {
    table: &'a Occupancy,
    limits: VoteLimits,
    /// For each number of random answers the probability that one of them leads with more than this number of votes, within the limits.
    leads: Vec<Vec<f64>>,
}

impl<'a> Voters<'a> {
    pub fn new(table: &'a Occupancy, limits: VoteLimits) -> Self {
        Self { table, limits, leads: table.leads(limits.least as usize, limits.most as usize, |_| 1.0) }
    }

    /// Probability that one of `random` random answers leads with more than `lead` votes, within the limits.
    pub fn ahead(&self, random: usize, lead: usize) -> f64 {
        beyond(&self.leads, random, lead)
    }

    /// Whether a random answer never has enough votes.
    pub fn are_scattered(&self) -> bool {
        self.table.scattered() && self.limits.least > 1
    }
}

/// The entry of a table of [`Occupancy::leads`]; nobody leads beyond its end.
pub fn beyond(leads: &[Vec<f64>], random: usize, lead: usize) -> f64 {
    leads[random].get(lead).copied().unwrap_or(0.0)
}

impl Winner {
    /// Of a vote with these numbers of votes for the right, for the systematic and for random wrong answers.
    pub fn of(voters: &Voters<'_>, right: usize, systematic: usize, random: usize) -> Self {
        let (table, least, most) = (voters.table, voters.limits.least as usize, voters.limits.most as usize);
        let within = |votes: usize| votes >= least.max(1) && votes <= most;
        let (lead, tied) = (right.max(systematic), right == systematic);
        let mut winner = Self { random: voters.ahead(random, lead), ..Self::default() };
        if within(lead) {
            let cells = table.fullest(random, lead);
            let share = if tied { cells.below / 2.0 + cells.two_more } else { cells.below + cells.one_more };
            winner.random += if tied { cells.exactly - 2.0 * cells.two_more } else { cells.exactly - cells.one_more };
            winner.right = if right == lead { share } else { 0.0 };
            winner.systematic = if systematic == lead { share } else { 0.0 };
        }
        winner
    }

    /// Adds `weight` times another.
    pub fn add(&mut self, weight: f64, other: &Self) {
        self.right += weight * other.right;
        self.systematic += weight * other.systematic;
        self.random += weight * other.random;
    }

    /// The difference, part by part.
    pub fn less(&self, other: &Self) -> Self {
        Self {
            right: self.right - other.right,
            systematic: self.systematic - other.systematic,
            random: self.random - other.random,
        }
    }
}
