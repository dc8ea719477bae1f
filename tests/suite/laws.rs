//! What holds for every loop: the resolved form is a scenario again, and the law of one generation is a law.

use approx::assert_relative_eq;
use proptest::prelude::*;
use runaway::law::{Answers, Composition, Law};
use runaway::provenance::digest;
use runaway::scenario::{DifficultyClass, Filter, Origin, Scenario};

use crate::strategy::{Sizes, composition, config, scenario};

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_resolved_scenario_is_a_scenario_file(scenario in scenario(Sizes::any())) {
        let json = serde_json::to_string_pretty(&scenario).unwrap();
        let from_json = Scenario::from_json(&serde_json::from_str(&json).unwrap()).unwrap();
        let from_toml = Scenario::parse(&scenario.to_toml(), Origin::Text, &[]).unwrap();
        for back in [from_json, from_toml] {
            prop_assert_eq!(digest(&back), digest(&scenario));
            prop_assert_eq!(&back, &scenario);
        }
    }

    #[test]
    fn the_law_is_a_law(scenario in scenario(Sizes::any()), x in composition(), generation in 0..200_u64) {
        let law = Law::new(&scenario, generation);
        let outcome = law.at(x);
        let share = |p: f64| (0.0..=1.0).contains(&p);
        let Answers { sound, unsound, systematic, random } = outcome.accepted;
        // Rounding may pass 1 by a bit.
        let rounded = |p: f64| (0.0..=1.0 + 1e-15).contains(&p);
        prop_assert!([sound, unsound, systematic, random].into_iter().all(rounded), "{:?}", outcome);
        prop_assert!(outcome.accepted.total() <= 1.0 + 1e-12, "{:?}", outcome);
        prop_assert_eq!(outcome.next.is_none(), outcome.accepted_share() < f64::MIN_POSITIVE);
        if let Some(next) = outcome.next {
            prop_assert!(share(next.unsound) && share(next.wrong) && share(next.sound()), "{:?}", next);
            prop_assert!((next.unsound + next.wrong + next.sound() - 1.0).abs() <= 1e-15, "{:?}", next);
        }
        prop_assert!(share(outcome.error_rate));
        prop_assert_eq!(outcome.error_rate, law.error_rate(x));
        let expected = error_rate(&scenario, generation, x);
        prop_assert!((outcome.error_rate - expected).abs() <= 1e-11, "{} but {}", outcome.error_rate, expected);
        let passed: f64 = law.bins().iter().map(|bin| {
            let each = bin.passages(x).map(|passage| passage.problem.weight * passage.passed.total());
            bin.bin.share * each.iter().sum::<f64>()
        }).sum();
        prop_assert!((passed - outcome.accepted_share()).abs() <= 1e-12);
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn the_law_counts_what_enumeration_counts(scenario in scenario(Sizes::small()), x in composition()) {
        let outcome = Law::new(&scenario, 0).at(x);
        let expected = enumerated(&scenario, x);
        let got = outcome.accepted;
        for (got, expected) in [
            (got.sound, expected.sound),
            (got.unsound, expected.unsound),
            (got.systematic, expected.systematic),
            (got.random, expected.random),
        ] {
            prop_assert!((got - expected).abs() <= 1e-13 + 1e-10 * expected, "{:?} but {:?}", outcome.accepted, expected);
        }
        let share = expected.total();
        if share > 1e-200 {
            let learning = scenario.learning();
            let (kept, persistence) = (1.0 - learning.anchor.get(), learning.persistence.get());
            let wrong = kept * (persistence * expected.systematic + learning.imprint.get() * expected.random) / share;
            let unsound = kept * persistence * expected.unsound / share;
            let mistaken = (wrong + unsound).min(1.0);
            let gain = learning.hazard_gain.get();
            let gained = if mistaken == 0.0 { gain } else { -(gain * (-mistaken).ln_1p()).exp_m1() / mistaken };
            let renewal = learning.renewal.get();
            let wrong = (1.0 - renewal) * x.wrong + renewal * gained * wrong;
            let unsound = (1.0 - renewal) * x.unsound + renewal * gained * unsound;
            let next = outcome.next.unwrap();
            prop_assert!((next.wrong - wrong).abs() <= 1e-9, "{:?} but {} wrong", next, wrong);
            prop_assert!((next.unsound - unsound).abs() <= 1e-9, "{:?} but {} unsound", next, unsound);
        }
    }
}

