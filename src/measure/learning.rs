//! What a generation learned from the answers of the one before: persistence, imprint and fresh mistakes.
//!
//! The law is that of model.md, section 5, problem by problem. The next generation learns a problem from one of its kept
//! answers, drawn at random (from all of them where the loop keeps everything). An answer that was the systematic mistake of
//! its problem becomes a belief with probability ρ, any other wrong answer with probability λ; otherwise the belief is sound.
//! A model that believes a wrong answer shows it with probability γ; one whose belief is sound may show a systematic mistake
//! all the same, with probability φ. The three shares are fitted by expectation maximisation over what was drawn, learned
//! and shown.

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
    /// `mistakes` holds the probability of each of the earlier groups to be the problem's systematic mistake.
    pub fn of(
        before: &[AnswerGroup],
        mistakes: &[f64],
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
        let shown = LaterAnswers::of(after, later);
        let wrong = before.iter().zip(mistakes).filter(|(group, _)| group.right == Some(false) && taken(group) > 0.0);
        let wrong = wrong.map(|(group, mistake)| {
            let part = taken(group) / all;
            (part * mistake, part * (1.0 - mistake), shown.believed(group.answer))
        });
        Some(Self { right: right / all, wrong: wrong.collect(), fresh: shown.fresh() })
    }
}

/// The later answers to a problem as a mixture explains them, over their probability without any mistake believed.
struct LaterAnswers<'a> {
    after: &'a [AnswerGroup],
    mixture: &'a SampleMixture,
    each: f64,
}

impl<'a> LaterAnswers<'a> {
    fn of(after: &'a [AnswerGroup], mixture: &'a SampleMixture) -> Self {
        let each = if is_finite(mixture.wrong_answers) { mixture.wrong_answers } else { SCATTERED };
        Self { after, mixture, each }
    }

    /// With `answer` believed. Classes differ in a only, which the shown answers no longer depend on: the ratio is averaged over
    /// them by how well they explain all answers.
    fn believed(&self, answer: Option<u64>) -> f64 {
        let shows: u32 = self.after.iter().filter(|group| group.answer == answer).map(|group| group.given).sum();
        self.ratio(shows)
    }

    /// With a systematic mistake that is none of those learned: any of the answers shown, or one that nobody showed.
    fn fresh(&self) -> f64 {
        let wrong = || self.after.iter().filter(|group| group.right == Some(false));
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
        for class in &self.mixture.classes {
            let (a, z) = (class.right, 1.0 - class.right);
            without += class.share * (ln(a, right) + ln(z, wrong) - most).exp();
            let scattered = ln(a, right) + ln(z, wrong - shows.min(wrong)) + f64::from(shows) * self.each.ln();
            let shown = scattered - most + ln(gamma, shows) + ln(1.0 - gamma, all - shows);
            with += class.share * shown.min(CERTAIN.ln()).exp();
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
