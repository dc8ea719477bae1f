//! Random loops with extremes: rates of 0 and 1, tiny ones, kinks, few examples, every kind of filter, votes, changing laws, pools.
//! `parts` adds to some of them what a plain loop does not have.

use serde_json::{Value, json};

use super::parts;

/// Numbers in [0, 1) from a fixed seed. Source: S. Vigna, SplitMix64.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 2.0_f64.powi(53)
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.next() < share
    }

    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + ((high - low + 1) as f64 * self.next()) as u64
    }

    pub fn power(&mut self, low: f64, high: f64) -> f64 {
        10.0_f64.powf(low + (high - low) * self.next())
    }

    pub fn pick(&mut self, choices: &[f64]) -> f64 {
        choices[self.between(0, choices.len() as u64 - 1) as usize]
    }

    /// A rate; extreme in a share `wild` of cases.
    pub fn rate(&mut self, wild: f64) -> f64 {
        if self.chance(wild) { self.pick(&[0.0, 1.0, 1e-12, 0.5, 1.0 - 1e-12]) } else { self.next() }
    }
}

/// What a random loop may be.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Two dimensions.
    pub plane: bool,
    /// Curriculum, improvement, pools.
    pub changes: bool,
    /// Share of extreme rates.
    pub wild: f64,
    pub most_examples: u64,
}

fn filter(numbers: &mut Numbers, wild: f64) -> Value {
    let mut rate = || numbers.rate(wild);
    let (a, b, c, d) = (rate(), rate(), rate(), 0.2 * rate());
    match numbers.between(0, 5) {
        0 => json!({ "kind": "catch", "random": a, "systematic": b, "unsound": c, "false_reject": d }),
        1 => json!({ "kind": "outcome", "sensitivity": a, "false_reject": d }),
        2 => json!({ "kind": "steps", "sensitivity": a, "false_reject": 0.1 * d }),
        3 => json!({ "kind": "cross-model", "agreement_on_error": b, "error_rate": d }),
        4 => json!({ "kind": "transform", "invariance": b }),
        _ => json!({ "kind": "ground-truth", "coverage": a, "steps": c < 0.5 }),
    }
}

/// A random scenario in its JSON form.
pub fn random(numbers: &mut Numbers, kind: Kind) -> Value {
    let wild = kind.wild;
    let examples = if numbers.chance(0.1) { numbers.between(1, 3) } else { numbers.between(2, kind.most_examples) };
    let steps = if numbers.chance(0.2) { 1 } else { numbers.between(2, 40) };
    let slip = match numbers.between(0, 9) {
        0 if wild > 0.0 => numbers.pick(&[0.0, 1.0, 1e-12, 0.9999]),
        1 | 2 => numbers.rate(wild),
        _ => numbers.power(-2.5, 0.0) / steps as f64,
    };
    let amplification = if numbers.chance(0.2) { 0.0 } else { numbers.power(0.0, 1.6) };
    let candidates = if numbers.chance(0.5) { 1 } else { numbers.between(2, 9) };
    let agree = numbers.between(candidates / 2 + 1, candidates);
    let consistency = if numbers.chance(0.3) { 1.0 } else { numbers.rate(wild) };
    let filters: Vec<Value> = (0..numbers.between(0, 3)).map(|_| filter(numbers, wild)).collect();
    let mut errors = json!({
        "step_error": slip,
        "systematic_share": numbers.rate(wild),
        "consistency": consistency,
        "amplification": amplification,
    });
    if kind.plane {
        errors["recovery"] = json!(if numbers.chance(wild) { 1e-9 } else { 0.3 * numbers.next() + 1e-4 });
    }
    if numbers.chance(0.7) {
        errors["wrong_answers"] = json!(numbers.between(1, 50));
    }
    let mut scenario = json!({
        "name": "random",
        "examples": examples,
        "horizon": numbers.between(5, 40),
        "task": { "steps": steps },
        "learning": {
            "imprint": numbers.rate(wild),
            "persistence": if numbers.chance(0.3) { 0.95 } else { numbers.rate(wild) },
            "anchor": if numbers.chance(0.5) { 0.0 } else { 0.3 * numbers.rate(wild) },
        },
        "vote": { "candidates": candidates, "agree": agree },
        "failure": { "error_rate": if numbers.chance(0.2) { 0.5 } else { 0.05 + 0.9 * numbers.next() } },
        "filter": filters,
    });
    if numbers.chance(0.3) {
        let wrong = 0.5 * numbers.next();
        let unsound = if kind.plane { 0.5 * numbers.next() } else { 0.0 };
        scenario["start"] = json!({ "unsound": unsound, "wrong": wrong });
    }
    if kind.changes {
        match numbers.between(0, 2) {
            0 => scenario["task"]["steps_per_generation"] = json!(numbers.between(1, 2)),
            1 => {
                errors["step_error_floor"] = json!(if numbers.chance(0.5) { 0.1 * slip } else { numbers.rate(wild) });
                errors["step_error_gain"] = json!(if numbers.chance(0.2) { 1e-9 } else { numbers.rate(wild) });
            }
            _ if !kind.plane => {
                scenario["learning"]["policy"] = json!("accumulate");
                scenario["examples"] = json!(examples.min(12));
                scenario["horizon"] = json!(numbers.between(3, 10));
            }
            _ => scenario["task"]["steps_per_generation"] = json!(3),
        }
    }
    scenario["errors"] = errors;
    if numbers.chance(0.55) {
        parts::add(numbers, kind, &mut scenario);
    }
    scenario
}
