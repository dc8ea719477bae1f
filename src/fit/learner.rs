//! The law of one generation as the fit sees it: model.md, sections 2 to 6a, reduced to what a log can determine.
//!
//! A log shows error rates, not votes and filters, so the law is taken with one belief per step (or per solution, see
//! [`SlipUnit`]), `consistency` 1, `systematic_share` 0 and `recovery` 0:
//!
//!   e(x) = min(1 / (1 + ν), ε_g (1 + A x)),  err(x) = x (1 − ν e) + (1 − x) e.
//!
//! ν is the back mutation of population genetics: where answers are few, a slip from a wrong belief can land on the right
//! one, and no model does worse than one that guesses, 1 / (1 + ν). Checks accept what is repeated: with κ candidates that
//! must agree, `candidates` and `agree` of the scenario in one number that a log can determine,
//!
//!   right(x) = (1 − x)(1 − e)^κ + c_r x ν e,  inherited(x) = c_s x (1 − ν e)^κ,  fresh(x) = c_r (1 − x) e,
//!   y(x) = right + inherited + fresh,  q(x) = λ fresh(x) / y(x) + ρ x [f(x) / f_0]^ζ,  f(x) = inherited(x) / (x y(x)),
//!
//! and the accepted share of attempted problems is b y(x) per belief, as often as a solution has beliefs. f_0 is f at the
//! first generation, so that ρ is the number of wrong beliefs that one leaves as things stood then, checks included; it may
//! exceed 1. An anchor shrinks ρ and λ. Later the checks favour consistent mistakes more, or less, and ζ says how far that
//! decides what is learned: at ζ = 1 accepted examples displace those that were rejected, as in model.md, section 5, where
//! the next generation is nothing but its training set; at ζ = 0 each problem is learned from its own accepted answers.
//! Sampling then multiplies the hazard of what was learned by κ' (`hazard_gain`), and a generation learns a share η (`renewal`)
//! of its beliefs anew and keeps the others: q ← (1 − η) x + η (1 − (1 − q)^κ'), R ← 1 − η + η κ' (1 − q(0))^(κ'−1) R. Both are
//! free only where generations are fine-tuned; κ' where there are no checks to take out again what it adds, η where the log
//! does not say. Without checks (κ = c_r = c_s = 1, hence y = 1), with ν = 0 and κ' = η = 1 this is the crate's law exactly.
//! Slips change as ε_g = ε_0 (φ + (1 − φ)(1 − gain)^g); φ above 1 (slips that grow once the labelled data are gone) is a
//! generalisation of `step_error_floor`.

use serde::{Deserialize, Serialize};

use super::prior::{ParameterPoint, PriorSet};
use crate::scenario::FitParameter;

/// Slip rate per step at which [`FitParameter::Amplification`] is A itself. Rarer slips are amplified more: over loops of
/// real learners A grows about as the inverse square root of the slip rate, from below 1 where a third of the answers slip
/// to 8 where a step in thirty does.
const REFERENCE_SLIP: f64 = 0.15;
/// Below this slip rate A grows no further.
const RAREST_SLIP: f64 = 1e-4;

/// What one belief is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SlipUnit {
    /// A step: a solution of L steps is wrong when any of them is, 1 − (1 − err)^L.
    #[default]
    Step,
    /// A whole solution, whose L steps slip one by one, as in a scenario file.
    Solution,
}

/// Largest share of the noise that generations have in common: some answers always change.
const MOST_SHARED: f64 = 0.98;

/// Largest number of beliefs that the chain is built for.
pub(super) const MOST_EXAMPLES: f64 = 8000.0;