/// Per-step error at a composition.
fn step_error(scenario: &Scenario, bin: &DifficultyClass, x: Composition) -> f64 {
    let amplification = scenario.errors().amplification.get();
    (bin.step_error * (1.0 + amplification * (x.unsound + x.wrong))).min(1.0)
}

/// err(x) as model.md, section 3 writes it, with the solution of the two-state chain (right, off) in closed form.
fn error_rate(scenario: &Scenario, generation: u64, x: Composition) -> f64 {
    scenario.bins(generation).iter().map(|bin| bin.share * error_rate_of(scenario, bin, x)).sum()
}

fn error_rate_of(scenario: &Scenario, bin: &DifficultyClass, x: Composition) -> f64 {
    let (e, r) = (step_error(scenario, bin, x), scenario.errors().recovery.get());
    let steps = bin.steps as f64;
    let (sigma, gamma) = (bin.systematic_share, bin.consistency);
    // (1 − e − r)^L: e + r may pass 1, and then the chain alternates.
    let kept = 1.0 - e - r;
    let ln_kept = if e + r < 1.0 { (-(e + r)).ln_1p() } else { (-kept).ln() };
    let sign = if kept < 0.0 && steps % 2.0 == 1.0 { -1.0 } else { 1.0 };
    let (off, right) = if e + r == 0.0 {
        (0.0, 1.0)
    } else if sign < 0.0 || e + r >= 1.0 {
        let power = sign * (steps * ln_kept).exp();
        (e / (e + r) * (1.0 - power), (r + e * power) / (e + r))
    } else {
        (e / (e + r) * -(steps * ln_kept).exp_m1(), (r + e * (steps * ln_kept).exp()) / (e + r))
    };
    let random = off * (1.0 - sigma);
    let z = if right + random > 0.0 { random / (right + random) } else { 0.0 };
    let fresh = (off * sigma).min(gamma);
    let phi = if r == 0.0 { 0.0 } else { 1.0 + (steps * (-r).ln_1p()).exp_m1() / (r * steps) };
    x.sound() * (fresh + (1.0 - fresh) * z)
        + x.unsound * (gamma * (1.0 - phi) + (1.0 - gamma) * z)
        + x.wrong * (gamma + (1.0 - gamma) * z)
}

/// Accepted answers per problem, by walking every step and listing every outcome of every vote.
fn enumerated(scenario: &Scenario, x: Composition) -> Answers {
    let of = |bin: &DifficultyClass| enumerated_of(scenario, bin, x).scaled(bin.share);
    scenario.bins(0).iter().map(of).fold(Answers::default(), |sum, one| sum.plus(&one))
}

fn enumerated_of(scenario: &Scenario, bin: &DifficultyClass, x: Composition) -> Answers {
    let (e, r) = (step_error(scenario, bin, x), scenario.errors().recovery.get());
    let steps = bin.steps;
    let (sigma, gamma) = (bin.systematic_share, bin.consistency);
    let (on, back, off) = (0..steps).fold((1.0, 0.0, 0.0), |(on, back, off), _| {
        (on * (1.0 - e), back * (1.0 - e) + off * r, (on + back) * e + off * (1.0 - r))
    });
    let rest = on + back + off * (1.0 - sigma);
    let base =
        if rest > 0.0 { [on / rest, back / rest, 0.0, off * (1.0 - sigma) / rest] } else { [1.0, 0.0, 0.0, 0.0] };
    // φ: the wrong step is equally likely at each place; each later step may lead back.
    let luck = (1..=steps).map(|place| back_within(steps - place, r)).sum::<f64>() / steps as f64;
    let shown = |mistake: [f64; 4]| [0, 1, 2, 3].map(|kind| gamma * mistake[kind] + (1.0 - gamma) * base[kind]);
    let systematic = if gamma > 0.0 { (off * sigma / gamma).min(1.0) } else { 0.0 };
    let problems = [
        (x.sound() * (1.0 - systematic), base),
        (x.sound() * systematic, shown([0.0, 0.0, 1.0, 0.0])),
        (x.unsound, shown([0.0, luck, 1.0 - luck, 0.0])),
        (x.wrong, shown([0.0, 0.0, 1.0, 0.0])),
    ];
    let mut accepted = [0.0; 4];
    for (weight, candidate) in problems {
        let voted = vote(scenario, bin.wrong_answers, candidate);
        for kind in 0..4 {
            accepted[kind] += weight * voted[kind];
        }
    }
    for filter in scenario.filters() {
        let passed = passed(filter, steps, base[0] + base[1], gamma, x.unsound + x.wrong);
        for kind in 0..4 {
            accepted[kind] *= passed[kind];
        }
    }
    let [sound, unsound, systematic, random] = accepted;
    Answers { sound, unsound, systematic, random }
}

