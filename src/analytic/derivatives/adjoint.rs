//! How the fate of a loop follows the shares that each of its states draws: derivatives by the adjoint of the chain.
//!
//! A number of the loop is an expectation f over its course. A change dq of what state i of generation g draws changes it by
//! P(in i at g) N Σ_j Bin(N − 1, q_i)(j) (f(j + 1) − f(j)) dq, with f as it stands a generation later: one pass forward and one
//! backward give the derivatives along every parameter at once. Sums of positive terms on both passes, so that rare failures
//! keep their digits; of long expected times differences are formed by way of a state that the loop often returns to.
//!
//! Source: H. Caswell, Sensitivity analysis of discrete Markov chains via matrix calculus (2013).

use crate::analytic::adjoint_stage::{AdjointStage, NextMean, RestingTimes, StartLaw};
use crate::analytic::settled::settled_from;
use crate::analytic::tolerances::DIED_OUT;
use crate::law::Composition;
use crate::scenario::Scenario;

/// The longest course that is followed, in generations.
const MOST_GENERATIONS: usize = 5_000;
/// Generations beyond the horizon for which the median of a loop whose law rests is looked for.
const MEDIAN_REACH: usize = 400;
/// Numbers kept of the forward pass: 160 MB.
const MOST_KEPT: usize = 20_000_000;

/// By how much a number moves with what one state of one generation draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawInfluence {
    /// Generation of the law.
    pub generation: u64,
    /// The state.
    pub at: Composition,
    /// Derivative along q_U there.
    pub unsound: f64,
    /// Derivative along q_W there.
    pub wrong: f64,
}

/// A number of a loop, and what it moves with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InfluencedNumber {
    /// The number.
    pub value: f64,
    /// Its derivatives along what each state draws.
    pub draws: Vec<DrawInfluence>,
    /// Its derivatives along what a generation more adds to that each time, in a law that stays: for parameters that would make it
    /// change.
    pub ageing: Vec<DrawInfluence>,
    /// Its derivatives along the shares of a start that is drawn: unsound, wrong.
    pub start: [f64; 2],
}

impl InfluencedNumber {
    /// The same plus `times` another.
    fn plus(mut self, times: f64, other: &Self) -> Self {
        self.value += times * other.value;
        self.start.iter_mut().zip(other.start).for_each(|(slope, other)| *slope += times * other);
        let scaled =
            |one: &DrawInfluence| DrawInfluence { unsound: times * one.unsound, wrong: times * one.wrong, ..*one };
        self.draws.extend(other.draws.iter().map(scaled));
        self
    }
}

/// A number, or the reason why there is none.
pub type Reasoned = Result<InfluencedNumber, String>;

/// What a loop's fate moves with.
#[derive(Debug, Clone)]
pub struct RunwayInfluences {
    /// Of `E[T]`.
    pub mean: Reasoned,
    /// Of P(T ≤ horizon).
    pub failed: Reasoned,
    /// Of the median of T, interpolated between generations.
    pub median: Reasoned,
}

/// One generation after the other; the last is used again once the law stays.
struct Stages<'a, S> {
    scenario: &'a Scenario,
    make: &'a dyn Fn(u64) -> Result<S, String>,
    last: Option<(u64, S)>,
}

impl<S: AdjointStage> Stages<'_, S> {
    fn at(&mut self, generation: u64) -> Result<&S, String> {
        let from = settled_from(self.scenario).map_or(generation, |stays| stays.min(generation));
        let stage = match self.last.take() {
            Some((known, stage)) if known == from => stage,
            _ => (self.make)(from)?,
        };
        Ok(&self.last.insert((from, stage)).1)
    }
}

/// The law of the state at each generation, of loops that have not failed.
struct ForwardPass {
    mass: Vec<Vec<f64>>,
    survival: Vec<f64>,
}

