//! The designs of a file: each is read as a file of its own, the base with what the design sets.

use toml::{Table, Value};

use super::Scenario;
use super::design::Design;
use super::diagnostic::Diagnostic;
use super::error::RuleBreach;
use super::wording::one_line;
use super::{overrides, written};

/// The longest name of a design, in characters: it stands in legends.
const MAX_NAME: usize = 40;

/// The most designs of one file: each is read as a file of its own, solved and played.
const MAX_DESIGNS: usize = 1_000;

/// The longest name of a scenario.
const MAX_SCENARIO_NAME: usize = 100;

/// Every design of a file, in its order. `table` is the file; `read` reads a scenario without designs.
pub(super) fn all(
    table: &Table,
    designs: &[written::WrittenDesign],
    read: impl Fn(&Table) -> Result<Scenario, Diagnostic>,
) -> Result<Vec<Design>, Diagnostic> {
    if designs.len() > MAX_DESIGNS {
        let rule = format!("{} designs are more than the {MAX_DESIGNS} that a file may have", designs.len());
        return Err(RuleBreach::new("design", rule, "put them into several files").into());
    }
    let mut own = table.clone();
    let written = own.remove("design");
    // What the file states is about its designs, none of which is itself a file of designs.
    own.remove("claim");
    own.remove("published");
    own.remove("fit");
    let sets = written.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut found: Vec<Design> = Vec::new();
    for (index, design) in designs.iter().enumerate() {
        check_name(index, &design.name, &found)?;
        let mut variant = own.clone();
        variant.insert("name".to_owned(), Value::String(scenario_name(&own, &design.name, index)));
        let mut leaves = Vec::new();
        if let Some(set) = sets.get(index).and_then(|design| design.get("set")) {
            flatten("", set, &mut leaves);
        }
        let blamed = |breach: RuleBreach| blame(index, &design.name, breach);
        for (key, value) in leaves {
            assign(&mut variant, &key, value).map_err(blamed)?;
        }
        let scenario = read(&variant).map_err(|fault| blamed(fault.breach))?;
        found.push(Design { name: design.name.clone(), scenario });
    }
    Ok(found)
}

/// `set = { vote.candidates = 5 }` means the same as `set = { "vote.candidates" = 5 }`.
fn flatten(prefix: &str, value: &Value, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, value, leaves);
            }
        }
        other => leaves.push((prefix.to_owned(), other.clone())),
    }
}

fn assign(variant: &mut Table, key: &str, value: Value) -> Result<(), RuleBreach> {
    if key == "design" || key.starts_with("design.") {
        return Err(RuleBreach::new(key, "a design holds no designs", "write another `[[design]]`"));
    }
    if key.split('.').any(str::is_empty) {
        return Err(RuleBreach::new(key, "this is no dotted key", "for example \"vote.candidates\" = 5"));
    }
    overrides::assign(variant, key, value)
}

/// The fault of a design is told with the design's name, at the place where the design sets the key.
fn blame(index: usize, name: &str, breach: RuleBreach) -> Diagnostic {
    let key = if breach.key.is_empty() { String::new() } else { format!("`{}`: ", breach.key) };
    let rule = format!("design \"{}\": {key}{}", one_line(name), breach.rule);
    Diagnostic {
        breach: RuleBreach::new(format!("design.{index}.set"), rule, breach.help),
        set: Some(breach.key),
        span: None,
    }
}

fn check_name(index: usize, name: &str, before: &[Design]) -> Result<(), RuleBreach> {
    let key = format!("design.{index}.name");
    let plain = !name.trim().is_empty() && name.trim() == name && !name.chars().any(char::is_control);
    if !plain || name.chars().count() > MAX_NAME {
        let rule = format!("\"{}\" does not name a design", one_line(name));
        return Err(RuleBreach::new(key, rule, format!("use one line of 1 to {MAX_NAME} characters")));
    }
    if before.iter().any(|design| design.name == name) {
        let rule = format!("two designs are called \"{}\"", one_line(name));
        return Err(RuleBreach::new(key, rule, "give each a name of its own"));
    }
    Ok(())
}

/// The file's name and the design's, in letters, digits and hyphens.
fn scenario_name(own: &Table, design: &str, index: usize) -> String {
    let base = own.get("name").and_then(Value::as_str).unwrap_or_default();
    let words: Vec<String> = design
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let slug = if words.is_empty() { format!("design-{index}") } else { words.join("-") };
    let room = MAX_SCENARIO_NAME.saturating_sub(slug.len() + 1);
    // The base name has been checked to be ASCII before any design is read.
    let base = base.get(..base.len().min(room)).unwrap_or(base);
    format!("{base}-{slug}")
}
