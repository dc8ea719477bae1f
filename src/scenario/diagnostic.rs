//! A broken rule and the bytes that break it, on the way to a message.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::error::{Origin, RuleBreach, ScenarioError, TextPosition};
use super::wording::one_line;

/// A breach with the bytes at fault, where the reader knows them.
#[derive(Debug)]
pub(super) struct Diagnostic {
    pub breach: RuleBreach,
    pub span: Option<Range<usize>>,
    /// For a fault of a design: the key that it sets.
    pub set: Option<String>,
}

impl From<RuleBreach> for Diagnostic {
    fn from(breach: RuleBreach) -> Self {
        Self { breach, span: None, set: None }
    }
}

impl Diagnostic {
    pub fn at(span: Range<usize>, breach: RuleBreach) -> Self {
        Self { breach, span: Some(span), set: None }
    }

    /// The text is not TOML.
    pub fn syntax(text: &str, error: &toml::de::Error) -> Self {
        let span = error.span();
        let found = span.clone().and_then(|span| text.get(span)).unwrap_or_default();
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        let before = span.as_ref().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let after = text.get(before.len()..).unwrap_or_default();
        let breach = if message == "duplicate key" {
            RuleBreach::new(one_line(found), "this key is given twice", "keep one of the two")
        } else if before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(',') {
            RuleBreach::new("", "this is not TOML: a number has no comma", "the decimal sign is a point, as in 0.1")
        } else if message.starts_with("string values must be quoted") {
            match one_line(found.trim()).as_str() {
                "" => RuleBreach::new("", "this is not TOML: a value is missing here", "write one, or remove the line"),
                word => RuleBreach::new("", format!("this is not TOML: {word}"), format!("text is quoted: \"{word}\"")),
            }
        } else {
            RuleBreach::new("", format!("this is not TOML: {message}"), "")
        };
        Self { breach, span, set: None }
    }

    /// Blames a place in a file; a breach without bytes is looked up by its key.
    pub fn located(self, text: &str, origin: Origin) -> ScenarioError {
        let set = self.set.as_deref().and_then(|key| offset_in_set(text, &self.breach.key, key));
        let given = self.span.as_ref().map(|span| span.start);
        let offset = given.or(set).or_else(|| offset_of(text, &self.breach.key));
        let position = offset.map(|offset| TextPosition::of(text, offset));
        self.into_error(origin, position)
    }

    /// Blames an input that has no lines.
    pub fn placeless(self, origin: Origin) -> ScenarioError {
        self.into_error(origin, None)
    }

    fn into_error(self, origin: Origin, position: Option<TextPosition>) -> ScenarioError {
        let RuleBreach { key, rule, help } = self.breach;
        ScenarioError::Rule { origin, position, key, rule, help }
    }
}

/// Where the design whose keys are at `path` (`design.0.set`) sets `key`.
fn offset_in_set(text: &str, path: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let index: usize = path.split('.').nth(1)?.parse().ok()?;
    let DeValue::Array(designs) = document.get_ref().get("design")?.get_ref() else { return None };
    let DeValue::Table(design) = designs.get(index)?.get_ref() else { return None };
    let DeValue::Table(set) = design.get("set")?.get_ref() else { return None };
    span_of(set, key).map(|span| span.start)
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

/// Where a design sets `key`, or what lies above it.
pub(super) fn span_of(set: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    fn walk(prefix: &str, table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
        table.iter().find_map(|(name, value)| {
            let path =
                if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            let covers = key == path || key.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'));
            match value.get_ref() {
                DeValue::Table(inner) => walk(&path, inner, key),
                _ => covers.then(|| value.span()),
            }
        })
    }
    walk("", set, key)
}
