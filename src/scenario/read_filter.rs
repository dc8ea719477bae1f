//! From a `[[filter]]` table to a filter of its kind, with its price.

use super::cost::CheckPrice;
use super::diagnostic::Diagnostic;
use super::filter::{self, Filter};
use super::toml_table::TomlTable;
use super::wording::{list, one_line, suggest};

/// One `[[filter]]` table.
#[derive(Debug)]
pub(super) struct WrittenFilter {
    pub filter: Filter,
    pub price: CheckPrice,
    /// The first price that is given.
    pub priced: Option<&'static str>,
}

impl WrittenFilter {
    pub fn read(keys: &TomlTable<'_>) -> Result<Self, Diagnostic> {
        let kinds = filter::kind_names();
        let kind: String =
            keys.required("kind", "every filter has a kind", &format!("it is one of {}", list(&kinds)))?;
        let Some(filter) = Filter::read(&kind, keys)? else {
            let help = suggest(&kind, kinds.iter().copied()).unwrap_or_else(|| format!("use one of {}", list(&kinds)));
            return Err(keys.breach("kind", format!("\"{}\" is not a kind of filter", one_line(&kind)), help));
        };
        refuse_foreign(filter, keys)?;
        let priced = CheckPrice::info("filter").keys.iter().map(|key| key.name).find(|key| keys.has(key));
        Ok(Self { filter, price: CheckPrice::read(keys)?, priced })
    }
}

/// Refuses the keys of other kinds.
fn refuse_foreign(filter: Filter, keys: &TomlTable<'_>) -> Result<(), Diagnostic> {
    let kind = filter.kind();
    let own = filter::filter_kinds().iter().find(|table| table.name == kind);
    let takes: Vec<&str> = own.iter().flat_map(|table| &table.keys).map(|key| key.name).collect();
    match filter::kind_keys().iter().find(|key| keys.has(key.name) && !takes.contains(&key.name)) {
        Some(key) => {
            let rule = format!("filters of kind `{kind}` have no `{}`", key.name);
            let prices = CheckPrice::info("filter");
            let takes: Vec<&str> = takes.into_iter().chain(prices.keys.iter().map(|key| key.name)).collect();
            Err(keys.breach(key.name, rule, format!("they take {}", list(&takes))))
        }
        None => Ok(()),
    }
}
