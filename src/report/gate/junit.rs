//! A verdict as JUnit XML: a test case for each rule, which fails where the rule is met, and is in error where there is no verdict on it.

use std::io::{self, Cursor, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::words;
use crate::gate::{GateDecision, GateVerdict, RuleEnd, RuleOutcome};
use crate::report::words::or_dash;

/// The verdict as a document of JUnit XML.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn junit(verdict: &GateVerdict) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Cursor::new(Vec::new()), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let ends = verdict.rules.iter().map(CaseEnd::of);
    let [failures, errors] =
        [CaseEnd::Failure, CaseEnd::Error].map(|end| ends.clone().filter(|one| *one == end).count().to_string());
    let tests = verdict.rules.len().to_string();
    let totals = [("tests", tests.as_str()), ("failures", failures.as_str()), ("errors", errors.as_str())];
    writer
        .create_element("testsuites")
        .with_attribute(("name", "runaway gate"))
        .with_attributes(totals)
        .write_inner_content(|writer| {
            let subject = legal(&verdict.subject);
            let suite = writer.create_element("testsuite").with_attribute(("name", subject.as_str()));
            suite.with_attributes(totals).write_inner_content(|writer| {
                properties(writer, verdict)?;
                verdict.rules.iter().try_for_each(|rule| case(writer, verdict, rule, &subject))
            })?;
            Ok(())
        })?;
    let mut bytes = writer.into_inner().into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// How a test case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CaseEnd {
    Passed,
    Failure,
    Error,
}

impl CaseEnd {
    /// Each rule ends by itself: one that is decided does not wait for those that are not.
    fn of(rule: &RuleOutcome) -> Self {
        match rule.end() {
            RuleEnd::Met => Self::Failure,
            RuleEnd::NotMet => Self::Passed,
            RuleEnd::Open => Self::Error,
        }
    }
}

/// Why a rule ends as it does.
fn reason(verdict: &GateVerdict, rule: &RuleOutcome) -> String {
    match rule.undecided {
        _ if verdict.decision == GateDecision::ModelDoesNotFit => {
            words::finding(verdict).into_iter().next().unwrap_or_default()
        }
        Some(why) => format!("{}: {}", rule.rule, words::why_undecided(why)),
        None => format!("{} is met: {}", rule.rule, words::value(rule)),
    }
}

fn properties<W: Write>(writer: &mut Writer<W>, verdict: &GateVerdict) -> io::Result<()> {
    let numbers = super::numbers(verdict);
    let rows = numbers.iter().flat_map(|table| table.rows());
    let values = rows.filter_map(|row| Some((row.first()?.to_string(), row.get(1)?.to_string())));
    let decision = ("verdict".to_owned(), words::decision(verdict.decision).to_owned());
    writer.create_element("properties").write_inner_content(|writer| {
        for (name, value) in [decision].into_iter().chain(values) {
            let property = writer.create_element("property").with_attribute(("name", name.as_str()));
            property.with_attribute(("value", value.as_str())).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case<W: Write>(writer: &mut Writer<W>, verdict: &GateVerdict, rule: &RuleOutcome, subject: &str) -> io::Result<()> {
    let name = rule.rule.to_string();
    let case = writer.create_element("testcase").with_attribute(("name", name.as_str()));
    let worth = or_dash(rule.rates.as_ref().map(words::worth));
    let said = format!("{} = {}. On the back-tests: {worth}.", rule.rule.quantity, words::value(rule));
    let reason = legal(&reason(verdict, rule));
    case.with_attribute(("classname", subject)).write_inner_content(|writer| {
        let (element, kind) = match CaseEnd::of(rule) {
            CaseEnd::Passed => {
                writer.create_element("system-out").write_text_content(BytesText::new(&said))?;
                return Ok(());
            }
            CaseEnd::Failure => ("failure", "rule-met"),
            CaseEnd::Error if verdict.decision == GateDecision::ModelDoesNotFit => ("error", "model-does-not-fit"),
            CaseEnd::Error => ("error", "not-enough-data"),
        };
        let element = writer.create_element(element).with_attribute(("type", kind));
        element.with_attribute(("message", reason.as_str())).write_text_content(BytesText::new(&said))?;
        Ok(())
    })?;
    Ok(())
}

/// A text with what XML cannot hold replaced: the names of logs are the user's.
fn legal(text: &str) -> String {
    let holds = |sign: char| matches!(sign, '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|sign| if holds(sign) { sign } else { '\u{fffd}' }).collect()
}
