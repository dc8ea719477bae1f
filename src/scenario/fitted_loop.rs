//! A loop as the fit of its log saved it, and other files' designs on it.
//!
//! A fit takes every fresh mistake for a random one and shows a wrong belief in every answer (`systematic_share` 0,
//! `consistency` 1), since error rates do not tell these from others. A file that knows better is given the numbers that
//! leave its error rates and what becomes of its mistakes as the log has them.

use toml::{Table, Value};

use super::design::Design;
use super::diagnostic::Diagnostic;
use super::draws::{FitDraws, PosteriorDraw};
use super::error::{Origin, RuleBreach, ScenarioError};
use super::load::{self, ScenarioFile, read_table};
use super::{Scenario, overrides};

/// The tables and keys that a file takes from the fit as they are.
const CARRIED: [&str; 5] = ["horizon", "task", "failure", "start", "filter"];

/// A loop as the fit of its log saved it.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedLoop {
    origin: Origin,
    table: Table,
    draws: FitDraws,
}

impl FittedLoop {
    /// The loop of a file that `runaway fit --save` wrote; `None` for a scenario file without draws.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn of(file: &ScenarioFile) -> Result<Option<Self>, ScenarioError> {
        if file.draws.len() == 0 {
            return Ok(None);
        }
        let mut table = file.table()?;
        table.remove("fit");
        Ok(Some(Self { origin: file.origin.clone(), table, draws: file.draws.clone() }))
    }

    /// As [`FittedLoop::of`], of a file that must hold draws.
    ///
    /// # Errors
    /// As [`Scenario::load`], and where there are no draws.
    pub fn required(file: &ScenarioFile) -> Result<Self, ScenarioError> {
        let rule = "this file holds no draws of a fit";
        let help = "`runaway fit LOG --save FILE` writes one that does";
        Self::of(file)?.ok_or_else(|| file.refused("fit.draws", rule, help))
    }

    /// Number of draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws.len()
    }

    /// The designs of a scenario file on this loop in place of the file's own; the loop itself where `file` is the one that
    /// was saved. The overrides of `file` come last.
    ///
    /// # Errors
    /// As [`Scenario::load`]; and where the file's own loop has what a log does not tell: difficulties, recovery, or checks
    /// beside those of a fitted loop that has some.
    pub fn under(&self, file: &ScenarioFile) -> Result<FittedDesigns, ScenarioError> {
        let table = if file.origin == self.origin { self.table.clone() } else { self.carried_into(file)? };
        let carried = read_table(&table).map_err(|fault| fault.placeless(file.origin.clone()))?.scenario;
        let shared = SharedMistakes::of(&carried);
        let designs = FittedDesigns { fitted: self.clone(), table, shared, overrides: file.overrides.clone() };
        designs.of(PosteriorDraw::Medians)?;
        Ok(designs)
    }

    /// Another file's table with what the fit tells in place of its own.
    fn carried_into(&self, file: &ScenarioFile) -> Result<Table, ScenarioError> {
        let refused = |key: &str, rule: &str, help: &str| Err(file.refused(key, rule, help));
        let own = &file.scenario;
        if !own.difficulty.is_empty() {
            return refused(
                "difficulty",
                "a log gives one error rate, not one for each difficulty",
                "leave these tables out with --fit",
            );
        }
        if own.has_unsound() {
            return refused(
                "errors.recovery",
                "a log does not separate right answers by wrong steps",
                "leave `recovery` and `start.unsound` out with --fit",
            );
        }
        if self.table.contains_key("filter") && own.has_checks() {
            let key = if own.filters.is_empty() { "vote" } else { "filter" };
            return refused(
                key,
                "the log is of a loop with checks, and the fit holds what they pass",
                "leave the checks of the file's own loop out, and set further ones in a [[design]]",
            );
        }
        let mut table = file.table()?;
        table.remove("fit");
        for key in CARRIED {
            if let Some(value) = self.table.get(key) {
                table.insert(key.to_owned(), value.clone());
            }
        }
        Ok(table)
    }
}

/// The designs of a file on a fitted loop.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedDesigns {
    fitted: FittedLoop,
    table: Table,
    shared: SharedMistakes,
    overrides: Vec<String>,
}

/// The designs under one draw.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnDesigns {
    /// The file's own loop.
    pub base: Scenario,
    /// Its designs; the loop itself where there are none.
    pub designs: Vec<Design>,
    /// Whether the file's `systematic_share` or `consistency` cannot be those of a loop with this draw's error rates: the
    /// nearest that can was taken.
    pub strained: bool,
}

