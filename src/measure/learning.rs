//! What a generation learned from the answers of the one before: persistence, imprint and fresh mistakes.
//!
//! The law is that of model.md, section 5, problem by problem. The next generation learns a problem from one of its kept
//! answers, drawn at random (from all of them where the loop keeps everything). An answer that was the systematic mistake of
//! its problem becomes a belief with probability ρ, any other wrong answer with probability λ; otherwise the belief is sound.
//! A model that believes a wrong answer shows it with probability γ. One whose belief is sound may show a systematic mistake
//! all the same: that of the generation before with probability κ h, which a problem tempts every model to, or a new one with
//! probability φ. Here h is the probability that a problem of its difficulty has a systematic mistake at all, so that κ is 1
//! where a problem has one such mistake and no other, and 0 where mistakes never return by themselves. What returns more often
//! was learned. The shares are fitted by expectation maximisation over what was drawn, learned and shown.

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
    /// Every wrong answer that may have been learned from.
    wrong: Vec<LearnedAnswer>,
    /// Probability of the later answers of a sound belief with a new systematic mistake, over that of one without.
    fresh: f64,
    /// Probability that the problem showed a systematic mistake, and the same times that of the later answers where it shows
    /// again.
    mistaken: f64,
    again: f64,
    /// h.
    hazard: f64,
}

/// A wrong answer that may have been learned from.
#[derive(Debug, Clone, Copy)]
struct LearnedAnswer {
    /// Probability that it was and was systematic, and that it was and was not.
    systematic: f64,
    random: f64,
    /// Probability of the later answers where it is believed, over that of sound beliefs without a mistake.
    believed: f64,
}

/// The shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LearningShares {
    /// ρ.
    pub persistence: f64,
    /// λ.
    pub imprint: f64,
    /// κ.
    recurring: f64,
    /// φ.
    new: f64,
    /// Share of the sound beliefs with a systematic mistake all the same.
    pub fresh: f64,
    /// Share of the problems with a wrong answer that was learned.
    pub learned_wrong: f64,
    /// Weight of the problems whose systematic mistake was learned from, and of those with another wrong answer.
    pub systematic_examples: f64,
    pub random_examples: f64,
}

impl LearningPair {
    /// `first` explains the earlier answers; `earlier` says of each of the earlier groups how probably it is the problem's systematic mistake, and of the problem how
    /// probably it is of each difficulty.
    pub fn of(
        (before, first): (&[AnswerGroup], &SampleMixture),
        earlier: &ProblemReading,
        (after, later): (&[AnswerGroup], &SampleMixture),
        kept_known: bool,
    ) -> Option<Self> {
        let taken = |group: &AnswerGroup| f64::from(if kept_known { group.kept } else { group.given });
        let all: f64 = before.iter().map(taken).sum();
        if all <= 0.0 || after.is_empty() {
            return None;
        }
        let right: f64 = before.iter().filter(|group| group.right == Some(true)).map(taken).sum();
        let shown = LaterAnswers::of(after, later, &earlier.classes);
        let hazard = first
            .classes
            .iter()
            .enumerate()
            .map(|(place, class)| class.systematic * earlier.classes.get(place).copied().unwrap_or(class.share));
        let mut pair = Self { right: right / all, fresh: shown.fresh(before), hazard: hazard.sum(), ..Self::default() };
        for (group, mistake) in before.iter().zip(&earlier.mistakes).filter(|(group, _)| group.right == Some(false)) {
            let (part, believed) = (taken(group) / all, shown.believed(group.answer));
            pair.mistaken += mistake;
            pair.again += mistake * believed;
            if part > 0.0 {
                pair.wrong.push(LearnedAnswer { systematic: part * mistake, random: part * (1.0 - mistake), believed });
            }
        }
        Some(pair)
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

    /// P(answers | a mistake shown by this number) / P(answers | none).
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
    let imagined = [imagined(), imagined(), imagined(), imagined()];
    let mut shares = LearningShares {
        persistence: 0.7,
        imprint: 0.3,
        recurring: 0.5,
        new: 0.05,
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
            .max((next.recurring - shares.recurring).abs())
            .max((next.new - shares.new).abs());
        shares = next;
        if moved < RESTS {
            break;
        }
    }
    shares
}

/// The most that κ may be: the next generation may slip more often.
const MOST_RECURRING: f64 = 1.5;

/// What is expected of the shares: how often something came about and how often not.
#[derive(Debug, Clone, Copy, Default)]
struct ExpectedLearning {
    yes: f64,
    no: f64,
}

impl ExpectedLearning {
    fn imagined((yes, no): (f64, f64)) -> Self {
        Self { yes, no }
    }

    fn add(&mut self, yes: f64, no: f64) {
        self.yes += yes;
        self.no += no;
    }

    fn all(self) -> f64 {
        self.yes + self.no
    }

