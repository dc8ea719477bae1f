//! What a generation's answers are a mixture of: problems of several difficulties, some with a mistake that candidates share.
//!
//! The law is that of model.md, sections 3 and 3a, at a model whose beliefs are all sound. A problem of class d carries a
//! systematic mistake with probability h_d; a candidate then shows it with probability γ. Otherwise, and on every other
//! problem, the candidate is right with probability a_d, or gives one of D wrong answers. With w_d the share of the class, j
//! right answers of k, wrong answers in groups of sizes l_1 … l_u, and t = k − j wrong answers in all, a pattern has probability
//!
//!   Σ_d w_d [ (1 − h_d + h_d (1−γ)^k) a^j (z/D)^t (D)_u + h_d Σ_i γ^{l_i} (1−γ)^{k−l_i} a^j (z/D)^{t−l_i} (D)_{u−1} ]
//!
//! with z = 1 − a and (D)_u = D (D−1) … (D−u+1), up to a factor that no parameter is in. It is fitted by expectation
//! maximisation (Dempster, Laird & Rubin 1977), whose steps are all shares, except for D.

use statrs::function::gamma::ln_gamma;

use super::pattern::AnswerPattern;

/// Most different wrong answers that are distinguished from infinitely many.
const MOST_WRONG_ANSWERS: f64 = 1e6;
/// Steps of a fit at the most.
const STEPS: usize = 3000;
/// Changes of ln likelihood per problem at which a fit of the samples as they are rests, and one of a replicate, which chance
/// moves by far more.
pub(super) const RESTS: f64 = 1e-10;
pub(super) const REPLICATE_RESTS: f64 = 1e-7;

/// Problems of one difficulty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ProblemClass {
    /// w, share of the problems.
    pub share: f64,
    /// a, probability that a candidate that shows no systematic mistake is right.
    pub right: f64,
    /// h, share of the problems with a systematic mistake.
    pub systematic: f64,
}

/// The mixture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SampleMixture {
    /// From the easiest to the hardest.
    pub classes: Vec<ProblemClass>,
    /// γ.
    pub consistency: f64,
    /// D.
    pub wrong_answers: f64,
}

/// Imagined observations (yes, no) added to every share, one pair a share.
pub(super) type Imagined<'a> = &'a mut dyn FnMut() -> (f64, f64);

impl ProblemClass {
    /// o, error rate of one answer.
    pub fn error(&self, consistency: f64) -> f64 {
        1.0 - self.right * (1.0 - self.systematic * consistency)
    }

    /// σ, share of the wrong answers that are systematic.
    pub fn systematic_share(&self, consistency: f64) -> f64 {
        let error = self.error(consistency);
        if error > 0.0 { (self.systematic * consistency / error).min(1.0) } else { 0.0 }
    }
}

/// ln (D)_u.
fn ln_falling(d: f64, u: u32) -> f64 {
    if u == 0 { 0.0 } else { ln_gamma(d + 1.0) - ln_gamma(d - f64::from(u) + 1.0) }
}

/// n ln p, 0 for n = 0.
fn power(n: u32, ln_p: f64) -> f64 {
    if n == 0 { 0.0 } else { f64::from(n) * ln_p }
}

/// Logarithms that every pattern needs, taken once for a mixture.
struct MixtureLogs {
    /// For each class: ln of its share without and with a systematic mistake, of a and of z.
    classes: Vec<[f64; 4]>,
    shows: f64,
    not: f64,
    each: f64,
    /// ln (D)_u by u.
    falling: Vec<f64>,
}

impl MixtureLogs {
    fn of(mixture: &SampleMixture, most_distinct: u32) -> Self {
        let of = |class: &ProblemClass| {
            let share = class.share.ln();
            let (none, some) = ((1.0 - class.systematic).ln(), class.systematic.ln());
            [share + none, share + some, class.right.ln(), (1.0 - class.right).ln()]
        };
        Self {
            classes: mixture.classes.iter().map(of).collect(),
            shows: mixture.consistency.ln(),
            not: (1.0 - mixture.consistency).ln(),
            each: mixture.wrong_answers.ln(),
            falling: (0..=most_distinct).map(|u| ln_falling(mixture.wrong_answers, u)).collect(),
        }
    }

