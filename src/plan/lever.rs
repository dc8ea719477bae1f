//! What a plan may vary: levers, each with its options, by default or as `--vary` asks for them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::scenario::{Filter, Scenario};

/// Candidates of the votes that are tried by default.
const CANDIDATES: u64 = 9;
/// Shares of true examples, and of audited answers, that are tried by default where truth has a price.
const SHARES: [f64; 4] = [0.0, 0.05, 0.1, 0.2];
/// The most values of one lever.
const MOST_VALUES: u64 = 1_000;

/// One thing that a plan may vary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PlanLever {
    /// What is varied: a dotted key, `filter.0`, or `vote` for candidates and agreement together.
    pub key: String,
    /// Whether nobody asked for these values.
    pub default: bool,
    /// The values tried, in words: "0 to 0.2 (4 values)".
    pub values: String,
    /// The values.
    pub options: Vec<LeverOption>,
}

/// One value of a lever.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeverOption {
    /// Keys with their values, `KEY=VALUE`.
    pub sets: Vec<String>,
    /// The filter that is left out.
    pub without: Option<usize>,
}

/// A range or list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("--vary {typed}: {rule}; {help}")]
#[non_exhaustive]
pub struct VaryError {
    /// As it was typed.
    pub typed: String,
    /// The rule that it breaks.
    pub rule: String,
    /// What to do.
    pub help: String,
}

impl PlanLever {
    fn new(key: impl Into<String>, default: bool, values: String, options: Vec<LeverOption>) -> Self {
        Self { key: key.into(), default, values, options }
    }

    fn of_values(key: &str, default: bool, values: &[String]) -> Self {
        let options = values.iter().map(|value| LeverOption::of(&[(key, value)])).collect();
        Self::new(key, default, in_words(values), options)
    }

    /// A filter that stands or is left out.
    fn of_filter(index: usize, default: bool, on: bool, off: bool) -> Self {
        let stands = on.then(LeverOption::default);
        let left_out = off.then(|| LeverOption { sets: Vec::new(), without: Some(index) });
        let words = [on.then_some("on"), off.then_some("off")].into_iter().flatten().collect::<Vec<_>>().join(", ");
        Self::new(format!("filter.{index}"), default, words, stands.into_iter().chain(left_out).collect())
    }

    /// Reads `KEY=A:B`, `KEY=A:B:N` or `KEY=V,V,…`; `filter.N=on,off` for a filter as a whole.
    ///
    /// # Errors
    /// [`VaryError`], with the rule that is broken.
    pub fn typed(typed: &str) -> Result<Self, VaryError> {
        let refusal = |rule: String, help: &str| VaryError { typed: typed.to_owned(), rule, help: help.to_owned() };
        let form = "write KEY=FROM:TO, KEY=FROM:TO:COUNT or KEY=VALUE,VALUE,… such as vote.candidates=1:16";
        let (key, range) = typed.split_once('=').ok_or_else(|| refusal("this names no values".to_owned(), form))?;
        let (key, range) = (key.trim(), range.trim());
        if key.is_empty() || range.is_empty() || range.split([',', ':']).any(|part| part.trim().is_empty()) {
            return Err(refusal("a key or a value is missing".to_owned(), form));
        }
        if let Some(index) = key.strip_prefix("filter.").and_then(|index| index.parse().ok()) {
            let words: Vec<&str> = range.split(',').map(str::trim).collect();
            if words.iter().any(|word| !["on", "off"].contains(word)) {
                let rule = format!("a filter is on or off, not {range}");
                return Err(refusal(
                    rule,
                    "write filter.0=on,off, or vary one of its keys, as filter.0.sensitivity=0.5,0.9",
                ));
            }
            return Ok(Self::of_filter(index, false, words.contains(&"on"), words.contains(&"off")));
        }
        let values = if range.contains(':') {
            spread(range).map_err(|(rule, help)| refusal(rule, help))?
        } else {
            listed(range)
        };
        if values.len() as u64 > MOST_VALUES {
            let rule = format!("{} values are more than {MOST_VALUES}", values.len());
            return Err(refusal(rule, "write fewer"));
        }
        Ok(Self::of_values(key, false, &values))
    }

