//! Parts that a plain loop does not have: difficulties, plurality votes, a self-judge, gain, renewal, erosion, drawn starts.

use serde_json::{Value, json};

use super::loops::{Kind, Numbers};

/// How likely each part is where any may be.
const EACH: f64 = 0.3;

/// Adds some of the parts to a random loop.
pub fn add(numbers: &mut Numbers, kind: Kind, scenario: &mut Value) {
    let parts: [fn(&mut Numbers, Kind, &mut Value); 7] = [difficulty, vote, self_judge, gain, renewal, erosion, draw];
    for part in parts {
        if numbers.chance(EACH) {
            part(numbers, kind, scenario);
        }
    }
}

/// The parts that a resolved file has.
pub fn of(file: &Value) -> Vec<&'static str> {
    let vote = |key: &str| file["vote"][key].as_u64();
    let (k, agree, most) = (vote("candidates").unwrap(), vote("agree").unwrap(), vote("agree_at_most"));
    let judges = |filters: &Vec<Value>| filters.iter().any(|filter| filter["kind"] == "self-judge");
    let number = |table: &str, key: &str| file[table][key].as_f64();
    [
        ("difficulty", file["difficulty"].as_array().is_some_and(|bins| !bins.is_empty())),
        ("plurality", k > 1 && 2 * agree <= k),
        ("window", k > 1 && most.is_some_and(|most| most < k)),
        ("self-judge", file["filter"].as_array().is_some_and(judges)),
        ("gain", number("learning", "hazard_gain").is_some_and(|gain| gain != 1.0)),
        ("renewal", number("learning", "renewal").is_some_and(|renewal| renewal < 1.0)),
        ("erosion", number("errors", "erosion").is_some_and(|erosion| erosion > 0.0)),
        ("drawn start", file["start"]["draw"] == true),
    ]
    .into_iter()
    .filter_map(|(name, is_there)| is_there.then_some(name))
    .collect()
}

/// Shares that sum to 1 in doubles; the first may be all but nothing.
fn shares(numbers: &mut Numbers, wild: f64) -> Vec<f64> {
    match numbers.between(1, 3) {
        1 => vec![1.0],
        2 => {
            let first = if numbers.chance(wild) { 1e-9 } else { 0.01 + 0.98 * numbers.next() };
            vec![first, 1.0 - first]
        }
        _ => {
            let (first, second) = (0.01 + 0.4 * numbers.next(), 0.01 + 0.4 * numbers.next());
            vec![first, second, 1.0 - (first + second)]
        }
    }
}

fn difficulty(numbers: &mut Numbers, kind: Kind, scenario: &mut Value) {
    let floor = scenario["errors"]["step_error_floor"].as_f64().unwrap_or(0.0);
    let bin = |numbers: &mut Numbers, share: f64| {
        let mut bin = json!({ "share": share });
        if numbers.chance(0.5) {
            bin["steps"] = json!(numbers.between(1, 40));
        }
        // The file's own slip may be below the floor, a difficulty's may not.
        if numbers.chance(0.5) || scenario["errors"]["step_error"].as_f64().unwrap() < floor {
            let slip = if numbers.chance(0.2) { numbers.rate(kind.wild) } else { numbers.power(-3.5, -0.5) };
            bin["step_error"] = json!(slip.max(floor));
        }
        for key in ["systematic_share", "consistency"] {
            if numbers.chance(0.4) {
                bin[key] = json!(numbers.rate(kind.wild));
            }
        }
        if numbers.chance(0.4) {
            bin["wrong_answers"] = json!(numbers.between(1, 12));
        }
        bin
    };
    let shares = shares(numbers, kind.wild);
    let bins: Vec<Value> = shares.into_iter().map(|share| bin(numbers, share)).collect();
    scenario["difficulty"] = json!(bins);
}

/// A plurality, any number of votes, or a window, down to a single number of votes.
fn vote(numbers: &mut Numbers, _: Kind, scenario: &mut Value) {
    let candidates = numbers.between(2, 7);
    let agree = if numbers.chance(0.4) { 1 } else { numbers.between(1, candidates) };
    scenario["vote"] = json!({ "candidates": candidates, "agree": agree });
    if numbers.chance(0.5) {
        let most = if numbers.chance(0.3) { agree } else { numbers.between(agree, candidates) };
        scenario["vote"]["agree_at_most"] = json!(most);
    }
}

fn self_judge(numbers: &mut Numbers, kind: Kind, scenario: &mut Value) {
    let mut judge = json!({
        "kind": "self-judge",
        "sensitivity": numbers.rate(kind.wild),
        "false_reject": if numbers.chance(0.2) { numbers.rate(kind.wild) } else { 0.2 * numbers.next() },
        "steps": numbers.chance(0.5),
    });
    if numbers.chance(0.5) {
        judge["shared"] = json!(numbers.rate(kind.wild));
    }
    scenario["filter"].as_array_mut().unwrap().push(judge);
}

fn gain(numbers: &mut Numbers, _: Kind, scenario: &mut Value) {
    let gain = match numbers.between(0, 5) {
        0 => numbers.pick(&[0.0, 0.2, 1.0 - 1e-9, 2.0, 3.0]),
        1 | 2 => 0.2 + 2.8 * numbers.next(),
        _ => 0.7 + 0.7 * numbers.next(),
    };
    scenario["learning"]["hazard_gain"] = json!(gain);
}

/// A pool takes no renewal below 1.
fn renewal(numbers: &mut Numbers, _: Kind, scenario: &mut Value) {
    if scenario["learning"]["policy"] != "accumulate" {
        let renewal =
            if numbers.chance(0.3) { numbers.pick(&[1e-6, 0.01, 0.999, 1.0 - 1e-12]) } else { numbers.next() };
        scenario["learning"]["renewal"] = json!(renewal.max(1e-6));
    }
}

/// Erosion, half of the time with improvement; its law changes for ever, so that few loops that would stay have it.
fn erosion(numbers: &mut Numbers, kind: Kind, scenario: &mut Value) {
    if !kind.changes && numbers.chance(0.6) {
        return;
    }
    scenario["errors"]["erosion"] =
        json!(if numbers.chance(0.2) { numbers.pick(&[1e-9, 0.01, 1.0]) } else { 0.4 * numbers.next() });
    let improves = !scenario["errors"]["step_error_gain"].is_null();
    // The floor stays at 0, or is below the slips of every difficulty.
    if !improves && numbers.chance(0.5) {
        scenario["errors"]["step_error_gain"] = json!(numbers.rate(kind.wild));
        if scenario["difficulty"].is_null() {
            let slip = scenario["errors"]["step_error"].as_f64().unwrap();
            scenario["errors"]["step_error_floor"] = json!(slip * numbers.next());
        }
    }
}

fn draw(numbers: &mut Numbers, kind: Kind, scenario: &mut Value) {
    let wrong = if numbers.chance(0.2) { numbers.pick(&[0.0, 1e-12, 0.5]) } else { 0.5 * numbers.next() };
    let unsound = if kind.plane && numbers.chance(0.7) { 0.5 * numbers.next() } else { 0.0 };
    scenario["start"] = json!({ "unsound": unsound, "wrong": wrong, "draw": true });
}
