//! Commands called by another program: words in, a document out, and what the program answers or refuses in words.

mod figures;
mod fit;
mod given_loop;
mod refusal;
mod sweep;

use std::ffi::OsString;

use anyhow::Context;

use super::answer::Answer;
use super::caller::BrokenCall;
use super::{Command, parsed, run};

pub use super::caller::{CallContext, WorkWatch};
pub use figures::{DrawnFigure, figures};
pub use fit::{CalledFit, PosteriorDraws, fit};
pub use given_loop::{GivenLoop, SolvedCall, toml_of_json};
pub use refusal::{CallRefusal, RefusalKind};
pub use sweep::CalledSweep;

/// What a called command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledCommand {
    /// Its exit code: 0, or that of its verdict.
    pub code: u8,
    /// What went to standard output.
    pub output: Vec<u8>,
    /// What it answers, in words.
    pub told: Option<ToldAnswer>,
}

/// An answer for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldAnswer {
    /// As a terminal of 100 columns shows it.
    pub text: String,
    /// Finding, tables, remarks and notes as JSON.
    pub parts: Vec<u8>,
}

impl ToldAnswer {
    fn of(answer: Answer) -> anyhow::Result<Self> {
        let parts = serde_json::to_vec(&answer)?;
        let mut text = Vec::new();
        answer.write_for_people(&mut text, Some(COLUMNS))?;
        Ok(Self { text: String::from_utf8(text).context("an answer is text")?, parts })
    }
}

/// Columns of text of an answer in words.
const COLUMNS: usize = 100;

/// Calls a command: its name, then its options as they are typed. Nothing is printed.
///
/// # Errors
/// [`CallRefusal`] with the message that the program prints.
pub fn call(words: &[OsString], context: CallContext) -> Result<CalledCommand, CallRefusal> {
    let command = command(words)?;
    let mut output = Vec::new();
    let (verdict, told) = called(context, || run(&command, &mut output))?;
    Ok(CalledCommand { code: verdict.code(), output, told: told.map(ToldAnswer::of).transpose()? })
}

/// The command that the words are; no notes and no bars.
fn command(words: &[OsString]) -> Result<Command, CallRefusal> {
    let typed = [OsString::from("runaway"), "--quiet".into(), "--color=never".into()];
    let cli = parsed(typed.into_iter().chain(words.iter().cloned()).collect())?;
    cli.global.apply();
    Ok(cli.command)
}

/// Does work on behalf of the caller.
fn called<T>(
    context: CallContext,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> Result<(T, Option<Answer>), CallRefusal> {
    match context.run(work) {
        Ok((done, told)) => Ok((done?, told)),
        Err(BrokenCall::Stopped) => Err(CallRefusal::stopped()),
        Err(BrokenCall::Panicked(message)) => Err(CallRefusal::panicked(&message)),
    }
}
