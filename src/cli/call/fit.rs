//! A fit for a calling program: its document, its draws, its run and its loop.

use std::ffi::OsString;

use crate::fit::{FitParameter, Fitted, SaveError};

use super::super::args::FitArgs;
use super::super::fit::with_fit;
use super::{CallContext, CallRefusal, Command, ToldAnswer, called, command};

/// Posterior draws of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct PosteriorDraws {
    /// Walkers, ensemble by ensemble; the ensembles were sampled apart.
    pub chains: usize,
    /// Draws of each.
    pub draws: usize,
    /// Parameters by key, each with its draws in natural units, chain by chain.
    pub parameters: Vec<(&'static str, Vec<f64>)>,
}

/// A fit.
#[derive(Debug, Clone, PartialEq)]
pub struct CalledFit {
    /// The exit code of its verdict.
    pub code: u8,
    /// The document that `fit --json` prints.
    pub document: Vec<u8>,
    /// What it answers, in words.
    pub told: ToldAnswer,
    /// The run that is forecast, as JSON.
    pub run: Vec<u8>,
    /// Its draws.
    pub draws: PosteriorDraws,
    /// The loop at its last generation as a scenario file, or why there is none.
    pub scenario: Result<String, String>,
}

/// Fits a log: the options of `fit` as they are typed. Two metrics, or a class of mistakes, are for [`super::call`].
///
/// # Errors
/// [`CallRefusal`] with the message that the program prints.
pub fn fit(words: &[OsString], context: CallContext) -> Result<CalledFit, CallRefusal> {
    let words: Vec<OsString> = std::iter::once("fit".into()).chain(words.iter().cloned()).collect();
    let Command::Fit(args) = command(&words)? else { return Err(CallRefusal::panicked("this is no fit")) };
    if args.class.is_some() || args.log.reading.metric.len() > 1 {
        let rule = "this fits one metric and all mistakes; two metrics, or a class of mistakes, are for `fit_pair`";
        return Err(CallRefusal::usage(rule.to_owned()));
    }
    called(context, || made(&args)).map(|(fit, _)| fit)
}

fn made(args: &FitArgs) -> anyhow::Result<CalledFit> {
    with_fit(args, |made| {
        Ok(CalledFit {
            code: made.outcome().code(),
            told: ToldAnswer::of(made.answer(args)?)?,
            run: serde_json::to_vec(made.inputs.run)?,
            draws: draws(made.fitted),
            scenario: made.fitted.scenario_text("fitted").map_err(|error: SaveError| error.to_string()),
            document: made.json,
        })
    })
}

fn draws(fitted: &Fitted<'_>) -> PosteriorDraws {
    let chains = fitted.parameter_draws();
    let draws = chains.iter().map(Vec::len).min().unwrap_or(0);
    let of = |(at, parameter): (usize, FitParameter)| {
        let values = chains.iter().flat_map(|chain| chain.iter().take(draws).map(move |point| point[at]));
        (parameter.key(), values.collect())
    };
    let parameters = FitParameter::ALL.into_iter().enumerate().map(of).collect();
    PosteriorDraws { chains: chains.len(), draws, parameters }
}
