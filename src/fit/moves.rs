//! What became of each problem from one evaluation to the next, as evidence: the same problems, answered twice.
//!
//! A problem meets the same belief in both generations. At a share x of wrong beliefs that become q, a wrong belief stays
//! wrong with h = min(1, ρ f) for each generation between (as in `learner`), and a sound one turns wrong with
//! β = (q − x h)/(1 − x). Given what is believed, the two answers are independent: a slip happens with e before and e′
//! after; a held mistake is repeated unless one slips, and then is right with ν. One slip answers as another did, or as the
//! held mistake would, with ν: there are 1/ν wrong answers. But problems differ in difficulty, and one that slipped slips
//! again more easily: the odds ratio ω of two slips from sound beliefs is a parameter (`slip_recurrence`), so that
//! difficulty does not pass for persistence. With s = e₁₁ the
//! probability of both slips (Plackett 1965),
//!
//!   right, right = (1−x)(1−β)(1 − e − e′ + s) + (1−x)β (1−e) ν e′ + x(1−h) ν e (1−e′) + x h ν e ν e′,
//!   wrong, same  = (1−x)(1−β) s ν + (1−x)β ν (e(1−e′) + r) + x(1−h) ν ((1−e) e′ + r) + x h ((1−e)(1−e′) + ν r),
//!
//! r = (1−ν) e e′ being two slips that miss the held mistake.
//!
//! A solution of L steps with a belief each is right where all of them are, and the same where each is the same.
//!
//! How many were wrong before and after speaks of the level, which `evaluation` judges; given both, the split of the later
//! wrong answers over those that were wrong before has Fisher's noncentral hypergeometric law with the model's odds ratio,
//! in which the level of the problems cancels, and the same among the twice wrong are binomial. Both are over-dispersed as
//! the evaluation is: ψ gives the log-odds ratio a variance of ψ/(π(1 − π)), π the probability to be wrong again.

use std::sync::Arc;

use super::learner::LoopModel;
use super::tally::{Dispersed, DispersedTally};
use super::transition::AnswerMoves;

/// Moves into the next evaluation, ready for the likelihood.
#[derive(Debug, Clone)]
pub(super) struct MovesAhead {
    split: Arc<SplitTable>,
    same: Option<DispersedTally>,
    /// Generations until then.
    pub generations: u64,
    /// Steps of a solution then.
    pub steps: f64,
}

impl MovesAhead {
    pub fn new(moves: &AnswerMoves, generations: u64, steps: f64) -> Self {
        let same = moves.wrong_same.filter(|_| moves.wrong_wrong > 0);
        Self {
            split: Arc::new(SplitTable::new(moves)),
            same: same.map(|same| DispersedTally::new(same, moves.wrong_wrong)),
            generations,
            steps,
        }
    }

    /// The largest ln probability that any loop gives.
    pub fn most_probable(&self) -> f64 {
        self.split.most_probable() + self.same.map_or(0.0, |same| same.most_probable())
    }

    /// The law of the moves, given their means.
    pub fn dispersed(&self, dispersion: f64) -> MovesLaw<'_> {
        MovesLaw { split: &self.split, same: self.same.map(|same| same.dispersed(dispersion)), dispersion }
    }
}

/// The law of the moves, given their means.
pub(super) struct MovesLaw<'a> {
    split: &'a SplitTable,
    same: Option<Dispersed>,
    dispersion: f64,
}

impl MovesLaw<'_> {
    /// ln probability of the moves.
    pub fn log_probability(&self, pair: &PairLaw) -> f64 {
        let same = self.same.map_or(0.0, |law| law.log_probability(pair.wrong_same / pair.wrong_wrong));
        let again = pair.wrong_wrong / (pair.wrong_wrong + pair.wrong_right);
        let sd = (self.dispersion / (again * (1.0 - again))).sqrt().min(MOST_SCATTER);
        // Gauss and Hermite's three nodes of a normal law.
        let away = 3_f64.sqrt() * sd;
        let centre = pair.log_odds_ratio();
        let at = |log_odds: f64| self.split.at(log_odds).exp();
        let mixed = 2.0 / 3.0 * at(centre) + (at(centre - away) + at(centre + away)) / 6.0;
        same + mixed.max(f64::MIN_POSITIVE).ln()
    }
}

