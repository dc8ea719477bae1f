//! One generation at a composition: sections 2 to 5 of docs/model.md, problem by problem.

use std::rc::Rc;

use serde_json::Value;

use super::super::precise::Precise;
use super::kinds::Kinds;
use super::votes::{Limits, Votes};

fn zero() -> Precise {
    Precise::ZERO
}

fn one() -> Precise {
    Precise::one()
}

/// P(Bin(n, p) ≥ m).
fn at_least(m: u64, n: u64, p: Precise) -> Precise {
    let mut choose = one();
    let mut sum = zero();
    for k in 0..=n {
        if k >= m {
            sum = sum + choose * p.power(k) * p.rest().power(n - k);
        }
        choose = choose * Precise::count(n - k) / Precise::count(k + 1);
    }
    sum
}

/// What one generation does at a composition.
pub struct Generation {
    pub error: Precise,
    pub accepted: Precise,
    /// (q_U, q_W); none where nothing is accepted.
    pub next: Option<[Precise; 2]>,
}

/// Problems of one difficulty at one generation.
pub struct Bin {
    pub share: Precise,
    pub steps: u64,
    pub slip: Precise,
    pub systematic_share: Precise,
    pub consistency: Precise,
    pub answers: Option<u64>,
    pub votes: Option<Rc<Votes>>,
}

/// The law of one generation.
pub struct Law<'a> {
    pub file: &'a Value,
    pub bins: Vec<Bin>,
    pub luck: Vec<Precise>,
}

/// A situation in which a problem is attempted: its weight, and one candidate's answer.
type Situation = (Precise, Kinds);

/// What vote and filters do to answers.
struct Checked {
    error: Precise,
    accepted: Kinds,
    /// Right and wrong winners of the vote, whatever its limits.
    won: [Precise; 2],
}

/// What is rejected of wrong winners and of right ones, and J.
pub struct Meter {
    pub wrong_rejected: Precise,
    pub right_rejected: Precise,
    pub discrimination: Precise,
    /// Probability of the rarer of wrong and right winners.
    pub rarer: Precise,
}

/// What two shares leave of 1; quotients are cut at their last digit, so that less than 1e-70 is nothing.
pub fn left_by([a, b]: [Precise; 2]) -> Precise {
    let left = (a + b).rest();
    if left.is_positive() && left.log10() > -70.0 { left } else { zero() }
}

/// φ of section 3, as the average over the places of the slip.
pub fn luck(recovery: Precise, steps: u64) -> Precise {
    if recovery.is_zero() {
        return zero();
    }
    let mut missed = one();
    let mut sum = zero();
    for _ in 0..steps {
        sum = sum + missed.rest();
        missed = missed * recovery.rest();
    }
    sum / Precise::count(steps)
}

