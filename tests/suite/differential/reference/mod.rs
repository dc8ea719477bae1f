//! The model once more, straight from docs/model.md and slowly, in numbers of 76 digits; nothing of the crate is used.
//!
//! `law` is one generation on problems of every difficulty, with its `votes` and `filters`; `chain` counts beliefs by
//! generation, and `fate` follows them for ever.

mod chain;
mod fate;
mod filters;
mod kinds;
mod law;
mod votes;

use std::rc::Rc;

use serde_json::Value;

use super::precise::Precise;
pub use chain::Course;
use law::{Bin, luck};
pub use law::{Generation, Law};
use votes::Votes;

/// A loop as its resolved file describes it, the numbers taken as the doubles they are.
pub struct Reference<'a> {
    file: &'a Value,
    pub examples: u64,
    pub accumulates: bool,
    pub unsound: bool,
    pub draws_start: bool,
    /// Whole counts of generation 0, where it is not drawn.
    start: (u64, u64),
    threshold: Precise,
    /// By difficulty; none without a vote.
    votes: Vec<Option<Rc<Votes>>>,
}

fn zero() -> Precise {
    Precise::ZERO
}

fn one() -> Precise {
    Precise::one()
}

impl<'a> Reference<'a> {
    pub fn new(file: &'a Value) -> Self {
        let examples = file["examples"].as_u64().unwrap();
        let share = |key: &str| (file["start"][key].as_f64().unwrap() * examples as f64).round() as u64;
        let unsound = share("unsound").min(examples);
        let start = (unsound, share("wrong").min(examples - unsound));
        let draws_start = file["start"]["draw"].as_bool().unwrap_or(false);
        let begun = if draws_start { file["start"]["unsound"].as_f64() > Some(0.0) } else { unsound > 0 };
        let mut reference = Self {
            file,
            examples,
            accumulates: file["learning"]["policy"] == "accumulate",
            unsound: file["errors"]["recovery"].as_f64().unwrap() > 0.0 || begun,
            draws_start,
            start,
            threshold: Precise::of(file["failure"]["error_rate"].as_f64().unwrap()),
            votes: Vec::new(),
        };
        let candidates = file["vote"]["candidates"].as_u64().filter(|&k| k > 1);
        let vote = |bin: &Value| {
            let answers = reference.of_bin(bin, "errors", "wrong_answers").as_u64();
            candidates.map(|k| Rc::new(Votes::new(k, answers)))
        };
        reference.votes = reference.difficulties().map(vote).collect();
        reference
    }

    fn number(&self, table: &str, key: &str) -> Precise {
        Precise::of(self.file[table][key].as_f64().unwrap())
    }

    /// The difficulties; one that says nothing where the file has none.
    fn difficulties(&self) -> impl Iterator<Item = &'a Value> {
        static ALIKE: Value = Value::Null;
        let written = self.file["difficulty"].as_array().filter(|bins| !bins.is_empty());
        let bins = written.into_iter().flatten();
        bins.chain(written.is_none().then_some(&ALIKE))
    }

    /// What a difficulty says, or else the file.
    fn of_bin<'b>(&self, bin: &'b Value, table: &str, key: &str) -> &'b Value
    where
        'a: 'b,
    {
        let file: &'a Value = self.file;
        if bin[key].is_null() { &file[table][key] } else { &bin[key] }
    }

    /// Section 6a: ε of a generation that slips with probability `first` at generation 0.
    fn slip(&self, first: Precise, generation: u64) -> Precise {
        let (floor, gain) = (self.number("errors", "step_error_floor"), self.number("errors", "step_error_gain"));
        let improved = floor + (first - floor) * gain.rest().power(generation);
        let rest = improved.rest();
        let erosion = self.erosion() * Precise::count(generation);
        if erosion.is_zero() || !improved.is_positive() || !rest.is_positive() {
            return improved;
        }
        let odds = improved / rest * erosion.exp();
        odds / (one() + odds)
    }

    fn erosion(&self) -> Precise {
        Precise::of(self.file["errors"]["erosion"].as_f64().unwrap_or(0.0))
    }

    /// The law of one generation.
    pub fn law(&self, generation: u64) -> Law<'a> {
        let grown = generation * self.file["task"]["steps_per_generation"].as_u64().unwrap();
        let bin = |(bin, votes): (&'a Value, &Option<Rc<Votes>>)| {
            let number = |key: &str| Precise::of(self.of_bin(bin, "errors", key).as_f64().unwrap());
            Bin {
                share: bin["share"].as_f64().map_or(one(), Precise::of),
                steps: (self.of_bin(bin, "task", "steps").as_u64().unwrap() + grown).min(1_000_000_000_000),
                slip: self.slip(number("step_error"), generation),
                systematic_share: number("systematic_share"),
                consistency: number("consistency"),
                answers: self.of_bin(bin, "errors", "wrong_answers").as_u64(),
                votes: votes.clone(),
            }
        };
        let bins: Vec<Bin> = self.difficulties().zip(&self.votes).map(bin).collect();
        let luck = bins.iter().map(|bin| luck(self.number("errors", "recovery"), bin.steps)).collect();
        Law { file: self.file, bins, luck }
    }

    /// Whether the law of one generation stays for ever.
    pub fn stays(&self) -> bool {
        let errors = &self.file["errors"];
        let improves = |first: &Value| *first != errors["step_error_floor"] && errors["step_error_gain"] != 0.0;
        let wears = |first: &Value| !self.erosion().is_zero() && *first != 0.0 && *first != 1.0;
        let moves = self.difficulties().any(|bin| {
            let first = self.of_bin(bin, "errors", "step_error");
            improves(first) || wears(first)
        });
        !moves && self.file["task"]["steps_per_generation"] == 0 && !self.accumulates
    }

    /// Composition of generation 0, or its mean where it is drawn.
    pub fn start(&self) -> [Precise; 2] {
        if self.draws_start {
            return ["unsound", "wrong"].map(|key| self.number("start", key));
        }
        self.composition(self.start, self.examples)
    }

    fn composition(&self, (unsound, wrong): (u64, u64), pool: u64) -> [Precise; 2] {
        [unsound, wrong].map(|count| Precise::count(count) / Precise::count(pool))
    }

    /// Section 6: the mean field after generation g at composition x.
    pub fn mean_field(&self, law: &Law<'_>, generation: u64, x: [Precise; 2]) -> Option<[Precise; 2]> {
        let next = law.at(x).next?;
        let (before, all) = (Precise::count(generation + 1), Precise::count(generation + 2));
        Some(if self.accumulates { [0, 1].map(|i| (x[i] * before + next[i]) / all) } else { next })
    }
}