    /// ln probability of a pattern, and in `parts` the probability of each explanation given the pattern: for every class, no
    /// systematic mistake, one that nobody showed, and one by each size of group.
    fn explain(&self, pattern: &AnswerPattern, parts: &mut Vec<f64>) -> f64 {
        parts.clear();
        for &[plain, systematic, right, wrong] in &self.classes {
            let scattered = |answers: u32, distinct: u32| {
                let falling = self.falling.get(distinct as usize).copied().unwrap_or(f64::NEG_INFINITY);
                power(pattern.right, right) + power(answers, wrong) + falling - power(answers, self.each)
            };
            let all = scattered(pattern.wrong, pattern.distinct);
            parts.push(plain + all);
            parts.push(systematic + power(pattern.answers(), self.not) + all);
            for &(size, count) in &pattern.sizes {
                let shown = power(size, self.shows) + power(pattern.answers() - size, self.not);
                let rest = scattered(pattern.wrong - size, pattern.distinct - 1);
                parts.push(systematic + f64::from(count).ln() + shown + rest);
            }
        }
        let most = parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            parts.fill(0.0);
            return most;
        }
        parts.iter_mut().for_each(|part| *part = (*part - most).exp());
        let total: f64 = parts.iter().sum();
        parts.iter_mut().for_each(|part| *part /= total);
        most + total.ln()
    }
}

impl SampleMixture {
    /// Given each pattern: the probability of each class, and for each size of group the probability that one such wrong answer
    /// is the systematic mistake of its problem.
    pub fn read_all(&self, patterns: &[AnswerPattern]) -> Vec<(Vec<f64>, Vec<f64>)> {
        let logs = MixtureLogs::of(self, most_distinct(patterns));
        let mut parts = Vec::new();
        let mut read = |pattern: &AnswerPattern| {
            logs.explain(pattern, &mut parts);
            let mut sums = vec![0.0; pattern.sizes.len()];
            let mut classes = Vec::with_capacity(self.classes.len());
            for class in parts.chunks(pattern.sizes.len() + 2) {
                classes.push(class.iter().sum());
                for (sum, part) in sums.iter_mut().zip(class.iter().skip(2)) {
                    *sum += part;
                }
            }
            let mistakes = sums.iter().zip(&pattern.sizes).map(|(sum, (_, count))| (sum / f64::from(*count)).min(1.0));
            (classes, mistakes.collect())
        };
        patterns.iter().map(&mut read).collect()
    }

    /// Share of the problems with a systematic mistake.
    pub fn systematic(&self) -> f64 {
        self.classes.iter().map(|class| class.share * class.systematic).sum()
    }

    /// Error rate of one answer.
    pub fn error(&self) -> f64 {
        self.classes.iter().map(|class| class.share * class.error(self.consistency)).sum()
    }
}

fn most_distinct(patterns: &[AnswerPattern]) -> u32 {
    patterns.iter().map(|pattern| pattern.distinct).max().unwrap_or(0)
}

/// Sums of one expectation step.
#[derive(Default, Clone)]
struct ClassSums {
    problems: f64,
    systematic: f64,
    right: f64,
    wrong: f64,
}

impl ClassSums {
    fn add(&mut self, problems: f64, right: u32, wrong: u32) {
        self.problems += problems;
        self.right += problems * f64::from(right);
        self.wrong += problems * f64::from(wrong);
    }
}

/// What the patterns say about D: the weight of every number of different random answers, and of the random answers.
#[derive(Default)]
struct ScatterSums {
    distinct: Vec<f64>,
    answers: f64,
}

impl ScatterSums {
    fn add(&mut self, weight: f64, distinct: u32, answers: u32) {
        let place = distinct as usize;
        if self.distinct.len() <= place {
            self.distinct.resize(place + 1, 0.0);
        }
        if let Some(sum) = self.distinct.get_mut(place) {
            *sum += weight;
        }
        self.answers += weight * f64::from(answers);
    }

