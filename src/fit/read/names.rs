//! The order of generations that are named: `base`, `iter1`, `iter2`, or `out/iter_1/checkpoint-300` and so on.

/// Words of names of what came before the first generation, and after the last.
const FIRST: [&str; 11] =
    ["base", "baseline", "init", "initial", "start", "original", "sft", "pretrained", "instruct", "chat", "it"];
const LAST: [&str; 4] = ["final", "last", "latest", "main"];
/// Words behind which a number is that of a generation, whatever other numbers a name has.
const ROUNDS: [&str; 8] = ["iter", "iteration", "round", "gen", "generation", "it", "cycle", "stage"];
/// Words that may stand before a number, with a blank between.
const NUMBERED: [&str; 8] = ["iteration", "iter", "round", "generation", "gen", "step", "epoch", "checkpoint"];

/// The rank of every name, where all are different and their numbers and words give an order; whether only numbers did.
///
/// Names that differ in numbers alone are ordered by the number of the generation, where one says that it is, and else by the
/// first in which they differ. One of them may be the first by its word or because it is the stem of the others, which go on
/// behind it, and one the last.
pub(super) fn ranks(names: &[String]) -> Option<(Vec<u64>, bool)> {
    let keys: Vec<(f64, Vec<f64>)> = keys(names)?;
    let compare = |a: &(f64, Vec<f64>), b: &(f64, Vec<f64>)| {
        a.0.total_cmp(&b.0).then_with(|| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal))
    };
    let mut sorted: Vec<&(f64, Vec<f64>)> = keys.iter().collect();
    sorted.sort_by(|a, b| compare(a, b));
    if names.len() < 2 || sorted.windows(2).any(|pair| compare(pair[0], pair[1]).is_eq()) {
        return None;
    }
    let rank = |key| sorted.partition_point(|other| compare(other, key).is_lt()) as u64;
    Some((keys.iter().map(rank).collect(), keys.iter().all(|(place, _)| *place == 0.0)))
}

/// Before (−1), among (0) or behind (1) the numbered names, with the numbers.
fn keys(names: &[String]) -> Option<Vec<(f64, Vec<f64>)>> {
    let shortest = names.iter().min_by_key(|name| name.len()).filter(|_| names.len() > 2);
    let stem = shortest.filter(|stem| names.iter().all(|other| other.starts_with(stem.as_str())));
    let mut letters: Option<Vec<String>> = None;
    names
        .iter()
        .map(|name| {
            if let Some(place) = place_of_word(name).or_else(|| (stem == Some(name)).then_some(-1.0)) {
                return Some((place, Vec::new()));
            }
            if let Ok(number) = name.trim().parse::<f64>() {
                return (*letters.get_or_insert_with(Vec::new) == Vec::<String>::new()).then(|| (0.0, vec![number]));
            }
            let (own, mut numbers) = parted(name);
            let alike = *letters.get_or_insert_with(|| own.clone()) == own && !numbers.is_empty();
            // The number of the generation decides first.
            if let Some(numbers) = place_of_round(&own).and_then(|round| numbers.get_mut(..=round)) {
                numbers.rotate_right(1);
            }
            alike.then_some((0.0, numbers))
        })
        .collect()
}

/// The texts between the numbers of a name, and the numbers. The size of a model (7B, 0.5b) is text.
fn parted(name: &str) -> (Vec<String>, Vec<f64>) {
    let (mut texts, mut numbers) = (vec![String::new()], Vec::new());
    let lower = name.trim().to_lowercase();
    let mut rest = lower.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let text = size_of_model(rest).unwrap_or(if digits > 0 { 0 } else { first.len_utf8() });
        let (taken, left) = rest.split_at(text.max(if text == 0 { digits } else { 0 }));
        if text > 0 {
            if let Some(last) = texts.last_mut() {
                last.push_str(taken);
            }
        } else {
            numbers.push(taken.parse().unwrap_or(f64::INFINITY));
            texts.push(String::new());
        }
        rest = left;
    }
    (texts, numbers)
}

/// The letters with which a text ends, without marks behind them.
fn last_word(text: &str) -> &str {
    text.trim_end_matches(|c: char| !c.is_alphanumeric()).rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("")
}

/// Whether a name says the number of a round or generation.
pub(super) fn says_round(name: &str) -> bool {
    let (texts, numbers) = parted(name);
    place_of_round(&texts).is_some_and(|place| place < numbers.len())
}

/// The place of the number of a round or generation: that behind the first text which says so.
fn place_of_round(texts: &[String]) -> Option<usize> {
    texts.iter().position(|text| ROUNDS.contains(&last_word(text)))
}

