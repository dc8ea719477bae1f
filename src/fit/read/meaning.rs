//! What a metric measures, as far as its name says.

use super::problems::repeats_in;

/// What a name is of that may be a share all the same, if whoever runs the loop says so.
pub(super) const NO_SHARE: &str = "no share of right answers";

/// What a metric measures, as far as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricMeaning {
    /// A share of right answers.
    Right,
    /// A share of wrong answers.
    Error,
    /// A reward, of which nobody knows what it counts.
    Reward,
    /// Something else, and what.
    Other(&'static str),
    /// The name says nothing.
    Unknown,
}

/// Words of a name that settle what it measures, the first that occurs deciding.
const WORDS: [(&[&str], MetricMeaning); 21] = [
    (&["stderr", "std", "se", "sd", "var", "variance", "ci", "interval"], MetricMeaning::Other("a spread")),
    (&["token", "tokens"], MetricMeaning::Other("an accuracy of tokens, not of answers")),
    (&["loss", "nll"], MetricMeaning::Other("a loss")),
    (
        &["perplexity", "ppl", "entropy", "kl", "logps", "logits", "logp", "logprob", "logprobs"],
        MetricMeaning::Other("a loss"),
    ),
    (
        &["margin", "margins", "chosen", "rejected", "advantage", "advantages"],
        MetricMeaning::Other("a reward of pairs"),
    ),
    (&["lr", "norm", "grad"], MetricMeaning::Other("a setting of the optimiser")),
    (&["runtime", "time", "second", "seconds", "timing", "elapsed", "throughput"], MetricMeaning::Other("a time")),
    (
        &[
            "length",
            "len",
            "ratio",
            "count",
            "clipped",
            "percentage",
            "distinct",
            "temperature",
            "memory",
            "bytes",
            "answer_missing",
            "missing",
            "no",
            "empty",
            "timeout",
            "bleu",
            "rouge",
            "f1",
            "mcc",
        ],
        MetricMeaning::Other(NO_SHARE),
    ),
    (&["best", "worst", "oracle", "max", "min"], MetricMeaning::Other("the best or worst of several answers")),
    (&["verifier"], MetricMeaning::Other("how often a verifier is right, not an answer")),
    (
        &["delta", "gain", "change", "diff", "difference", "gap", "improvement", "increase", "decrease", "regret"],
        MetricMeaning::Other("a difference of two rates"),
    ),
    (&["baseline", "target", "goal", "threshold"], MetricMeaning::Other("a value to compare with")),
    (&["brier", "ece", "mse", "mae", "rmse", "distance"], MetricMeaning::Other("a distance that is to fall")),
    (
        &[
            "wer",
            "cer",
            "err",
            "error",
            "errors",
            "wrong",
            "incorrect",
            "inaccuracy",
            "unsolved",
            "failure",
            "failures",
            "failed",
            "fails",
            "miss",
            "missed",
            "misses",
            "mistake",
            "mistakes",
            "mismatch",
            "hallucination",
            "hallucinations",
            "hallucinated",
        ],
        MetricMeaning::Error,
    ),
    (&["format"], MetricMeaning::Reward),
    (
        &[
            "accuracy",
            "accuracies",
            "acc",
            "correct",
            "correctness",
            "right",
            "match",
            "em",
            "solved",
            "passed",
            "majority",
            "maj",
            "success",
            "pass@1",
            "pass1",
            "pass@k",
            "extractive_match",
            "ans",
            "labels",
        ],
        MetricMeaning::Right,
    ),
    (
        &[
            "gsm8k",
            "math",
            "math500",
            "math_500",
            "aime",
            "aime24",
            "aime25",
            "amc",
            "amc23",
            "mmlu",
            "arc",
            "hellaswag",
            "humaneval",
            "mbpp",
            "gpqa",
            "olympiadbench",
            "minerva",
            "svamp",
            "boolq",
            "winogrande",
            "truthfulqa",
            "bbh",
            "drop",
        ],
        MetricMeaning::Right,
    ),
    (&["reward", "rewards", "score", "scores", "return", "returns"], MetricMeaning::Reward),
    (&["avg", "mean"], MetricMeaning::Unknown),
    (&["pass"], MetricMeaning::Right),
    (&["exact"], MetricMeaning::Right),
];

/// The words of a metric's name: lower case, parted where neither a letter, a digit nor @ stands.
pub(super) fn words(name: &str) -> Vec<String> {
    name.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '@' && c != ':')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Attempts of which one must be right: the 8 of pass@8, pass8, pass@8:16 and pass@k:k=8; 0 where the name leaves it open.