/// Probability that a chance of `r` per step comes true within `steps` steps, one step after another.
fn back_within(steps: u64, r: f64) -> f64 {
    (0..steps).fold(0.0, |back, _| back + (1.0 - back) * r)
}

/// Every assignment of answers to the candidates. An answer is a value: the right one (reached soundly or not), the shared
/// wrong one, and each of the D scattered ones; without D each candidate has a scattered one of its own. The answer with most
/// votes wins, any of those that are tied with the same probability.
fn vote(scenario: &Scenario, wrong_answers: Option<u64>, candidate: [f64; 4]) -> [f64; 4] {
    let candidates = scenario.vote().candidates.get() as usize;
    let limits = scenario.vote().agree.get() as usize..=scenario.vote().most() as usize;
    // Without D each place has a value of its own.
    let scattered = wrong_answers.map_or(1, |count| count as usize);
    let kinds = 3 + scattered;
    let mut accepted = [0.0; 4];
    for code in 0..kinds.pow(candidates as u32) {
        let answers: Vec<usize> = (0..candidates).map(|place| code / kinds.pow(place as u32) % kinds).collect();
        let likelihood: f64 = answers
            .iter()
            .map(|&answer| if answer < 3 { candidate[answer] } else { candidate[3] / scattered as f64 })
            .product();
        let votes = |wanted: usize| answers.iter().filter(|&&answer| answer == wanted).count();
        let right = votes(0) + votes(1);
        let random: Vec<usize> = match wrong_answers {
            Some(_) => (3..kinds).map(votes).collect(),
            None => vec![1; votes(3)],
        };
        let lead = random.iter().copied().chain([right, votes(2)]).max().unwrap_or(0);
        if !limits.contains(&lead) {
            continue;
        }
        let leading = random.iter().filter(|&&votes| votes == lead).count() as f64;
        let (right_leads, shared_leads) = (f64::from(u8::from(right == lead)), f64::from(u8::from(votes(2) == lead)));
        let each = likelihood / (leading + right_leads + shared_leads);
        if right == lead {
            // The example that is kept is one of those that agree, each as likely as the others.
            accepted[0] += each * votes(0) as f64 / right as f64;
            accepted[1] += each * votes(1) as f64 / right as f64;
        }
        accepted[2] += each * shared_leads;
        accepted[3] += each * leading;
    }
    accepted
}

/// The table of model.md, section 4, as probabilities of passing: sound, unsound, systematic, random.
fn passed(filter: &Filter, steps: u64, right: f64, consistency: f64, mistaken: f64) -> [f64; 4] {
    match *filter {
        Filter::Catch { random, systematic, unsound, false_reject } => {
            [false_reject, unsound, systematic, random].map(|caught| 1.0 - caught.get())
        }
        Filter::Outcome { sensitivity: t, false_reject: f } => [f, f, t, t].map(|caught| 1.0 - caught.get()),
        Filter::Steps { sensitivity: t, false_reject: f } => {
            let missed = 1.0 - t.get();
            [(0..steps).map(|_| 1.0 - f.get()).product(), missed, missed, missed]
        }
        Filter::CrossModel { agreement_on_error: a, error_rate: e } => [1.0 - e.get(), 1.0 - e.get(), a.get(), 0.0],
        Filter::Transform { invariance } => [right, right, invariance.get(), 0.0],
        Filter::GroundTruth { coverage, steps } => {
            let unseen = 1.0 - coverage.get();
            [1.0, if steps { unseen } else { 1.0 }, unseen, unseen]
        }
        Filter::SelfJudge { sensitivity: t, false_reject: f, shared, steps } => {
            let judged = t.get() - (t.get() - f.get()) * mistaken;
            let shown = 1.0 - judged * (1.0 - shared.map_or(consistency, |shared| shared.get()));
            [1.0 - f.get(), if steps { 1.0 - judged } else { 1.0 - f.get() }, shown, 1.0 - judged]
        }
    }
}

/// Overrides; a_W; a_U; err at g = 0; err of the mean field at g = 10 (model.md, section 7).
type Reference = (&'static [&'static str], f64, f64, f64, f64);