/// One loop: a point of the parameter space in natural units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoopModel {
    /// x_0, share of wrong beliefs in the first generation.
    pub start: f64,
    /// ε_0, probability of a slip per step in the first generation.
    pub slip: f64,
    /// A.
    pub amplification: f64,
    /// λ.
    pub imprint: f64,
    /// ρ.
    pub persistence: f64,
    /// N, beliefs of the first generation; see [`Self::beliefs`].
    pub examples: u64,
    /// L of the first generation.
    pub first_steps: f64,
    /// Share of the way to the final slip rate gone per generation.
    pub gain: f64,
    /// φ, final slip rate over the first.
    pub floor: f64,
    /// c_r.
    pub pass_random: f64,
    /// c_s.
    pub pass_systematic: f64,
    /// b, probability that an answer on which the candidates agree passes the other checks.
    pub pass_right: f64,
    /// κ.
    pub agreeing: f64,
    /// Candidates that must agree in a unanimous vote, over κ.
    pub unanimity: f64,
    /// ζ, how far what is accepted displaces what is not.
    pub displacement: f64,
    /// ν.
    pub reversion: f64,
    /// κ', by which the hazard of what was learned is multiplied.
    pub hazard_gain: f64,
    /// η.
    pub renewal: f64,
    /// ψ of the evaluation.
    pub dispersion: f64,
    /// ς, share of the evaluation's noise that all generations share; 0 where each answers fresh problems.
    pub shared_noise: f64,
    /// z, how much harder the problems are than all problems, in standard deviations of what is shared.
    pub level: f64,
    /// ω, odds ratio of two slips at one problem in successive generations.
    pub slip_recurrence: f64,
    /// ψ of the audit.
    pub audit_dispersion: f64,
    /// ψ of the acceptance, and of unanimity.
    pub yield_dispersion: f64,
    /// What one belief is about.
    pub unit: SlipUnit,
    /// inherited(x) / (x y(x)) at the first generation.
    pub(super) favour: f64,
}

/// What a generation shows and leaves at one composition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Error rate of one answer.
    pub error: f64,
    /// Share wrong among the kept, in solutions.
    pub kept_wrong: f64,
    /// Share wrong among the kept, in the belief's own unit.
    pub kept_wrong_units: f64,
    /// Share of attempted problems that is accepted.
    pub accepted: f64,
    /// q(x).
    pub next: f64,
}

/// How each kind of answer fares in the checks, per answer of the kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct CheckPassing {
    /// Probability that the candidates agree on a right answer, given that one gives it.
    pub right: f64,
    /// Probability that a wrong belief passes the checks.
    pub inherited: f64,
    /// Share of all answers that is accepted, y.
    pub accepted: f64,
    /// Wrong beliefs that one leaves by being passed on, before gain and renewal.
    pub leaves: f64,
}

impl LoopModel {
    /// The loop at `point`, for solutions of `steps` steps in the first generation.
    #[must_use]
    pub fn new(priors: &PriorSet, point: &ParameterPoint, steps: f64, unit: SlipUnit) -> Self {
        let value = |parameter: FitParameter| {
            let index = parameter as usize;
            priors.all().get(index).zip(point.get(index)).map_or(0.0, |(prior, u)| prior.scale.natural(*u))
        };
        let per_belief = if unit == SlipUnit::Step { steps } else { 1.0 };
        let error = value(FitParameter::Error);
        // 1 − (1 − error)^(1/L) without cancellation.
        let error = -((-error).ln_1p() / per_belief).exp_m1();
        let start = error * value(FitParameter::Inherited);
        let reversion = value(FitParameter::Reversion);
        let guess = 1.0 / (1.0 + reversion);
        // A first generation worse than guessing is given a guesser's error.
        let room = 1.0 - start * (1.0 + reversion);
        let fresh = if error - start < guess * room { (error - start) / room } else { guess };
        let per_slip = if unit == SlipUnit::Step { 1.0 } else { steps };
        let slips = -((-fresh).ln_1p() / per_slip).exp_m1();
        let amplification = value(FitParameter::Amplification) * (REFERENCE_SLIP / slips.max(RAREST_SLIP)).sqrt();
        let slip = slips / (1.0 + amplification * start);
        let examples = (value(FitParameter::Examples) * per_belief).clamp(5.0, MOST_EXAMPLES).round();
        Self {
            start,
            slip,
            amplification,
            imprint: value(FitParameter::Imprint),
            persistence: value(FitParameter::Persistence),
            examples: examples as u64,
            first_steps: steps,
            gain: value(FitParameter::StepErrorGain),
            floor: value(FitParameter::StepErrorFloor),
            pass_random: value(FitParameter::PassRandom),
            pass_systematic: value(FitParameter::PassSystematic),
            pass_right: value(FitParameter::PassRight),
            agreeing: value(FitParameter::Agreeing),
            unanimity: 1.0 + value(FitParameter::Unanimity),
            displacement: value(FitParameter::Displacement),
            reversion,
            hazard_gain: value(FitParameter::HazardGain),
            renewal: value(FitParameter::Renewal),
            dispersion: value(FitParameter::Dispersion).clamp(1e-9, 0.5),
            shared_noise: some(value(FitParameter::SharedNoise)),
            level: value(FitParameter::Level),
            slip_recurrence: value(FitParameter::SlipRecurrence),
            audit_dispersion: value(FitParameter::AuditDispersion).clamp(1e-9, 0.5),
            yield_dispersion: value(FitParameter::YieldDispersion).clamp(1e-9, 0.5),
            unit,
            favour: 1.0,
        }
        .settled()
    }