/// Section 2: P(on), P(back) and P(off) after the steps.
fn solution(mut steps: u64, e: Precise, r: Precise) -> [Precise; 3] {
    let mut square = [[e.rest(), zero(), e], [zero(), e.rest(), e], [zero(), r, r.rest()]];
    let times = |a: &[[Precise; 3]; 3], b: &[[Precise; 3]; 3]| {
        [0, 1, 2].map(|i| [0, 1, 2].map(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
    };
    let mut walked = [0, 1, 2].map(|i| [0, 1, 2].map(|j| if i == j { one() } else { zero() }));
    while steps > 0 {
        if steps & 1 == 1 {
            walked = times(&walked, &square);
        }
        square = times(&square, &square);
        steps >>= 1;
    }
    walked[0]
}

impl Law<'_> {
    fn number(&self, table: &str, key: &str) -> Precise {
        Precise::of(self.file[table][key].as_f64().unwrap())
    }

    /// A key that is written only where it is not its default.
    fn number_or(&self, table: &str, key: &str, default: f64) -> Precise {
        Precise::of(self.file[table][key].as_f64().unwrap_or(default))
    }

    /// k, and the limits of the vote.
    fn vote(&self) -> (u64, Limits) {
        let count = |key: &str| self.file["vote"][key].as_u64();
        let k = count("candidates").unwrap();
        let most = count("agree_at_most").unwrap_or(k);
        (k, Limits { least: count("agree").unwrap() as usize, most: most as usize })
    }

    /// Multiplications, about, that one composition costs.
    pub fn price(&self) -> u64 {
        let vote = |bin: &Bin| bin.votes.as_ref().map_or(100, |votes| votes.price);
        self.bins.iter().map(|bin| 400 + 3 * vote(bin)).sum::<u64>() + 800
    }

    /// Section 3: the situations of a problem, and the base candidate.
    fn situations(&self, bin: &Bin, luck: Precise, x: [Precise; 2]) -> (Vec<Situation>, Kinds) {
        let amplified = one() + self.number("errors", "amplification") * (x[0] + x[1]);
        let slip = (bin.slip * amplified).min(one());
        let [s, b, o] = solution(bin.steps, slip, self.number("errors", "recovery"));
        let (sigma, gamma) = (bin.systematic_share, bin.consistency);
        let others = s + b + o * sigma.rest();
        // Where every outcome is a systematic mistake, the limit from milder slips.
        let base = if others.is_zero() {
            Kinds { sound: one(), ..Kinds::NONE }
        } else {
            Kinds { sound: s / others, unsound: b / others, systematic: zero(), random: o * sigma.rest() / others }
        };
        let h = if gamma.is_zero() { zero() } else { (o * sigma / gamma).min(one()) };
        let otherwise = base.times(gamma.rest());
        let shown = Kinds { systematic: gamma, ..otherwise };
        let repeated =
            Kinds { unsound: otherwise.unsound + gamma * luck, systematic: gamma * luck.rest(), ..otherwise };
        let sound = left_by(x);
        (vec![(sound * h.rest(), base), (x[0], repeated), (sound * h + x[1], shown)], base)
    }

    /// What the vote accepts of one problem's answers.
    fn voted(&self, bin: &Bin, candidate: Kinds) -> Kinds {
        let (k, limits) = self.vote();
        if k == 1 {
            return candidate;
        }
        let most_votes = 2 * limits.least as u64 <= k || (limits.most as u64) < k;
        match bin.votes.as_ref().filter(|_| most_votes) {
            Some(votes) => candidate.with_right(votes.accepted(limits, candidate.outcomes())),
            None => candidate.with_right(majority(k, limits.least as u64, bin.answers, candidate.outcomes())),
        }
    }

    /// Right and wrong winners of one problem's vote, whatever their number of votes.
    fn won(&self, bin: &Bin, candidate: Kinds) -> [Precise; 2] {
        let [right, systematic, random] = match &bin.votes {
            Some(votes) if self.vote().0 > 1 => {
                votes.accepted(Limits { least: 1, most: self.vote().0 as usize }, candidate.outcomes())
            }
            _ => candidate.outcomes(),
        };
        [right, systematic + random]
    }

    fn checked(&self, x: [Precise; 2], with_winners: bool) -> Checked {
        let mut all = Checked { error: zero(), accepted: Kinds::NONE, won: [zero(); 2] };
        for (bin, luck) in self.bins.iter().zip(&self.luck) {
            let (situations, base) = self.situations(bin, *luck, x);
            let mut voted = Kinds::NONE;
            for (weight, candidate) in situations.into_iter().filter(|(weight, _)| !weight.is_zero()) {
                let weight = weight * bin.share;
                all.error = all.error + weight * (candidate.systematic + candidate.random);
                voted = voted.each(self.voted(bin, candidate).times(weight), |a, b| a + b);
                if with_winners {
                    let won = self.won(bin, candidate);
                    all.won = [0, 1].map(|i| all.won[i] + weight * won[i]);
                }
            }
            let passing = self.passing(bin, base, x[0] + x[1]);
            all.accepted = all.accepted.each(voted.each(passing, |a, b| a * b), |a, b| a + b);
        }
        all
    }

    /// Sections 2 to 5 at a composition.
    pub fn at(&self, x: [Precise; 2]) -> Generation {
        let Checked { error, accepted, .. } = self.checked(x, false);
        let total = accepted.total();
        let next = total.is_positive().then(|| self.learned(x, accepted, total));
        Generation { error, accepted: total, next }
    }

    /// Section 5: what is learned of accepted answers, multiplied by the gain, and mixed with what is kept.
    fn learned(&self, x: [Precise; 2], accepted: Kinds, total: Precise) -> [Precise; 2] {
        let kept = self.number("learning", "anchor").rest() / total;
        let (rho, lambda) = (self.number("learning", "persistence"), self.number("learning", "imprint"));
        let taken = [kept * rho * accepted.unsound, kept * (rho * accepted.systematic + lambda * accepted.random)];
        let mistaken = taken[0] + taken[1];
        let kappa = self.number_or("learning", "hazard_gain", 1.0);
        let gained = if mistaken.is_zero() || kappa == one() {
            taken
        } else {
            let factor = mistaken.hazard_times(kappa) / mistaken;
            taken.map(|share| share * factor)
        };
        let eta = self.number_or("learning", "renewal", 1.0);
        [0, 1].map(|i| eta.rest() * x[i] + eta * gained[i])
    }

    /// Section 4: the verifier meter; none where no winner is wrong or none is right.
    pub fn meter(&self, x: [Precise; 2]) -> Option<Meter> {
        let Checked { accepted, won, .. } = self.checked(x, true);
        if won.iter().any(|won| won.is_zero()) {
            return None;
        }
        let right = ((accepted.sound + accepted.unsound) / won[0]).rest();
        let wrong = ((accepted.systematic + accepted.random) / won[1]).rest();
        let rarer = won[0].min(won[1]);
        Some(Meter { wrong_rejected: wrong, right_rejected: right, discrimination: wrong - right, rarer })
    }
}

/// A vote that more than half must win: every answer for itself.
fn majority(k: u64, m: u64, answers: Option<u64>, [right, systematic, random]: [Precise; 3]) -> [Precise; 3] {
    let random = answers.map_or(zero(), |answers| {
        let answers = Precise::count(answers);
        answers * at_least(m, k, random / answers)
    });
    [at_least(m, k, right), at_least(m, k, systematic), random]
}
