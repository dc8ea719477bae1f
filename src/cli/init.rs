//! `runaway init`.

use std::io::Write;

use anyhow::bail;

use crate::files;
use crate::scenario::{FitParameter, KeyInfo, MedianRange, filter_kinds, schema};

use super::CommandVerdict;
use super::args::InitArgs;

/// The order of the tables, and what is said between them; the schema fills in the keys.
const TEMPLATE: &str = include_str!("template.toml");
/// The column in which meanings begin.
const MEANINGS: usize = 28;

pub(super) fn run(args: &InitArgs, out: &mut dyn Write) -> anyhow::Result<CommandVerdict> {
    let file = &args.file;
    if file.exists() {
        bail!("{}: this file exists and is left as it is; name another one", file.display());
    }
    files::write_atomic(file, commented_scenario().as_bytes())?;
    writeln!(out, "wrote {}; now: runaway report {}", file.display(), file.display())?;
    Ok(CommandVerdict::Fine)
}

/// Every key with its default, in words.
fn commented_scenario() -> String {
    let mut text = String::new();
    for line in TEMPLATE.lines() {
        // `{task}` on a line of its own stands for the keys of `[task]`, `# {task}` for the same behind a comment.
        let (comment, named) = line.strip_prefix("# ").map_or(("", line), |rest| ("# ", rest));
        let table = named.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let lines = table.map_or_else(|| vec![named.to_owned()], keys_of);
        lines.iter().for_each(|line| text += &format!("{}\n", format!("{comment}{line}").trim_end()));
    }
    text
}

/// The lines for a table's keys.
fn keys_of(table: &str) -> Vec<String> {
    match table {
        "filter" => every_kind(),
        "fit.priors" => FitParameter::ALL.map(prior).into(),
        _ => {
            let keys = schema().iter().find(|one| one.name == table).map_or(&[][..], |one| &one.keys);
            // The file's own name, and the tables within it, stand in the template.
            let own = |key: &&KeyInfo| key.default.is_some() || key.example.is_some();
            keys.iter().filter(own).map(line).collect()
        }
    }
}

/// `key = default  # meaning`, behind a comment where the default is to be absent.
fn line(key: &KeyInfo) -> String {
    let (comment, value) = match (&key.default, key.example) {
        (Some(default), _) => ("", default.as_str()),
        (None, example) => ("# ", example.unwrap_or_default()),
    };
    let more = if key.more.is_empty() { String::new() } else { format!("; {}", key.more) };
    explained(&format!("{comment}{} = {value}", key.name), &format!("{}{more}", key.meaning))
}

fn explained(typed: &str, meaning: &str) -> String {
    format!("{typed:<width$}# {meaning}", width = MEANINGS.max(typed.chars().count() + 1))
}

/// A table for each kind of filter.
fn every_kind() -> Vec<String> {
    let mut lines = Vec::new();
    for kind in filter_kinds() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push("[[filter]]".to_owned());
        lines.push(explained(&format!("kind = \"{}\"", kind.name), &kind.meaning));
        lines.extend(kind.keys.iter().map(line));
    }
    lines
}

/// A parameter of a fit with what it means.
fn prior(parameter: FitParameter) -> String {
    let range = match parameter.median_range() {
        MedianRange::Share => " (a share)",
        MedianRange::Positive => " (positive)",
        MedianRange::Any => "",
    };
    format!("  {:<width$}{}", format!("{}{range}", parameter.key()), parameter.meaning(), width = MEANINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new key, table, kind of filter or parameter cannot be forgotten.
    #[test]
    fn the_scenario_explains_every_key() {
        let text = commented_scenario();
        let explains = |key: &KeyInfo| {
            let typed = |line: &str| line.trim_start_matches(['#', ' ']).starts_with(&format!("{} = ", key.name));
            text.lines().any(|line| typed(line) && line.contains(&format!("# {}", key.meaning)))
        };
        for table in schema().iter().chain(filter_kinds()) {
            for key in table.keys.iter().filter(|key| key.default.is_some() || key.example.is_some()) {
                // A price depends on no kind, and is named in a sentence.
                let told = explains(key) || key.name.starts_with("per_check") && text.contains(key.name);
                assert!(told, "`{}` of `{}` is not explained", key.name, table.name);
            }
        }
        for parameter in FitParameter::ALL {
            assert!(text.contains(&parameter.meaning()), "{}", parameter.key());
        }
    }
}
