//! Reading TOML tables key by key.
//!
//! Written by hand and not derived, because a message needs the place, the dotted key and the value as it was typed, in
//! words that do not depend on the TOML library's own.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::quantity::{Count, Probability, Rate};

use super::diagnostic::Diagnostic;
use super::error::RuleBreach;
use super::key_info::TableInfo;
use super::key_number::KeyNumber;
use super::wording::{list, one_line, suggest};

/// One table of the text, all of whose keys are known.
pub(super) struct TomlTable<'t> {
    text: &'t str,
    /// Every table that a file may have.
    schema: &'t [TableInfo],
    /// Dotted path with a dot at its end; empty for the file itself.
    path: String,
    table: &'t DeTable<'t>,
    span: Range<usize>,
}

impl<'t> TomlTable<'t> {
    /// The file itself.
    pub fn of_document(
        text: &'t str,
        document: &'t Spanned<DeTable<'t>>,
        schema: &'t [TableInfo],
    ) -> Result<Self, Diagnostic> {
        Self { text, schema, path: String::new(), table: document.get_ref(), span: 0..0 }.known_as("")
    }

    /// A table within this one, of which the schema says what it holds under the name `listed`.
    fn below<'b>(
        &'b self,
        listed: &str,
        path: String,
        table: &'b DeTable<'b>,
        span: Range<usize>,
    ) -> Result<TomlTable<'b>, Diagnostic> {
        TomlTable { text: self.text, schema: self.schema, path: format!("{}{path}.", self.path), table, span }
            .known_as(listed)
    }

    /// Refuses the first key that the table of this name does not have.
    fn known_as(self, name: &str) -> Result<Self, Diagnostic> {
        let listed = self.schema.iter().find(|table| table.name == name);
        let known: Vec<&str> = listed.iter().flat_map(|table| &table.keys).map(|key| key.name).collect();
        let unknown = self.table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|(key, _)| key.span().start) {
            Some((key, _)) => {
                let breach = RuleBreach::new(
                    format!("{}{}", self.path, one_line(key.get_ref())),
                    "there is no such key",
                    known_instead(key.get_ref(), &known, self.schema),
                );
                Err(Diagnostic::at(key.span(), breach))
            }
            None => Ok(self),
        }
    }

    /// The value of `key`, if it is written.
    pub fn take<T: TomlValue>(&self, key: &str) -> Result<Option<T>, Diagnostic> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        T::read(value.get_ref()).map(Some).ok_or_else(|| self.refuse(key, value, T::RULE, T::help(value.get_ref())))
    }

    /// The value of a key that has no default.
    pub fn required<T: TomlValue>(&self, key: &str, rule: &str, help: &str) -> Result<T, Diagnostic> {
        self.take(key)?.ok_or_else(|| self.missing(key, rule, help))
    }

    /// A key that must be there is not.
    pub fn missing(&self, key: &str, rule: &str, help: &str) -> Diagnostic {
        let missing = format!("{rule}, but this key is missing");
        Diagnostic::at(self.span.clone(), RuleBreach::new(format!("{}{key}", self.path), missing, help))
    }

    /// A key breaks a rule that its type alone does not know.
    pub fn breach(&self, key: &str, rule: String, help: String) -> Diagnostic {
        RuleBreach::new(format!("{}{key}", self.path), rule, help).into()
    }

    /// The table `key`, or its default if it is not written.
    pub fn table<T: Default>(
        &self,
        key: &str,
        read: impl FnOnce(&TomlTable<'_>) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        self.table_as(key, key, read)
    }

    /// The table `key`, whose keys are those of the table `listed`.
    pub fn table_as<T: Default>(
        &self,
        key: &str,
        listed: &str,
        read: impl FnOnce(&TomlTable<'_>) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        let Some(value) = self.table.get(key) else { return Ok(T::default()) };
        match value.get_ref() {
            DeValue::Table(table) => read(&self.below(listed, key.to_owned(), table, value.span())?),
            _ => {
                let help = format!("write it as `[{}{key}]`", self.path);
                Err(self.refuse(key, value, "this must be a table of keys", help))
            }
        }
    }

    /// Whether `key` is written.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The table `key`, if it is written, whatever its keys.
    pub fn plain_table(&self, key: &str) -> Result<Option<&DeTable<'t>>, Diagnostic> {
        match self.table.get(key) {
            Some(value) => match value.get_ref() {
                DeValue::Table(table) => Ok(Some(table)),
                _ => Err(self.refuse(key, value, "this must be a table of keys", format!("write it as `[{key}]`"))),
            },
            None => Ok(None),
        }
    }

    /// Checks that `key`, if it is written, is a table of whatever keys.
    pub fn any_table(&self, key: &str) -> Result<(), Diagnostic> {
        match self.table.get(key) {
            Some(value) if !matches!(value.get_ref(), DeValue::Table(_)) => {
                let help = format!("as in `{key} = {{ \"vote.candidates\" = 5 }}`");
                Err(self.refuse(key, value, "this must be a table of keys", help))
            }
            _ => Ok(()),
        }
    }

    /// Every table of the list `key`.
    pub fn tables<T>(
        &self,
        key: &str,
        read: impl Fn(&TomlTable<'_>) -> Result<T, Diagnostic>,
    ) -> Result<Vec<T>, Diagnostic> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let help = || format!("begin each with `[[{key}]]`, in double brackets");
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.refuse(key, value, "this must be a list of tables", help()));
        };
        let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| match item.get_ref() {
            DeValue::Table(table) => read(&self.below(key, format!("{key}.{index}"), table, item.span())?),
            _ => Err(self.refuse(&format!("{key}.{index}"), item, "this must be a table of keys", help())),
        };
        items.iter().enumerate().map(item).collect()
    }

    fn refuse(&self, key: &str, value: &Spanned<DeValue<'_>>, rule: &str, help: String) -> Diagnostic {
        let typed = match value.get_ref() {
            DeValue::Table(_) => "a table".to_owned(),
            DeValue::Array(_) => "a list".to_owned(),
            _ => self.text.get(value.span()).map(one_line).unwrap_or_default(),
        };
        Diagnostic::at(
            value.span(),
            RuleBreach::new(format!("{}{key}", self.path), format!("{rule}, not {typed}"), help),
        )
    }
}

