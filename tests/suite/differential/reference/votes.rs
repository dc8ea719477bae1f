//! A vote won by the answer with most votes, from its definition (docs/model.md, section 4).
//!
//! k candidates give right, systematic and random answers with probabilities r, s and q, a random one being each of D answers
//! with q/D. By the exponential generating function of independent answers, answer a wins with v votes with probability
//!   k! [z^k] (p_a z)^v/v! ∏_{b ≠ a} (Σ_{i<v} (p_b z)^i/i! + τ (p_b z)^v/v!), each τ^c weighted with 1/(c + 1):
//! the others have fewer votes, or are c that tie, and one of all tied is taken at random.

use super::super::precise::Precise;

/// Coefficients of z^n τ^c, by n and c.
type Series = Vec<Vec<Precise>>;

/// By votes z^n of random answers: the sum over c of the coefficients over c + 1, c + 2 and c + 3, one for each other tie.
type Table = Vec<[Precise; 3]>;

/// A vote among so many candidates, with what does not depend on their probabilities.
pub struct Votes {
    candidates: usize,
    /// D; none where random answers never coincide.
    answers: Option<u64>,
    /// Of all random answers, by v − 1.
    all: Vec<Table>,
    /// Of all but the winner.
    others: Vec<Table>,
    /// Multiplications of one count of votes.
    pub price: u64,
}

/// Numbers of votes with which the winner is accepted.
#[derive(Clone, Copy)]
pub struct Limits {
    pub least: usize,
    pub most: usize,
}

fn times(a: &Series, b: &Series) -> Series {
    let most = a.len();
    let mut product = vec![Vec::new(); most];
    for (i, left) in a.iter().enumerate() {
        for (j, right) in b.iter().enumerate().take(most - i) {
            let row: &mut Vec<Precise> = &mut product[i + j];
            for (c, x) in left.iter().enumerate() {
                for (d, y) in right.iter().enumerate() {
                    row.resize(row.len().max(c + d + 1), Precise::ZERO);
                    row[c + d] = row[c + d] + *x * *y;
                }
            }
        }
    }
    product
}

/// The series of one random answer: fewer votes than `votes`, or as many and a tie.
fn one_answer(candidates: usize, votes: usize) -> Series {
    let mut factorial = Precise::one();
    (0..=candidates)
        .map(|i| {
            factorial = if i > 0 { factorial * Precise::count(i as u64) } else { factorial };
            let term = Precise::one() / factorial;
            match i.cmp(&votes) {
                std::cmp::Ordering::Less => vec![term],
                std::cmp::Ordering::Equal => vec![Precise::ZERO, term],
                std::cmp::Ordering::Greater => vec![],
            }
        })
        .collect()
}

/// The series of answers without number, each given at most once: e^z, or e^(τz) where one vote is a tie.
fn never_coinciding(candidates: usize, votes: usize) -> Series {
    let mut series = one_answer(candidates, candidates + 1);
    if votes == 1 {
        for (n, row) in series.iter_mut().enumerate() {
            row.splice(0..0, vec![Precise::ZERO; n]);
        }
    }
    series
}

fn power(base: &Series, mut power: u64) -> Series {
    let mut square = base.clone();
    let mut result: Series = (0..base.len()).map(|n| if n == 0 { vec![Precise::one()] } else { vec![] }).collect();
    while power > 0 {
        if power & 1 == 1 {
            result = times(&result, &square);
        }
        square = times(&square, &square);
        power >>= 1;
    }
    result
}

fn table(series: &Series) -> Table {
    let tied = |row: &[Precise], other: u64| {
        row.iter().zip(1..).map(|(x, c): (&Precise, u64)| *x / Precise::count(c + other)).sum()
    };
    series.iter().map(|row| [0, 1, 2].map(|other| tied(row, other))).collect()
}

/// p^j/j!, j from 0.
fn powers(p: Precise, candidates: usize) -> Vec<Precise> {
    let next = |power: &mut Precise, j: usize| Some(std::mem::replace(power, *power * p / Precise::count(j as u64)));
    (1..=candidates + 1).scan(Precise::one(), next).collect()
}

impl Votes {
    pub fn new(candidates: u64, answers: Option<u64>) -> Self {
        let k = candidates as usize;
        let of = |v: usize, cells: Option<u64>| {
            table(&cells.map_or_else(|| never_coinciding(k, v), |cells| power(&one_answer(k, v), cells)))
        };
        Self {
            candidates: k,
            answers,
            all: (1..=k).map(|v| of(v, answers)).collect(),
            others: (1..=k).map(|v| of(v, answers.map(|cells| cells - 1))).collect(),
            price: (1..=k).map(|v| 6 * (v + 1) + 3 * (v + 1).pow(2).min(k * k / 2)).sum::<usize>() as u64,
        }
    }

