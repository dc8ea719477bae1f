//! A fit as a scenario file: the loop as it stands at the last generation of its log, with the draws of the posterior.
//!
//! Generation 0 of the scenario is the last generation of the log. The fit's law (`learner`) and that of a scenario are the
//! same where nothing is checked; checks are written as one filter with the passing probabilities, and persistence such
//! that a wrong belief leaves as many as it does at the present composition. Not carried over: how votes reject more right
//! answers as slips grow, `reversion`, which lowers the error of a model that all but guesses, and the spread of the
//! measurements. Probabilities of failure of the measured loops differ by up to 0.03 for it without checks and 0.11 with.

use std::fmt::Write;

use thiserror::Error;

use super::LoopChecks;
use super::fitted::Fitted;
use super::learner::{LoopModel, SlipUnit};
use super::model::SampledPath;
use super::stage::LogStage;
use crate::scenario::{DRAWN, PosteriorDraw};

/// Draws that are written.
const DRAWS: usize = 400;

/// Why a fit cannot be saved as a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SaveError {
    /// A sampler that has not settled.
    #[error("the sampler has not settled, and its draws would depend on the seed; use more --sweeps")]
    Unsettled,
    /// Beliefs about steps, which a scenario does not have.
    #[error(
        "beliefs of this fit are about steps of a solution, those of a scenario about solutions; fit with `Unit::Solution`"
    )]
    Steps,
    /// Solutions that grow by no whole number of steps.
    #[error("solutions change by {0} steps in the last generation; a scenario adds a whole number of at least 0")]
    Growth(String),
}

impl Fitted<'_> {
    /// The scenario file: medians in its keys, draws below.
    ///
    /// # Errors
    /// [`SaveError`] where the sampler has not settled or a scenario cannot say what the fit does.
    pub fn scenario_text(&self, name: &str) -> Result<String, SaveError> {
        if self.posterior.sample.unsettled(&self.posterior.model.priors) {
            return Err(SaveError::Unsettled);
        }
        let last = self.posterior.model.stages(self.options.run).last().cloned().unwrap_or_default();
        if self.options.unit == SlipUnit::Step && (last.steps > 1.0 || self.ahead.growth != 0.0) {
            return Err(SaveError::Steps);
        }
        if self.ahead.growth < 0.0 || self.ahead.growth.fract() != 0.0 {
            return Err(SaveError::Growth(self.ahead.growth.to_string()));
        }
        let count = DRAWS.min(self.paths.len());
        let rows: Vec<Present> = (0..count)
            .filter_map(|index| self.paths.get(index * self.paths.len() / count))
            .map(|path| Present::of(path, &last))
            .collect();
        let checked = self.posterior.checks == LoopChecks::Some;
        Ok(Text { fitted: self, steps: last.steps, columns: columns(&rows, checked) }.written(name))
    }
}

/// The keys of a scenario, in the order of [`DRAWN`].
struct Present([f64; DRAWN.len()]);

impl Present {
    fn of(path: &SampledPath, last: &LogStage) -> Self {
        let (learner, share) = (&path.learner, path.last_share);
        let slip = learner.slip_at(last.elapsed);
        let checks = ChecksNow::of(learner, share, slip, last.steps);
        Self([
            learner.beliefs(last.steps) as f64,
            slip,
            (learner.slip * learner.floor).clamp(0.0, 1.0),
            learner.gain,
            learner.amplification,
            learner.imprint / checks.beyond,
            checks.persistence,
            learner.hazard_gain * checks.beyond,
            learner.renewal,
            share,
            caught(learner.pass_right * learner.pass_random),
            caught(learner.pass_right * checks.inherited),
            caught(learner.pass_right * checks.right),
        ])
    }
}

fn caught(passes: f64) -> f64 {
    1.0 - passes.clamp(0.0, 1.0)
}

/// The checks at the present composition in a scenario's terms. What a wrong belief leaves is the product of passing and
/// persistence. Where the log has it leave more than persistence 1 makes of it, more passes; and where even all that pass
/// leave too few, the hazard of what is learned is multiplied by the rest, which is taken out of the fresh mistakes again.
struct ChecksNow {
    right: f64,
    inherited: f64,
    persistence: f64,
    beyond: f64,
}

