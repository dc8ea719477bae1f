//! Random scenarios: every key, every kind of filter, and the extreme values of each.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use runaway::law::Composition;
use runaway::scenario::Scenario;
use serde_json::{Map, Value, json};

/// The same cases on every run; a counterexample is found again by running the test again.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(0x5EED), ..ProptestConfig::default() }
}

/// Probabilities, with the ends of the interval, their neighbours and numbers near underflow.
pub fn probability() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => prop::sample::select(vec![0.0, 1.0, 1e-300, 5e-324, f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0, 0.5]),
        4 => 0.0..=1.0_f64,
        2 => (-16.0..0.0_f64).prop_map(|exponent| 10_f64.powf(exponent)),
    ]
}

fn composition_of(shares: (f64, f64)) -> Composition {
    Composition { unsound: shares.0 * (1.0 - shares.1), wrong: shares.1 }
}

/// Compositions, with each kind alone among them.
pub fn composition() -> impl Strategy<Value = Composition> {
    prop_oneof![
        1 => Just(Composition::SOUND),
        1 => Just(Composition { unsound: 1.0, wrong: 0.0 }),
        1 => Just(Composition { unsound: 0.0, wrong: 1.0 }),
        5 => (probability(), probability()).prop_map(composition_of),
    ]
}

fn keys(table: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let (names, values): (Vec<_>, Vec<_>) =
        table.into_iter().map(|(name, value)| (name, prop::option::of(value))).unzip();
    values
        .prop_map(move |values| {
            let given = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
            Value::Object(given.collect::<Map<_, _>>())
        })
        .boxed()
}

fn share() -> BoxedStrategy<Value> {
    probability().prop_map(Value::from).boxed()
}

fn whole(range: impl Strategy<Value = u64> + 'static) -> BoxedStrategy<Value> {
    range.prop_map(Value::from).boxed()
}

fn price() -> BoxedStrategy<Value> {
    prop_oneof![Just(0.0), 0.0..1e6_f64].prop_map(Value::from).boxed()
}

/// Any of the seven kinds with any of its parameters.
fn filter() -> BoxedStrategy<Value> {
    let kind = |kind: &'static str, parameters: Vec<(&'static str, BoxedStrategy<Value>)>| {
        keys(parameters).prop_map(move |mut filter| {
            filter["kind"] = json!(kind);
            filter
        })
    };
    let rates = |names: &[&'static str]| {
        let prices = ["per_check", "per_check_step"].map(|name| (name, price()));
        names.iter().map(|&name| (name, share())).chain(prices).collect::<Vec<_>>()
    };
    prop_oneof![
        kind("catch", rates(&["random", "systematic", "unsound", "false_reject"])),
        kind("outcome", rates(&["sensitivity", "false_reject"])),
        kind("steps", rates(&["sensitivity", "false_reject"])),
        kind("cross-model", rates(&["agreement_on_error", "error_rate"])),
        kind("transform", rates(&["invariance"])),
        kind(
            "self-judge",
            rates(&["sensitivity", "false_reject", "shared"])
                .into_iter()
                .chain([("steps", any::<bool>().prop_map(Value::from).boxed())])
                .collect()
        ),
        kind("ground-truth", vec![("coverage", share()), ("steps", any::<bool>().prop_map(Value::from).boxed())]),
    ]
    .boxed()
}

/// The most candidates of a random vote that less than a majority decides: each case makes tables of its own.
const MOST_PLURAL: u64 = 12;

/// Votes without stated limits, with a majority, and where they are not too large with any limits.
fn vote(candidates: BoxedStrategy<u64>) -> BoxedStrategy<Value> {
    let index = any::<prop::sample::Index>;
    (candidates, index(), index(), 0..3_u8)
        .prop_map(|(candidates, place, most, stated)| {
            let plural = stated == 2 && candidates <= MOST_PLURAL;
            let least = if plural { 1 } else { candidates / 2 + 1 };
            let agree = least + place.index((candidates - least + 1) as usize) as u64;
            let most = agree + most.index((candidates - agree + 1) as usize) as u64;
            match stated {
                0 => json!({ "candidates": candidates }),
                2 if plural => json!({ "candidates": candidates, "agree": agree, "agree_at_most": most }),
                _ => json!({ "candidates": candidates, "agree": agree }),
            }
        })
        .boxed()
}

/// One to three difficulties whose shares sum to 1.
fn difficulties(steps: BoxedStrategy<u64>, wrong_answers: BoxedStrategy<u64>) -> BoxedStrategy<Value> {
    let bin = keys(vec![
        ("steps", whole(steps)),
        ("step_error", share()),
        ("systematic_share", share()),
        ("consistency", share()),
        ("wrong_answers", whole(wrong_answers)),
    ]);
    prop::collection::vec((bin, 0.05..1.0_f64), 1..=3)
        .prop_map(|bins| {
            let all: f64 = bins.iter().map(|(_, weight)| weight).sum();
            let shared = |(mut bin, weight): (Value, f64)| {
                bin["share"] = json!(weight / all);
                bin
            };
            bins.into_iter().map(shared).collect()
        })
        .boxed()
}