    /// With f as it is in the first generation of this loop.
    fn settled(mut self) -> Self {
        let first = self.answers(self.start, self.slip, self.first_steps);
        self.favour = first.systematic * self.pass_systematic / first.accepted();
        self
    }

    /// Beliefs of a generation whose solutions have `steps` steps: the same number of longer solutions has more steps to
    /// believe something about.
    #[must_use]
    pub fn beliefs(&self, steps: f64) -> u64 {
        match self.unit {
            SlipUnit::Step => {
                (self.examples as f64 * steps / self.first_steps).clamp(5.0, MOST_EXAMPLES).round() as u64
            }
            SlipUnit::Solution => self.examples,
        }
    }

    /// Wrong beliefs of the first generation, in whole beliefs.
    #[must_use]
    pub fn start_count(&self) -> u64 {
        (self.start * self.examples as f64).round() as u64
    }

    /// ε_g, probability of a slip per step, `elapsed` generations after the first.
    #[must_use]
    pub fn slip_at(&self, elapsed: f64) -> f64 {
        (self.slip * (self.floor + (1.0 - self.floor) * (1.0 - self.gain).powf(elapsed))).clamp(0.0, 1.0)
    }

    /// Error rate of a model that guesses; above this share of wrong beliefs slips do more good than harm.
    #[must_use]
    pub fn guess(&self) -> f64 {
        1.0 / (1.0 + self.reversion)
    }

    /// Probability of a fresh slip per belief, and its derivative by the share of wrong beliefs.
    fn off(&self, x: f64, slip: f64, steps: f64) -> (f64, f64) {
        let slope = slip * self.amplification;
        let slip = slip + slope * x;
        let (off, slope) = match self.unit {
            SlipUnit::Step => (slip, slope),
            SlipUnit::Solution => {
                (any_of(slip.min(1.0), steps), steps * (1.0 - slip.min(1.0)).powf(steps - 1.0) * slope)
            }
        };
        // A model that guesses can do no worse, whatever it believes.
        if off < self.guess() { (off, slope) } else { (self.guess(), 0.0) }
    }

    fn answers(&self, x: f64, slip: f64, steps: f64) -> BeliefAnswers {
        let (off, _) = self.off(x, slip, steps);
        let reverted = self.reversion * off;
        let (right, systematic) = (power(1.0 - off, self.agreeing), power(1.0 - reverted, self.agreeing));
        BeliefAnswers {
            off,
            error: x * (1.0 - reverted) + (1.0 - x) * off,
            right: (1.0 - x) * right + x * reverted * self.pass_random,
            inherited: x * systematic * self.pass_systematic,
            fresh: (1.0 - x) * off * self.pass_random,
            systematic,
        }
    }

    /// The generation at wrong share `x`, its slip rate given by [`Self::slip_at`], its solutions `steps` long.
    #[must_use]
    pub fn at(&self, x: f64, slip: f64, steps: f64) -> Prediction {
        let answers = self.answers(x, slip, steps);
        let accepted = answers.accepted();
        let next = self.imprint * answers.fresh / accepted + self.persistence * self.favoured(&answers, accepted) * x;
        let next = self.carried(x, next.min(1.0));
        let kept = ((answers.inherited + answers.fresh) / accepted).min(1.0);
        let (error, share) = (answers.error, accepted.min(1.0));
        let beliefs = if self.unit == SlipUnit::Step { steps } else { 1.0 };
        Prediction {
            error: any_of(error, beliefs),
            kept_wrong: any_of(kept, beliefs),
            kept_wrong_units: kept,
            accepted: self.pass_right * power(share, beliefs),
            next,
        }
    }

    /// The wrong share of the next generation, given that of this one and of what is learned: model.md, section 6,
    /// gain and renewal.
    fn carried(&self, x: f64, learned: f64) -> f64 {
        let gained = 1.0 - power(1.0 - learned, self.hazard_gain);
        (1.0 - self.renewal) * x + self.renewal * gained
    }

