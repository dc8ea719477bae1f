//! The filters, drawn one by one for each accepted example.

use crate::quantity::Probability;
use crate::scenario::Filter;

use super::solver::Solver;
use super::{AnswerKind, Examples, Stall};
use crate::simulate::binomial;
use crate::simulate::stream::{Jump, RandomStream};

/// One filter, ready to draw.
#[derive(Debug)]
pub(super) struct AgentCheck {
    filter: Filter,
    /// From one right step that a `steps` filter rejects to the next.
    false_alarm: Jump,
}

impl AgentCheck {
    pub fn new(filter: &Filter) -> Self {
        let false_alarm = match filter {
            Filter::Steps { false_reject, .. } => false_reject.get(),
            _ => 0.0,
        };
        Self { filter: *filter, false_alarm: Jump::new(false_alarm) }
    }

    /// Whether an accepted example passes.
    ///
    /// # Errors
    /// As [`Solver::base`], which a restatement of the problem is put to.
    pub fn passes(&self, example: AnswerKind, solver: &Solver<'_>, stream: &mut RandomStream) -> Result<bool, Stall> {
        let right = matches!(example, AnswerKind::Sound | AnswerKind::Unsound);
        Ok(match self.filter {
            Filter::Catch { random, systematic, unsound, false_reject } => {
                let caught = match example {
                    AnswerKind::Sound => false_reject,
                    AnswerKind::Unsound => unsound,
                    AnswerKind::Systematic => systematic,
                    AnswerKind::Random => random,
                };
                !stream.happens(caught.get())
            }
            Filter::Outcome { sensitivity, false_reject } => {
                !stream.happens(if right { false_reject.get() } else { sensitivity.get() })
            }
            Filter::Steps { .. } if example == AnswerKind::Sound => {
                self.false_alarm.within(solver.era.steps, stream).is_none()
            }
            Filter::Steps { sensitivity, .. } => !stream.happens(sensitivity.get()),
            Filter::CrossModel { agreement_on_error, error_rate } => match example {
                AnswerKind::Random => false,
                AnswerKind::Systematic => stream.happens(agreement_on_error.get()),
                AnswerKind::Sound | AnswerKind::Unsound => !stream.happens(error_rate.get()),
            },
            Filter::Transform { invariance } => match example {
                AnswerKind::Random => false,
                AnswerKind::Systematic => stream.happens(invariance.get()),
                AnswerKind::Sound | AnswerKind::Unsound => {
                    matches!(solver.base(stream)?, AnswerKind::Sound | AnswerKind::Unsound)
                }
            },
            Filter::GroundTruth { coverage, steps } => {
                let faulty = !right || (steps && example == AnswerKind::Unsound);
                !(faulty && stream.happens(coverage.get()))
            }
            Filter::SelfJudge { shared, .. }
                if example == AnswerKind::Systematic
                    && stream.happens(shared.map_or(solver.era.consistency, Probability::get)) =>
            {
                true
            }
            Filter::SelfJudge { sensitivity, false_reject, steps, .. } => {
                let faulty = !right || (steps && example == AnswerKind::Unsound);
                // A judgement from a mistaken belief carries no information: the fault is caught no more often than a right answer.
                let seen = faulty && !stream.happens(solver.mistaken);
                !stream.happens(if seen { sensitivity.get() } else { false_reject.get() })
            }
        })
    }