impl ChecksNow {
    fn of(learner: &LoopModel, share: f64, slip: f64, steps: f64) -> Self {
        let now = learner.passing(share, slip, steps);
        let unchecked = learner.pass_systematic == 1.0 && learner.agreeing == 1.0;
        // Without checks an answer from a wrong belief is accepted as it is.
        let (inherited, accepted) = if unchecked { (1.0, 1.0) } else { (now.inherited, now.accepted) };
        let leaving = |passes: f64| passes / (accepted + share * (passes - inherited)).max(f64::MIN_POSITIVE);
        if now.leaves <= leaving(inherited) {
            let persistence = now.leaves / leaving(inherited).max(f64::MIN_POSITIVE);
            return Self { right: now.right, inherited, persistence, beyond: 1.0 };
        }
        // passes / (accepted + share (passes − inherited)) = leaves, solved for what passes.
        let needed = now.leaves * (accepted - share * inherited) / (1.0 - now.leaves * share).max(f64::MIN_POSITIVE);
        let inherited = needed.clamp(inherited, 1.0);
        Self { right: now.right, inherited, persistence: 1.0, beyond: (now.leaves / leaving(inherited)).max(1.0) }
    }
}

/// One list for each key; those of the filter where there are checks.
fn columns(rows: &[Present], checked: bool) -> Vec<(&'static str, Vec<f64>)> {
    let kept = |key: &str| checked || !key.starts_with("filter.");
    let column = |(index, key): (usize, &'static str)| (key, rows.iter().map(|row| row.0[index]).collect());
    DRAWN.into_iter().enumerate().filter(|(_, key)| kept(key)).map(column).collect()
}

struct Text<'a> {
    fitted: &'a Fitted<'a>,
    steps: f64,
    columns: Vec<(&'static str, Vec<f64>)>,
}

impl Text<'_> {
    fn written(&self, name: &str) -> String {
        let mut text = self.head(name);
        for (table, keys) in [
            ("task", &[][..]),
            (
                "errors",
                &["errors.step_error", "errors.step_error_floor", "errors.step_error_gain", "errors.amplification"][..],
            ),
            ("learning", &["learning.imprint", "learning.persistence", "learning.hazard_gain", "learning.renewal"][..]),
            ("start", &["start.wrong"][..]),
        ] {
            let _ = write!(text, "\n[{table}]\n");
            match table {
                "task" => text += &self.task(),
                "errors" => {
                    text += "systematic_share = 0.0     # error rates do not determine it; `runaway measure` does\nconsistency = 1.0          # nor this\n"
                }
                _ => {}
            }
            keys.iter().for_each(|key| text += &self.line(key));
        }
        let threshold = self.fitted.options.threshold.error_rate(&self.fitted.run.rows);
        let _ = write!(text, "\n[failure]\nerror_rate = {}\n", digits(threshold));
        if self.columns.iter().any(|(key, _)| key.starts_with("filter.")) {
            text +=
                "\n[[filter]]                 # the checks of the loop, as far as the log shows\nkind = \"catch\"\n";
            for key in ["filter.0.random", "filter.0.systematic", "filter.0.false_reject"] {
                text += &self.line(key);
            }
        }
        text += "\n# Draws from the posterior: the n-th of every list belong together.\n[fit.draws]\n";
        for (key, values) in &self.columns {
            let values: Vec<String> = values.iter().map(|value| digits(*value)).collect();
            let _ = writeln!(text, "\"{key}\" = [{}]", values.join(", "));
        }
        text
    }

    fn head(&self, name: &str) -> String {
        let Fitted { log, run, options, .. } = self.fitted;
        let last = run.rows.last().map_or(0, |row| row.generation);
        let first = run.rows.first().map_or(0, |row| row.generation);
        let of = if run.name.is_empty() { String::new() } else { format!(", run {}", run.name) };
        let source: String = format!("fit of {}{of}, generations {first} to {last}", log.source)
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let examples = self.columns.first().map_or(1.0, |(_, values)| PosteriorDraw::Medians.of(values)).round();
        format!(
            "# A loop as fitted to its log at generation {last}, which is generation 0 here. Medians of the posterior; in brackets\n\
             # the 90 % interval. `runaway compare DESIGNS --fit` this file says what a design would buy this loop.\n\
             name = {}\nsource = {}\n\
             examples = {examples}  # {}\nhorizon = {}\n",
            toml::Value::String(name.to_owned()),
            toml::Value::String(source),
            self.interval("examples"),
            options.horizon,
        )
    }

    fn task(&self) -> String {
        format!("steps = {}\nsteps_per_generation = {}\n", self.steps, self.fitted.ahead.growth)
    }

    fn line(&self, key: &str) -> String {
        let Some((_, values)) = self.columns.iter().find(|(name, _)| *name == key) else { return String::new() };
        let name = key.rsplit('.').next().unwrap_or(key);
        format!("{name} = {}  # {}\n", digits(PosteriorDraw::Medians.of(values)), self.interval(key))
    }

    fn interval(&self, key: &str) -> String {
        let values = self.columns.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, values)| values);
        let interval = super::CredibleInterval::of(values.iter().copied());
        format!("[{}, {}]", short(interval.q05), short(interval.q95))
    }
}

/// Six significant digits, as TOML has them: a float always has a point.
fn digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    format!("{rounded:?}")
}

fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    format!("{rounded}")
}
