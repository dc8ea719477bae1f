//! What a generation learned from the answers of the one before: persistence, imprint and fresh mistakes.
//!
//! The law is that of model.md, section 5, problem by problem. The next generation learns a problem from one of its kept
//! answers, drawn at random (from all of them where the loop keeps everything). An answer that was the systematic mistake of
//! its problem becomes a belief with probability ρ, any other wrong answer with probability λ; otherwise the belief is sound.
//! A model that believes a wrong answer shows it with probability γ; one whose belief is sound may show a new systematic
//! mistake, with probability φ. The three shares are fitted by expectation maximisation over what was drawn, learned
//! and shown.

use super::checks::ProblemReading;
use super::mixture::{Imagined, SampleMixture, is_finite};
use crate::fit::AnswerGroup;

/// Different wrong answers that random ones scatter over, where the samples cannot tell them from infinitely many.
const SCATTERED: f64 = 1e6;
/// Odds beyond which a mistake is certain.
const CERTAIN: f64 = 1e100;
/// Steps of a fit, and the change of a share at which it rests.
const STEPS: usize = 500;
const RESTS: f64 = 1e-7;

/// One problem in two successive generations.
#[derive(Debug, Clone, Default)]
pub(super) struct LearningPair {
    /// Probability that a right answer was learned from.
    right: f64,
    /// For every wrong answer that may have been learned from: probability that it was and was systematic, the same for not
    /// systematic, and the probability of the later answers where it is believed, over that of sound beliefs without a
    /// mistake.
    wrong: Vec<(f64, f64, f64)>,
    /// Probability of the later answers of a sound belief with a fresh systematic mistake, over the same.
    fresh: f64,
}

/// The three shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LearningShares {
    /// ρ.
    pub persistence: f64,
    /// λ.
    pub imprint: f64,
    /// φ.
    pub fresh: f64,
    /// Share of the problems with a wrong answer that was learned.
    pub learned_wrong: f64,
    /// Weight of the problems whose systematic mistake was learned from, and of those with another wrong answer.
    pub systematic_examples: f64,
    pub random_examples: f64,
}

impl LearningPair {
    /// `earlier` says of each of the earlier groups how probably it is the problem's systematic mistake, and of the problem how
    /// probably it is of each difficulty.
    pub fn of(
        before: &[AnswerGroup],
        earlier: &ProblemReading,
        after: &[AnswerGroup],
        later: &SampleMixture,
        kept_known: bool,
    ) -> Option<Self> {
        let taken = |group: &AnswerGroup| f64::from(if kept_known { group.kept } else { group.given });
        let all: f64 = before.iter().map(taken).sum();
        if all <= 0.0 || after.is_empty() {
            return None;
        }
        let right: f64 = before.iter().filter(|group| group.right == Some(true)).map(taken).sum();
        let shown = LaterAnswers::of(after, later, &earlier.classes);
        let wrong =
            before.iter().zip(&earlier.mistakes).filter(|(group, _)| group.right == Some(false) && taken(group) > 0.0);
        let wrong = wrong.map(|(group, mistake)| {
            let part = taken(group) / all;
            (part * mistake, part * (1.0 - mistake), shown.believed(group.answer))
        });
        Some(Self { right: right / all, wrong: wrong.collect(), fresh: shown.fresh(before) })
    }
}

/// The later answers to a problem as a mixture explains them, over their probability without any mistake believed.
struct LaterAnswers<'a> {
    after: &'a [AnswerGroup],
    mixture: &'a SampleMixture,
    classes: &'a [f64],
    each: f64,
}

impl<'a> LaterAnswers<'a> {
    fn of(after: &'a [AnswerGroup], mixture: &'a SampleMixture, classes: &'a [f64]) -> Self {
        let each = if is_finite(mixture.wrong_answers) { mixture.wrong_answers } else { SCATTERED };
        Self { after, mixture, classes, each }
    }

    /// A problem keeps its difficulty, where both generations show as many.
    fn share(&self, class: usize) -> f64 {
        let own = self.mixture.classes.get(class).map_or(0.0, |class| class.share);
        if self.classes.len() == self.mixture.classes.len() {
            self.classes.get(class).copied().unwrap_or(own)
        } else {
            own
        }
    }

    /// With `answer` believed.
    fn believed(&self, answer: Option<u64>) -> f64 {
        let shows: u32 = self.after.iter().filter(|group| group.answer == answer).map(|group| group.given).sum();
        self.ratio(shows)
    }

