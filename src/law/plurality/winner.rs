//! Who wins a vote, once it is known who got how many votes.

use super::occupancy::Occupancy;

/// Numbers of votes with which the winner is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    pub least: u64,
    pub most: u64,
}

/// Probabilities that the winner is right, systematic or random, and within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Winner {
    pub right: f64,
    pub systematic: f64,
    pub random: f64,
}

impl Winner {
    /// Of a vote with so many votes for the right, for the systematic and for random wrong answers.
    pub fn of(table: &Occupancy, limits: Limits, right: usize, systematic: usize, random: usize) -> Self {
        let (least, most) = (limits.least as usize, limits.most as usize);
        let within = |votes: usize| votes >= least.max(1) && votes <= most;
        let (lead, tied) = (right.max(systematic), right == systematic);
        let mut winner = Self { random: table.between(random, lead, least, most), ..Self::default() };
        if within(lead) {
            let cells = table.fullest(random, lead);
            let share = if tied { cells.below / 2.0 + cells.two_more } else { cells.below + cells.one_more };
            winner.random += if tied { cells.exactly - 2.0 * cells.two_more } else { cells.exactly - cells.one_more };
            winner.right = if right == lead { share } else { 0.0 };
            winner.systematic = if systematic == lead { share } else { 0.0 };
        }
        winner
    }
}
