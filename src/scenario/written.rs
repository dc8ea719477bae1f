//! What a person writes: every key optional but `name`, unknown keys refused.

use super::Difficulty;
use super::claims::{FileClaims, PublishedValue, StatedClaim};
use super::cost::WrittenCost;
use super::diagnostic::Diagnostic;
use super::draws::{self, FitDraws};
use super::parts::{Errors, Failure, Heading, Learning, Start, Task, WrittenVote};
use super::priors::{self, StatedPrior};
use super::ranges::{self, KeyRange};
use super::read_filter::WrittenFilter;
use super::toml_table::TomlTable;

#[derive(Debug)]
pub(super) struct WrittenScenario {
    pub name: String,
    pub heading: Heading,
    pub task: Task,
    pub errors: Errors,
    pub difficulty: Vec<Difficulty>,
    pub learning: Learning,
    pub vote: WrittenVote,
    pub filter: Vec<WrittenFilter>,
    pub start: Start,
    pub failure: Failure,
    pub cost: Option<WrittenCost>,
    pub design: Vec<WrittenDesign>,
    pub stated: FileClaims,
    pub fit: WrittenFit,
    pub ranges: Vec<KeyRange>,
}

impl WrittenScenario {
    /// Reads the file itself; `nameless` stands in for a name that is missing, where it may be.
    pub fn read(keys: &TomlTable<'_>, nameless: Option<&str>) -> Result<Self, Diagnostic> {
        Ok(Self {
            heading: Heading::read(keys)?,
            task: keys.table("task", Task::read)?,
            errors: keys.table("errors", Errors::read)?,
            difficulty: keys.tables("difficulty", read_difficulty)?,
            learning: keys.table("learning", Learning::read)?,
            vote: keys.table("vote", WrittenVote::read)?,
            filter: keys.tables("filter", WrittenFilter::read)?,
            start: keys.table("start", Start::read)?,
            failure: keys.table("failure", Failure::read)?,
            cost: keys.has("cost").then(|| keys.table("cost", WrittenCost::read)).transpose()?,
            design: keys.tables("design", WrittenDesign::read)?,
            stated: FileClaims {
                claims: keys.tables("claim", StatedClaim::read)?,
                published: keys.tables("published", PublishedValue::read)?,
            },
            fit: keys.table("fit", WrittenFit::read)?,
            ranges: ranges::read(keys)?,
            name: match nameless {
                Some(name) if !keys.has("name") => name.to_owned(),
                _ => {
                    keys.required("name", "every scenario has a name", "add `name = \"my-loop\"` as the first line")?
                }
            },
        })
    }
}

/// What a file says of fits: thoughts before one, or draws after it.
#[derive(Debug, Default)]
pub(super) struct WrittenFit {
    pub priors: Vec<StatedPrior>,
    pub draws: FitDraws,
}

impl WrittenFit {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        Ok(Self { priors: priors::read(keys)?, draws: draws::read(keys)? })
    }
}

/// The share alone must be written.
fn read_difficulty(keys: &TomlTable<'_>) -> Result<Difficulty, Diagnostic> {
    if !keys.has("share") {
        let rule = "every difficulty has a share of the problems";
        return Err(keys.missing("share", rule, "add `share = 0.5`; all sum to 1"));
    }
    Difficulty::read(keys)
}

/// One `[[design]]`; what it sets is read once the base is known to be sound.
#[derive(Debug, Clone)]
pub(super) struct WrittenDesign {
    pub name: String,
}

impl WrittenDesign {
    fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        keys.any_table("set")?;
        Ok(Self { name: keys.required("name", "every design has a name", "add `name = \"vote 4 of 5\"`")? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, Scenario, filter_kinds, schema};

    /// What a table needs besides the key at hand, so that nothing else is amiss.
    fn beside(table: &str, key: &str) -> String {
        let needed: &[(&str, &str)] = match table {
            "difficulty" => &[("share", "1")],
            "filter" => &[("kind", "\"catch\"")],
            "design" => &[("name", "\"one\"")],
            "claim" => &[("quantity", "\"runway\"")],
            "published" if key == "says" => &[("quantity", "\"runway\""), ("value", "1"), ("role", "\"fitted\"")],
            "published" if key == "role" => &[("quantity", "\"runway\""), ("value", "1")],
            "published" => &[("quantity", "\"runway\"")],
            "fit.priors.*" if key == "spread" => &[("median", "0.1")],
            _ => &[],
        };
        needed.iter().filter(|(name, _)| *name != key).map(|(name, value)| format!("{name} = {value}\n")).collect()
    }

    /// The place of the date is told: the key is read.
    fn refuses_a_date(head: &str, beside: &str, path: &str, key: &str) {
        let name = if path == "name" { "" } else { "name = \"case\"\n" };
        let typed = if key.contains('.') { format!("\"{key}\"") } else { key.to_owned() };
        let text = format!("{name}{head}{beside}{typed} = 2024-01-01\n");
        let message = Scenario::parse(&text, Origin::Text, &[]).unwrap_err().to_string();
        assert!(message.contains(&format!(": `{path}`: ")) && message.contains("not 2024-01-01"), "{message}");
    }

    /// A date is legal nowhere, so a key that is listed but never read would be taken in silence.
    #[test]
    fn every_listed_key_is_read() {
        let of_kinds = |key: &str| filter_kinds().iter().any(|kind| kind.key(key).is_some());
        for table in schema() {
            for key in table.keys.iter().map(|key| key.name).filter(|key| table.name != "filter" || !of_kinds(key)) {
                let (head, path) = match table.name {
                    "" => (String::new(), key.to_owned()),
                    list if table.list => (format!("[[{list}]]\n"), format!("{list}.0.{key}")),
                    "fit.priors.*" => ("[fit.priors.error]\n".to_owned(), format!("fit.priors.error.{key}")),
                    name => (format!("[{name}]\n"), format!("{name}.{key}")),
                };
                refuses_a_date(&head, &beside(table.name, key), &path, key);
            }
        }
        for (kind, key) in filter_kinds().iter().flat_map(|kind| kind.keys.iter().map(move |key| (kind.name, key.name)))
        {
            let beside = format!("kind = \"{kind}\"\n");
            refuses_a_date("[[filter]]\n", &beside, &format!("filter.0.{key}"), key);
        }
    }
}
