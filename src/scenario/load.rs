//! Reading a scenario: the text, then the overrides, each fault traced to its place.

use std::path::Path;

use toml::de::DeTable;
use toml::{Table, Value};

use crate::files;

use super::Scenario;
use super::claims::FileClaims;
use super::design::Design;
use super::diagnostic::Diagnostic;
use super::draws::FitDraws;
use super::error::{Origin, RuleBreach, ScenarioError, TextPosition};
use super::overrides;
use super::priors::StatedPrior;
use super::ranges::{self, KeyRange};
use super::read_designs;
use super::resolve::resolve;
use super::schema::schema;
use super::toml_table::TomlTable;
use super::written::WrittenScenario;

/// Stands in for the name of a file that needs none.
const NAMELESS: &str = "nameless";

impl Scenario {
    /// Reads a scenario file and applies `overrides` (`key=value`, dotted keys, in order).
    ///
    /// # Errors
    /// [`ScenarioError`] if the file cannot be read, is not TOML, or breaks a rule; the file is checked before and after
    /// the overrides, so that each fault is blamed on the right one.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ScenarioError> {
        ScenarioFile::load(path, overrides).map(|file| file.scenario)
    }

    /// Reads a scenario from `text`, as [`Scenario::load`] does from a file.
    ///
    /// ```
    /// use runaway::Scenario;
    /// use runaway::scenario::Origin;
    ///
    /// let text = "name = \"voted\"\n[vote]\ncandidates = 5\nagree = 9";
    /// let refused = Scenario::parse(text, Origin::Text, &[]).unwrap_err().to_string();
    /// assert!(refused.starts_with("scenario:4:9: `vote.agree`: 9 votes are more than the 5"));
    /// // A file is checked before its overrides are: they cannot mend it.
    /// assert!(Scenario::parse(text, Origin::Text, &["vote.agree=4".to_owned()]).is_err());
    /// ```
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(text: &str, origin: Origin, overrides: &[String]) -> Result<Self, ScenarioError> {
        ScenarioFile::parse(text, origin, overrides).map(|file| file.scenario)
    }

    /// Reads the priors that a file states for fits of its loop's logs. The name may be missing, since a file of priors alone
    /// describes no loop; whatever else the file holds is checked.
    ///
    /// # Errors
    /// As [`Scenario::load`], except that the name may be missing.
    pub fn load_priors(path: &Path) -> Result<Vec<StatedPrior>, ScenarioError> {
        let text = text_of(path)?;
        let text = without_mark(&text);
        let origin = Origin::File(path.to_owned());
        read(text, Some(NAMELESS)).map(|read| read.priors).map_err(|fault| fault.located(text, origin))
    }

    /// The refusal of a key of a file that is sound by itself but not for the use at hand.
    #[must_use]
    pub fn refused(path: &Path, key: &str, rule: &str, help: &str) -> ScenarioError {
        let text = text_of(path).unwrap_or_default();
        Diagnostic::from(RuleBreach::new(key, rule, help)).located(without_mark(&text), Origin::File(path.to_owned()))
    }

    /// Reads the JSON form of a scenario: the object under `scenario` in a result file. Every complete scenario comes back
    /// as it was, to the last bit.
    ///
    /// # Errors
    /// [`ScenarioError`] if a key or a value breaks a rule of scenario files.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, ScenarioError> {
        let table = Table::try_from(value).map_err(|_| {
            let rule = "a scenario in JSON is an object without nulls, its whole numbers below 2^63";
            Diagnostic::from(RuleBreach::new("", rule, "")).placeless(Origin::Text)
        })?;
        read_table(&table).map(|read| read.scenario).map_err(|fault| fault.placeless(Origin::Text))
    }

    /// The complete scenario as a scenario file, every default written out.
    ///
    /// ```
    /// use runaway::Scenario;
    /// use runaway::scenario::Origin;
    ///
    /// let scenario = Scenario::parse("name = \"plain\"", Origin::Text, &[])?;
    /// assert!(scenario.to_toml().contains("step_error = 0.002"));
    /// assert_eq!(Scenario::parse(&scenario.to_toml(), Origin::Text, &[])?, scenario);
    /// # Ok::<(), runaway::scenario::ScenarioError>(())
    /// ```
    #[must_use]
    // It cannot fail, so there is no panic to document.
    #[allow(clippy::expect_used, clippy::missing_panics_doc)]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("strings, finite numbers below 2^63 and tables are what TOML can write")
    }
}

/// Everything that a scenario file holds, read once.
///
/// ```
/// use runaway::scenario::{Origin, ScenarioFile};
///
/// let text = "name = \"loop\"\n[[design]]\nname = \"voted\"\nset = { vote = { candidates = 5, agree = 3 } }";
/// let file = ScenarioFile::parse(text, Origin::Text, &[])?;
/// assert_eq!(file.designs[0].scenario.vote().candidates.get(), 5);
/// # Ok::<(), runaway::scenario::ScenarioError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScenarioFile {
    /// The file's own loop, with the overrides.
    pub scenario: Scenario,
    /// Every `[[design]]`, each applied to the file's own loop after the overrides; none where the file has no designs.
    pub designs: Vec<Design>,
    /// The claims and published values that the file states about its loop and its designs.
    pub stated: FileClaims,
    /// Between which values keys are thought to lie.
    pub ranges: Vec<KeyRange>,
    /// The draws of a fit that saved the file.
    pub(super) draws: FitDraws,
    /// The text, without a byte order mark.
    text: String,
    pub(super) origin: Origin,
    pub(super) overrides: Vec<String>,
}

