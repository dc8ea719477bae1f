//! A design as the keys in which it differs from its file's own loop, as `--set` and the `set` of a `[[design]]` take them.

use toml::{Table, Value};

use crate::scenario::Scenario;

/// Keys that do not belong to a design: what it is called, and how far it is reported.
const APART: [&str; 3] = ["name", "source", "horizon"];

/// The keys in which `design` differs from `base`, each with its value as TOML writes it. Filters and difficulties come as whole
/// lists; of a vote both its numbers, since one depends on the other where it is left out.
#[must_use]
pub fn differing_keys(base: &Scenario, design: &Scenario) -> Vec<(String, String)> {
    // What a scenario holds, TOML can write.
    let table = |scenario: &Scenario| Table::try_from(scenario).unwrap_or_default();
    let (before, after) = (table(base), table(design));
    let mut written = Vec::new();
    for (key, value) in after.iter().filter(|(key, _)| !APART.contains(&key.as_str())) {
        match (before.get(key), value) {
            (Some(old), new) if old == new => {}
            // Prices that stand in for those that a file does not have.
            (None, Value::Table(_)) => {}
            (Some(Value::Table(old)), Value::Table(new)) => {
                let differs = |(name, value): &(&String, &Value)| key == "vote" || old.get(*name) != Some(*value);
                written.extend(
                    new.iter().filter(differs).map(|(name, value)| (format!("{key}.{name}"), value.to_string())),
                );
            }
            (_, new) => written.push((key.clone(), new.to_string())),
        }
    }
    // A list without entries is not written at all.
    for key in ["filter", "difficulty"] {
        if before.contains_key(key) && !after.contains_key(key) {
            written.push((key.to_owned(), "[]".to_owned()));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Origin, ScenarioFile};

    /// What is written makes the design again, by either way.
    #[test]
    fn what_is_written_makes_the_design() {
        let text = "name = \"t\"\n[vote]\ncandidates = 3\n[[filter]]\nkind = \"outcome\"\nsensitivity = 0.5\nper_check = 2\n[cost]\nper_step = 1\n";
        let base = Scenario::parse(text, Origin::Text, &[]).unwrap();
        for (sets, without) in [
            (vec!["vote.candidates=5", "vote.agree=1", "learning.anchor=0.1"], vec![]),
            (vec!["examples=200"], vec![0]),
            (vec!["filter.0.sensitivity=0.75", "learning.policy=accumulate"], vec![]),
            (vec!["vote.candidates=1", "vote.agree=1"], vec![]),
        ] {
            let sets: Vec<String> = sets.into_iter().map(str::to_owned).collect();
            let design = base.varied(&sets, &without).unwrap();
            let keys = differing_keys(&base, &design);
            let typed: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            assert_eq!(Scenario::parse(text, Origin::Text, &typed).unwrap(), design, "{typed:?}");
            let sets: Vec<String> = keys.iter().map(|(key, value)| format!("\"{key}\" = {value}")).collect();
            let file = format!("{text}[[design]]\nname = \"planned\"\nset = {{ {} }}\n", sets.join(", "));
            let read = ScenarioFile::parse(&file, Origin::Text, &[]).unwrap().designs.remove(0).scenario;
            assert!(differing_keys(&design, &read).iter().all(|(key, _)| key.starts_with("vote.")), "{file}");
        }
        assert!(differing_keys(&base, &base).is_empty());
    }
}