/// Largest standard deviation of the log-odds ratio; with more, its ends would leave the table.
const MOST_SCATTER: f64 = 2.0;

/// Answers of two successive evaluations to one problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PairLaw {
    pub right_right: f64,
    pub right_wrong: f64,
    pub wrong_right: f64,
    pub wrong_wrong: f64,
    /// The same wrong answer twice.
    pub wrong_same: f64,
}

/// No probability of a pair is below this: what is impossible would stay so.
const LEAST: f64 = 1e-9;

impl PairLaw {
    /// At a share `x` of wrong beliefs, `elapsed` generations after the first, with the moves ahead.
    pub fn of(learner: &LoopModel, x: f64, (elapsed, steps): (f64, f64), ahead: &MovesAhead) -> Self {
        let (mut later, mut held, mut slip) = (x, 1.0, learner.slip_at(elapsed));
        let before = learner.slips(x, slip, steps);
        for generation in 1..=ahead.generations {
            held *= learner.holds(later, slip, steps);
            later = learner.at(later, slip, steps).next;
            slip = learner.slip_at(elapsed + generation as f64);
        }
        let after = learner.slips(later, slip, ahead.steps);
        let turned = ((later - x * held) / (1.0 - x).max(LEAST)).clamp(0.0, 1.0);
        let belief = MovingBelief { x, held, turned, before, after, reversion: learner.reversion };
        belief.pair(learner.slip_recurrence, learner.beliefs_of(steps))
    }

    pub fn log_odds_ratio(&self) -> f64 {
        (self.right_right * self.wrong_wrong / (self.right_wrong * self.wrong_right)).ln()
    }
}

/// One belief in two generations.
struct MovingBelief {
    /// Wrong before.
    x: f64,
    /// A wrong one stays wrong.
    held: f64,
    /// A sound one turns wrong.
    turned: f64,
    /// Slips before and after.
    before: f64,
    after: f64,
    /// ν.
    reversion: f64,
}

impl MovingBelief {
    fn pair(&self, recurrence: f64, beliefs: f64) -> PairLaw {
        let Self { x, held, turned, before: e, after: f, reversion: v } = *self;
        let (sound, fresh) = ((1.0 - x) * (1.0 - turned), (1.0 - x) * turned);
        let (healed, kept) = (x * (1.0 - held), x * held);
        let both = both_slip(e, f, recurrence);
        let right_right = sound * (1.0 - e - f + both)
            + fresh * (1.0 - e) * v * f
            + healed * v * e * (1.0 - f)
            + kept * v * e * v * f;
        let missed = (1.0 - v) * e * f;
        let wrong_same = sound * both * v
            + fresh * v * (e * (1.0 - f) + missed)
            + healed * v * ((1.0 - e) * f + missed)
            + kept * ((1.0 - e) * (1.0 - f) + v * missed);
        let right_before = (sound + fresh) * (1.0 - e) + (healed + kept) * v * e;
        let right_after = (sound + healed) * (1.0 - f) + (fresh + kept) * v * f;
        let all = |share: f64| if beliefs == 1.0 { share } else { share.max(0.0).powf(beliefs) };
        let (same, twice) = (all(right_right + wrong_same), all(right_right));
        let (before, after) = (all(right_before), all(right_after));
        let at_least = |share: f64| share.max(LEAST);
        let wrong_wrong = at_least(1.0 - before - after + twice);
        PairLaw {
            right_right: at_least(twice),
            right_wrong: at_least(before - twice),
            wrong_right: at_least(after - twice),
            wrong_wrong,
            wrong_same: (same - twice).clamp(0.0, wrong_wrong),
        }
    }
}

/// Probability of two slips whose odds ratio is ω (Plackett 1965).
fn both_slip(before: f64, after: f64, ratio: f64) -> f64 {
    let more = ratio - 1.0;
    if more.abs() < 1e-9 {
        return before * after;
    }
    let sum = 1.0 + (before + after) * more;
    (sum - (sum * sum - 4.0 * ratio * more * before * after).max(0.0).sqrt()) / (2.0 * more)
}