    /// What is varied unless somebody asks for something else: candidates and agreement of the vote, each filter on or off, and
    /// where it has a price the share of true examples and of audited answers.
    #[must_use]
    pub fn defaults(scenario: &Scenario) -> Vec<Self> {
        let mut levers = vec![Self::vote(scenario)];
        levers.extend((0..scenario.filters.len()).map(|index| Self::of_filter(index, true, true, true)));
        let priced = |price: f64| price > 0.0;
        let prices = scenario.cost.as_ref();
        let mut shares = |key: String, present: f64, least: f64| {
            let mut values: Vec<f64> = SHARES.into_iter().filter(|share| *share >= least).chain([present]).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            levers.push(Self::of_values(&key, true, &values.iter().map(f64::to_string).collect::<Vec<_>>()));
        };
        if prices.is_some_and(|cost| priced(cost.per_true_example.get())) {
            shares("learning.anchor".to_owned(), scenario.learning.anchor.get(), 0.0);
        }
        for (index, filter) in scenario.filters.iter().enumerate() {
            let price = prices.map(|cost| cost.check(index));
            let paid = price.is_some_and(|price| priced(price.per_check.get() + price.per_check_step.get()));
            if let Filter::GroundTruth { coverage, .. } = filter
                && paid
            {
                // A coverage of 0 is the filter left out.
                shares(format!("filter.{index}.coverage"), coverage.get(), f64::MIN_POSITIVE);
            }
        }
        levers
    }

    /// Every number of votes among up to nine candidates, or as many as the loop has.
    fn vote(scenario: &Scenario) -> Self {
        let most = scenario.vote.candidates.get().max(CANDIDATES);
        // Of more candidates than that, the loop's own number alone.
        let tried = (1..=CANDIDATES).chain((most > CANDIDATES).then_some(most));
        let pairs = tried.flat_map(|candidates| (1..=candidates).map(move |agree| (candidates, agree)));
        let option = |(candidates, agree): (u64, u64)| {
            LeverOption::of(&[("vote.candidates", &candidates.to_string()), ("vote.agree", &agree.to_string())])
        };
        let beyond = if most > CANDIDATES { format!(" or {most}") } else { String::new() };
        let values = format!("1 to {CANDIDATES}{beyond} candidates, of which 1 to all agree");
        Self::new("vote", true, values, pairs.map(option).collect())
    }

    /// Whether this lever and a default one set the same keys.
    fn takes_the_place_of(&self, default: &Self) -> bool {
        self.key == default.key || (default.key == "vote" && self.key.starts_with("vote."))
    }
}

/// The levers asked for, and those by default that they do not replace; without them if `only` is set. Of a vote of which one key
/// is asked for, the other keeps its default range.
#[must_use]
pub fn levers(scenario: &Scenario, asked: &[PlanLever], only: bool) -> Vec<PlanLever> {
    let mut found: Vec<PlanLever> = asked.to_vec();
    if only {
        return found;
    }
    let asks = |key: &str| asked.iter().any(|lever| lever.key == key);
    for lever in PlanLever::defaults(scenario) {
        if !asked.iter().any(|asked| asked.takes_the_place_of(&lever)) {
            found.push(lever);
        }
    }
    if asks("vote.candidates") && !asks("vote.agree") {
        let most = largest(asked, "vote.candidates").min(MOST_VALUES);
        let values: Vec<String> = (1..=most).map(|agree| agree.to_string()).collect();
        found.push(PlanLever::of_values("vote.agree", true, &values));
    }
    if asks("vote.agree") && !asks("vote.candidates") {
        let values: Vec<String> = (1..=CANDIDATES).map(|candidates| candidates.to_string()).collect();
        found.push(PlanLever::of_values("vote.candidates", true, &values));
    }
    found
}

/// The largest whole value asked for of a key; 1 where there is none.
fn largest(asked: &[PlanLever], key: &str) -> u64 {
    let sets = asked.iter().filter(|lever| lever.key == key).flat_map(|lever| &lever.options).flat_map(|one| &one.sets);
    sets.filter_map(|set| set.split_once('=')?.1.parse().ok()).max().unwrap_or(1)
}

impl LeverOption {
    fn of(pairs: &[(&str, &String)]) -> Self {
        Self { sets: pairs.iter().map(|(key, value)| format!("{key}={value}")).collect(), without: None }
    }
}

