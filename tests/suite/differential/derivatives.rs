//! Derivatives of the runway and of failure within the horizon against differences in 76 digits.

use runaway::analytic::{LoopDerivatives, derivatives};
use runaway::scenario::Scenario;
use serde_json::{Value, json};

use super::loops::{Kind, Numbers, random};
use super::parts;
use super::precise::Precise;
use super::reference::Reference;
use super::{WORK, expected_runway};

/// Difference of a parameter from its value, relative to its distance from the ends of its range.
const STEP: f64 = 1e-9;
/// The same where shares have to sum to 1 in doubles, whose rounding turns the direction.
const SHARE_STEP: f64 = 1e-6;
/// The same where a parameter stands at an end: a power of two, so that one and two steps from 1 are doubles.
const STEP_AT_END: f64 = 1.0 / (1_u64 << 36) as f64;
/// Largest relative error of a derivative.
const LEVEL: f64 = 1e-8;

/// What is differentiated.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Number {
    Runway,
    Failed,
}

fn entry<'a>(file: &'a mut Value, key: &str) -> &'a mut Value {
    key.split('.').fold(file, |value, part| match part.parse::<usize>() {
        Ok(index) => &mut value[index],
        Err(_) => &mut value[part],
    })
}

/// The file with one parameter moved; what one share gains, the others lose in proportion.
fn moved(file: &Value, key: &str, to: f64) -> Value {
    let mut moved = file.clone();
    let place = entry(&mut moved, key);
    let from = place.as_f64();
    *place = json!(to);
    if let (Some(from), Some(index)) =
        (from, key.strip_prefix("difficulty.").and_then(|key| key.strip_suffix(".share")))
    {
        let others = moved["difficulty"].as_array_mut().unwrap();
        for (_, other) in others.iter_mut().enumerate().filter(|(other, _)| other.to_string() != index) {
            let share = other["share"].as_f64().unwrap();
            other["share"] = json!(share * (1.0 - to) / (1.0 - from));
        }
    }
    moved
}

/// The number in 76 digits, and which states fail: differences hold while that stays.
fn truth(file: &Value, number: Number) -> Option<(Precise, Vec<bool>)> {
    let reference = Reference::new(file);
    let chain = reference.chain(0);
    if reference.is_undecided(&chain) {
        return None;
    }
    let fails = chain.states.iter().map(|state| state.fails).collect();
    let value = match number {
        Number::Runway => expected_runway(&reference)?,
        Number::Failed => {
            let course = reference.course(file["horizon"].as_u64()?, 3 * WORK);
            if course.undecided || course.failed.len() as u64 != file["horizon"].as_u64()? + 1 {
                return None;
            }
            *course.failed.last()?
        }
    };
    Some((value, fails))
}

/// Keys of the errors, learning or a filter that may be above 1.
fn is_rate(key: &str) -> bool {
    key == "errors.amplification" || key == "errors.erosion" || key == "learning.hazard_gain"
}

/// The difference at an end of the range of a parameter: of second order, into the range.
fn one_sided(file: &Value, key: &str, value: f64, number: Number) -> Option<f64> {
    let into = if value == 0.0 { STEP_AT_END } else { -STEP_AT_END };
    let at = |times: f64| truth(&moved(file, key, value + times * into), number);
    let ((here, failing), (near, still), (far, further)) = (at(0.0)?, at(1.0)?, at(2.0)?);
    let slope = (near * Precise::of(4.0) - here * Precise::of(3.0) - far) / Precise::of(2.0 * into);
    (failing == still && failing == further).then(|| slope.value())
}

/// (f(b) − f(a)) / (b − a) about the value of a parameter; `None` where the set of failed states changes, or there is no room.
fn difference(file: &Value, key: &str, value: f64, number: Number) -> Option<f64> {
    if value == 0.0 || (value == 1.0 && !is_rate(key)) {
        return if key.ends_with(".share") { None } else { one_sided(file, key, value, number) };
    }
    let room = if is_rate(key) { value } else { value.min(1.0 - value) };
    if room < 1e-9 {
        return None;
    }
    let step = room * if key.ends_with(".share") { SHARE_STEP } else { STEP };
    let (low, high) = (value - step, value + step);
    let ((below, failing), (above, still)) =
        (truth(&moved(file, key, low), number)?, truth(&moved(file, key, high), number)?);
    let slope = (above - below) / (Precise::of(high) - Precise::of(low));
    (failing == still).then(|| slope.value())
}