    /// Probabilities that a right, the systematic and any random answer wins within limits.
    pub fn accepted(&self, limits: Limits, [right, systematic, random]: [Precise; 3]) -> [Precise; 3] {
        let k = self.candidates;
        let each = self.answers.map_or(random, |answers| random / Precise::count(answers));
        let (right, systematic) = (powers(right, k), powers(systematic, k));
        let scattered = (0..=k as u64).map(|n| each.power(n)).collect::<Vec<_>>();
        let all = (1..=k as u64).fold(Precise::one(), |all, i| all * Precise::count(i));
        let mut won = [Precise::ZERO; 3];
        for v in limits.least..=limits.most {
            won[0] = won[0] + right[v] * self.against(v, &systematic, &scattered);
            won[1] = won[1] + systematic[v] * self.against(v, &right, &scattered);
            won[2] = won[2] + self.one_of_many(v, each) * self.against_both(v, &right, &systematic, &scattered);
        }
        won.map(|won| won * all)
    }

    /// What stands against v votes for the right answer or the systematic one: the other of the two, and random ones.
    fn against(&self, v: usize, other: &[Precise], scattered: &[Precise]) -> Precise {
        let left = self.candidates - v;
        (0..=v.min(left)).map(|l| other[l] * self.all[v - 1][left - l][usize::from(l == v)] * scattered[left - l]).sum()
    }

    /// (q/D)^v/v! for each of the D random answers; those that never coincide have one vote.
    fn one_of_many(&self, v: usize, each: Precise) -> Precise {
        match self.answers {
            Some(answers) => powers(each, self.candidates)[v] * Precise::count(answers),
            None if v == 1 => each,
            None => Precise::ZERO,
        }
    }

    fn against_both(&self, v: usize, right: &[Precise], systematic: &[Precise], scattered: &[Precise]) -> Precise {
        let left = self.candidates - v;
        let table = &self.others[v - 1];
        let mut sum = Precise::ZERO;
        for j in 0..=v.min(left) {
            for l in 0..=v.min(left - j) {
                let ties = usize::from(j == v) + usize::from(l == v);
                sum = sum + right[j] * systematic[l] * table[left - j - l][ties] * scattered[left - j - l];
            }
        }
        sum
    }
}

/// Every sequence of candidates' answers, counted one by one: 0 is right, 1 systematic, from 2 on random.
#[test]
fn votes_are_those_of_all_sequences() {
    let chances = [0.35, 0.4, 0.25];
    for (candidates, answers) in
        [(1, Some(2)), (2, Some(1)), (3, None), (4, Some(3)), (5, None), (5, Some(2)), (6, Some(2))]
    {
        let votes = Votes::new(candidates as u64, answers);
        for limits in (1..=candidates).flat_map(|least| (least..=candidates).map(move |most| Limits { least, most })) {
            let told = votes.accepted(limits, chances.map(Precise::of));
            for (told, counted) in told.iter().zip(counted(candidates, answers, limits, chances)) {
                assert!(
                    (told.value() - counted).abs() < 1e-14,
                    "{candidates} of {answers:?}: {} {counted}",
                    told.value()
                );
            }
        }
    }
}

/// Where random answers never coincide each candidate has one of its own.
fn counted(candidates: usize, answers: Option<u64>, limits: Limits, [right, systematic, random]: [f64; 3]) -> [f64; 3] {
    let cells = answers.unwrap_or(1) as usize;
    let mut won = [0.0; 3];
    for sequence in 0..(2 + cells).pow(candidates as u32) {
        let mut tally = vec![0; 2 + cells.max(candidates)];
        let (mut left, mut chance) = (sequence, 1.0);
        for candidate in 0..candidates {
            let answer = left % (2 + cells);
            left /= 2 + cells;
            chance *= [right, systematic, random / cells as f64][answer.min(2)];
            tally[if answers.is_none() && answer == 2 { 2 + candidate } else { answer }] += 1;
        }
        let most = tally.iter().copied().max().unwrap();
        if (limits.least..=limits.most).contains(&most) {
            let tied: Vec<usize> = (0..tally.len()).filter(|&answer| tally[answer] == most).collect();
            tied.iter().for_each(|&answer| won[answer.min(2)] += chance / tied.len() as f64);
        }
    }
    won
}