/// Sizes that decide how long a check of a scenario takes.
pub struct Sizes {
    pub steps: BoxedStrategy<u64>,
    pub candidates: BoxedStrategy<u64>,
    pub wrong_answers: BoxedStrategy<u64>,
}

impl Sizes {
    /// All that a file may hold.
    pub fn any() -> Self {
        Self {
            steps: prop_oneof![1..=40_u64, 41..=3000_u64, Just(1_000_000_000_000)].boxed(),
            candidates: prop_oneof![4 => 1..=9_u64, 1 => 10..=400_u64, 1 => Just(10_000_u64)].boxed(),
            wrong_answers: prop_oneof![1..=9_u64, 10..=1_000_000_u64, Just(1_000_000_000_000)].boxed(),
        }
    }

    /// Small enough to enumerate every outcome of a vote and walk every step.
    pub fn small() -> Self {
        Self { steps: (1..=12_u64).boxed(), candidates: (1..=4_u64).boxed(), wrong_answers: (1..=3_u64).boxed() }
    }
}

/// Scenarios of these sizes.
pub fn scenario(sizes: Sizes) -> impl Strategy<Value = Scenario> {
    let difficulty = prop_oneof![
        2 => Just(json!([])),
        1 => difficulties(sizes.steps.clone(), sizes.wrong_answers.clone()),
    ];
    let task = keys(vec![
        ("steps", whole(sizes.steps)),
        ("steps_per_generation", whole(prop_oneof![0..=2_u64, Just(u64::from(u32::MAX))])),
    ]);
    let errors = keys(vec![
        ("step_error", share()),
        ("recovery", share()),
        ("systematic_share", share()),
        ("consistency", share()),
        ("amplification", prop_oneof![Just(0.0), 0.0..50.0, Just(1e308)].prop_map(Value::from).boxed()),
        ("wrong_answers", whole(sizes.wrong_answers)),
        ("step_error_floor", share()),
        ("step_error_gain", share()),
        ("erosion", prop_oneof![3 => Just(0.0), 1 => 0.0..1.0, 1 => Just(1e300)].prop_map(Value::from).boxed()),
    ]);
    let learning = keys(vec![
        ("imprint", share()),
        ("persistence", share()),
        ("anchor", share()),
        ("hazard_gain", prop_oneof![Just(0.0), Just(1.0), 0.0..3.0, Just(1e9)].prop_map(Value::from).boxed()),
        ("renewal", probability().prop_map(|share| Value::from(share.max(1e-12))).boxed()),
        ("policy", prop::sample::select(vec![json!("replace"), json!("accumulate")]).boxed()),
    ]);
    let start = (composition(), any::<bool>()).prop_map(|(x, draw)| {
        // Rounding may carry the sum of two shares a hair above 1.
        json!({ "unsound": x.unsound.min(1.0 - x.wrong), "wrong": x.wrong, "draw": draw })
    });
    keys(vec![
        (
            "source",
            prop::sample::select(vec![json!("a \"quoted\" source"), json!("größer\nals = 1 😀"), json!("")]).boxed(),
        ),
        ("examples", whole(prop_oneof![1..=2000_u64, Just(1_000_000_000_000)])),
        ("horizon", whole(1..=100_000_u64)),
        ("task", task),
        ("errors", errors),
        ("difficulty", difficulty.boxed()),
        ("learning", learning),
        ("vote", vote(sizes.candidates)),
        ("filter", prop::collection::vec(filter(), 0..=6).prop_map(Value::from).boxed()),
        ("start", start.boxed()),
        // A threshold of 0 fails before it starts and is refused.
        ("failure", keys(vec![("error_rate", prop_oneof![Just(1.0), 1e-9..=1.0_f64].prop_map(Value::from).boxed())])),
        (
            "cost",
            keys(vec![
                ("per_step", price()),
                ("per_training_example", price()),
                ("per_true_example", price()),
                ("unit", prop::sample::select(vec![json!("GPU h"), json!("€")]).boxed()),
            ]),
        ),
    ])
    .prop_map(|mut json| {
        json["name"] = json!("random");
        if json["learning"]["policy"] == "accumulate" {
            json["learning"]["renewal"] = json!(1.0);
        }
        let floor = json["errors"]["step_error_floor"].as_f64().unwrap_or(0.0);
        for bin in json.get_mut("difficulty").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(slip) = bin["step_error"].as_f64() {
                bin["step_error"] = json!(slip.max(floor));
            }
        }
        if json.get("cost").is_none() {
            // A price needs a unit.
            for filter in json.get_mut("filter").and_then(Value::as_array_mut).into_iter().flatten() {
                filter.as_object_mut().unwrap().retain(|key, _| !key.starts_with("per_check"));
            }
        }
        Scenario::from_json(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
    })
}
