//! A line for each transition.

use crate::analytic::absorbing::ExplicitChain;

use super::error::ChainFileError;
use super::parsed::{ChainText, ParsedChain};

const HEAD: [&str; 3] = ["from", "to", "probability"];

/// Reads `from,to,probability`, with comments `# states: N`, `# start: STATE` and `# label NAME: STATE …`.
pub(super) fn read(text: ChainText<'_>) -> Result<ExplicitChain, ChainFileError> {
    let mut chain = ParsedChain::default();
    let mut headed = false;
    for (line, content) in text.lines() {
        if let Some(comment) = content.strip_prefix('#') {
            remark(&mut chain, text, line, comment.trim())?;
            continue;
        }
        let cells: Vec<&str> = content.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        if !headed {
            headed = true;
            if cells.iter().map(|cell| cell.to_ascii_lowercase()).ne(HEAD) {
                return Err(text.line(line, "the heads of the columns must be from,to,probability"));
            }
            continue;
        }
        let [from, to, p] = cells[..] else {
            return Err(text.line(line, format!("{} cells; a transition is from,to,probability", cells.len())));
        };
        let pair = (text.state(line, from, 0)?, text.state(line, to, 0)?);
        chain.add(text, line, pair, p)?;
    }
    chain.finish(text)
}

/// What a comment says of the chain; most say nothing.
fn remark(chain: &mut ParsedChain, text: ChainText<'_>, line: usize, comment: &str) -> Result<(), ChainFileError> {
    let Some((key, value)) = comment.split_once(':') else { return Ok(()) };
    match key {
        "states" => chain.has_states(text, line, text.number(line, value.trim(), "states")?),
        "start" => chain.label(text, line, text.state(line, value.trim(), 0)?, "init"),
        _ => {
            let Some(name) = key.strip_prefix("label ") else { return Ok(()) };
            let states = value.split_whitespace();
            states.into_iter().try_for_each(|state| chain.label(text, line, text.state(line, state, 0)?, name.trim()))
        }
    }
}