    /// How well held mistakes pass, over how well they passed in the first generation, as far as that decides what is learned.
    fn favoured(&self, answers: &BeliefAnswers, accepted: f64) -> f64 {
        power(answers.systematic * self.pass_systematic / (accepted * self.favour), self.displacement)
    }

    /// What the checks do with each kind of answer at wrong share `x`.
    #[must_use]
    pub(super) fn passing(&self, x: f64, slip: f64, steps: f64) -> CheckPassing {
        let answers = self.answers(x, slip, steps);
        let accepted = answers.accepted();
        CheckPassing {
            right: power(1.0 - answers.off, self.agreeing - 1.0),
            inherited: answers.systematic * self.pass_systematic,
            accepted,
            leaves: self.persistence * self.favoured(&answers, accepted),
        }
    }

    /// Probability of a fresh slip per belief at wrong share `x`.
    #[must_use]
    pub(super) fn slips(&self, x: f64, slip: f64, steps: f64) -> f64 {
        self.off(x, slip, steps).0
    }

    /// Probability that a wrong belief is wrong in the next generation.
    #[must_use]
    pub(super) fn holds(&self, x: f64, slip: f64, steps: f64) -> f64 {
        let answers = self.answers(x, slip, steps);
        self.carried(1.0, (self.persistence * self.favoured(&answers, answers.accepted())).min(1.0))
    }

    /// Beliefs that a solution of this number of steps rests on.
    #[must_use]
    pub(super) fn beliefs_of(&self, steps: f64) -> f64 {
        if self.unit == SlipUnit::Step { steps } else { 1.0 }
    }

    /// Share of the accepted on which every candidate agrees.
    #[must_use]
    pub fn unanimous(&self, x: f64, slip: f64, steps: f64) -> f64 {
        let answers = self.answers(x, slip, steps);
        let all = self.agreeing * self.unanimity;
        let agreed = (1.0 - x) * power(1.0 - answers.off, all) + x * power(1.0 - self.reversion * answers.off, all);
        power((agreed / answers.accepted()).min(1.0), if self.unit == SlipUnit::Step { steps } else { 1.0 })
    }

    /// Error rate of one answer at wrong share `x`: [`Prediction::error`] alone.
    #[must_use]
    pub fn error(&self, x: f64, slip: f64, steps: f64) -> f64 {
        let (off, _) = self.off(x, slip, steps);
        let error = x * (1.0 - self.reversion * off) + (1.0 - x) * off;
        any_of(error, if self.unit == SlipUnit::Step { steps } else { 1.0 })
    }

    /// R: mistakes that one mistake leaves in the next generation, dq/dx at an all-sound model, gain and renewal included.
    #[must_use]
    pub fn reproduction_number(&self, slip: f64, steps: f64) -> f64 {
        let (off, slope) = self.off(0.0, slip, steps);
        let sound = self.answers(0.0, slip, steps);
        let inherited = sound.systematic * self.pass_systematic;
        let fresh = self.pass_random * (slope - off);
        let right = self.pass_random * self.reversion * off
            - power(1.0 - off, self.agreeing)
            - self.agreeing * power(1.0 - off, self.agreeing - 1.0) * slope;
        let accepted = sound.accepted();
        let learned = fresh - sound.fresh * (right + inherited + fresh) / accepted;
        let one = self.imprint * learned / accepted + self.persistence * self.favoured(&sound, accepted);
        let fresh = (self.imprint * sound.fresh / accepted).min(1.0);
        let gained = self.hazard_gain * power(1.0 - fresh, self.hazard_gain - 1.0) * one;
        1.0 - self.renewal + self.renewal * gained
    }
}

/// What becomes of the answers about one belief.
struct BeliefAnswers {
    /// Probability of a fresh slip.
    off: f64,
    /// Wrong, before any check.
    error: f64,
    /// Right and accepted, as a share of all; so are the next two.
    right: f64,
    /// Held wrong and accepted.
    inherited: f64,
    /// Freshly wrong and accepted.
    fresh: f64,
    /// Probability that a held mistake is repeated by every candidate.
    systematic: f64,
}

impl BeliefAnswers {
    /// y; never 0, so that a loop that accepts nothing still has a law to be found improbable under.
    fn accepted(&self) -> f64 {
        (self.right + self.inherited + self.fresh).max(1e-12)
    }
}

