//! The measured scenario as a file in which every number says where it comes from.

use std::fmt::Write;

use super::checks::VoteRule;
use super::result::{MeasuredKey, MeasuredLoop};
use super::{LEVEL, MeasureOptions};

/// Keys of `[errors]` that may be measured.
const KEYS_OF_ERRORS: [&str; 5] = [
    "errors.step_error",
    "errors.systematic_share",
    "errors.consistency",
    "errors.wrong_answers",
    "errors.amplification",
];

/// The scenario as TOML.
pub(super) fn written(measured: &MeasuredLoop, options: &MeasureOptions, rule: Option<VoteRule>, kept: u64) -> String {
    let mut file = ScenarioText { measured, text: String::new() };
    file.head(options);
    file.examples(kept);
    file.line("\n[task]");
    let steps = if options.steps == 1 { "not measured: samples show whole answers" } else { "as given by --steps" };
    file.line(&format!("steps = {}  # {steps}", options.steps));
    file.errors();
    file.learning();
    match rule {
        Some(rule) => file.vote(rule),
        None => file.filter(),
    }
    file.text
}

struct ScenarioText<'a> {
    measured: &'a MeasuredLoop,
    text: String,
}

impl ScenarioText<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, options: &MeasureOptions) {
        let MeasuredLoop { problems, answers, .. } = self.measured;
        let source = one_line(&self.measured.source);
        self.line(&format!("# Measured from {source}: {problems} problems, {answers} answers."));
        self.line(&format!(
            "# In brackets the {:.0} % interval. A number without a source is this program's default.",
            100.0 * LEVEL
        ));
        for missing in &self.measured.missing {
            let text = format!("# Not measured: {}: {}. What would: {}.", missing.key, missing.reason, missing.remedy);
            self.text.push_str(&text);
            self.text.push('\n');
        }
        self.line(&format!("\nname = {}", toml::Value::String(options.name.clone())));
    }

    fn examples(&mut self, kept: u64) {
        if kept > 0 {
            let note = "kept answers of this generation; the effective number is lower where they resemble each other";
            self.line(&format!("examples = {kept}  # {note}"));
        }
    }

    /// A key under its last name, if it was measured.
    fn key(&mut self, key: &str) {
        let Some(found) = self.measured.key(key) else { return };
        let name = key.rsplit('.').next().unwrap_or(key);
        let cut = if found.number.value < 0.0 { "estimated below 0, which a scenario cannot say; " } else { "" };
        let line = format!("{name} = {}  # {cut}{}", value(found), basis(found));
        self.line(&line);
    }

    fn errors(&mut self) {
        self.line("\n[errors]");
        if let Some(error) = self.measured.key("error_rate") {
            let line = format!("# error rate of one answer: {}", basis(error));
            self.line(&line);
        }
        if self.measured.key("errors.step_error").is_none() && self.measured.key("difficulty.0.share").is_none() {
            self.step_error_from_rate();
        }
        for key in KEYS_OF_ERRORS {
            self.key(key);
        }
        self.difficulties();
    }

    /// Where some answers were not checked, the error rate is all that is known of slips.
    fn step_error_from_rate(&mut self) {
        if let Some(error) = self.measured.key("error_rate") {
            let line = format!("step_error = {}  # of a solution of one step", value(error));
            self.line(&line);
        } else {
            // A default would be solved without a word.
            self.line(
                "step_error = \"not measured\"  # to be measured by the verdicts of 100 rejected answers, or set",
            );
        }
    }

    fn difficulties(&mut self) {
        let shares: Vec<&MeasuredKey> =
            (0..).map_while(|class| self.measured.key(&format!("difficulty.{class}.share"))).collect();
        let mut left = 1.0;
        let last = shares.len().saturating_sub(1);
        for (class, share) in shares.iter().enumerate() {
            // Rounded shares must still sum to 1.
            let rounded = if class == last { left } else { (1e6 * share.number.value).round() / 1e6 };
            left = (1e6 * (left - rounded)).round() / 1e6;
            self.line("\n[[difficulty]]");
            let line = format!("share = {rounded}  # {}", basis(share));
            self.line(&line);
            self.key(&format!("difficulty.{class}.step_error"));
            self.key(&format!("difficulty.{class}.systematic_share"));
        }
    }

    fn learning(&mut self) {
        let measured = ["learning.persistence", "learning.imprint"];
        if measured.iter().any(|key| self.measured.key(key).is_some()) {
            self.line("\n[learning]");
            measured.iter().for_each(|key| self.key(key));
        }
    }

    fn vote(&mut self, rule: VoteRule) {
        self.line("\n[vote]");
        let VoteRule { candidates, agree, agree_at_most } = rule;
        self.line(&format!("candidates = {candidates}  # answers to each problem"));
        self.line(&format!("agree = {agree}  # every answer that was kept led with as many votes, and no other did"));
        if agree_at_most < candidates {
            self.line(&format!("agree_at_most = {agree_at_most}  # as above"));
        }
    }

    fn filter(&mut self) {
        let Some(reject) = self.measured.key("filter.0.false_reject") else { return };
        let reject = format!("false_reject = {}  # {}", value(reject), basis(reject));
        let keys = ["filter.0.random", "filter.0.systematic"];
        if keys.iter().all(|key| self.measured.key(key).is_none()) {
            return;
        }
        self.line("\n[[filter]]\nkind = \"catch\"  # the loop's whole check, as it kept and rejected");
        keys.iter().for_each(|key| self.key(key));
        self.line(&reject);
    }
}

/// Six significant digits; `wrong_answers` is a whole number.
fn value(key: &MeasuredKey) -> String {
    if key.key == "errors.wrong_answers" {
        return format!("{:.0}", key.number.value.round().max(1.0));
    }
    let most = if key.key == "errors.amplification" { f64::INFINITY } else { 1.0 };
    let value = key.number.value.clamp(0.0, most);
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    // TOML takes 1e-5 and 0.5, but no number without a fraction for a real one.
    format!("{rounded:?}")
}

/// "[0.11, 0.14] from 500 problems".
fn basis(key: &MeasuredKey) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = match (key.number.low, key.number.high) {
        (Some(low), Some(high)) => write!(text, "[{}, {}] {}", short(low), short(high), key.basis),
        _ => write!(text, "{}", key.basis),
    };
    text
}

/// Three significant digits.
fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    format!("{rounded}")
}

fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() > 120 { line.chars().take(117).collect::<String>() + "…" } else { line }
}