impl ForwardPass {
    /// Until `enough` of the survival by generation.
    fn run<S: AdjointStage>(
        stages: &mut Stages<'_, S>,
        start: Vec<f64>,
        enough: impl Fn(&[f64]) -> bool,
    ) -> Result<Self, String> {
        let mut pass = Self { mass: Vec::new(), survival: Vec::new() };
        let (mut mass, mut kept) = (start, 0);
        for generation in 0.. {
            let stage = stages.at(generation)?;
            for (mass, state) in mass.iter_mut().zip(stage.states()) {
                if state.is_none() {
                    *mass = 0.0;
                }
            }
            kept += mass.len();
            pass.survival.push(mass.iter().sum());
            let next = stage.push(&mass);
            pass.mass.push(std::mem::replace(&mut mass, next));
            if enough(&pass.survival) || pass.mass.len() > MOST_GENERATIONS || kept > MOST_KEPT {
                break;
            }
        }
        Ok(pass)
    }

    fn generations(&self) -> usize {
        self.survival.len() - 1
    }

    /// The last generation that more than half of the loops outlive, if half do not outlive the next.
    fn half(&self) -> Option<usize> {
        self.survival.windows(2).position(|pair| pair[0] > 0.5 && pair[1] <= 0.5)
    }
}

/// An expectation over the course, on its way back from the generation at which it is known.
struct BackwardPass {
    from: usize,
    /// What each generation that is lived in adds.
    each: f64,
    /// Its value at a failed state.
    failed: f64,
    value: Vec<f64>,
    draws: Vec<DrawInfluence>,
}

impl BackwardPass {
    /// One that is `lasting` where the loop has not failed at generation `from`, and `failed` where it has.
    fn known(from: usize, failed: f64, lasting: f64, states: &[Option<Composition>]) -> Self {
        let value = states.iter().map(|state| if state.is_some() { lasting } else { failed }).collect();
        Self { from, each: 0.0, failed, value, draws: Vec::new() }
    }

    fn step<S: AdjointStage>(&mut self, stage: &S, generation: u64, mass: &[f64]) {
        let means = stage.expect(&self.value);
        let states = stage.states().iter().zip(&means).zip(mass);
        self.draws.extend(states.filter(|(_, mass)| **mass > 0.0).filter_map(|((state, mean), mass)| {
            let influence = |slope: f64| mass * slope;
            state.map(|at| DrawInfluence {
                generation,
                at,
                unsound: influence(mean.unsound),
                wrong: influence(mean.wrong),
            })
        }));
        let value = |(state, mean): (&Option<Composition>, &NextMean)| match state {
            Some(_) => self.each + mean.value,
            None => self.failed,
        };
        self.value = stage.states().iter().zip(&means).map(value).collect();
    }

    fn finish(&self, start: &StartLaw) -> InfluencedNumber {
        let (value, start) = (start.mean(&self.value), (start.slopes)(&self.value));
        InfluencedNumber { value, start, draws: self.draws.clone(), ageing: Vec::new() }
    }
}

/// The influences on the fate of a scenario whose generations `make` gives.
///
/// # Errors
/// Why no generation can be had.
pub fn influences<S: AdjointStage>(
    scenario: &Scenario,
    start: &StartLaw,
    make: &dyn Fn(u64) -> Result<S, String>,
) -> Result<RunwayInfluences, String> {
    let mut stages = Stages { scenario, make, last: None };
    let horizon = usize::try_from(scenario.horizon.get()).unwrap_or(usize::MAX);
    let rests = settled_from(scenario).and_then(|rests| usize::try_from(rests).ok());
    let far = horizon.max(rests.unwrap_or(0));
    let forward = ForwardPass::run(&mut stages, start.law.clone(), |survival| {
        let (passed, now) = (survival.len() - 1, survival[survival.len() - 1]);
        match rests {
            Some(_) => now == 0.0 || passed >= far && (now <= 0.5 || passed >= far.max(MEDIAN_REACH)),
            // A loop that never comes to rest is followed to its end.
            None => passed >= far && now < DIED_OUT,
        }
    })?;
    let ending = MeanEnding::of(&mut stages, &forward, rests)?;
    let mut passes = BackwardPasses::open(&mut stages, &forward, horizon, &ending)?;
    passes.run(&mut stages, &forward)?;
    Ok(RunwayInfluences {
        mean: passes.mean(start, &forward, ending, &mut stages),
        failed: passes.failed(start).ok_or_else(|| {
            format!("the course is followed for {} generations, and the horizon lies beyond", forward.generations())
        }),
        median: passes.median(start, &forward).ok_or_else(|| {
            format!(
                "more than half of the loops last longer than {} generations; where failure is rare the median of T \
                     changes in proportion to E[T]",
                forward.generations()
            )
        }),
    })
}

