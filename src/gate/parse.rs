//! Rules as they are written.

use std::str::FromStr;

use thiserror::Error;

use super::rule::{QuantileLevel, RuleComparison, RuleQuantity, StopRule};
use crate::fit::MOST_HORIZON;

/// What a rule may look like.
pub const RULE_GRAMMAR: &str = "\
A rule is QUANTITY COMPARISON NUMBER. The quantities are `P(fail within N)`, the probability of failure within N generations; \
`P(R > 1)`; `R`; and `runway`, the remaining runway in generations. `R` and `runway` are medians; `R(95%)` and `runway(5%)` are \
quantiles, at 5, 25, 50, 75 or 95 %. The comparisons are >, >=, < and <=. A probability is written 0.2 or 20%.";

/// Why a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{rule}; nearest: '{nearest}'. {RULE_GRAMMAR}")]
#[non_exhaustive]
pub struct RuleError {
    /// What is wrong with it.
    pub rule: String,
    /// A legal rule near to it.
    pub nearest: String,
}

impl FromStr for StopRule {
    type Err = RuleError;

    fn from_str(written: &str) -> Result<Self, RuleError> {
        parse(written).map_err(|rule| RuleError { rule, nearest: nearest(written).to_string() })
    }
}

/// Letters in lower case, without spaces: what a rule says does not hang on either.
fn narrowed(written: &str) -> String {
    written.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn parse(written: &str) -> Result<StopRule, String> {
    let narrow = narrowed(written);
    if narrow.is_empty() {
        return Err("this rule is empty".to_owned());
    }
    // A comparison inside of brackets belongs to the quantity.
    let after = narrow.rfind(')').map_or(0, |place| place + 1);
    let split = |comparison: &RuleComparison| {
        let (left, right) = narrow[after..].split_once(comparison.sign())?;
        Some((format!("{}{left}", &narrow[..after]), *comparison, right.to_owned()))
    };
    let (left, comparison, right) =
        RuleComparison::ALL.iter().find_map(split).ok_or("it has no comparison with a number")?;
    let quantity = quantity(&left)?;
    let bound = bound(&right, quantity)?;
    let rule = StopRule { quantity, comparison, bound };
    check(&rule)?;
    Ok(rule)
}

/// A quantity, narrowed.
fn quantity(narrow: &str) -> Result<RuleQuantity, String> {
    let inside = |prefix: &str| narrow.strip_prefix(prefix)?.strip_suffix(')');
    if let Some(count) = inside("p(failwithin") {
        let count = count.trim_end_matches("generations").trim_end_matches("generation");
        let within = count.parse().ok().filter(|n| (1..=MOST_HORIZON).contains(n) && !count.starts_with('+'));
        let rule =
            || format!("`N` in `P(fail within N)` is a number of generations from 1 to {MOST_HORIZON}, not {count:?}");
        return within.map(RuleQuantity::FailsWithin).ok_or_else(rule);
    }
    let level = |typed: &str| {
        let of = |level: &QuantileLevel| {
            typed == format!("{}%", level.percent()) || typed == level.probability().to_string()
        };
        let rule = || format!("a quantile is at 5%, 25%, 50%, 75% or 95%, not at {typed:?}");
        QuantileLevel::ALL.into_iter().find(of).ok_or_else(rule)
    };
    match narrow {
        "p(r>1)" => Ok(RuleQuantity::AboveOne),
        "r" => Ok(RuleQuantity::ReproductionNumber(QuantileLevel::P50)),
        "runway" => Ok(RuleQuantity::Runway(QuantileLevel::P50)),
        _ => match (inside("r("), inside("runway(")) {
            (Some(typed), _) => level(typed).map(RuleQuantity::ReproductionNumber),
            (_, Some(typed)) => level(typed).map(RuleQuantity::Runway),
            _ => Err(format!("{narrow:?} is no quantity of a fit")),
        },
    }
}

/// A finite number; in percent where it may be.
fn bound(typed: &str, quantity: RuleQuantity) -> Result<f64, String> {
    let is_probability = matches!(quantity, RuleQuantity::FailsWithin(_) | RuleQuantity::AboveOne);
    let is_runway = matches!(quantity, RuleQuantity::Runway(_));
    let (digits, percent) = match typed.strip_suffix('%') {
        Some(_) if !is_probability => return Err(format!("{quantity} is not compared with a percentage")),
        Some(digits) => (digits, true),
        None if is_runway => (typed.trim_end_matches("generations").trim_end_matches("generation"), false),
        None => (typed, false),
    };
    // Read as a decimal number with its exponent shifted, so that 20% is 0.2 to the last digit.
    let number = if percent { format!("{digits}e-2").parse() } else { digits.parse::<f64>() };
    let plain = digits.chars().all(|sign| sign.is_ascii_digit() || ".+-e".contains(sign));
    let number = number.ok().filter(|number| number.is_finite() && plain);
    // −0 is 0.
    number.map(|number| number + 0.0).ok_or_else(|| format!("{typed:?} is not a number"))
}

/// Refuses a rule that is met always or never.
fn check(rule: &StopRule) -> Result<(), String> {
    use RuleComparison::{Above, AtLeast, AtMost, Below};
    let bound = rule.bound;
    match rule.quantity {
        RuleQuantity::FailsWithin(_) | RuleQuantity::AboveOne => {
            let open = match rule.comparison {
                Above | AtMost => (0.0..1.0).contains(&bound),
                AtLeast | Below => bound > 0.0 && bound <= 1.0,
            };
            let always = "a probability lies between 0 and 1, so that this rule is met always or never";
            if open { Ok(()) } else { Err(format!("{always}: {} {bound}", rule.comparison.sign())) }
        }
        RuleQuantity::Runway(_) => {
            let open = (0.0..=MOST_HORIZON as f64).contains(&bound)
                && (bound > 0.0 || matches!(rule.comparison, Above | AtMost));
            let range = format!(
                "a runway is compared with more than 0 and at most {MOST_HORIZON} generations, not with {bound}"
            );
            if open { Ok(()) } else { Err(range) }
        }
        RuleQuantity::ReproductionNumber(_) => Ok(()),
    }
}

/// The legal rule whose text is nearest, with the numbers that were written where they fit.
fn nearest(written: &str) -> StopRule {
    let narrow = narrowed(written);
    let (left, right) = narrow.rsplit_once(['<', '>', '=']).unwrap_or((&narrow, ""));
    let last = numbers(right).last().copied();
    let share = last
        .map(|number| if number > 1.0 { number / 100.0 } else { number })
        .filter(|share| *share > 0.0 && *share < 1.0);
    let within = numbers(left).first().copied().filter(|n| n.fract() == 0.0 && (1.0..=MOST_HORIZON as f64).contains(n));
    // Whole and within the longest forecast, so that nothing is cut off.
    let within = within.map_or(5, |n| n as u64);
    let comparison = RuleComparison::ALL.into_iter().find(|one| narrow.contains(one.sign()));
    let or = |usual: RuleComparison| comparison.unwrap_or(usual);
    let r = last.unwrap_or(1.0);
    let runway = last.filter(|n| *n > 0.0 && *n <= MOST_HORIZON as f64).unwrap_or(5.0);
    let (above, below) = (or(RuleComparison::Above), or(RuleComparison::Below));
    let of = |quantity, comparison, bound| StopRule { quantity, comparison, bound };
    let level = |levels: QuantileLevel| if narrow.contains('(') { levels } else { QuantileLevel::P50 };
    let legal = [
        of(RuleQuantity::FailsWithin(within), above, share.unwrap_or(0.2)),
        of(RuleQuantity::AboveOne, above, share.unwrap_or(0.5)),
        of(RuleQuantity::ReproductionNumber(level(QuantileLevel::P95)), above, r),
        of(RuleQuantity::Runway(level(QuantileLevel::P05)), below, runway),
    ];
    let likeness = |rule: &StopRule| strsim::normalized_levenshtein(&narrow, &narrowed(&rule.to_string()));
    let usual = legal[0];
    legal.into_iter().skip(1).fold(usual, |best, one| if likeness(&one) > likeness(&best) { one } else { best })
}

/// The numbers in a text.
fn numbers(text: &str) -> Vec<f64> {
    let digits = text.split(|sign: char| !(sign.is_ascii_digit() || sign == '.'));
    digits.filter_map(|word| word.parse().ok()).filter(|number: &f64| number.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(written: &str) -> StopRule {
        written.parse().unwrap_or_else(|error| panic!("{written}: {error}"))
    }

    #[test]
    fn rules_are_read() {
        let of = |quantity, comparison, bound| StopRule { quantity, comparison, bound };
        let fails = of(RuleQuantity::FailsWithin(5), RuleComparison::Above, 0.2);
        for written in ["P(fail within 5) > 0.2", "p(fail within 5)>20%", " P( fail  within 5 generations ) > .2 "] {
            assert_eq!(read(written), fails, "{written}");
        }
        assert_eq!(read("P(R > 1) >= 0.8"), of(RuleQuantity::AboveOne, RuleComparison::AtLeast, 0.8));
        let r = |level| RuleQuantity::ReproductionNumber(level);
        assert_eq!(read("R > 1.1"), of(r(QuantileLevel::P50), RuleComparison::Above, 1.1));
        assert_eq!(read("R(5%) > 1"), of(r(QuantileLevel::P05), RuleComparison::Above, 1.0));
        assert_eq!(read("R(0.05) > -1"), of(r(QuantileLevel::P05), RuleComparison::Above, -1.0));
        let runway = of(RuleQuantity::Runway(QuantileLevel::P05), RuleComparison::AtMost, 3.0);
        assert_eq!(read("runway(5%) <= 3 generations"), runway);
        assert_eq!(read("P(fail within 1 generation) < 7%").bound, 0.07);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_the_nearest() {
        for (written, rule, nearest) in [
            ("", "empty", "P(fail within 5) > 0.2"),
            ("P(fail within 5)", "no comparison", "P(fail within 5) > 0.2"),
            ("P(fails within 8) > 0.3", "no quantity", "P(fail within 8) > 0.3"),
            ("P(failure in 10) >= 30%", "no quantity", "P(fail within 10) >= 0.3"),
            ("P(fail within 0) > 0.2", "from 1 to 10000", "P(fail within 5) > 0.2"),
            ("P(fail within 99999999999999999999) > 0.2", "from 1 to", "P(fail within 5) > 0.2"),
            ("P(fail within 5) > 1", "always or never", "P(fail within 5) > 0.2"),
            ("P(fail within 5) >= 0", "always or never", "P(fail within 5) >= 0.2"),
            ("P(fail within 5) > NaN", "not a number", "P(fail within 5) > 0.2"),
            ("P(fail within 5) > infinity", "not a number", "P(fail within 5) > 0.2"),
            ("P(R > 2) > 0.5", "no quantity", "P(R > 1) > 0.5"),
            ("R(10%) > 1", "5%, 25%", "R(95%) > 1"),
            ("R > 20%", "percentage", "R > 20"),
            ("runaway < 4", "no quantity", "runway < 4"),
            ("runway < 0", "more than 0", "runway < 5"),
            ("runway > 1e9", "at most 10000", "runway > 9"),
            ("R = 1", "no comparison", "R > 1"),
        ] {
            let error = written.parse::<StopRule>().unwrap_err();
            assert!(error.rule.contains(rule), "{written}: {error}");
            assert_eq!(error.nearest, nearest, "{written}");
            assert!(error.to_string().contains("P(fail within N)"), "{error}");
        }
    }

    fn rules() -> impl Strategy<Value = StopRule> {
        let levels = (0..5_usize).prop_map(|at| QuantileLevel::ALL[at]);
        let comparison = (0..4_usize).prop_map(|at| RuleComparison::ALL[at]);
        let of = |quantity, comparison, bound| StopRule { quantity, comparison, bound };
        let chance = (1..=MOST_HORIZON, comparison.clone(), 1e-9..1.0)
            .prop_map(move |(n, c, p)| of(RuleQuantity::FailsWithin(n), c, p));
        let above = (comparison.clone(), 1e-9..1.0).prop_map(move |(c, p)| of(RuleQuantity::AboveOne, c, p));
        let r = (levels.clone(), comparison.clone(), -1e6..1e6)
            .prop_map(move |(l, c, r)| of(RuleQuantity::ReproductionNumber(l), c, r));
        let runway = (levels, comparison, 1e-3..1e4).prop_map(move |(l, c, n)| of(RuleQuantity::Runway(l), c, n));
        prop_oneof![chance, above, r, runway]
    }

    proptest! {
        #[test]
        fn rules_come_back_as_they_were_written(rule in rules(), blanks in proptest::collection::vec(0_usize..40, 0..6)) {
            let written = rule.to_string();
            prop_assert_eq!(read(&written), rule);
            let mut spaced = written.to_uppercase();
            for place in blanks {
                spaced.insert(place.min(spaced.len()), ' ');
            }
            prop_assert_eq!(read(&spaced), rule, "{}", spaced);
        }

        /// Whatever is typed is a rule, or is refused with one.
        #[test]
        fn a_refusal_names_a_legal_rule(written in "[ -~]{0,40}|.{0,12}|(P\\(|R|runway|fail within|\\)|[<>=]{1,2}|[0-9.e%-]{1,6}){0,8}") {
            if let Err(error) = written.parse::<StopRule>() {
                prop_assert!(error.nearest.parse::<StopRule>().is_ok(), "{} for {}", error.nearest, written);
            }
        }
    }
}
