//! The `.tra` and `.lab` files of PRISM and of Storm.

use crate::analytic::absorbing::ExplicitChain;

use super::error::ChainFileError;
use super::parsed::{ChainText, ParsedChain};

/// Reads transitions, and labels where there are any.
pub(super) fn read(text: ChainText<'_>, labels: Option<ChainText<'_>>) -> Result<ExplicitChain, ChainFileError> {
    let mut chain = ParsedChain::default();
    let mut lines = text.lines();
    let (first, head) = lines.next().ok_or_else(|| text.whole("it is empty"))?;
    let announced = announced(&mut chain, text, first, head)?;
    for (line, content) in lines {
        let cells: Vec<&str> = content.split_whitespace().collect();
        // A fourth word names the action.
        let ([from, to, p] | [from, to, p, _]) = cells[..] else {
            return Err(text.line(line, format!("{} words; a transition is FROM TO PROBABILITY", cells.len())));
        };
        let pair = (text.state(line, from, 0)?, text.state(line, to, 0)?);
        chain.add(text, line, pair, p)?;
    }
    let found = chain.transitions();
    if let Some(entries) = announced.filter(|entries| *entries != found) {
        let wrong = format!("{entries} transitions are announced, and {found} follow: the file is cut short, or two");
        return Err(text.line(first, wrong));
    }
    if let Some(labels) = labels {
        let declared = labels.lines().next().is_some_and(|(_, line)| line.starts_with("#DECLARATION"));
        if declared { storm_labels(&mut chain, labels)? } else { prism_labels(&mut chain, labels)? }
    }
    chain.finish(text)
}

/// The number of transitions that the first line tells: PRISM's has those of states and transitions, Storm's the kind of chain.
fn announced(
    chain: &mut ParsedChain,
    text: ChainText<'_>,
    line: usize,
    head: &str,
) -> Result<Option<usize>, ChainFileError> {
    let cells: Vec<&str> = head.split_whitespace().collect();
    match cells[..] {
        [kind] if kind.eq_ignore_ascii_case("dtmc") => Ok(None),
        [states, transitions] => {
            chain.has_states(text, line, text.number(line, states, "states")?)?;
            Ok(Some(text.number(line, transitions, "transitions")?))
        }
        [_, _, _] => {
            Err(text.line(line, "three numbers begin the file of a decision process; resolve its choices before"))
        }
        _ => Err(text.line(line, "a .tra file begins with the numbers of states and transitions, or with `dtmc`")),
    }
}

/// `0="init" 2="failed"`, then `STATE: NUMBER …`.
fn prism_labels(chain: &mut ParsedChain, text: ChainText<'_>) -> Result<(), ChainFileError> {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for (line, content) in text.lines() {
        if names.is_empty() {
            let pairs = content.split_whitespace().map(|pair| pair.split_once('='));
            let pairs: Option<Vec<_>> = pairs.collect();
            let rule = "labels begin with a line such as 0=\"init\" 1=\"deadlock\" 2=\"failed\"";
            names = pairs.ok_or_else(|| text.line(line, rule))?;
            continue;
        }
        let Some((state, numbers)) = content.split_once(':') else {
            return Err(text.line(line, "a line of labels is STATE: NUMBER …"));
        };
        let state = text.state(line, state.trim(), 0)?;
        for number in numbers.split_whitespace() {
            let name = names.iter().find(|(index, _)| *index == number);
            let (_, name) = name.ok_or_else(|| text.line(line, format!("no label has the number {number}")))?;
            chain.label(text, line, state, name.trim_matches('"'))?;
        }
    }
    Ok(())
}

/// `STATE NAME …` below the declaration.
fn storm_labels(chain: &mut ParsedChain, text: ChainText<'_>) -> Result<(), ChainFileError> {
    for (line, content) in text.lines().skip_while(|(_, line)| !line.starts_with("#END")).skip(1) {
        let mut words = content.split_whitespace();
        let state = text.state(line, words.next().unwrap_or_default(), 0)?;
        words.try_for_each(|name| chain.label(text, line, state, name))?;
    }
    Ok(())
}