    /// The examples that pass, drawn together: each of a kind is caught with the same probability. The restatements that a
    /// `transform` filter asks for are walked as any candidates are.
    ///
    /// # Errors
    /// As [`AgentCheck::passes`].
    pub fn pass_all(
        &self,
        mut examples: Examples,
        solver: &Solver<'_>,
        stream: &mut RandomStream,
    ) -> Result<Examples, Stall> {
        let (sound, unsound, systematic, random) = match self.filter {
            Filter::Catch { random, systematic, unsound, false_reject } => {
                (false_reject.get(), unsound.get(), systematic.get(), random.get())
            }
            Filter::Outcome { sensitivity, false_reject } => {
                let (right, wrong) = (false_reject.get(), sensitivity.get());
                (right, right, wrong, wrong)
            }
            Filter::Steps { sensitivity, .. } => {
                let wrong = sensitivity.get();
                (self.false_alarm.some(solver.era.steps), wrong, wrong, wrong)
            }
            Filter::CrossModel { agreement_on_error, error_rate } => {
                (error_rate.get(), error_rate.get(), 1.0 - agreement_on_error.get(), 1.0)
            }
            Filter::Transform { invariance } => {
                examples.sound = solver.bases(examples.sound, stream)?.right();
                examples.unsound = solver.bases(examples.unsound, stream)?.right();
                (0.0, 0.0, 1.0 - invariance.get(), 1.0)
            }
            Filter::GroundTruth { coverage, steps } => {
                (0.0, if steps { coverage.get() } else { 0.0 }, coverage.get(), coverage.get())
            }
            Filter::SelfJudge { sensitivity, false_reject, shared, steps } => {
                let shared = shared.map_or(solver.era.consistency, Probability::get);
                let excused = binomial::draw(examples.systematic, shared, stream);
                let mut judged = |faulty: u64| {
                    let blind = binomial::draw(faulty, solver.mistaken, stream);
                    let caught = binomial::draw(faulty - blind, sensitivity.get(), stream)
                        + binomial::draw(blind, false_reject.get(), stream);
                    faulty - caught
                };
                examples.systematic = excused + judged(examples.systematic - excused);
                examples.random = judged(examples.random);
                if steps {
                    examples.unsound = judged(examples.unsound);
                }
                (false_reject.get(), if steps { 0.0 } else { false_reject.get() }, 0.0, 0.0)
            }
        };
        examples.sound -= binomial::draw(examples.sound, sound, stream);
        examples.unsound -= binomial::draw(examples.unsound, unsound, stream);
        examples.systematic -= binomial::draw(examples.systematic, systematic, stream);
        examples.random -= binomial::draw(examples.random, random, stream);
        Ok(examples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Origin, Scenario};
    use crate::simulate::Engine;
    use crate::simulate::agents::era::AgentEra;
    use crate::simulate::beliefs::BeliefCounts;

    const DRAWS: u64 = 100_000;

    /// The row of the table in model.md, section 4, at a share of 0.3 of mistaken beliefs, one by one and together, within 4
    /// standard errors.
    #[test]
    fn a_self_judge_catches_what_the_table_says() {
        let judge = |more: &str| {
            format!(
                "name = \"t\"\n[errors]\nconsistency = 0.7\n[[filter]]\nkind = \"self-judge\"\nsensitivity = 0.8\nfalse_reject = 0.1\n{more}"
            )
        };
        let seen = 0.8 - 0.7 * 0.3;
        for (more, shared, unsound) in [("", 0.7, 0.1), ("shared = 0.2\nsteps = true", 0.2, seen)] {
            let scenario = Scenario::parse(&judge(more), Origin::Text, &[]).unwrap();
            let eras = AgentEra::classes(&scenario, 0);
            let solver = Solver::new(&eras[0], BeliefCounts { unsound: 1, wrong: 2, all: 10 });
            let check = AgentCheck::new(&scenario.filters[0]);
            let mut stream = RandomStream::new(41, Engine::Agents, 0);
            let near = |passed: u64, caught: f64, what: &str| {
                let se = (caught * (1.0 - caught) / DRAWS as f64).sqrt();
                let found = 1.0 - passed as f64 / DRAWS as f64;
                assert!((found - caught).abs() <= 4.0 * se, "{more} {what}: {found} against {caught}");
            };
            let all = Examples { sound: DRAWS, unsound: DRAWS, systematic: DRAWS, random: DRAWS };
            let together = check.pass_all(all, &solver, &mut stream).unwrap();
            for (answer, passed, caught) in [
                (AnswerKind::Sound, together.sound, 0.1),
                (AnswerKind::Unsound, together.unsound, unsound),
                (AnswerKind::Systematic, together.systematic, seen * (1.0 - shared)),
                (AnswerKind::Random, together.random, seen),
            ] {
                near(passed, caught, &format!("{answer:?} together"));
                let alone = (0..DRAWS).filter(|_| check.passes(answer, &solver, &mut stream).unwrap()).count();
                near(alone as u64, caught, &format!("{answer:?} alone"));
            }
        }
    }
}