/// How a derivative and its difference agree, relative to the larger of that and what is beneath notice: a change of the number by
/// 1e-9 of itself where the parameter doubles.
fn off(found: f64, difference: f64, value: f64, number: f64) -> f64 {
    (found - difference).abs() / difference.abs().max(1e-9 * number.abs() / value.abs()).max(f64::MIN_POSITIVE)
}

#[derive(Default)]
struct Tally {
    loops: usize,
    derivatives: usize,
    worst: f64,
    longest: f64,
    plane: usize,
    changing: usize,
    votes: usize,
    bins: usize,
    faults: Vec<String>,
}

impl Tally {
    fn look(&mut self, file: &Value, found: &LoopDerivatives) {
        let mut any = false;
        for (number, value) in [(Number::Runway, found.values.runway), (Number::Failed, found.values.failed)] {
            let Some(value) = value.filter(|value| *value > 0.0 && *value < 1e60) else { continue };
            for one in &found.parameters {
                let slope = if number == Number::Runway { one.slopes.runway } else { one.slopes.failed };
                let Some(difference) = difference(file, &one.key, one.value, number) else { continue };
                let error = off(slope.unwrap(), difference, one.value, value);
                any = true;
                self.derivatives += 1;
                self.worst = self.worst.max(error);
                if error > LEVEL || error.is_nan() {
                    let slope = slope.unwrap();
                    self.faults.push(format!(
                        "{number:?} {value:e} along {}: {slope:e}, difference {difference:e}, off {error:.1e}: {file}",
                        one.key
                    ));
                }
            }
        }
        if any {
            self.loops += 1;
            self.longest = self.longest.max(found.values.runway.unwrap_or(0.0));
            let has = parts::of(file);
            self.plane += usize::from(file["errors"]["recovery"].as_f64() > Some(0.0));
            self.votes += usize::from(file["vote"]["candidates"].as_u64() > Some(1));
            self.bins += usize::from(has.contains(&"difficulty"));
            self.changing += usize::from(!Reference::new(file).stays());
        }
    }
}

fn hold(loops: usize, seed: u64) {
    let mut numbers = Numbers(seed);
    let mut tally = Tally::default();
    let mut tried = 0;
    while tally.loops < loops {
        let plane = tried % 3 == 1;
        let kind = Kind { plane, changes: tried % 4 == 3, wild: 0.05, most_examples: if plane { 9 } else { 40 } };
        tried += 1;
        let written = random(&mut numbers, kind);
        let scenario = Scenario::from_json(&written).unwrap();
        tally.look(&serde_json::to_value(&scenario).unwrap(), &derivatives(&scenario));
    }
    println!(
        "{} loops ({} over pairs of counts, {} changing, {} with votes, {} with difficulties; longest runway {:.2e}), {} \
         derivatives: largest relative error {:.1e}",
        tally.loops,
        tally.plane,
        tally.changing,
        tally.votes,
        tally.bins,
        tally.longest,
        tally.derivatives,
        tally.worst
    );
    assert!(
        tally.faults.is_empty(),
        "{} faults: {:#?}",
        tally.faults.len(),
        &tally.faults[..tally.faults.len().min(8)]
    );
    assert!(
        tally.plane * 8 >= loops && tally.changing * 8 >= loops && tally.votes * 4 >= loops && tally.bins * 12 >= loops
    );
    assert!(tally.longest > 1e6);
}

#[test]
fn derivatives_are_limits_of_differences() {
    hold(16, 17);
}

#[test]
#[ignore = "minutes; the same over 200 loops"]
fn derivatives_of_200_loops_are_limits_of_differences() {
    hold(200, 20_261_128);
}
