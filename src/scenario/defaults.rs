//! Keys of a scenario that stand at their defaults.

use serde_json::Value;

use super::Scenario;

impl Scenario {
    /// Tables with those of their keys whose value is the default, by name; keys of no table come first, under an
    /// empty name. Filters and difficulties have no defaults of their own, and are not among them.
    #[must_use]
    pub fn keys_at_defaults(&self) -> Vec<(String, Vec<String>)> {
        // A scenario holds strings and finite numbers only, all of which JSON can hold.
        let of = |scenario: &Self| serde_json::to_value(scenario).unwrap_or_default();
        let (own, defaults) = (of(self), of(&Self::default()));
        let Value::Object(tables) = &defaults else { return Vec::new() };
        let mut found = vec![(String::new(), Vec::new())];
        for (name, value) in tables {
            match value {
                Value::Object(keys) => {
                    let same = keys.iter().filter(|(key, value)| own[name].get(key) == Some(value));
                    found.push((name.clone(), same.map(|(key, _)| key.clone()).collect()));
                }
                // A name has no default.
                value if name != "name" && own.get(name) == Some(value) => found[0].1.push(name.clone()),
                _ => {}
            }
        }
        found.retain(|(_, keys)| !keys.is_empty());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Origin;

    fn keys(text: &str) -> Vec<String> {
        let scenario = Scenario::parse(text, Origin::Text, &[]).unwrap();
        let tables = scenario.keys_at_defaults();
        tables.into_iter().flat_map(|(table, keys)| keys.into_iter().map(move |key| format!("{table}.{key}"))).collect()
    }

    #[test]
    fn what_is_set_otherwise_is_not_among_them() {
        let all = keys("name = \"one\"");
        assert!(all.contains(&".horizon".to_owned()) && all.contains(&"errors.recovery".to_owned()), "{all:?}");
        let text = "name = \"one\"\nhorizon = 7\n[errors]\nrecovery = 0.1\nstep_error = 0.002";
        let left: Vec<String> =
            all.iter().filter(|key| ![".horizon", "errors.recovery"].contains(&key.as_str())).cloned().collect();
        assert_eq!(keys(text), left);
    }
}
