//! A loop that a calling program holds: a scenario file, its overrides and the design of it that is meant.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;

use crate::files::{self, GivenInput};
use crate::scenario::{Origin, Scenario, ScenarioError, ScenarioFile};

use super::super::args::{PatienceArgs, SourceArgs};
use super::super::solve::SolvedLoop;
use super::{CallContext, CallRefusal, ToldAnswer, called};

/// A loop as it was read; files that change later do not change it.
pub struct GivenLoop {
    source: SourceArgs,
    text: Arc<[u8]>,
    file: ScenarioFile,
    scenario: Scenario,
}

impl GivenLoop {
    /// Reads a file, or the text that stands for it.
    ///
    /// # Errors
    /// [`CallRefusal`] for a file that cannot be read, a rule that is broken, a design that there is not.
    pub fn read(
        name: PathBuf,
        text: Option<Vec<u8>>,
        overrides: Vec<String>,
        design: Option<String>,
    ) -> Result<Self, CallRefusal> {
        let source =
            SourceArgs { file: name, set: overrides, horizon: None, design, patience: PatienceArgs::default() };
        // A file that cannot be read is refused by the command, in its words.
        let text = text.or_else(|| files::read(&source.file, files::RESULTS).ok());
        let inputs = text.iter().map(|text| (source.file.clone(), Arc::from(text.as_slice()))).collect();
        let context = CallContext { inputs, watch: None };
        let ((file, scenario), _) = called(context, || {
            let file = source.read()?;
            let scenario = source.chosen(&file)?;
            Ok((file, scenario))
        })?;
        Ok(Self { source, text: text.unwrap_or_default().into(), file, scenario })
    }

    /// The loop.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Its file's name; `-` for text without one.
    #[must_use]
    pub fn name(&self) -> &PathBuf {
        &self.source.file
    }

    /// What stands in the file.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// What was overridden, as it is typed after `--set`.
    #[must_use]
    pub fn overrides(&self) -> &[String] {
        &self.source.set
    }

    /// The design of the file that is meant.
    #[must_use]
    pub fn design(&self) -> Option<&str> {
        self.source.design.as_deref()
    }

    /// The designs of the file.
    #[must_use]
    pub fn designs(&self) -> Vec<&str> {
        self.file.designs.iter().map(|design| design.name.as_str()).collect()
    }

    /// The loop as a command takes it: its file, overrides and design.
    #[must_use]
    pub fn words(&self) -> Vec<OsString> {
        let overrides = self.source.set.iter().map(|set| ["--set".to_owned(), set.clone()]);
        let design = self.source.design.iter().map(|name| ["--design".to_owned(), name.clone()]);
        let options = overrides.chain(design).flatten().map(OsString::from);
        std::iter::once(self.source.file.clone().into_os_string()).chain(options).collect()
    }

    /// The loop with every key, as JSON.
    ///
    /// # Errors
    /// [`CallRefusal`] where it cannot be written.
    pub fn json(&self) -> Result<String, CallRefusal> {
        serde_json::to_string(&self.scenario).map_err(|error| anyhow::Error::from(error).into())
    }

    /// Its text, for a command that is called with its words.
    #[must_use]
    pub fn input(&self) -> GivenInput {
        (self.source.file.clone(), Arc::clone(&self.text))
    }

    /// Solves it on the threads at hand; work that takes long is refused unless it is allowed.
    ///
    /// # Errors
    /// [`CallRefusal`] for too much work.
    pub fn solve(&self, allow_long: bool, context: CallContext) -> Result<SolvedCall, CallRefusal> {
        let source = SourceArgs {
            file: self.source.file.clone(),
            set: self.source.set.clone(),
            horizon: None,
            design: self.source.design.clone(),
            patience: PatienceArgs { allow_long },
        };
        called(context, || SolvedLoop::of(&source, &self.file)).map(|(solved, _)| SolvedCall(solved))
    }

    pub(super) fn source(&self) -> &SourceArgs {
        &self.source
    }
}

/// A loop that was solved; what it answers is written when it is asked for.
pub struct SolvedCall(SolvedLoop);

impl SolvedCall {
    /// The document that `solve --json` prints.
    ///
    /// # Errors
    /// [`CallRefusal`] where it cannot be written.
    pub fn document(&self) -> Result<Vec<u8>, CallRefusal> {
        Ok(self.0.to_bytes()?)
    }

    /// What `solve` prints; with the table by generation where it is asked for.
    ///
    /// # Errors
    /// As [`SolvedCall::document`].
    pub fn told(&self, curve: bool) -> Result<ToldAnswer, CallRefusal> {
        Ok(ToldAnswer::of(self.0.answer(curve))?)
    }
}

/// The text of a scenario file that is given as a JSON object.
///
/// # Errors
/// [`CallRefusal`] for what TOML cannot hold.
pub fn toml_of_json(json: &str) -> Result<String, CallRefusal> {
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| anyhow!("scenario: {error}"))?;
    let rule = || {
        let rule = "a scenario is a table of keys without nulls, its whole numbers below 2^63";
        let (rule, help) = (rule.to_owned(), "leave out keys without a value".to_owned());
        CallRefusal::from(ScenarioError::Rule { origin: Origin::Text, position: None, key: String::new(), rule, help })
    };
    let table = toml::Table::try_from(&value).map_err(|_| rule())?;
    toml::to_string(&table).map_err(|_| rule())
}