    /// The D under which these numbers of different answers are most probable: the root of Σ_i C_i D/(D − i) = answers, where
    /// C_i is the weight of patterns with more than i different ones; the sum falls with D.
    fn most_probable(&self) -> f64 {
        let most = self.distinct.len().saturating_sub(1);
        let mut more: Vec<f64> = Vec::with_capacity(most);
        let mut sum = 0.0;
        for weight in self.distinct.iter().skip(1).rev() {
            sum += weight;
            more.push(sum);
        }
        let expected =
            |d: f64| -> f64 { more.iter().rev().zip(0..).map(|(weight, i)| weight * d / (d - f64::from(i))).sum() };
        // (D)_u is positive for D > u − 1.
        let least = most.saturating_sub(1).max(1) as f64;
        let (mut low, mut high) = (least.ln(), MOST_WRONG_ANSWERS.ln());
        if expected(high.exp()) >= self.answers {
            return MOST_WRONG_ANSWERS;
        }
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if expected(middle.exp()) > self.answers { low = middle } else { high = middle }
        }
        high.exp()
    }
}

/// Shares closer to 0 or 1 are taken for this close, so that their logarithms stay finite.
const NEAREST: f64 = 1e-12;

fn share(yes: f64, no: f64) -> f64 {
    let all = yes + no;
    if all > 0.0 { (yes / all).clamp(NEAREST, 1.0 - NEAREST) } else { 0.5 }
}

/// Fits a mixture from where it stands; with answers unknown, without systematic mistakes.
pub(super) fn fit(
    mut mixture: SampleMixture,
    patterns: &[AnswerPattern],
    weights: &[f64],
    rests: f64,
    imagined: Imagined<'_>,
) -> (SampleMixture, f64) {
    let problems: f64 = weights.iter().sum();
    let pairs: Vec<[(f64, f64); 2]> = mixture.classes.iter().map(|_| [imagined(), imagined()]).collect();
    let of_consistency = imagined();
    let mut last = f64::NEG_INFINITY;
    for _ in 0..STEPS {
        let (next, likelihood) = step(&mixture, patterns, weights, &pairs, of_consistency);
        let at_rest = (likelihood - last).abs() <= rests * problems;
        mixture = next;
        last = likelihood;
        if at_rest {
            break;
        }
    }
    mixture.classes.sort_by(|a, b| b.right.total_cmp(&a.right));
    (mixture, last)
}

/// One step: the next mixture, and the ln likelihood of this one.
fn step(
    mixture: &SampleMixture,
    patterns: &[AnswerPattern],
    weights: &[f64],
    pairs: &[[(f64, f64); 2]],
    of_consistency: (f64, f64),
) -> (SampleMixture, f64) {
    let mut sums = vec![ClassSums::default(); mixture.classes.len()];
    let (mut shows, mut hides) = of_consistency;
    let mut scatter = ScatterSums::default();
    let (mut likelihood, mut parts) = (0.0, Vec::new());
    let logs = MixtureLogs::of(mixture, most_distinct(patterns));
    for (pattern, &weight) in patterns.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        likelihood += weight * logs.explain(pattern, &mut parts);
        for (class, sum) in parts.chunks(pattern.sizes.len() + 2).zip(&mut sums) {
            let &[plain, hidden, ref shown @ ..] = class else { continue };
            let (plain, hidden) = (weight * plain, weight * hidden);
            sum.add(plain + hidden, pattern.right, pattern.wrong);
            sum.systematic += hidden;
            hides += hidden * f64::from(pattern.answers());
            scatter.add(plain + hidden, pattern.distinct, pattern.wrong);
            for (part, &(size, _)) in shown.iter().zip(&pattern.sizes) {
                let part = weight * part;
                sum.add(part, pattern.right, pattern.wrong - size);
                sum.systematic += part;
                shows += part * f64::from(size);
                hides += part * f64::from(pattern.answers() - size);
                scatter.add(part, pattern.distinct - 1, pattern.wrong - size);
            }
        }
    }
    let problems: f64 = sums.iter().map(|sum| sum.problems).sum();
    let systematic = mixture.systematic() > 0.0;
    let classes = sums.iter().zip(pairs).map(|(sum, [of_right, of_systematic])| ProblemClass {
        share: (sum.problems / problems).max(1e-12),
        right: share(sum.right + of_right.0, sum.wrong + of_right.1),
        systematic: if systematic {
            share(sum.systematic + of_systematic.0, sum.problems - sum.systematic + of_systematic.1)
        } else {
            0.0
        },
    });
    let next = SampleMixture {
        classes: classes.collect(),
        consistency: if systematic { share(shows, hides) } else { mixture.consistency },
        wrong_answers: if systematic { scatter.most_probable() } else { mixture.wrong_answers },
    };
    (next, likelihood)
}

