//! Reading a scenario: the text, then the overrides, each fault traced to its place.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::Scenario;
use super::error::{Breach, Origin, Position, ScenarioError, suggest};
use super::resolve::resolve;
use super::written::Written;

impl Scenario {
    /// Reads a scenario file and applies `overrides` (`key=value`, dotted keys, in order).
    ///
    /// # Errors
    /// [`ScenarioError`] if the file cannot be read, is not TOML, or breaks a rule; the file is checked before and after
    /// the overrides, so that each fault is blamed on the right one.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path).map_err(|error| ScenarioError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        Self::parse(&text, Origin::File(path.to_owned()), overrides)
    }

    /// Reads a scenario from `text`, as [`Scenario::load`] does from a file.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(text: &str, origin: Origin, overrides: &[String]) -> Result<Self, ScenarioError> {
        let scenario = read(text).map_err(|fault| fault.located(text, origin.clone()))?;
        if overrides.is_empty() {
            return Ok(scenario);
        }
        let mut table: Table = toml::from_str(text).map_err(|error| Fault::of(text, &error).located(text, origin))?;
        for typed in overrides {
            set(&mut table, typed).map_err(|breach| Fault::from(breach).blamed(typed))?;
        }
        let together = overrides.join(" --set ");
        let text = toml::to_string(&table)
            .map_err(|error| Fault::from(Breach::new("", error.to_string(), "")).blamed(&together))?;
        read(&text).map_err(|fault| {
            // One override is to blame if it set the key at fault; else what they say together.
            let culprit = overrides
                .iter()
                .rev()
                .find(|typed| typed.split('=').next().is_some_and(|key| key.trim() == fault.breach.key));
            fault.blamed(culprit.unwrap_or(&together))
        })
    }
}

/// A breach with the bytes at fault, where the reader knows them.
struct Fault {
    breach: Breach,
    span: Option<Range<usize>>,
}

impl From<Breach> for Fault {
    fn from(breach: Breach) -> Self {
        Self { breach, span: None }
    }
}

impl Fault {
    /// Turns the reader's error into ours: the key at the error's place, the rule, a suggestion for a mistyped key.
    fn of(text: &str, error: &toml::de::Error) -> Self {
        let span = error.span();
        let path = span.as_ref().and_then(|span| path_at(text, span)).unwrap_or_default();
        let message = error.message().trim().replace('\n', ", ");
        let (key, rule, help) = unknown_key(&message).unwrap_or((path, message, String::new()));
        Self { breach: Breach { key, rule, help }, span }
    }

    fn located(self, text: &str, origin: Origin) -> ScenarioError {
        let offset = self.span.as_ref().map(|span| span.start).or_else(|| offset_of(text, &self.breach.key));
        let position = offset.map(|offset| Position::of(text, offset));
        self.into_error(origin, position)
    }

    fn blamed(self, typed: &str) -> ScenarioError {
        Self { span: None, ..self }.into_error(Origin::Override(typed.to_owned()), None)
    }

    fn into_error(self, origin: Origin, position: Option<Position>) -> ScenarioError {
        let Breach { key, rule, help } = self.breach;
        ScenarioError::Rule { origin, position, key, rule, help }
    }
}

fn read(text: &str) -> Result<Scenario, Fault> {
    let written: Written = toml::from_str(text).map_err(|error| Fault::of(text, &error))?;
    resolve(written).map_err(Fault::from)
}

/// Splits the reader's "unknown field `x`, expected one of `a`, `b`" into key, rule and suggestion.
fn unknown_key(message: &str) -> Option<(String, String, String)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (typed, rest) = rest.split_once('`')?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let help = suggest(typed, known.iter().copied())
        .unwrap_or_else(|| format!("the keys here are {}", super::error::list(&known)));
    Some((typed.to_owned(), "there is no such key".to_owned(), help))
}

/// The dotted path of the innermost value whose bytes hold `span`.
fn path_at(text: &str, span: &Range<usize>) -> Option<String> {
    fn within(value: &Spanned<DeValue<'_>>, span: &Range<usize>, path: String) -> Option<String> {
        let held = value.span().start <= span.start && span.end <= value.span().end;
        let inner = match value.get_ref() {
            DeValue::Table(table) => in_table(table, span, &path),
            DeValue::Array(array) => {
                array.iter().enumerate().find_map(|(index, item)| within(item, span, join(&path, &index.to_string())))
            }
            _ => None,
        };
        inner.or(held.then_some(path))
    }
    fn in_table(table: &DeTable<'_>, span: &Range<usize>, path: &str) -> Option<String> {
        table.iter().find_map(|(key, value)| {
            let name = join(path, key.get_ref());
            if key.span() == *span { Some(name) } else { within(value, span, name) }
        })
    }
    in_table(DeTable::parse(text).ok()?.get_ref(), span, "")
}

/// Where the value of a dotted key begins, or the nearest table above it that is written.
fn offset_of(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    let mut value = document.get_ref().get(first)?;
    for part in rest.split('.').filter(|part| !part.is_empty()) {
        let next = match value.get_ref() {
            DeValue::Table(table) => table.get(part),
            DeValue::Array(array) => part.parse::<usize>().ok().and_then(|index| array.get(index)),
            _ => None,
        };
        let Some(next) = next else { break };
        value = next;
    }
    Some(value.span().start)
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

/// Applies one `key=value` to the table; the value is TOML, or else taken as a word.
fn set(table: &mut Table, typed: &str) -> Result<(), Breach> {
    let malformed = || Breach::new("", "an override is written key=value", "for example --set errors.step_error=0.004");
    let (key, value) = typed.split_once('=').ok_or_else(malformed)?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || key.split('.').any(str::is_empty) || value.is_empty() {
        return Err(malformed());
    }
    let value = value.parse::<Value>().unwrap_or_else(|_| Value::String(value.to_owned()));
    let (parents, last) = key.rsplit_once('.').map_or((None, key), |(parents, last)| (Some(parents), last));
    let mut place = table;
    let mut parts = parents.into_iter().flat_map(|parents| parents.split('.')).peekable();
    while let Some(part) = parts.next() {
        let entry = place.entry(part).or_insert_with(|| match parts.peek() {
            Some(next) if next.parse::<usize>().is_ok() => Value::Array(Vec::new()),
            _ => Value::Table(Table::new()),
        });
        place = match entry {
            Value::Table(inner) => inner,
            Value::Array(items) => item(items, parts.next(), key)?,
            _ => return Err(Breach::new(key, format!("`{part}` holds a value, not keys"), "")),
        };
    }
    // A whole number where a decimal is meant reads as that decimal.
    let value = match (place.get(last), value) {
        (Some(Value::Float(_)), Value::Integer(whole)) => Value::Float(whole as f64),
        (_, value) => value,
    };
    place.insert(last.to_owned(), value);
    Ok(())
}

/// The table at an index of an array of tables.
fn item<'a>(items: &'a mut [Value], index: Option<&str>, key: &str) -> Result<&'a mut Table, Breach> {
    let length = items.len();
    index
        .and_then(|index| index.parse::<usize>().ok())
        .and_then(|index| items.get_mut(index))
        .and_then(Value::as_table_mut)
        .ok_or_else(|| {
            Breach::new(
                key,
                format!("there are {length} tables of this name"),
                "they are counted from 0, as in filter.0.random",
            )
        })
}