const MORE: &str = "errors.amplification=20";
const REFERENCES: [Reference; 8] = [
    // model.md gives 0.3449315713, one too many in the last digit.
    (&[], 0.02492314229, 0.0, 0.03924904297, 0.3449315712),
    (&[MORE], 0.02492314229, 0.0, 0.03924904297, 0.8253046491),
    (
        &[MORE, "filter=[{kind='catch', random=0.8, systematic=0.05, false_reject=0.02}]"],
        0.00817062097,
        0.0,
        0.03924904297,
        0.2767769161,
    ),
    (
        &[MORE, "filter=[{kind='catch', random=0.95, systematic=0.3, false_reject=0.02}]"],
        0.00387906258,
        0.0,
        0.03924904297,
        0.0677110945,
    ),
    (
        &[MORE, "vote.candidates=5", "vote.agree=3", "errors.consistency=0.9", "errors.wrong_answers=50"],
        0.00410934063,
        0.0,
        0.03924904297,
        0.1098873564,
    ),
    (&[MORE, "learning.anchor=0.1"], 0.02243082806, 0.0, 0.03924904297, 0.6210991172),
    (&[MORE, "examples=20"], 0.02492314229, 0.0, 0.03924904297, 0.8253046491),
    (
        &[
            MORE,
            "examples=40",
            "errors.recovery=0.05",
            "filter=[{kind='catch', random=0.9, systematic=0.9, false_reject=0.01}]",
        ],
        0.00165645780,
        0.01375052750,
        0.02524269685,
        0.0794812718,
    ),
];

fn changed(overrides: &[&str]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(|&typed| typed.to_owned()).collect();
    Scenario::parse("name = \"reference\"", Origin::Text, &overrides).unwrap()
}

/// Error rates of the mean field at generations 0..=last.
fn mean_field(scenario: &Scenario, last: u64) -> Vec<f64> {
    let mut x = Composition::start(scenario);
    (0..=last)
        .map(|generation| {
            let outcome = Law::new(scenario, generation).at(x);
            x = outcome.next.unwrap();
            outcome.error_rate
        })
        .collect()
}

#[test]
fn fresh_mistakes_and_the_mean_field_are_those_of_the_model() {
    for (overrides, wrong, unsound, start, tenth) in REFERENCES {
        let scenario = changed(overrides);
        let fresh = Law::new(&scenario, 0).at(Composition::SOUND).next.unwrap();
        assert_relative_eq!(fresh.wrong, wrong, epsilon = 5.1e-12);
        assert_relative_eq!(fresh.unsound, unsound, epsilon = 5.1e-12);
        let error = mean_field(&scenario, 10);
        assert_relative_eq!(error[0], start, epsilon = 5.1e-12);
        assert_relative_eq!(error[10], tenth, epsilon = 5.1e-11);
    }
    // Sixty-digit arithmetic.
    let plain = mean_field(&changed(&[]), 10);
    assert_relative_eq!(plain[10], 0.344_931_571_202_760_7, max_relative = 1e-14);
    let amplified = mean_field(&changed(&[MORE]), 10);
    assert_relative_eq!(amplified[10], 0.825_304_649_148_029_2, max_relative = 1e-14);
}

/// Without amplification and filters the law is linear, so that the mean field is the mean.
#[test]
fn one_answer_revised_over_and_over() {
    let scenario = changed(&[
        "examples=1",
        "task.steps=10",
        "errors.step_error=0.02",
        "errors.amplification=0",
        "errors.consistency=0.9",
        "learning.persistence=1",
        "learning.imprint=1",
    ]);
    let error = mean_field(&scenario, 50);
    for (round, expected) in [(1, 0.3171670383), (5, 0.5799511566), (10, 0.6644464621), (50, 0.6872905324)] {
        assert_relative_eq!(error[round], expected, epsilon = 5.1e-11);
    }
}

#[test]
fn schedules_follow_their_formulas() {
    let grows = changed(&["task.steps=6", "task.steps_per_generation=3"]);
    assert_eq!((grows.steps_at(0), grows.steps_at(7)), (6, 27));
    let improves = changed(&["errors.step_error=0.01", "errors.step_error_floor=0.0005", "errors.step_error_gain=0.3"]);
    for generation in [0, 1, 5, 40] {
        let expected = 0.0005 + 0.0095 * 0.7_f64.powi(generation as i32);
        assert_relative_eq!(improves.bins(generation)[0].step_error, expected, max_relative = 1e-14);
        let law = Law::new(&improves, generation);
        assert_relative_eq!(law.bins()[0].step_error(Composition::SOUND), expected, max_relative = 1e-14);
    }
}