    /// With a systematic mistake that is new: any of the answers shown now and not `before`, or one that nobody showed. A mistake
    /// that comes back counts as persisting.
    fn fresh(&self, before: &[AnswerGroup]) -> f64 {
        let known = |group: &AnswerGroup| before.iter().any(|other| other.answer == group.answer);
        let wrong = || self.after.iter().filter(|group| group.right == Some(false) && !known(group));
        let distinct = wrong().count() as f64;
        let shown: f64 = wrong().map(|group| self.ratio(group.given)).sum();
        (shown + (self.each - distinct).max(0.0) * self.ratio(0)) / self.each
    }

    /// P(answers | a mistake shown by so many) / P(answers | none).
    fn ratio(&self, shows: u32) -> f64 {
        let right: u32 = self.after.iter().filter(|group| group.right == Some(true)).map(|group| group.given).sum();
        let all: u32 = self.after.iter().map(|group| group.given).sum();
        let wrong = all - right;
        let gamma = self.mixture.consistency;
        let (mut with, mut without) = (0.0, 0.0);
        let ln = |p: f64, n: u32| if n == 0 { 0.0 } else { f64::from(n) * p.ln() };
        let best = f64::from(right) / f64::from(all.max(1));
        let most = ln(best, right) + ln(1.0 - best, wrong);
        for (place, class) in self.mixture.classes.iter().enumerate() {
            let (a, z) = (class.right, 1.0 - class.right);
            let share = self.share(place);
            without += share * (ln(a, right) + ln(z, wrong) - most).exp();
            let scattered = ln(a, right) + ln(z, wrong - shows.min(wrong)) + f64::from(shows) * self.each.ln();
            let shown = scattered - most + ln(gamma, shows) + ln(1.0 - gamma, all - shows);
            with += share * shown.min(CERTAIN.ln()).exp();
        }
        // Certainty, to every digit that a share has.
        if with < without * CERTAIN { with / without } else { CERTAIN }
    }
}

/// Fits the shares to pairs with weights; imagined observations for persistence, imprint and fresh mistakes in this order.
pub(super) fn fit(pairs: &[LearningPair], weights: &[f64], imagined: Imagined<'_>) -> LearningShares {
    let imagined = [imagined(), imagined(), imagined()];
    let mut shares = LearningShares {
        persistence: 0.7,
        imprint: 0.3,
        fresh: 0.05,
        learned_wrong: 0.0,
        systematic_examples: 0.0,
        random_examples: 0.0,
    };
    for _ in 0..STEPS {
        let next = step(shares, pairs, weights, imagined);
        let moved = (next.persistence - shares.persistence)
            .abs()
            .max((next.imprint - shares.imprint).abs())
            .max((next.fresh - shares.fresh).abs());
        shares = next;
        if moved < RESTS {
            break;
        }
    }
    shares
}

fn step(
    shares: LearningShares,
    pairs: &[LearningPair],
    weights: &[f64],
    [of_persistence, of_imprint, of_fresh]: [(f64, f64); 3],
) -> LearningShares {
    let (mut persists, mut forgets) = of_persistence;
    let (mut imprints, mut passes) = of_imprint;
    let (mut fresh, mut sound) = of_fresh;
    for (pair, weight) in pairs.iter().zip(weights) {
        let by_sound = shares.fresh * pair.fresh + (1.0 - shares.fresh);
        let mut total = pair.right * by_sound;
        for &(systematic, random, believed) in &pair.wrong {
            total += systematic * (shares.persistence * believed + (1.0 - shares.persistence) * by_sound);
            total += random * (shares.imprint * believed + (1.0 - shares.imprint) * by_sound);
        }
        if total.is_nan() || total <= 0.0 {
            continue;
        }
        let scale = weight / total;
        let mut stays_sound = pair.right * by_sound;
        for &(systematic, random, believed) in &pair.wrong {
            persists += scale * systematic * shares.persistence * believed;
            let forgotten = systematic * (1.0 - shares.persistence) * by_sound;
            forgets += scale * forgotten;
            imprints += scale * random * shares.imprint * believed;
            let passed = random * (1.0 - shares.imprint) * by_sound;
            passes += scale * passed;
            stays_sound += forgotten + passed;
        }
        fresh += scale * stays_sound * shares.fresh * pair.fresh / by_sound;
        sound += scale * stays_sound * (1.0 - shares.fresh) / by_sound;
    }
    let (learned, rest) = (persists + imprints, fresh + sound);
    let of = |yes: f64, no: f64, before: f64| if yes + no > 0.0 { yes / (yes + no) } else { before };
    LearningShares {
        persistence: of(persists, forgets, shares.persistence),
        imprint: of(imprints, passes, shares.imprint),
        fresh: of(fresh, sound, shares.fresh),
        learned_wrong: of(learned, rest, 0.0),
        systematic_examples: persists + forgets,
        random_examples: imprints + passes,
    }
}

