//! Overrides from the command line, `--set KEY=VALUE`.

use toml::{Table, Value};

use super::error::RuleBreach;

/// Applies one `key=value` to the table; the value is TOML, or else taken as a word.
pub(super) fn set(table: &mut Table, typed: &str) -> Result<(), RuleBreach> {
    let malformed =
        || RuleBreach::new("", "an override is written KEY=VALUE", "for example --set errors.step_error=0.004");
    let (key, value) = typed.split_once('=').ok_or_else(malformed)?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || key.split('.').any(str::is_empty) || value.is_empty() {
        return Err(malformed());
    }
    let last = key.rsplit('.').next().unwrap_or(key);
    assign(table, key, value_of(key, last, value))
}

/// Puts a value under a dotted key, none of whose parts is empty.
pub(super) fn assign(table: &mut Table, key: &str, value: Value) -> Result<(), RuleBreach> {
    let mut parts: Vec<&str> = key.split('.').collect();
    // Splitting yields at least one part.
    let last = parts.pop().unwrap_or(key);
    let mut place = table;
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        let entry = place.entry(part).or_insert_with(|| match parts.peek() {
            Some(next) if next.parse::<usize>().is_ok() => Value::Array(Vec::new()),
            _ => Value::Table(Table::new()),
        });
        place = match entry {
            Value::Table(inner) => inner,
            Value::Array(items) => item(items, part, parts.next(), key, last)?,
            _ => {
                return Err(RuleBreach::new(
                    key,
                    format!("`{part}` is a single value and has no keys below it"),
                    format!("write {part}=VALUE"),
                ));
            }
        };
    }
    match place.get(last) {
        Some(Value::Array(items)) if !value.is_array() => Err(RuleBreach::new(
            key,
            format!("this is {}, not one value", tables(items.len())),
            format!("name the table and its key, as in {key}.0.random=0.9"),
        )),
        _ => {
            place.insert(last.to_owned(), value);
            Ok(())
        }
    }
}

/// Keys that hold text take their value as it is typed, with or without quotes: `name=2024` is the name "2024". Other keys
/// take TOML, numbers as other programs write them (`.02`, which TOML refuses), or else a word.
fn value_of(key: &str, last: &str, typed: &str) -> Value {
    let text = matches!(key, "name" | "source" | "learning.policy" | "cost.unit") || last == "kind";
    let word = || Value::String(typed.to_owned());
    match typed.parse::<Value>() {
        Ok(value) if value.is_str() || !text => value,
        Err(_) if !text => typed.parse().map_or_else(|_| word(), Value::Float),
        _ => word(),
    }
}

/// The table at an index of a list of tables. The place after the last one is taken by a new table, which begins with the
/// key that it cannot do without (`kind` of a filter, `share` of a difficulty), so that a slip of the index adds none.
fn item<'a>(
    items: &'a mut Vec<Value>,
    name: &str,
    index: Option<&str>,
    key: &str,
    last: &str,
) -> Result<&'a mut Table, RuleBreach> {
    let length = items.len();
    let index = index.and_then(|index| index.parse::<usize>().ok());
    let begins = match name {
        "difficulty" => Some("share"),
        "filter" => Some("kind"),
        _ => None,
    };
    if index == Some(length) && Some(last) == begins {
        items.push(Value::Table(Table::new()));
    }
    let found = index.and_then(|index| items.get_mut(index)).and_then(Value::as_table_mut);
    found.ok_or_else(|| {
        let counted = match length {
            0 => format!("the file has no {name}"),
            1 => format!("the file has 1 {name}, {name}.0"),
            _ => format!("the file has {length} of {name}, {name}.0 to {name}.{}", length - 1),
        };
        let help = begins.map_or_else(
            || format!("add a `[[{name}]]` table to the file"),
            |begins| format!("{name}.{length}.{begins}=… adds one"),
        );
        RuleBreach::new(key, counted, help)
    })
}

fn tables(length: usize) -> String {
    match length {
        1 => "a list of 1 table".to_owned(),
        _ => format!("a list of {length} tables"),
    }
}

/// The overrides to blame for a fault at `key`, as they would be typed after `--set`: the last one that set the key; or all
/// that touched its table, since a rule between keys lies within one table; or all.
pub(super) fn culprits(overrides: &[String], key: &str) -> String {
    let key_of = |typed: &str| typed.split('=').next().unwrap_or_default().trim().to_owned();
    if let Some(one) = overrides.iter().rev().find(|typed| key_of(typed) == key) {
        return one.clone();
    }
    let table = key.rsplit_once('.').map_or("", |(table, _)| table);
    let touches = |typed: &str| {
        let set = key_of(typed);
        set == table || set.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'))
    };
    let touching: Vec<&str> = overrides.iter().map(String::as_str).filter(|typed| touches(typed)).collect();
    if table.is_empty() || touching.is_empty() { overrides.join(" --set ") } else { touching.join(" --set ") }
}