/// Where fits of `classes` difficulties begin: classes spread over the range of right shares that the patterns show.
pub(super) fn beginnings(
    classes: usize,
    patterns: &[AnswerPattern],
    weights: &[f64],
    answers: bool,
) -> Vec<SampleMixture> {
    let mut rights: Vec<(f64, f64)> = patterns
        .iter()
        .zip(weights)
        .map(|(pattern, weight)| (f64::from(pattern.right) / f64::from(pattern.answers().max(1)), *weight))
        .collect();
    rights.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: f64 = weights.iter().sum();
    let at = |level: f64| {
        let mut sum = 0.0;
        let found = rights.iter().find(|(_, weight)| {
            sum += weight;
            sum >= level * all
        });
        found.map_or(0.5, |(right, _)| *right).clamp(0.02, 0.98)
    };
    let mixture = |consistency: f64, rights: Vec<f64>| SampleMixture {
        classes: rights
            .iter()
            .map(|&right| ProblemClass {
                share: 1.0 / rights.len() as f64,
                right,
                systematic: if answers { 0.1 } else { 0.0 },
            })
            .collect(),
        consistency,
        wrong_answers: if answers { 20.0 } else { MOST_WRONG_ANSWERS },
    };
    let quantiles = || (0..classes).map(|class| at((class as f64 + 0.5) / classes as f64)).collect::<Vec<_>>();
    let evenly = || (0..classes).map(|class| 0.95 - 0.85 * class as f64 / classes.max(2) as f64).collect::<Vec<_>>();
    vec![mixture(0.9, quantiles()), mixture(0.6, quantiles()), mixture(0.9, evenly())]
}