fn attempts(words: &[String]) -> Option<u64> {
    let (place, after) =
        words.iter().enumerate().find_map(|(place, word)| Some((place, word.strip_prefix("pass")?)))?;
    match after.trim_start_matches('@').split(':').next() {
        Some("k") => Some(words.get(place + 1).and_then(|k| k.parse().ok()).unwrap_or(0)),
        Some(k) => k.parse().ok(),
        None => None,
    }
}

/// What a name says of its metric.
pub(super) fn meaning(name: &str) -> MetricMeaning {
    match (is_negated(name), plain_meaning(name)) {
        (true, MetricMeaning::Right) => MetricMeaning::Error,
        (true, MetricMeaning::Error) => MetricMeaning::Right,
        (_, meaning) => meaning,
    }
}

/// Whether a name turns what follows: `not_correct`, `non-accuracy`, `1 - accuracy`.
pub(super) fn is_negated(name: &str) -> bool {
    let close: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let begins = close.rsplit('/').next().unwrap_or(&close).trim_start_matches('(');
    ["1-", "1−", "1–"].iter().any(|one| begins.starts_with(one))
        || words(name).iter().any(|word| matches!(word.as_str(), "not" | "non" | "minus"))
}

/// Whether a name is of the first few answers of which one must be right: `top5_acc`, `top-5 accuracy`.
fn is_of_several(words: &[String]) -> bool {
    let many = |digits: &str| digits.parse().is_ok_and(|k: u64| k > 1);
    words.iter().any(|word| word.strip_prefix("top").is_some_and(many))
        || words.windows(2).any(|pair| pair[0] == "top" && many(&pair[1]))
}

fn plain_meaning(name: &str) -> MetricMeaning {
    let words = words(name);
    if is_of_several(&words) || attempts(&words).is_some_and(|k| k != 1) {
        return MetricMeaning::Other("coverage: whether any of several answers is right");
    }
    let plain = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if plain(&["agreement", "consistency", "consensus"])
        || plain(&["majority", "maj", "voting"]) && plain(&["reward", "rewards", "ratio"])
    {
        return MetricMeaning::Other("agreement among answers, not with the truth");
    }
    // Harnesses normalise the likelihoods of answers by their length; the metric is a share of right answers all the same.
    if words.windows(2).any(|pair| pair == ["acc", "norm"]) && !plain(&["stderr"]) {
        return MetricMeaning::Right;
    }
    if words.windows(2).any(|pair| matches!(pair[0].as_str(), "acc" | "accuracy") && pair[1] == "drop") {
        return MetricMeaning::Other("a difference of two rates");
    }
    if words.windows(2).any(|pair| pair == ["pseudo", "label"] || pair == ["pseudo", "labels"]) {
        return MetricMeaning::Other("how often the labels of training are right");
    }
    if words.windows(2).any(|pair| pair == ["learning", "rate"]) {
        return MetricMeaning::Other("a setting of the optimiser");
    }
    if words.windows(2).any(|pair| pair == ["reward", "accuracy"]) {
        return MetricMeaning::Other("how often rewards are right, not answers");
    }
    let has = |set: &[&str]| {
        words.iter().any(|word| {
            set.iter()
                .any(|known| known == word || word.strip_prefix(known).is_some_and(|rest| rest.starts_with(['@', ':'])))
        })
    };
    match WORDS.iter().find(|(set, _)| has(set)) {
        // The mean over several answers to a problem is one of right answers.
        Some((_, MetricMeaning::Unknown)) if repeats_in(name).is_some() => MetricMeaning::Right,
        Some((_, meaning)) => *meaning,
        None => MetricMeaning::Unknown,
    }
}

/// How far a metric is from held-out problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MetricScope {
    Evaluation,
    Unstated,
    Training,
}

pub(super) fn scope(name: &str) -> MetricScope {
    let words = words(name);
    let has = |set: &[&str]| words.iter().any(|word| set.contains(&word.as_str()));
    if has(&["eval", "evaluation", "val", "valid", "validation", "test", "heldout"]) {
        MetricScope::Evaluation
    } else if has(&["train", "training", "batch", "actor", "critic", "rollout"]) {
        MetricScope::Training
    } else {
        MetricScope::Unstated
    }
}

/// Whether a metric of this name was measured on what the loop trains on.
pub(super) fn of_training(name: &str) -> bool {
    scope(name) == MetricScope::Training
}