/// A share that is nothing to double precision is nothing; one that leaves no noise is cut.
fn some(share: f64) -> f64 {
    if share < 1e-9 { 0.0 } else { share.min(MOST_SHARED) }
}

/// base^exponent for a base in [0, 1], which most often is taken to the first power.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 1.0 { base } else { base.powf(exponent) }
}

/// 1 − (1 − p)^n, without cancellation for small p.
fn any_of(p: f64, n: f64) -> f64 {
    if p >= 1.0 || n == 1.0 {
        return p.min(1.0);
    }
    -(n * (-p).ln_1p()).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::LoopChecks;
    use crate::fit::TrainingMode;
    use crate::law::{Composition, Law};
    use crate::scenario::{Origin, Scenario};
    use approx::assert_relative_eq;

    fn learner(unit: SlipUnit, steps: f64) -> LoopModel {
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let centre = priors.at(&[0.0; crate::fit::prior::PARAMETERS]);
        LoopModel { gain: 0.0, reversion: 0.0, ..LoopModel::new(&priors, &centre, steps, unit) }.settled()
    }

    /// The crate's law of the same unchecked loop.
    fn law(learner: &LoopModel, steps: u64) -> Law {
        let text = format!(
            "name = \"same\"\ntask.steps = {steps}\n[errors]\nstep_error = {:?}\namplification = {:?}\n\
             systematic_share = 0.0\nconsistency = 1.0\n[learning]\nimprint = {:?}\npersistence = {:?}\n\
             hazard_gain = {:?}\nrenewal = {:?}\n",
            learner.slip,
            learner.amplification,
            learner.imprint,
            learner.persistence,
            learner.hazard_gain,
            learner.renewal
        );
        Law::new(&Scenario::parse(&text, Origin::Text, &[]).unwrap(), 0)
    }

    #[test]
    fn without_checks_it_is_the_law_of_the_crate() {
        let units = [(SlipUnit::Solution, 8), (SlipUnit::Solution, 1), (SlipUnit::Step, 1)];
        let carried = [(1.0, 1.0), (1.3, 1.0), (0.9, 0.4), (1.2, 0.7)];
        for ((unit, steps), (hazard_gain, renewal)) in units.into_iter().flat_map(|one| carried.map(|two| (one, two))) {
            let learner = LoopModel { hazard_gain, renewal, ..learner(unit, steps as f64) };
            let law = law(&learner, steps);
            for x in [0.0, 0.01, 0.3, 0.9, 1.0] {
                let ours = learner.at(x, learner.slip, steps as f64);
                // A wrong belief breeds true here, and by a share `systematic` of accepted answers there.
                let theirs = law.at(Composition { unsound: 0.0, wrong: x });
                assert_relative_eq!(ours.error, theirs.error_rate, max_relative = 1e-12);
                assert_relative_eq!(ours.next, theirs.next.unwrap().wrong, max_relative = 1e-12);
            }
            let h = 1e-6;
            let slope =
                (learner.at(h, learner.slip, steps as f64).next - learner.at(0.0, learner.slip, steps as f64).next) / h;
            let number = learner.reproduction_number(learner.slip, steps as f64);
            assert_relative_eq!(number, slope, max_relative = 1e-4);
        }
    }

    /// With k candidates that must all agree and wrong answers too many for two slips to meet, κ is k, c_r is 0 and ζ is 1.
    #[test]
    fn a_unanimous_vote_is_that_of_the_crate() {
        for (unit, steps, votes) in [(SlipUnit::Solution, 6, 3), (SlipUnit::Solution, 1, 2), (SlipUnit::Step, 1, 5)] {
            let plain = learner(unit, steps as f64);
            let voted = LoopModel { agreeing: f64::from(votes), pass_random: 0.0, start: 0.0, ..plain }.settled();
            let voted = LoopModel { persistence: plain.persistence * voted.favour, ..voted };
            let text = format!(
                "name = \"same\"\ntask.steps = {steps}\nvote = {{ candidates = {votes}, agree = {votes} }}\n[errors]\n\
                 step_error = {:?}\namplification = {:?}\nsystematic_share = 0.0\nconsistency = 1.0\n\
                 wrong_answers = 1000000000\n[learning]\nimprint = {:?}\npersistence = {:?}\n",
                plain.slip, plain.amplification, plain.imprint, plain.persistence
            );
            let law = Law::new(&Scenario::parse(&text, Origin::Text, &[]).unwrap(), 0);
            for x in [0.0, 0.02, 0.3, 0.9] {
                let (ours, theirs) =
                    (voted.at(x, voted.slip, steps as f64), law.at(Composition { unsound: 0.0, wrong: x }));
                assert_relative_eq!(ours.error, theirs.error_rate, max_relative = 1e-12);
                assert_relative_eq!(ours.accepted, theirs.accepted_share(), max_relative = 1e-6);
                assert_relative_eq!(ours.next, theirs.next.unwrap().wrong, max_relative = 1e-6, epsilon = 1e-8);
            }
            let h = 1e-7;
            let next = |x| voted.at(x, voted.slip, steps as f64).next;
            let slope = (next(h) - next(0.0)) / h;
            assert_relative_eq!(voted.reproduction_number(voted.slip, steps as f64), slope, max_relative = 1e-4);
        }
    }

    #[test]
    fn the_reproduction_number_is_the_slope_under_any_checks() {
        let mut rng = crate::fit::sampler::stream(9, 0);
        for design in 0..300 {
            let checks = [LoopChecks::Some, LoopChecks::None, LoopChecks::Unknown][design % 3];
            let priors = PriorSet::new(checks, if design < 150 { TrainingMode::Anew } else { TrainingMode::FineTuned });
            let point = crate::fit::sampler::prior_draw(&priors, &mut rng);
            for (unit, steps) in [(SlipUnit::Solution, 4.0), (SlipUnit::Step, 1.0)] {
                let learner = LoopModel::new(&priors, &point, steps, unit);
                let next = |x: f64| learner.at(x, learner.slip, steps).next;
                let h = 1e-7;
                let slope = (next(h) - next(0.0)) / h;
                // Neither where the error rate is cut at guessing nor where all that is learned is wrong is there a slope.
                if next(0.0) < 0.99 && learner.off(h, learner.slip, steps).0 < learner.guess() - 1e-9 {
                    let number = learner.reproduction_number(learner.slip, steps);
                    assert_relative_eq!(number, slope, max_relative = 1e-3, epsilon = 1e-4);
                }
            }
        }
    }

    #[test]
    fn the_first_generation_has_the_error_it_is_given() {
        for (unit, steps) in [(SlipUnit::Solution, 8.0), (SlipUnit::Step, 8.0), (SlipUnit::Step, 1.0)] {
            let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
            let learner = LoopModel::new(&priors, &priors.at(&[0.0; crate::fit::prior::PARAMETERS]), steps, unit);
            let error = learner.at(learner.start, learner.slip_at(0.0), steps).error;
            assert_relative_eq!(error, 1.0 / (1.0 + 1.8_f64.exp()), max_relative = 1e-12);
        }
    }

    #[test]
    fn no_loop_does_worse_than_guessing() {
        let priors = PriorSet::new(LoopChecks::None, TrainingMode::Anew);
        let fitted = LoopModel::new(&priors, &priors.at(&[0.0; crate::fit::prior::PARAMETERS]), 1.0, SlipUnit::Step);
        // Ten answers: one in nine of the slips from a wrong one gives the right one.
        let learner = LoopModel { reversion: 1.0 / 9.0, imprint: 1.0, persistence: 1.0, amplification: 0.0, ..fitted };
        for slip in [0.05, 0.4, 1.0] {
            // Of ρ in units of the first generation nothing is left where that generation is this one.
            let learner = LoopModel { favour: 1.0, ..learner };
            assert_relative_eq!(learner.at(0.9, slip, 1.0).next, 0.9, max_relative = 1e-12);
            assert!(learner.at(0.6, slip, 1.0).error <= 0.9 + 1e-12);
            let h = 1e-6;
            let slope = (learner.at(h, slip, 1.0).next - learner.at(0.0, slip, 1.0).next) / h;
            if slip < 0.9 {
                assert_relative_eq!(learner.reproduction_number(slip, 1.0), slope, max_relative = 1e-4);
            }
        }
    }

    #[test]
    fn fixed_points_are_fixed() {
        let mut learner = learner(SlipUnit::Step, 1.0);
        learner.persistence = 0.8;
        let (floor, _) = learner.fixed_points(learner.slip, 1.0);
        let floor = floor.unwrap();
        assert_relative_eq!(learner.at(floor, learner.slip, 1.0).next, floor, max_relative = 1e-9);
    }
}
