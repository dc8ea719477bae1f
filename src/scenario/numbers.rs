//! Numbers set in place: what a sweep does from cell to cell, without writing the scenario down and reading it again.

use super::Scenario;
use super::key_number::{KeyNumber, NumberedTable};
use super::parts::Heading;
use super::resolve::check;

impl Scenario {
    /// This scenario with other numbers, if these keys are set in place and no rule is broken. `None` says that it is to be read
    /// from its written form, which has a message for every fault, and takes the keys of votes, filters and prices, on which
    /// others depend.
    pub(super) fn with_numbers(&self, changes: &[(&str, KeyNumber)]) -> Option<Self> {
        let mut scenario = self.clone();
        changes.iter().try_for_each(|&(key, number)| scenario.set_in_place(key, number))?;
        check(&scenario).is_ok().then_some(scenario)
    }

    fn set_in_place(&mut self, key: &str, number: KeyNumber) -> Option<()> {
        let Some((table, key)) = key.split_once('.') else {
            let mut heading = Heading { source: None, examples: self.examples, horizon: self.horizon };
            heading.set_number(key, number)?;
            (self.examples, self.horizon) = (heading.examples, heading.horizon);
            return Some(());
        };
        match table {
            "task" => self.task.set_number(key, number),
            "errors" => self.errors.set_number(key, number),
            "learning" => self.learning.set_number(key, number),
            "start" => self.start.set_number(key, number),
            "failure" => self.failure.set_number(key, number),
            "difficulty" => {
                let (index, key) = key.split_once('.')?;
                self.difficulty.get_mut(index.parse::<usize>().ok()?)?.set_number(key, number)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::Value;

    use super::super::{Origin, schema};
    use super::*;

    fn written(number: KeyNumber) -> Value {
        match number {
            KeyNumber::Whole(whole) => Value::Integer(whole),
            KeyNumber::Real(real) => Value::Float(real),
        }
    }

    /// Keys of every table, one that there is not among them, and those that are read from the written form.
    fn keys() -> Vec<String> {
        let tables = schema().iter().filter(|table| !["design", "claim", "published"].contains(&table.name));
        let dotted = tables.flat_map(|table| {
            let place = match (table.name, table.list) {
                ("", _) => String::new(),
                (name, true) => format!("{name}.0."),
                (name, false) => format!("{name}."),
            };
            table.keys.iter().map(|key| format!("{place}{}", key.name)).collect::<Vec<_>>()
        });
        dotted.chain(["errors.slip", "difficulty.7.share", "difficulty.x.share"].map(str::to_owned)).collect()
    }

    fn base() -> Scenario {
        const TEXT: &str = "name = \"base\"\n[[difficulty]]\nshare = 0.25\n[[difficulty]]\nshare = 0.75\nsteps = 8\n\
                            [[filter]]\nkind = \"catch\"\n[cost]\nper_step = 2\n";
        Scenario::parse(TEXT, Origin::Text, &[]).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        /// Setting is reading: the same scenario to the last bit, or the same message, for legal and illegal numbers of all keys.
        #[test]
        fn numbers_set_in_place_are_numbers_read(
            picked in proptest::collection::vec((any::<proptest::sample::Index>(), 0_usize..6, 0.0..1.0_f64, 1_i64..40), 1..4),
        ) {
            let (base, keys) = (base(), keys());
            let number = |kind: usize, share: f64, whole: i64| match kind {
                0 | 1 => KeyNumber::Real(share),
                2 | 3 => KeyNumber::Whole(whole),
                4 => KeyNumber::Real(-0.0),
                _ => KeyNumber::Real(40.0 * share - 2.0),
            };
            let changes: Vec<(&str, KeyNumber)> =
                picked.iter().map(|(at, kind, share, whole)| (at.get(&keys).as_str(), number(*kind, *share, *whole))).collect();
            let read = base.changed(changes.iter().map(|&(key, number)| (key, written(number))));
            match (base.with_each(&changes), read) {
                (Ok(set), Ok(read)) => prop_assert_eq!(set, read),
                (set, read) => {
                    prop_assert_eq!(set.map_err(|error| error.to_string()), read.map_err(|error| error.to_string()));
                }
            }
        }
    }

    #[test]
    fn the_keys_of_sweeps_are_set_in_place() {
        for (key, number) in [
            ("examples", KeyNumber::Whole(20)),
            ("horizon", KeyNumber::Whole(7)),
            ("task.steps", KeyNumber::Whole(3)),
            ("errors.step_error", KeyNumber::Real(0.01)),
            ("errors.wrong_answers", KeyNumber::Whole(9)),
            ("learning.anchor", KeyNumber::Real(0.2)),
            ("start.wrong", KeyNumber::Real(0.1)),
            ("failure.error_rate", KeyNumber::Real(0.3)),
            ("difficulty.1.step_error", KeyNumber::Real(0.02)),
        ] {
            assert!(base().with_numbers(&[(key, number)]).is_some(), "{key}");
        }
        assert!(base().with_numbers(&[("failure.error_rate", KeyNumber::Real(0.0))]).is_none());
        assert!(base().with_numbers(&[("vote.candidates", KeyNumber::Whole(3))]).is_none());
    }
}