/// The length of the size of a model with which a text begins.
fn size_of_model(text: &str) -> Option<usize> {
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let behind = text[number..].strip_prefix(['b', 'm'])?;
    let is_size = text.starts_with(|c: char| c.is_ascii_digit()) && !behind.starts_with(|c: char| c.is_alphanumeric());
    is_size.then_some(number + 1)
}

/// Whether names differ in two numbers and every pair of these occurs, as those of several runs side by side do.
pub(super) fn is_grid(names: &[String]) -> bool {
    let Some(keys) = keys(names) else { return false };
    let places = keys.first().map_or(0, |(_, numbers)| numbers.len());
    let different = |place: usize| {
        let mut seen: Vec<f64> = keys.iter().filter_map(|(_, numbers)| numbers.get(place).copied()).collect();
        seen.sort_by(f64::total_cmp);
        seen.dedup();
        seen.len()
    };
    let varying: Vec<usize> = (0..places).map(different).filter(|different| *different > 1).collect();
    varying.len() > 1 && varying.iter().product::<usize>() == names.len()
}

/// Whether a name says that it is the first (−1) or the last (1): by itself, or by its last word.
fn place_of_word(name: &str) -> Option<f64> {
    let lower = name.trim().to_lowercase();
    let plain = lower.strip_suffix("model").map_or(lower.as_str(), |plain| plain.trim_end_matches([' ', '_', '-']));
    let word = plain.rsplit(['-', '_', '/', '.', ' ']).next().unwrap_or(plain);
    match word {
        word if FIRST.contains(&word) => Some(-1.0),
        word if LAST.contains(&word) => Some(1.0),
        _ => None,
    }
}

/// Whether a text names a generation, in words or with a number at its end, such as `iter_3`.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let (front, rest) = text.split_once(' ').unwrap_or(("", text));
    let blank = front.is_empty() || NUMBERED.contains(&front.to_lowercase().as_str());
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let numbered = begins && rest.ends_with(|c: char| c.is_ascii_digit());
    text.len() <= 60 && blank && rest.chars().all(plain) && (numbered || place_of_word(text).is_some())
}

/// Whether a name says that it is the first.
pub(super) fn is_first(name: &str) -> bool {
    place_of_word(name) == Some(-1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_and_stems_order_names() {
        let ordered = [
            "base iter1 iter2 iter10",
            "Qwen2.5-7B Qwen2.5-7B-iter1 Qwen2.5-7B-iter2",
            "star-8b star-8b-1 star-8b-2",
            "m-lr1e-5 m-lr1e-5-it1 m-lr1e-5-it2",
            "epoch_1_step_200 epoch_1_step_1000 epoch_2_step_100",
            "solver_v1_seed42 solver_v2_seed42 solver_v3_seed42",
            "out/iter_0/checkpoint-900 out/iter_1/checkpoint-300 out/iter_2/checkpoint-100",
            "base ./out/checkpoint-500/ ./out/checkpoint-1500/ final",
            "step_0100 step_1000 main",
            "base 1 2 10",
            "model-base model-iter1 model-iter2",
            "Llama-3.2-3B-Instruct Llama-3.2-3B-STaR-1 Llama-3.2-3B-STaR-2 Llama-3.2-3B-STaR-10",
            "checkpoint-500 checkpoint-1000 latest",
            "T1.0-iter0 T0.7-iter1 T0.5-iter2",
            "2024-05-03-round-0 2024-05-02-round-1 2024-05-01-round-2",
            "lr1e-5-iter0 lr5e-6-iter1 lr1e-6-iter2",
        ];
        for line in ordered {
            let names: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let reversed: Vec<String> = names.iter().rev().cloned().collect();
            let all = 0..names.len() as u64;
            assert_eq!(ranks(&names).map(|(ranks, _)| ranks), Some(all.clone().collect()), "{line}");
            assert_eq!(ranks(&reversed).map(|(ranks, _)| ranks), Some(all.rev().collect()), "{line}");
        }
        for line in
            ["llama-3-8b qwen-2.5-7b mistral-7b", "iter1 iter1", "base initial iter1", "ours", "checkpoint-1 step_2"]
        {
            let names: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(ranks(&names), None, "{line}");
        }
    }
    #[test]
    fn every_pair_of_two_numbers_is_a_grid() {
        let of = |line: &str| is_grid(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(of("m-iter0-seed1 m-iter1-seed1 m-iter0-seed2 m-iter1-seed2"));
        assert!(!of("epoch_1_step_200 epoch_1_step_1000 epoch_2_step_100"));
        assert!(!of("solver_v1_seed42 solver_v2_seed42") && !of("base iter1 iter2"));
    }
}