impl ScenarioFile {
    /// Reads a file with `overrides`, as [`Scenario::load`] does.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ScenarioError> {
        Self::parse(&text_of(path)?, Origin::File(path.to_owned()), overrides)
    }

    /// Reads `text`, as [`ScenarioFile::load`] does a file.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(text: &str, origin: Origin, overrides: &[String]) -> Result<Self, ScenarioError> {
        let text = without_mark(text);
        let mut read = read(text, None).map_err(|fault| fault.located(text, origin.clone()))?;
        if !overrides.is_empty() {
            let mut table = table_of(text).map_err(|fault| fault.located(text, origin.clone()))?;
            for typed in overrides {
                overrides::set(&mut table, typed)
                    .map_err(|breach| Diagnostic::from(breach).placeless(Origin::Override(typed.clone())))?;
            }
            read = read_table(&table)
                .map_err(|fault| Origin::Override(overrides::culprits(overrides, &fault.breach.key)).blamed(fault))?;
        }
        let LoadedFile { scenario, designs, stated, ranges, draws, .. } = read;
        let overrides = overrides.to_vec();
        Ok(Self { scenario, designs, stated, ranges, draws, text: text.to_owned(), origin, overrides })
    }

    /// The middle 90 % of the draws of a fit that saved the file, of every key that they leave open.
    #[must_use]
    pub fn drawn_ranges(&self) -> Vec<KeyRange> {
        self.draws.ranges()
    }

    /// What is written in it, without the overrides.
    pub(super) fn table(&self) -> Result<Table, ScenarioError> {
        table_of(&self.text).map_err(|fault| fault.located(&self.text, self.origin.clone()))
    }

    /// The refusal of a key that is sound by itself but not for the use at hand.
    pub(super) fn refused(&self, key: &str, rule: &str, help: &str) -> ScenarioError {
        Diagnostic::from(RuleBreach::new(key, rule, help)).located(&self.text, self.origin.clone())
    }
}

/// What a text holds.
pub(super) struct LoadedFile {
    pub scenario: Scenario,
    pub designs: Vec<Design>,
    stated: FileClaims,
    priors: Vec<StatedPrior>,
    ranges: Vec<KeyRange>,
    draws: FitDraws,
}

fn table_of(text: &str) -> Result<Table, Diagnostic> {
    toml::from_str(text).map_err(|error| Diagnostic::syntax(text, &error))
}

impl Origin {
    fn blamed(self, fault: Diagnostic) -> ScenarioError {
        fault.placeless(self)
    }
}

/// A byte order mark is not part of the text, and must not be counted as a column.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn text_of(path: &Path) -> Result<String, ScenarioError> {
    let unreadable = |reason: String| ScenarioError::Unreadable { path: path.display().to_string(), reason };
    let bytes = files::read(path, files::SCENARIO).map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
        let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
        ScenarioError::Rule {
            origin: Origin::File(path.to_owned()),
            position: Some(TextPosition::of(&before, before.len())),
            key: String::new(),
            rule: format!("a scenario is UTF-8 text, but here is the byte 0x{byte:02X}"),
            help: "save the file as UTF-8".to_owned(),
        }
    })
}

/// Reads `text`; `nameless` stands in for a name that is missing, where it may be.
fn read(text: &str, nameless: Option<&str>) -> Result<LoadedFile, Diagnostic> {
    let document = DeTable::parse(text).map_err(|error| Diagnostic::syntax(text, &error))?;
    let written = WrittenScenario::read(&TomlTable::of_document(text, &document, schema())?, nameless)?;
    let (designs, stated, priors) = (written.design.clone(), written.stated.clone(), written.fit.priors.clone());
    let (draws, ranges) = (written.fit.draws.clone(), written.ranges.clone());
    let scenario = resolve(written).map_err(Diagnostic::from)?;
    ranges::check(&scenario, &ranges).map_err(Diagnostic::from)?;
    if designs.is_empty() {
        stated.check(&[]).map_err(Diagnostic::from)?;
        return Ok(LoadedFile { scenario, designs: Vec::new(), stated, priors, ranges, draws });
    }
    let mut table = table_of(text)?;
    // Designs are called after the file.
    table.insert("name".to_owned(), Value::String(scenario.name.clone()));
    // A design is read without the list of designs, so this ends.
    let designs = read_designs::all(&table, &designs, |variant| read_table(variant).map(|read| read.scenario))?;
    stated.check(&designs).map_err(Diagnostic::from)?;
    Ok(LoadedFile { scenario, designs, stated, priors, ranges, draws })
}

/// Reads a table that has no text of its own.
pub(super) fn read_table(table: &Table) -> Result<LoadedFile, Diagnostic> {
    let text = toml::to_string(table).map_err(|error| Diagnostic::from(RuleBreach::new("", error.to_string(), "")))?;
    read(&text, None)
}
