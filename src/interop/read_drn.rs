//! Storm's explicit format, of Markov chains in discrete time.

use crate::analytic::absorbing::ExplicitChain;

use super::error::ChainFileError;
use super::parsed::{ChainText, ParsedChain};

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Header,
    Parameters,
    States,
    /// A value that is of no use here.
    Other,
    Model,
}

/// The state that lines belong to, and its actions so far.
#[derive(Debug, Clone, Copy)]
struct OwnState {
    state: usize,
    actions: usize,
}

/// Reads a chain in discrete time.
pub(super) fn read(text: ChainText<'_>) -> Result<ExplicitChain, ChainFileError> {
    let mut chain = ParsedChain::default();
    let mut section = Section::Header;
    let mut own: Option<OwnState> = None;
    for (line, content) in text.lines().filter(|(_, content)| !content.starts_with("//")) {
        if let Some(key) = content.strip_prefix('@') {
            section = header(text, line, key)?;
            continue;
        }
        match section {
            Section::Parameters => {
                return Err(
                    text.line(line, format!("parameter {content:?}: give it a value, and write the chain again"))
                );
            }
            Section::States => {
                let states = text.number(line, content, "states")?;
                chain.has_states(text, line, states)?;
                section = Section::Other;
            }
            Section::Model => model_line(&mut chain, text, line, content, &mut own)?,
            Section::Header | Section::Other => {}
        }
    }
    chain.finish(text)
}

/// The section that a key begins.
fn header(text: ChainText<'_>, line: usize, key: &str) -> Result<Section, ChainFileError> {
    let (key, value) = key.split_once(':').map_or((key, ""), |(key, value)| (key, value.trim()));
    match key.trim() {
        "type" if !value.eq_ignore_ascii_case("dtmc") => {
            let rule = "an absorption law is worked out of Markov chains in discrete time (DTMC)";
            Err(text.line(line, format!("@type: {value}: {rule}; a choice or a rate must be resolved before")))
        }
        "parameters" => Ok(Section::Parameters),
        "nr_states" => Ok(Section::States),
        "model" => Ok(Section::Model),
        _ => Ok(Section::Other),
    }
}

fn model_line(
    chain: &mut ParsedChain,
    text: ChainText<'_>,
    line: usize,
    content: &str,
    own: &mut Option<OwnState>,
) -> Result<(), ChainFileError> {
    if let Some(rest) = content.strip_prefix("state ") {
        *own = Some(OwnState { state: state_line(chain, text, line, rest)?, actions: 0 });
        return Ok(());
    }
    let Some(own) = own else { return Err(text.line(line, "this stands before the first `state`")) };
    if content == "action" || content.starts_with("action ") {
        own.actions += 1;
        if own.actions > 1 {
            let rule = "a chain has one; resolve the choices by a scheduler before";
            return Err(text.line(line, format!("state {} has several actions, and {rule}", own.state)));
        }
        return Ok(());
    }
    let Some((to, p)) = content.split_once(':') else {
        return Err(text.line(line, format!("{content:?} is neither `state`, `action` nor `STATE : PROBABILITY`")));
    };
    let pair = (own.state, text.state(line, to.trim(), 0)?);
    chain.add(text, line, pair, p.trim())
}

/// The state, and its labels behind rewards in brackets.
fn state_line(chain: &mut ParsedChain, text: ChainText<'_>, line: usize, rest: &str) -> Result<usize, ChainFileError> {
    let (number, mut rest) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    let state = text.state(line, number, 0)?;
    if let Some((_, after)) = rest.split_once(']').filter(|_| rest.trim_start().starts_with('[')) {
        rest = after;
    }
    for name in rest.split_whitespace() {
        chain.label(text, line, state, name.trim_matches('"'))?;
    }
    Ok(state)
}