    fn share(self, before: f64) -> f64 {
        if self.all() > 0.0 { self.yes / self.all() } else { before }
    }
}

fn step(shares: LearningShares, pairs: &[LearningPair], weights: &[f64], imagined: [(f64, f64); 4]) -> LearningShares {
    let [mut persists, mut imprints, mut recurs, mut news] = imagined.map(ExpectedLearning::imagined);
    let LearningShares { persistence, imprint, new, .. } = shares;
    // Of κ the mistakes that returned, and the hazard under which they did not, each over the probability of that.
    let mut exposed = recurs.all();
    for (pair, weight) in pairs.iter().zip(weights) {
        let recurring = (shares.recurring * pair.hazard).min(0.99);
        // A sound belief without the mistake of the generation before, and one where that may recur.
        let without = new * pair.fresh + (1.0 - new);
        let unknown = (1.0 - pair.mistaken * recurring) * without + recurring * pair.again;
        let known = |one: &LearnedAnswer| recurring * one.believed + (1.0 - recurring) * without;
        let total = pair.right * unknown
            + pair
                .wrong
                .iter()
                .map(|one| {
                    one.systematic * (persistence * one.believed + (1.0 - persistence) * known(one))
                        + one.random * (imprint * one.believed + (1.0 - imprint) * unknown)
                })
                .sum::<f64>();
        if total.is_nan() || total <= 0.0 {
            continue;
        }
        let scale = weight / total;
        let (mut open, mut plain) = (pair.right, 0.0);
        for one in &pair.wrong {
            let forgotten = one.systematic * (1.0 - persistence);
            persists.add(scale * one.systematic * persistence * one.believed, scale * forgotten * known(one));
            let passed = one.random * (1.0 - imprint);
            imprints.add(scale * one.random * imprint * one.believed, scale * passed * unknown);
            recurs.add(scale * forgotten * recurring * one.believed, scale * forgotten * (1.0 - recurring) * without);
            plain += forgotten * (1.0 - recurring);
            open += passed;
        }
        let spared = pair.mistaken * (1.0 - recurring);
        recurs.add(scale * open * recurring * pair.again, scale * open * spared * without);
        // Those forgotten are in `plain` already.
        exposed += scale * without * (plain / (1.0 - recurring) + open * pair.mistaken) * pair.hazard;
        plain += open * (1.0 - pair.mistaken + spared);
        news.add(scale * plain * new * pair.fresh, scale * plain * (1.0 - new));
    }
    let learned = persists.yes + imprints.yes;
    let sound = recurs.yes + news.all();
    LearningShares {
        persistence: persists.share(persistence),
        imprint: imprints.share(imprint),
        recurring: if exposed > 0.0 { (recurs.yes / exposed).min(MOST_RECURRING) } else { shares.recurring },
        new: news.share(new),
        fresh: ExpectedLearning { yes: recurs.yes + news.yes, no: news.no }.share(shares.fresh),
        learned_wrong: ExpectedLearning { yes: learned, no: sound }.share(0.0),
        systematic_examples: persists.all(),
        random_examples: imprints.all(),
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
        // Every outcome with its probability as weight: problems whose kept answers were the mistake (1) in two of three, and
        // problems that showed it and kept the right answer alone.
        const WRONG: u64 = 50;
        let mixture = SampleMixture { wrong_answers: WRONG as f64, ..mixture() };
        let (rho, lambda, psi, phi) = (0.6, 0.3, 0.25, 0.1);
        let earlier = ProblemReading { mistakes: vec![0.0, 0.9], classes: Vec::new() };
        let (mut pairs, mut weights) = (Vec::new(), Vec::new());
        for (a, b, kept) in (0..=WRONG).flat_map(|a| (0..=WRONG).flat_map(move |b| [(a, b, 2), (a, b, 0)])) {
            let before = [group(0, true, 1, 1), group(1, false, 2, kept)];
            let pair = LearningPair::of((&before, &mixture), &earlier, (&groups([a, b]), &mixture), true).unwrap();
            let without = phi * pair.fresh + 1.0 - phi;
            let sound = (1.0 - psi * pair.mistaken) * without + psi * pair.again;
            let wrong = pair.wrong.iter().map(|one| {
                let forgotten = psi * one.believed + (1.0 - psi) * without;
                one.systematic * (rho * one.believed + (1.0 - rho) * forgotten)
                    + one.random * (lambda * one.believed + (1.0 - lambda) * sound)
            });
            let none = [a, b].map(|answer| if answer == 0 { 0.7 } else { 0.3 / WRONG as f64 });
            weights.push(1e4 * (pair.right * sound + wrong.sum::<f64>()) * none[0] * none[1]);
            pairs.push(pair);
        }
        let found = fit(&pairs, &weights, &mut || (0.0, 0.0));
        // Mostly systematic: imprint barely shows, and trades with persistence along their sum.
        let learned = 0.9 * found.persistence + 0.1 * found.imprint;
        assert_relative_eq!(learned, 0.9 * rho + 0.1 * lambda, max_relative = 5e-3);
        // h is the share of problems with a systematic mistake.
        assert_relative_eq!(0.2 * found.recurring, psi, max_relative = 5e-2);
        assert_relative_eq!(found.new, phi, max_relative = 5e-2);
    }
}