#[cfg(test)]
mod tests {
    use super::super::mixture::ProblemClass;
    use super::*;
    use approx::assert_relative_eq;

    fn group(answer: u64, right: bool, given: u32, kept: u32) -> AnswerGroup {
        AnswerGroup { answer: Some(answer), right: Some(right), given, kept }
    }

    fn mixture() -> SampleMixture {
        SampleMixture {
            classes: vec![ProblemClass { share: 1.0, right: 0.7, systematic: 0.2 }],
            consistency: 0.8,
            wrong_answers: 5.0,
        }
    }

    /// Two later answers, 0 right, 1 to 5 wrong, by the words of the model.
    fn shows(mistake: Option<u64>, answers: [u64; 2]) -> f64 {
        let base = |answer: u64| if answer == 0 { 0.7 } else { 0.3 / 5.0 };
        let one = |answer: u64| match mistake {
            Some(mistake) => 0.2 * base(answer) + if answer == mistake { 0.8 } else { 0.0 },
            None => base(answer),
        };
        answers.into_iter().map(one).product()
    }

    fn groups([a, b]: [u64; 2]) -> Vec<AnswerGroup> {
        if a == b { vec![group(a, a == 0, 2, 0)] } else { vec![group(a, a == 0, 1, 0), group(b, b == 0, 1, 0)] }
    }

    #[test]
    fn believed_and_fresh_mistakes_are_as_probable_as_their_answers() {
        let mixture = mixture();
        // A candidate that does not show the mistake may still give the same answer by accident, which the model of samples
        // leaves out: its answers scatter over others.
        let shows_only = |mistake: u64, answers: [u64; 2]| -> f64 {
            let one = |answer: u64| if answer == mistake { 0.8 } else { 0.2 * if answer == 0 { 0.7 } else { 0.06 } };
            answers.into_iter().map(one).product()
        };
        for a in 0..6 {
            for b in 0..6 {
                let after = groups([a, b]);
                let shown = LaterAnswers::of(&after, &mixture, &[]);
                let none = shows(None, [a, b]);
                for mistake in 1..6 {
                    let expected = shows_only(mistake, [a, b]) / none;
                    assert_relative_eq!(shown.believed(Some(mistake)), expected, max_relative = 1e-12);
                }
                let fresh = (1..6).map(|mistake| shows_only(mistake, [a, b])).sum::<f64>() / 5.0 / none;
                assert_relative_eq!(shown.fresh(&[]), fresh, max_relative = 1e-12);
            }
        }
    }

    #[test]
    fn shares_are_those_under_which_the_later_answers_came() {
        // Every outcome with its probability as weight: a problem whose kept answers were the mistake (1) in two of three.
        const WRONG: u64 = 50;
        let mixture = SampleMixture { wrong_answers: WRONG as f64, ..mixture() };
        let before = [group(0, true, 1, 1), group(1, false, 2, 2)];
        let (rho, lambda, phi) = (0.6, 0.3, 0.1);
        let earlier = ProblemReading { mistakes: vec![0.0, 0.9], classes: Vec::new() };
        let (mut pairs, mut weights) = (Vec::new(), Vec::new());
        for a in 0..=WRONG {
            for b in 0..=WRONG {
                let after = groups([a, b]);
                let pair = LearningPair::of(&before, &earlier, &after, &mixture, true).unwrap();
                let sound = phi * pair.fresh + 1.0 - phi;
                let wrong: f64 = pair
                    .wrong
                    .iter()
                    .map(|(s, r, w)| s * (rho * w + (1.0 - rho) * sound) + r * (lambda * w + (1.0 - lambda) * sound))
                    .sum();
                let none: f64 =
                    [a, b].into_iter().map(|answer| if answer == 0 { 0.7 } else { 0.3 / WRONG as f64 }).product();
                weights.push(1e4 * (pair.right * sound + wrong) * none);
                pairs.push(pair);
            }
        }
        let found = fit(&pairs, &weights, &mut || (0.0, 0.0));
        // Mostly systematic: imprint hardly shows, and trades with persistence along their sum.
        let learned = 0.9 * found.persistence + 0.1 * found.imprint;
        assert_relative_eq!(learned, 0.9 * rho + 0.1 * lambda, max_relative = 5e-3);
        assert_relative_eq!(found.fresh, phi, max_relative = 5e-2);
    }
}