impl FittedDesigns {
    /// Number of draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.fitted.draws()
    }

    /// The designs under one draw.
    ///
    /// # Errors
    /// [`ScenarioError`] where a number breaks a rule of scenario files.
    pub fn of(&self, draw: PosteriorDraw) -> Result<DrawnDesigns, ScenarioError> {
        let mut row = self.fitted.draws.row(draw);
        let strained = self.shared.express(&mut row);
        let mut table = self.table.clone();
        let unfit = |breach: RuleBreach| {
            let of = match draw {
                PosteriorDraw::Medians => "the medians".to_owned(),
                PosteriorDraw::Number(index) => format!("draw {index}"),
            };
            let rule = format!("under {of} of {}: `{}`: {}", self.fitted.origin, breach.key, breach.rule);
            Diagnostic::from(RuleBreach::new("fit.draws", rule, breach.help)).placeless(self.fitted.origin.clone())
        };
        for (key, value) in row {
            let value = if key == "examples" { Value::Integer(value.round() as i64) } else { Value::Float(value) };
            overrides::assign(&mut table, key, value).map_err(unfit)?;
        }
        for typed in &self.overrides {
            overrides::set(&mut table, typed)
                .map_err(|breach| Diagnostic::from(breach).placeless(Origin::Override(typed.clone())))?;
        }
        let read = read_table(&table).map_err(|fault| unfit(fault.breach))?;
        let load::LoadedFile { scenario: base, mut designs, .. } = read;
        if designs.is_empty() {
            designs.push(Design::alone(base.clone()));
        }
        Ok(DrawnDesigns { base, designs, strained })
    }
}

/// What a file says of mistakes that candidates share, and the steps of the fitted loop's solutions.
#[derive(Debug, Clone, Copy, PartialEq)]
struct SharedMistakes {
    systematic: f64,
    consistency: f64,
    steps: f64,
}

impl SharedMistakes {
    fn of(scenario: &Scenario) -> Self {
        Self {
            systematic: scenario.errors.systematic_share.get(),
            consistency: scenario.errors.consistency.get(),
            steps: scenario.task.steps.get() as f64,
        }
    }

    /// Writes a draw anew in the file's terms; whether it had to be bent.
    ///
    /// With o the wrong share of fresh answers at the start and z = o (1 − σ) / (1 − oσ), an answer from a wrong belief is
    /// wrong with probability γ + (1 − γ) z, that is g (1 − o) more often than one from a sound belief. A share x of the fit,
    /// whose wrong beliefs always show, is x / g here, and A is g A. Of a sound belief o (σρ + (1 − σ) λ) wrong ones are left,
    /// and γρ + (1 − γ) zλ of a wrong one: these have to be λo / g and ρ + λo (1/g − 1) with the fit's λ and ρ. Where ρ would
    /// have to exceed 1, the hazard of what is learned is multiplied so that the share is by the rest, which is taken out of
    /// λ again.
    fn express(&self, row: &mut [(&'static str, f64)]) -> bool {
        let (sigma, gamma) = (self.systematic, self.consistency);
        if sigma == 0.0 && gamma == 1.0 {
            return false;
        }
        let value = |row: &[(&str, f64)], key: &str, absent: f64| {
            row.iter().find(|(name, _)| *name == key).map_or(absent, |(_, value)| *value)
        };
        let held = value(row, "start.wrong", 0.0);
        let slip = value(row, "errors.step_error", 0.0) * (1.0 + held * value(row, "errors.amplification", 0.0));
        let off = -(self.steps * (-slip.min(1.0)).ln_1p()).exp_m1();
        let other = off * (1.0 - sigma) / (1.0 - off * sigma);
        let excess = (gamma + (1.0 - gamma) * other - off) / (1.0 - off).max(f64::MIN_POSITIVE);
        let excess = excess.max(LEAST_EXCESS);
        let (imprint, persistence) = (value(row, "learning.imprint", 0.0), value(row, "learning.persistence", 0.0));
        let (start, kept) = (held / excess, persistence + imprint * off * (1.0 / excess - 1.0));
        let (mut rho, mut lambda, mut beyond, mut learned) = (persistence, imprint, 1.0, imprint);
        // Each depends a little on the others; a few rounds settle them to many digits.
        for _ in 0..ROUNDS {
            let stays = (kept / beyond - lambda * (1.0 - gamma) * other) / gamma;
            beyond = (beyond * stays).max(1.0);
            rho = stays.clamp(0.0, 1.0);
            learned = if sigma < 1.0 { (imprint / (excess * beyond) - sigma * rho) / (1.0 - sigma) } else { 0.0 };
            lambda = learned.clamp(0.0, 1.0);
        }
        // The hazard's factor that multiplies the share itself by `beyond` where the loop now stands.
        let next = ((imprint * off + (persistence - imprint * off) * held) / excess).clamp(0.0, 1.0);
        let gain = if beyond > 1.0 && next < 1.0 { (-next).ln_1p() / (-next / beyond).ln_1p() } else { beyond };
        for (key, value) in row {
            match *key {
                "learning.persistence" => *value = rho,
                "learning.imprint" => *value = lambda,
                "learning.hazard_gain" => *value *= gain,
                "errors.amplification" => *value *= excess,
                "start.wrong" => *value = start.min(1.0),
                _ => {}
            }
        }
        start > 1.0 + BENT || (learned - lambda).abs() > BENT
    }
}

/// A wrong belief that shows less often than this beyond the slips of sound ones does not explain a log's errors.
const LEAST_EXCESS: f64 = 1e-3;

/// Rounds in which the numbers of a draw are brought into the file's terms.
const ROUNDS: u32 = 20;

/// How far a probability may be out of reach before it is said.
const BENT: f64 = 0.02;