fn listed(range: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in range.split(',').map(|value| value.trim().to_owned()) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// `A:B`, every whole number between, or `A:B:N`, numbers at equal distances. Never rounded: where the ends are whole numbers and the
/// values are not, they are written as they are, and a key that takes whole numbers refuses them.
fn spread(range: &str) -> Result<Vec<String>, (String, &'static str)> {
    let parts: Vec<&str> = range.split(':').map(str::trim).collect();
    let number = |text: &str| {
        let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.is_finite());
        value.ok_or_else(|| (format!("\"{text}\" is not a number"), "use numbers for the ends of a range"))
    };
    match parts[..] {
        [from, to] => {
            let whole = |text: &str| {
                let rule = format!("the ends {range} are not whole numbers, and no count of values is given");
                text.parse::<u64>().map_err(|_| (rule, "write FROM:TO:COUNT, such as learning.anchor=0:0.2:5"))
            };
            let (from, to) = (whole(from)?, whole(to)?);
            ordered(from as f64, to as f64)?;
            if to - from >= MOST_VALUES {
                return Err((format!("{range} holds more than {MOST_VALUES} whole numbers"), "write FROM:TO:COUNT"));
            }
            Ok((from..=to).map(|value| value.to_string()).collect())
        }
        [from, to, count] => {
            let (from, to) = (number(from)?, number(to)?);
            ordered(from, to)?;
            let count = count.parse::<u32>().ok().filter(|count| (2..=MOST_VALUES as u32).contains(count));
            let count = count.ok_or((format!("a range has from 2 to {MOST_VALUES} values"), "write FROM:TO:COUNT"))?;
            let at = |index: u32| {
                let share = f64::from(index) / f64::from(count - 1);
                // Without the last roundings: 0.1 and not 0.30000000000000004 / 3.
                let value = from + (to - from) * share;
                let tidy: f64 = format!("{value:.12e}").parse().unwrap_or(value);
                tidy.to_string()
            };
            Ok((0..count).map(at).collect())
        }
        _ => Err((format!("{range} has more than three parts"), "write FROM:TO or FROM:TO:COUNT")),
    }
}

fn ordered(from: f64, to: f64) -> Result<(), (String, &'static str)> {
    if from < to { Ok(()) } else { Err((format!("{from} is not below {to}"), "write the smaller end first")) }
}

/// "1, 3, 5", or "0 to 0.2 (21 values)" of many.
fn in_words(values: &[String]) -> String {
    match values {
        [first, .., last] if values.len() > 8 => format!("{first} to {last} ({} values)", values.len()),
        _ => values.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    fn sets(typed: &str) -> Vec<String> {
        PlanLever::typed(typed).unwrap().options.into_iter().flat_map(|option| option.sets).collect()
    }

    #[test]
    fn ranges_and_lists() {
        assert_eq!(sets("vote.candidates=2:4"), ["vote.candidates=2", "vote.candidates=3", "vote.candidates=4"]);
        assert_eq!(
            sets("learning.anchor=0:0.3:4"),
            ["learning.anchor=0", "learning.anchor=0.1", "learning.anchor=0.2", "learning.anchor=0.3"]
        );
        assert_eq!(sets("examples=1:2:3"), ["examples=1", "examples=1.5", "examples=2"]);
        assert_eq!(
            sets("learning.policy=replace,accumulate,replace"),
            ["learning.policy=replace", "learning.policy=accumulate"]
        );
        let filter = PlanLever::typed("filter.1=off").unwrap();
        assert_eq!(filter.options, [LeverOption { sets: Vec::new(), without: Some(1) }]);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (typed, said) in [
            ("vote.candidates", "names no values"),
            ("=1:2", "missing"),
            ("a=1,,2", "missing"),
            ("a=1:2:3:4", "more than three parts"),
            ("a=5:1", "5 is not below 1"),
            ("a=0:1.5", "not whole numbers"),
            ("a=0:nan:3", "not a number"),
            ("a=0:1:1", "from 2 to 1000 values"),
            ("a=0:18446744073709551615", "more than 1000 whole numbers"),
            ("filter.0=maybe", "on or off"),
        ] {
            let error = PlanLever::typed(typed).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn what_is_asked_for_takes_the_place_of_defaults() {
        let text = "name = \"t\"\n[[filter]]\nkind = \"outcome\"\n[cost]\nper_true_example = 5";
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let keys = |asked: &[&str], only: bool| {
            let asked: Vec<PlanLever> = asked.iter().map(|typed| PlanLever::typed(typed).unwrap()).collect();
            levers(&scenario, &asked, only).into_iter().map(|lever| lever.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(&[], false), ["vote", "filter.0", "learning.anchor"]);
        assert_eq!(keys(&["filter.0=on"], false), ["filter.0", "vote", "learning.anchor"]);
        assert_eq!(keys(&["vote.candidates=1:3"], true), ["vote.candidates"]);
        let voted = keys(&["vote.candidates=1:3"], false);
        assert_eq!(voted, ["vote.candidates", "filter.0", "learning.anchor", "vote.agree"]);
    }
}