/// Whether D is distinguished from infinitely many.
pub(super) fn is_finite(wrong_answers: f64) -> bool {
    wrong_answers < 0.5 * MOST_WRONG_ANSWERS
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::fit::AnswerGroup;
    use approx::assert_relative_eq;

    fn mixture() -> SampleMixture {
        SampleMixture {
            classes: vec![
                ProblemClass { share: 0.6, right: 0.8, systematic: 0.2 },
                ProblemClass { share: 0.4, right: 0.3, systematic: 0.35 },
            ],
            consistency: 0.7,
            wrong_answers: 3.0,
        }
    }

    /// Answers: 0 is right, 1 the shared mistake, 2 and up the scattered ones.
    fn pattern_of(answers: &[u64]) -> AnswerPattern {
        let mut given: HashMap<u64, u32> = HashMap::new();
        for answer in answers {
            *given.entry(*answer).or_default() += 1;
        }
        let group = |(answer, given): (u64, u32)| AnswerGroup {
            answer: Some(answer),
            right: Some(answer == 0),
            given,
            kept: 0,
        };
        AnswerPattern::of(&given.into_iter().map(group).collect::<Vec<_>>())
    }

    /// P(answers) by the words of the model: a class, whether its problem is systematic, and each candidate in turn.
    fn by_words(mixture: &SampleMixture, answers: &[u64]) -> f64 {
        let base = |class: &ProblemClass, answer: u64| match answer {
            0 => class.right,
            1 => 0.0,
            _ => (1.0 - class.right) / mixture.wrong_answers,
        };
        let gamma = mixture.consistency;
        let of = |class: &ProblemClass| {
            let plain: f64 = answers.iter().map(|answer| base(class, *answer)).product();
            let shown = |answer: &u64| if *answer == 1 { gamma } else { (1.0 - gamma) * base(class, *answer) };
            let systematic: f64 = answers.iter().map(shown).product();
            class.share * ((1.0 - class.systematic) * plain + class.systematic * systematic)
        };
        mixture.classes.iter().map(of).sum()
    }

    /// Orders in which the answers of a pattern can come.
    fn orders(pattern: &AnswerPattern) -> f64 {
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let groups: f64 = pattern
            .sizes
            .iter()
            .map(|(size, count)| factorial(*size).powi(*count as i32) * factorial(*count))
            .product();
        factorial(pattern.answers()) / (factorial(pattern.right) * groups)
    }

    #[test]
    fn patterns_are_as_probable_as_all_answers_that_show_them() {
        let mixture = mixture();
        let mut expected: HashMap<AnswerPattern, f64> = HashMap::new();
        for code in 0..5_u64.pow(4) {
            let answers: Vec<u64> = (0..4).map(|place| code / 5_u64.pow(place) % 5).collect();
            *expected.entry(pattern_of(&answers)).or_default() += by_words(&mixture, &answers);
        }
        assert_relative_eq!(expected.values().sum::<f64>(), 1.0, max_relative = 1e-12);
        let logs = MixtureLogs::of(&mixture, 4);
        for (pattern, probability) in expected {
            let log = logs.explain(&pattern, &mut Vec::new());
            assert_relative_eq!(log.exp() * orders(&pattern), probability, max_relative = 1e-12);
        }
    }

    #[test]
    fn every_step_raises_the_likelihood_and_the_truth_is_found() {
        // Every pattern with its exact probability as its weight: the mixture that made them is the most probable.
        let truth = SampleMixture { wrong_answers: 6.0, ..mixture() };
        let mut weights: HashMap<AnswerPattern, f64> = HashMap::new();
        for code in 0..8_u64.pow(6) {
            let answers: Vec<u64> = (0..6).map(|place| code / 8_u64.pow(place) % 8).collect();
            *weights.entry(pattern_of(&answers)).or_default() += 1000.0 * by_words(&truth, &answers);
        }
        let (patterns, weights): (Vec<AnswerPattern>, Vec<f64>) = weights.into_iter().unzip();
        let mut at = beginnings(2, &patterns, &weights, true).remove(0);
        let mut last = f64::NEG_INFINITY;
        for _ in 0..200 {
            let (next, likelihood) = step(&at, &patterns, &weights, &[[(0.0, 0.0); 2]; 2], (0.0, 0.0));
            assert!(likelihood >= last - 1e-9 * likelihood.abs(), "{likelihood} after {last}");
            (at, last) = (next, likelihood);
        }
        let (found, _) = fit(at, &patterns, &weights, 1e-15, &mut || (0.0, 0.0));
        assert_relative_eq!(found.consistency, truth.consistency, max_relative = 1e-2);
        assert_relative_eq!(found.wrong_answers, truth.wrong_answers, max_relative = 1e-2);
        for (found, class) in found.classes.iter().zip(&truth.classes) {
            assert_relative_eq!(found.share, class.share, max_relative = 1e-2);
            assert_relative_eq!(found.right, class.right, max_relative = 1e-2);
            assert_relative_eq!(found.systematic, class.systematic, max_relative = 2e-2);
        }
    }

    #[test]
    fn scattered_answers_tell_how_many_there_are() {
        let mut sums = ScatterSums::default();
        sums.add(3.0, 2, 4);
        sums.add(5.0, 3, 3);
        let value = |d: f64| 3.0 * ln_falling(d, 2) + 5.0 * ln_falling(d, 3) - sums.answers * d.ln();
        let found = sums.most_probable();
        let best =
            (0..4000).map(|step| 3.0 + f64::from(step) * 0.01).max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap();
        assert_relative_eq!(found, best, epsilon = 0.011);
        let mut never = ScatterSums::default();
        never.add(1.0, 3, 3);
        assert!(!is_finite(never.most_probable()));
    }
}
