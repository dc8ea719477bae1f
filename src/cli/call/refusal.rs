//! Why a called command has no answer, so that a program can tell.

use crate::fit::{FitError, LogError};
use crate::measure::MeasureError;
use crate::plan::SearchError;
use crate::scenario::ScenarioError;
use crate::sweep::SweepError;

use super::super::{BAD_INPUT, FAILURE, USAGE, code};

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// A scenario or an override breaks a rule.
    Scenario,
    /// A log, samples or parts of a sweep cannot be used.
    Log,
    /// Options out of range, or that do not go together.
    Usage,
    /// Something failed while working.
    Failure,
    /// The caller stopped it.
    Stopped,
}

/// A command without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRefusal {
    /// What kind of fault.
    pub kind: RefusalKind,
    /// The program's exit code for it.
    pub code: u8,
    /// The message, as the program prints it.
    pub message: String,
    /// The key, column or option at fault, where it is one.
    pub key: Option<String>,
    /// What to do, where the message says so apart.
    pub remedy: Option<String>,
}

impl CallRefusal {
    fn new(kind: RefusalKind, code: u8, message: String) -> Self {
        Self { kind, code, message, key: None, remedy: None }
    }

    pub(super) fn usage(message: String) -> Self {
        Self::new(RefusalKind::Usage, USAGE, message)
    }

    pub(super) fn stopped() -> Self {
        Self::new(RefusalKind::Stopped, FAILURE, "stopped".to_owned())
    }

    pub(super) fn panicked(message: &str) -> Self {
        Self::new(RefusalKind::Failure, FAILURE, format!("a fault of the program, please report it: {message}"))
    }

    fn of_scenario(mut self, error: &ScenarioError) -> Self {
        if let ScenarioError::Rule { key, help, .. } = error {
            let given = |text: &String| (!text.is_empty()).then(|| text.clone());
            (self.key, self.remedy) = (given(key), given(help));
        }
        self.kind = RefusalKind::Scenario;
        self
    }
}

impl From<anyhow::Error> for CallRefusal {
    fn from(error: anyhow::Error) -> Self {
        let code = code(&error);
        let plain = |kind| Self::new(kind, code, format!("{error:#}"));
        if let Some(scenario) = error.downcast_ref::<ScenarioError>() {
            return plain(RefusalKind::Scenario).of_scenario(scenario);
        }
        if let Some(SearchError::Scenario(scenario)) = error.downcast_ref::<SearchError>() {
            return plain(RefusalKind::Scenario).of_scenario(scenario);
        }
        if let Some(SweepError::Cell { reason, .. }) = error.downcast_ref::<SweepError>() {
            return plain(RefusalKind::Scenario).of_scenario(reason);
        }
        if let Some(log) = error.downcast_ref::<LogError>() {
            return Self { key: log.column.clone(), ..plain(RefusalKind::Log) };
        }
        match code {
            USAGE => plain(RefusalKind::Usage),
            BAD_INPUT if error.is::<MeasureError>() || error.is::<FitError>() || error.is::<SweepError>() => {
                plain(RefusalKind::Log)
            }
            _ => plain(RefusalKind::Failure),
        }
    }
}

impl From<ScenarioError> for CallRefusal {
    fn from(error: ScenarioError) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<SweepError> for CallRefusal {
    fn from(error: SweepError) -> Self {
        anyhow::Error::from(error).into()
    }
}

/// What is wrong with the words, without the advice to ask for `--help`.
impl From<clap::Error> for CallRefusal {
    fn from(error: clap::Error) -> Self {
        let said = error.render().to_string();
        let parts = said.split("\n\n").take_while(|part| !part.starts_with("Usage:") && !part.starts_with("For more"));
        let message = parts.collect::<Vec<_>>().join("; ");
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = message.strip_prefix("error: ").unwrap_or(&message).to_owned();
        let key = match error.get(clap::error::ContextKind::InvalidArg) {
            Some(clap::error::ContextValue::String(key)) => Some(key.clone()),
            _ => None,
        };
        Self { key, ..Self::new(RefusalKind::Usage, USAGE, message) }
    }
}