/// What to write in place of an unknown key: its nearest neighbour here, the table that it belongs to, or the keys here.
fn known_instead(typed: &str, known: &[&str], schema: &[TableInfo]) -> String {
    let home = |prior: bool| {
        let holds = |table: &&TableInfo| table.name.starts_with("fit.") == prior && table.key(typed).is_some();
        schema.iter().find(holds).map(|table| match table.name {
            "" => format!("`{typed}` belongs above the first table"),
            "fit.priors.*" => format!("`{typed}` belongs to a `[fit.priors.<parameter>]`"),
            name if table.list => format!("`{typed}` belongs to a `[[{name}]]`"),
            name => format!("`{typed}` belongs to `[{name}]`"),
        })
    };
    // A table of these keys is a design, which holds the keys of a loop in one of its own.
    if known.contains(&"set") && home(false).is_some() {
        return "a design changes keys of the loop in `set`, as in `set = { \"errors.step_error\" = 0.01 }`".to_owned();
    }
    let near = || suggest(typed, known.iter().copied());
    // Parameters of a fit come last: their names are near to those of a scenario's own tables.
    home(false).or_else(near).or_else(|| home(true)).unwrap_or_else(|| format!("the keys here are {}", list(known)))
}

/// A type that a key's value can have.
pub(super) trait TomlValue: Sized {
    /// What a legal value is.
    const RULE: &'static str;

    /// The value, if it is legal.
    fn read(value: &DeValue<'_>) -> Option<Self>;

    /// The value of a number that is not written down, if it is legal; the same as reading it.
    fn of_number(_: KeyNumber) -> Option<Self> {
        None
    }

    /// What to do about an illegal value; may be empty.
    fn help(value: &DeValue<'_>) -> String {
        match value {
            DeValue::String(text) if text.trim().parse::<f64>().is_ok() => "remove the quotes".to_owned(),
            _ => String::new(),
        }
    }
}

/// A key whose absence says something of its own.
impl<T: TomlValue> TomlValue for Option<T> {
    const RULE: &'static str = T::RULE;

    fn read(value: &DeValue<'_>) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn of_number(number: KeyNumber) -> Option<Self> {
        T::of_number(number).map(Some)
    }

    fn help(value: &DeValue<'_>) -> String {
        T::help(value)
    }
}

impl TomlValue for Probability {
    const RULE: &'static str = "a probability is a number in [0, 1]";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        number(value).and_then(|number| Self::new(number).ok())
    }

    fn of_number(number: KeyNumber) -> Option<Self> {
        Self::new(number.get()).ok()
    }

    fn help(value: &DeValue<'_>) -> String {
        let percent = match value {
            DeValue::String(text) => text.trim().strip_suffix('%').and_then(|text| text.trim().parse().ok()),
            other => number(other).filter(|number| *number >= 2.0),
        };
        match percent {
            // Two digits fewer than the number has: 0.07 and not 0.07000000000000001.
            Some(percent) if (0.0..=100.0).contains(&percent) => {
                format!("{percent} % is written {}", (percent * 1e10).round() / 1e12)
            }
            _ => <bool as TomlValue>::help(value),
        }
    }
}

impl TomlValue for Rate {
    const RULE: &'static str = "a rate is a finite number of at least 0";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        number(value).and_then(|number| Self::new(number).ok())
    }

    fn of_number(number: KeyNumber) -> Option<Self> {
        Self::new(number.get()).ok()
    }
}

impl TomlValue for Count {
    const RULE: &'static str = "a count is a whole number from 1 to 1000000000000";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        whole(value).and_then(|whole| Self::try_from(whole).ok())
    }

    fn of_number(number: KeyNumber) -> Option<Self> {
        if let KeyNumber::Whole(whole) = number { Self::try_from(whole).ok() } else { None }
    }

    fn help(value: &DeValue<'_>) -> String {
        whole_help(value)
    }
}

impl TomlValue for u32 {
    const RULE: &'static str = "this must be a whole number from 0 to 4294967295";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        whole(value).and_then(|whole| Self::try_from(whole).ok())
    }

    fn of_number(number: KeyNumber) -> Option<Self> {
        if let KeyNumber::Whole(whole) = number { Self::try_from(whole).ok() } else { None }
    }

    fn help(value: &DeValue<'_>) -> String {
        whole_help(value)
    }
}

impl TomlValue for bool {
    const RULE: &'static str = "this must be `true` or `false`";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }
}

impl TomlValue for String {
    const RULE: &'static str = "this must be text in quotes";

    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn help(_: &DeValue<'_>) -> String {
        String::new()
    }
}

/// A number, whole or not; NaN and infinities included, since TOML can write them.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        other => whole(other).map(|whole| whole as f64),
    }
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    value.as_integer().and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok())
}

fn whole_help(value: &DeValue<'_>) -> String {
    match number(value) {
        // A float that is a whole number: 1e3 or 1000.0.
        Some(float) if value.is_float() && float.fract() == 0.0 && (0.0..1e12).contains(&float) => {
            format!("write it as {float}")
        }
        _ => <bool as TomlValue>::help(value),
    }
}