/// How the expected time is known before the passes back.
enum MeanEnding {
    /// From the generation at which the law comes to rest.
    Rest(usize, RestingTimes),
    /// Nothing lasts so long.
    DiesOut,
    Unknown(String),
}

impl MeanEnding {
    fn of<S: AdjointStage>(
        stages: &mut Stages<'_, S>,
        forward: &ForwardPass,
        rests: Option<usize>,
    ) -> Result<Self, String> {
        let last = forward.generations();
        let dead = forward.survival[last] < DIED_OUT;
        Ok(match rests {
            Some(rests) if rests <= last => match stages.at(rests as u64)?.at_rest(&forward.mass[rests]) {
                Ok(times) => Self::Rest(rests, times),
                Err(reason) if !dead => Self::Unknown(reason),
                Err(_) => Self::DiesOut,
            },
            _ if dead => Self::DiesOut,
            _ => Self::Unknown(format!("after {last} generations the loop still runs, and its law still changes")),
        })
    }
}

/// The passes back that the three numbers need.
#[derive(Default)]
struct BackwardPasses {
    /// Failure by the horizon, and survival to it: the smaller of the two keeps its digits.
    fails: Option<BackwardPass>,
    lasts: Option<BackwardPass>,
    /// Survival to the last generation that more than half of the loops outlive, and to the next.
    most_last: Option<BackwardPass>,
    half_last: Option<BackwardPass>,
    /// Time before failure or the return, and failure before it.
    before: Option<BackwardPass>,
    failing: Option<BackwardPass>,
}

impl BackwardPasses {
    fn open<S: AdjointStage>(
        stages: &mut Stages<'_, S>,
        forward: &ForwardPass,
        horizon: usize,
        ending: &MeanEnding,
    ) -> Result<Self, String> {
        let mut passes = Self::default();
        let last = forward.generations();
        // Once nothing lasts, nothing more fails.
        let horizon = if forward.survival[last] == 0.0 { horizon.min(last) } else { horizon };
        if horizon <= last {
            let states = stages.at(horizon as u64)?.states();
            passes.fails = Some(BackwardPass::known(horizon, 1.0, 0.0, states));
            passes.lasts = Some(BackwardPass::known(horizon, 0.0, 1.0, states));
        }
        if let Some(half) = forward.half() {
            passes.most_last = Some(BackwardPass::known(half, 0.0, 1.0, stages.at(half as u64)?.states()));
            passes.half_last = Some(BackwardPass::known(half + 1, 0.0, 1.0, stages.at(half as u64 + 1)?.states()));
        }
        let of = |from, each, failed, value| Some(BackwardPass { from, each, failed, value, draws: Vec::new() });
        match ending {
            MeanEnding::Rest(at, times) => {
                passes.before = of(*at, 1.0, 0.0, times.before.clone());
                passes.failing = of(*at, 0.0, 1.0, times.failing.clone());
            }
            MeanEnding::DiesOut => {
                let states = stages.at(last as u64)?.states();
                passes.before = Some(BackwardPass { each: 1.0, ..BackwardPass::known(last, 0.0, 0.0, states) });
            }
            MeanEnding::Unknown(_) => {}
        }
        Ok(passes)
    }