/// Log-odds ratios between which the split is tabled; none that a loop shows lies outside.
const TABLED: (f64, f64) = (-4.0, 14.0);
/// Distance of the table's nodes: cubics between them are off by less than 10⁻³ for 10⁴ problems.
const STEP: f64 = 0.125;

/// ln probability of a split of the later wrong answers, by the log-odds ratio: Fisher's noncentral hypergeometric law,
/// tabled with its slopes.
#[derive(Debug)]
struct SplitTable(Vec<(f64, f64)>);

impl SplitTable {
    fn new(moves: &AnswerMoves) -> Self {
        let nodes = ((TABLED.1 - TABLED.0) / STEP) as u32;
        Self((0..=nodes).map(|node| hypergeometric(moves, TABLED.0 + f64::from(node) * STEP)).collect())
    }

    /// A bound on the ln probability at any log-odds ratio: the law is concave in it, so that it lies below the tangents at
    /// two nodes, which meet between them. What a cubic adds is within the slack.
    fn most_probable(&self) -> f64 {
        let ends = [self.0.first(), self.0.last()].into_iter().flatten().map(|(log, _)| *log);
        let between = self.0.windows(2).filter_map(|pair| {
            let [(low, rise), (high, fall)] = pair else { return None };
            let meet = (high - low - fall * STEP) / (rise - fall);
            (*rise > 0.0 && *fall < 0.0).then_some(low + rise * meet)
        });
        (ends.chain(between).fold(f64::NEG_INFINITY, f64::max) + 0.01).min(0.0)
    }

    /// ln probability at a log-odds ratio, between two nodes by the cubic of their values and slopes.
    fn at(&self, log_odds: f64) -> f64 {
        let place = (log_odds.clamp(TABLED.0, TABLED.1) - TABLED.0) / STEP;
        let below = (place as usize).min(self.0.len().saturating_sub(2));
        let (Some(&(low, low_slope)), Some(&(high, high_slope))) = (self.0.get(below), self.0.get(below + 1)) else {
            return f64::NEG_INFINITY;
        };
        let t = place - below as f64;
        let (square, rest) = (t * t, 1.0 - t);
        low * (1.0 + 2.0 * t) * rest * rest + low_slope * STEP * t * rest * rest + high * square * (3.0 - 2.0 * t)
            - high_slope * STEP * square * rest
    }
}