    fn all(&mut self) -> impl Iterator<Item = &mut BackwardPass> {
        let all = [
            &mut self.fails,
            &mut self.lasts,
            &mut self.most_last,
            &mut self.half_last,
            &mut self.before,
            &mut self.failing,
        ];
        all.into_iter().flatten()
    }

    fn run<S: AdjointStage>(&mut self, stages: &mut Stages<'_, S>, forward: &ForwardPass) -> Result<(), String> {
        let last = self.all().map(|pass| pass.from).max().unwrap_or(0);
        for generation in (0..last).rev() {
            let stage = stages.at(generation as u64)?;
            for pass in self.all().filter(|pass| pass.from > generation) {
                pass.step(stage, generation as u64, &forward.mass[generation]);
            }
        }
        Ok(())
    }

    fn mean<S: AdjointStage>(
        &self,
        start: &StartLaw,
        forward: &ForwardPass,
        ending: MeanEnding,
        stages: &mut Stages<'_, S>,
    ) -> Reasoned {
        let finished = |pass: &Option<BackwardPass>| pass.as_ref().map(|pass| pass.finish(start)).unwrap_or_default();
        let before = finished(&self.before);
        match ending {
            MeanEnding::Unknown(reason) => Err(reason),
            MeanEnding::DiesOut => Ok(InfluencedNumber { value: forward.survival.iter().sum(), ..before }),
            MeanEnding::Rest(at, times) => {
                let lived: f64 = forward.survival[..at].iter().sum();
                let mut mean = before.plus(-times.again, &finished(&self.failing));
                let stage = stages.at(at as u64)?;
                mean.draws.extend(resting_draws(stage, at as u64, &times, &times.visits));
                mean.ageing = resting_draws(stage, at as u64, &times, &times.ages);
                Ok(InfluencedNumber { value: lived + times.mean, ..mean })
            }
        }
    }

    fn failed(&self, start: &StartLaw) -> Option<InfluencedNumber> {
        let failed = self.fails.as_ref()?.finish(start);
        if failed.value <= 0.5 {
            return Some(failed);
        }
        let lasts = InfluencedNumber::default().plus(-1.0, &self.lasts.as_ref()?.finish(start));
        Some(InfluencedNumber { value: failed.value, ..lasts })
    }

    /// g + (S(g) − ½) / (S(g) − S(g + 1)), where S falls to ½ between g and g + 1.
    fn median(&self, start: &StartLaw, forward: &ForwardPass) -> Option<InfluencedNumber> {
        let half = forward.half()?;
        let (most, least) = (self.most_last.as_ref()?.finish(start), self.half_last.as_ref()?.finish(start));
        let fall = forward.survival[half] - forward.survival[half + 1];
        let (above, below) = (forward.survival[half] - 0.5, 0.5 - forward.survival[half + 1]);
        let slopes = InfluencedNumber::default().plus(below / (fall * fall), &most).plus(above / (fall * fall), &least);
        Some(InfluencedNumber { value: half as f64 + above / fall, ..slopes })
    }
}

/// What the expected time moves with once the law rests: each of these visits of a state draws once more.
fn resting_draws<S: AdjointStage>(
    stage: &S,
    generation: u64,
    times: &RestingTimes,
    visits: &[f64],
) -> Vec<DrawInfluence> {
    let (before, failing) = (stage.expect(&times.before), stage.expect(&times.failing));
    let states = stage.states().iter().zip(before.iter().zip(&failing)).zip(visits);
    let influence = |((state, (before, failing)), visits): ((&Option<Composition>, (&NextMean, &NextMean)), &f64)| {
        // Differences of times, not of their expectations: neither is ever as long as the whole.
        let along = |part: fn(&NextMean) -> f64| visits * (part(before) - times.again * part(failing));
        let at = (*state)?;
        Some(DrawInfluence { generation, at, unsound: along(|mean| mean.unsound), wrong: along(|mean| mean.wrong) })
    };
    states.filter(|(_, visits)| **visits > 0.0).filter_map(influence).collect()
}