/// ln probability that of those wrong before `wrong_wrong` are wrong after, given the totals, and its slope by the
/// log-odds ratio.
fn hypergeometric(moves: &AnswerMoves, log_odds: f64) -> (f64, f64) {
    let (wrong, right) = (moves.wrong_right + moves.wrong_wrong, moves.right_right + moves.right_wrong);
    let after = moves.right_wrong + moves.wrong_wrong;
    let (first, last) = (after.saturating_sub(right), wrong.min(after));
    let seen = moves.wrong_wrong;
    // ln P(k + 1) − ln P(k).
    let rise = |k: u64| {
        let part = ((wrong - k) * (after - k)) as f64 / ((k + 1) as f64 * (right + k + 1 - after) as f64);
        part.ln() + log_odds
    };
    // Relative to the count that was seen; summed with the largest term taken out.
    let mut logs = vec![0.0; (last - first + 1) as usize];
    let place = (seen - first) as usize;
    for k in seen..last {
        let index = (k - first) as usize;
        logs[index + 1] = logs[index] + rise(k);
    }
    for index in (0..place).rev() {
        logs[index] = logs[index + 1] - rise(first + index as u64);
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (sum, mean) = logs.iter().zip(first..).fold((0.0, 0.0), |(sum, mean), (log, k)| {
        let weight = (log - most).exp();
        (sum + weight, mean + weight * k as f64)
    });
    (-most - sum.ln(), seen as f64 - mean / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Every belief, slip and answer of a problem with the right answer 0 and wrong answers 1 to `wrongs`, the held one
    /// being 1: the probabilities of (answer before, answer after).
    fn by_enumeration(belief: &MovingBelief, recurrence: f64, wrongs: usize) -> Vec<Vec<f64>> {
        let both = both_slip(belief.before, belief.after, recurrence);
        let answer = |wrong: bool, slip: bool, given: usize| match (wrong, slip) {
            (false, false) => f64::from(u8::from(given == 0)),
            (true, false) => f64::from(u8::from(given == 1)),
            (false, true) => {
                if given == 0 {
                    0.0
                } else {
                    1.0 / wrongs as f64
                }
            }
            (true, true) => {
                if given == 1 {
                    0.0
                } else {
                    1.0 / wrongs as f64
                }
            }
        };
        let mut joint = vec![vec![0.0; wrongs + 1]; wrongs + 1];
        let flag = [false, true];
        for (was, is) in flag.iter().flat_map(|was| flag.iter().map(move |is| (*was, *is))) {
            let start = if was { belief.x } else { 1.0 - belief.x };
            let into_wrong = if was { belief.held } else { belief.turned };
            let state = start * if is { into_wrong } else { 1.0 - into_wrong };
            for (then, now) in flag.iter().flat_map(|then| flag.iter().map(move |now| (*then, *now))) {
                let together = if was || is { belief.before * belief.after } else { both };
                let slips = match (then, now) {
                    (true, true) => together,
                    (true, false) => belief.before - together,
                    (false, true) => belief.after - together,
                    (false, false) => 1.0 - belief.before - belief.after + together,
                };
                for (first, row) in joint.iter_mut().enumerate() {
                    for (second, cell) in row.iter_mut().enumerate() {
                        *cell += state * slips * answer(was, then, first) * answer(is, now, second);
                    }
                }
            }
        }
        joint
    }

    #[test]
    fn a_pair_is_that_of_every_belief_slip_and_answer() {
        for wrongs in [1, 3, 9] {
            for (x, held, turned, before, after, recurrence) in
                [(0.2, 0.9, 0.1, 0.1, 0.15, 4.0), (0.0, 1.0, 0.3, 0.4, 0.05, 1.0), (0.7, 0.2, 0.0, 0.3, 0.3, 30.0)]
            {
                let belief = MovingBelief { x, held, turned, before, after, reversion: 1.0 / wrongs as f64 };
                let joint = by_enumeration(&belief, recurrence, wrongs);
                let wrong = |row: &[f64]| row.iter().skip(1).sum::<f64>();
                let pair = belief.pair(recurrence, 1.0);
                let right_wrong = wrong(&joint[0]);
                let wrong_right = joint.iter().skip(1).map(|row| row[0]).sum::<f64>();
                let wrong_wrong = joint.iter().skip(1).map(|row| wrong(row)).sum::<f64>();
                let same = (1..=wrongs).map(|given| joint[given][given]).sum::<f64>();
                assert_relative_eq!(pair.right_right, joint[0][0], max_relative = 1e-12);
                assert_relative_eq!(pair.right_wrong, right_wrong, max_relative = 1e-9);
                assert_relative_eq!(pair.wrong_right, wrong_right, max_relative = 1e-9);
                assert_relative_eq!(pair.wrong_wrong, wrong_wrong, max_relative = 1e-9);
                assert_relative_eq!(pair.wrong_same, same, max_relative = 1e-9);
                // Two beliefs for each problem: right where both are, the same where each is.
                let two = belief.pair(recurrence, 2.0);
                assert_relative_eq!(two.right_right, joint[0][0].powi(2), max_relative = 1e-9);
                let same_two = (joint[0][0] + same).powi(2) - joint[0][0].powi(2);
                assert_relative_eq!(two.wrong_same, same_two, max_relative = 1e-9);
                let all = two.right_right + two.right_wrong + two.wrong_right + two.wrong_wrong;
                assert_relative_eq!(all, 1.0, max_relative = 1e-9);
            }
        }
    }

    #[test]
    fn slips_have_the_odds_ratio_that_they_are_given() {
        for (before, after, ratio) in [(0.1, 0.3, 4.0), (0.5, 0.5, 0.2), (0.01, 0.9, 50.0), (0.2, 0.2, 1.0)] {
            let both: f64 = both_slip(before, after, ratio);
            let found = both * (1.0 - before - after + both) / ((before - both) * (after - both));
            assert_relative_eq!(found, ratio, max_relative = 1e-9);
        }
    }

    /// Probability of a table of counts by the multinomial law.
    fn multinomial(moves: &AnswerMoves, pair: &PairLaw) -> f64 {
        let factorial = |n: u64| (1..=n).map(|k| (k as f64).ln()).sum::<f64>();
        let cells = [
            (moves.right_right, pair.right_right),
            (moves.right_wrong, pair.right_wrong),
            (moves.wrong_right, pair.wrong_right),
            (moves.wrong_wrong, pair.wrong_wrong),
        ];
        (factorial(moves.paired()) + cells.iter().map(|(k, p)| *k as f64 * p.ln() - factorial(*k)).sum::<f64>()).exp()
    }

    #[test]
    fn a_split_given_the_totals_is_that_of_all_tables() {
        let pair =
            PairLaw { right_right: 0.55, right_wrong: 0.1, wrong_right: 0.05, wrong_wrong: 0.3, wrong_same: 0.2 };
        for (before, after, n) in [(4, 5, 12), (9, 9, 10), (0, 3, 8), (5, 0, 8), (7, 2, 30)] {
            let table = |both: u64| AnswerMoves {
                right_right: n + both - before - after,
                right_wrong: after - both,
                wrong_right: before - both,
                wrong_wrong: both,
                wrong_same: None,
            };
            let possible = || (before + after).saturating_sub(n)..=before.min(after);
            let all: f64 = possible().map(|both| multinomial(&table(both), &pair)).sum();
            let (mut exactly, mut scattered) = (0.0, 0.0);
            for both in possible() {
                let ahead = MovesAhead::new(&table(both), 1, 1.0);
                let found = ahead.dispersed(1e-9).log_probability(&pair).exp();
                assert_relative_eq!(found, multinomial(&table(both), &pair) / all, max_relative = 1e-3);
                exactly += found;
                scattered += ahead.dispersed(0.02).log_probability(&pair).exp();
            }
            assert_relative_eq!(exactly, 1.0, max_relative = 1e-3);
            assert_relative_eq!(scattered, 1.0, max_relative = 1e-3);
        }
    }

    #[test]
    fn no_law_makes_moves_more_probable_than_their_bound() {
        for (right_wrong, wrong_right, wrong_wrong, same, all) in
            [(20, 10, 40, 30, 200), (0, 0, 30, 30, 100), (900, 700, 2500, 1900, 12_000), (5, 6, 0, 0, 50)]
        {
            let right_right = all - right_wrong - wrong_right - wrong_wrong;
            let moves = AnswerMoves { right_right, right_wrong, wrong_right, wrong_wrong, wrong_same: Some(same) };
            let ahead = MovesAhead::new(&moves, 1, 1.0);
            for step in 0..400 {
                let both = f64::from(step) / 400.0 * 0.29 + 1e-4;
                let pair = PairLaw {
                    right_right: 0.4 + both,
                    right_wrong: 0.3 - both,
                    wrong_right: 0.3 - both,
                    wrong_wrong: both,
                    wrong_same: 0.75 * both,
                };
                let log = ahead.dispersed(1e-6).log_probability(&pair);
                assert!(log <= ahead.most_probable() + 1e-9, "{log} above {}", ahead.most_probable());
            }
        }
    }

    #[test]
    fn the_table_is_the_law_between_its_nodes() {
        let moves =
            AnswerMoves { right_right: 7900, right_wrong: 900, wrong_right: 700, wrong_wrong: 2500, wrong_same: None };
        let table = SplitTable::new(&moves);
        for place in 0..200 {
            let log_odds = 2.0 + f64::from(place) * 0.0137;
            let (exact, _) = hypergeometric(&moves, log_odds);
            assert!((table.at(log_odds) - exact).abs() < 1e-3 * (1.0 - exact), "{} {exact}", table.at(log_odds));
        }
    }
}
