//! The model once more, straight from docs/model.md and slowly, in numbers of 76 digits; nothing of the crate is used.

use serde_json::Value;

use super::precise::Precise;

/// Probabilities of the next pair of counts.
type PairRow = Vec<((u64, u64), Precise)>;

/// A loop as its resolved file describes it, the numbers taken as the doubles they are.
pub struct Reference<'a> {
    file: &'a Value,
    pub examples: u64,
    pub accumulates: bool,
    pub unsound: bool,
    start: (u64, u64),
    threshold: Precise,
}

/// Probabilities of the four kinds of answer.
#[derive(Clone, Copy)]
struct Kinds {
    sound: Precise,
    unsound: Precise,
    systematic: Precise,
    random: Precise,
}

impl Kinds {
    fn times(self, by: Precise) -> Self {
        self.each(Self { sound: by, unsound: by, systematic: by, random: by }, |a, b| a * b)
    }

    fn each(self, other: Self, f: impl Fn(Precise, Precise) -> Precise) -> Self {
        Self {
            sound: f(self.sound, other.sound),
            unsound: f(self.unsound, other.unsound),
            systematic: f(self.systematic, other.systematic),
            random: f(self.random, other.random),
        }
    }

    fn total(self) -> Precise {
        self.sound + self.unsound + self.systematic + self.random
    }
}

/// What one generation does at a composition.
pub struct Generation {
    pub error: Precise,
    pub accepted: Precise,
    /// (q_U, q_W); none where nothing is accepted.
    pub next: Option<[Precise; 2]>,
}

/// The chain of one generation over all its counts.
pub struct Chain {
    pub states: Vec<State>,
}

pub struct State {
    pub counts: (u64, u64),
    pub generation: Generation,
    pub fails: bool,
}

/// The law of T and of the composition by generation.
pub struct Course {
    pub survival: Vec<Precise>,
    pub failed: Vec<Precise>,
    pub error: Vec<Precise>,
    pub accepted: Vec<Precise>,
}

/// `E[T]` (none where it is infinite) and the probability of ever failing.
pub struct Fate {
    pub mean: Option<Precise>,
    pub ever: Precise,
}

fn zero() -> Precise {
    Precise::ZERO
}

fn one() -> Precise {
    Precise::one()
}

/// P(Bin(n, p) ≥ m).
fn at_least(m: u64, n: u64, p: Precise) -> Precise {
    let mut choose = one();
    let mut sum = zero();
    for k in 0..=n {
        if k >= m {
            sum = sum + choose * p.power(k) * p.rest().power(n - k);
        }
        choose = choose * Precise::count(n - k) / Precise::count(k + 1);
    }
    sum
}

impl<'a> Reference<'a> {
    pub fn new(file: &'a Value) -> Self {
        let examples = file["examples"].as_u64().unwrap();
        let share = |key: &str| (file["start"][key].as_f64().unwrap() * examples as f64).round() as u64;
        let unsound = share("unsound").min(examples);
        let start = (unsound, share("wrong").min(examples - unsound));
        Self {
            file,
            examples,
            accumulates: file["learning"]["policy"] == "accumulate",
            unsound: file["errors"]["recovery"].as_f64().unwrap() > 0.0 || unsound > 0,
            start,
            threshold: Precise::of(file["failure"]["error_rate"].as_f64().unwrap()),
        }
    }

    fn number(&self, table: &str, key: &str) -> Precise {
        Precise::of(self.file[table][key].as_f64().unwrap())
    }

    fn steps(&self, generation: u64) -> u64 {
        let task = &self.file["task"];
        let grown = generation * task["steps_per_generation"].as_u64().unwrap();
        (task["steps"].as_u64().unwrap() + grown).min(1_000_000_000_000)
    }

    fn slip(&self, generation: u64) -> Precise {
        let (floor, gain) = (self.number("errors", "step_error_floor"), self.number("errors", "step_error_gain"));
        floor + (self.number("errors", "step_error") - floor) * gain.rest().power(generation)
    }

    /// Whether the law of one generation stays for ever.
    pub fn stays(&self) -> bool {
        let moves = self.file["errors"]["step_error"] != self.file["errors"]["step_error_floor"]
            && self.file["errors"]["step_error_gain"].as_f64() != Some(0.0);
        !moves && self.file["task"]["steps_per_generation"] == 0 && !self.accumulates
    }

    /// Section 2: P(on), P(back) and P(off) after the steps.
    fn solution(&self, generation: u64, [unsound, wrong]: [Precise; 2]) -> [Precise; 3] {
        let amplified = one() + self.number("errors", "amplification") * (unsound + wrong);
        let (e, r) = ((self.slip(generation) * amplified).min(one()), self.number("errors", "recovery"));
        let mut square = [[e.rest(), zero(), e], [zero(), e.rest(), e], [zero(), r, r.rest()]];
        let times = |a: &[[Precise; 3]; 3], b: &[[Precise; 3]; 3]| {
            [0, 1, 2].map(|i| [0, 1, 2].map(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
        };
        let mut walked = [0, 1, 2].map(|i| [0, 1, 2].map(|j| if i == j { one() } else { zero() }));
        let mut left = self.steps(generation);
        while left > 0 {
            if left & 1 == 1 {
                walked = times(&walked, &square);
            }
            square = times(&square, &square);
            left >>= 1;
        }
        walked[0]
    }

    /// φ of section 3, as the average over the places of the slip.
    fn luck(&self, generation: u64) -> Precise {
        let r = self.number("errors", "recovery");
        if r.is_zero() {
            return zero();
        }
        let steps = self.steps(generation);
        let mut missed = one();
        let mut sum = zero();
        for _ in 0..steps {
            sum = sum + missed.rest();
            missed = missed * r.rest();
        }
        sum / Precise::count(steps)
    }

    fn voted(&self, candidate: Kinds) -> Kinds {
        let (k, m) = (self.file["vote"]["candidates"].as_u64().unwrap(), self.file["vote"]["agree"].as_u64().unwrap());
        if k == 1 {
            return candidate;
        }
        let right = candidate.sound + candidate.unsound;
        let share = if right.is_zero() { zero() } else { at_least(m, k, right) / right };
        let random = self.file["errors"]["wrong_answers"].as_u64().map_or(zero(), |answers| {
            let answers = Precise::count(answers);
            answers * at_least(m, k, candidate.random / answers)
        });
        Kinds {
            sound: candidate.sound * share,
            unsound: candidate.unsound * share,
            systematic: at_least(m, k, candidate.systematic),
            random,
        }
    }

    /// The table of section 4, as passing probabilities.
    fn passing(&self, generation: u64, base: Kinds) -> Kinds {
        let mut all = Kinds { sound: one(), unsound: one(), systematic: one(), random: one() };
        for filter in self.file["filter"].as_array().into_iter().flatten() {
            let rate = |key: &str| Precise::of(filter[key].as_f64().unwrap());
            let caught = |random: Precise, systematic: Precise, unsound: Precise, sound: Precise| Kinds {
                sound: sound.rest(),
                unsound: unsound.rest(),
                systematic: systematic.rest(),
                random: random.rest(),
            };
            let row = match filter["kind"].as_str().unwrap() {
                "catch" => caught(rate("random"), rate("systematic"), rate("unsound"), rate("false_reject")),
                "outcome" => {
                    let (t, f) = (rate("sensitivity"), rate("false_reject"));
                    caught(t, t, f, f)
                }
                "steps" => {
                    let (t, f) = (rate("sensitivity"), rate("false_reject"));
                    caught(t, t, t, f.rest().power(self.steps(generation)).rest())
                }
                "cross-model" => {
                    let other = rate("error_rate");
                    caught(one(), rate("agreement_on_error").rest(), other, other)
                }
                "transform" => {
                    let missed = (base.sound + base.unsound).rest();
                    caught(one(), rate("invariance").rest(), missed, missed)
                }
                "ground-truth" => {
                    let seen = rate("coverage");
                    let steps = filter["steps"].as_bool().unwrap();
                    caught(seen, seen, if steps { seen } else { zero() }, zero())
                }
                kind => panic!("{kind}"),
            };
            all = all.each(row, |a, b| a * b);
        }
        all
    }

    /// Sections 2 to 5 at a composition.
    pub fn at(&self, generation: u64, x: [Precise; 2]) -> Generation {
        let [s, b, o] = self.solution(generation, x);
        let (sigma, gamma) = (self.number("errors", "systematic_share"), self.number("errors", "consistency"));
        let others = s + b + o * sigma.rest();
        // Where every outcome is a systematic mistake, the limit from milder slips.
        let base = if others.is_zero() {
            Kinds { sound: one(), unsound: zero(), systematic: zero(), random: zero() }
        } else {
            Kinds { sound: s / others, unsound: b / others, systematic: zero(), random: o * sigma.rest() / others }
        };
        let h = if gamma.is_zero() { zero() } else { (o * sigma / gamma).min(one()) };
        let luck = self.luck(generation);
        let otherwise = base.times(gamma.rest());
        let shown = Kinds { systematic: gamma, ..otherwise };
        let repeated =
            Kinds { unsound: otherwise.unsound + gamma * luck, systematic: gamma * luck.rest(), ..otherwise };
        let sound = (x[0] + x[1]).rest();
        let weights = [(sound * h.rest(), base), (sound * h, shown), (x[0], repeated), (x[1], shown)];
        let nothing = Kinds { sound: zero(), unsound: zero(), systematic: zero(), random: zero() };
        let (mut error, mut accepted) = (zero(), nothing);
        for (weight, candidate) in weights {
            error = error + weight * (candidate.systematic + candidate.random);
            accepted = accepted.each(self.voted(candidate).times(weight), |a, b| a + b);
        }
        let accepted = accepted.each(self.passing(generation, base), |a, b| a * b);
        let total = accepted.total();
        let next = total.is_positive().then(|| {
            let kept = self.number("learning", "anchor").rest() / total;
            let (rho, lambda) = (self.number("learning", "persistence"), self.number("learning", "imprint"));
            [kept * rho * accepted.unsound, kept * (rho * accepted.systematic + lambda * accepted.random)]
        });
        Generation { error, accepted: total, next }
    }

    pub fn start(&self) -> [Precise; 2] {
        self.composition(self.start, self.examples)
    }

    fn composition(&self, (unsound, wrong): (u64, u64), pool: u64) -> [Precise; 2] {
        [unsound, wrong].map(|count| Precise::count(count) / Precise::count(pool))
    }

    pub fn chain(&self, generation: u64) -> Chain {
        let pool = if self.accumulates { self.examples * (generation + 1) } else { self.examples };
        let most = |wrong: u64| if self.unsound { pool - wrong } else { 0 };
        let counts = (0..=pool).flat_map(|wrong| (0..=most(wrong)).map(move |unsound| (unsound, wrong)));
        let states = counts
            .map(|counts| {
                let generation = self.at(generation, self.composition(counts, pool));
                let fails = generation.next.is_none() || !(self.threshold - generation.error).is_positive();
                State { counts, generation, fails }
            })
            .collect();
        Chain { states }
    }

    /// Whether some error rate is so near the threshold that doubles cannot tell whether it fails.
    pub fn is_undecided(&self, chain: &Chain) -> bool {
        chain.states.iter().any(|state| {
            let distance = (state.generation.error - self.threshold).abs();
            !distance.is_zero() && (distance - self.threshold * Precise::of(1e-11)).negated().is_positive()
        })
    }

    /// Probabilities of the N draws of every state of the chain's grid, by (unsound, wrong) drawn, rising as the states do.
    fn draws(&self, next: [Precise; 2]) -> Vec<((u64, u64), Precise)> {
        let n = self.examples;
        let powers =
            |p: Precise| (0..=n).scan(one(), |power, _| Some(std::mem::replace(power, *power * p))).collect::<Vec<_>>();
        let parts = [powers(next[0]), powers(next[1]), powers((next[0] + next[1]).rest())];
        let mut result = Vec::new();
        let mut first = one();
        for wrong in 0..=n {
            let mut choose = first;
            for unsound in 0..=if self.unsound { n - wrong } else { 0 } {
                let sound = n - wrong - unsound;
                let p = choose * parts[0][unsound as usize] * parts[1][wrong as usize] * parts[2][sound as usize];
                result.push(((unsound, wrong), p));
                choose = choose * Precise::count(sound) / Precise::count(unsound + 1);
            }
            first = first * Precise::count(n - wrong) / Precise::count(wrong + 1);
        }
        result
    }

    /// Forward over `generations`, up to `work` multiplications.
    pub fn course(&self, generations: u64, work: u64) -> Course {
        let mut chain = self.chain(0);
        let place = |chain: &Chain, counts| chain.states.iter().position(|state| state.counts == counts).unwrap();
        let start = place(&chain, self.start);
        let mut free = vec![zero(); chain.states.len()];
        free[start] = one();
        let mut alive = free.clone();
        let mut failed = zero();
        let mut course = Course { survival: vec![], failed: vec![], error: vec![], accepted: vec![] };
        let mut rows: Vec<Option<PairRow>> = vec![None; chain.states.len()];
        let mut done = 0;
        for generation in 0..=generations {
            for (mass, state) in alive.iter_mut().zip(&chain.states) {
                if state.fails {
                    failed = failed + std::mem::replace(mass, zero());
                }
            }
            let mean = |value: fn(&State) -> Precise| {
                free.iter().zip(&chain.states).map(|(mass, state)| *mass * value(state)).sum::<Precise>()
            };
            course.survival.push(alive.iter().copied().sum());
            course.failed.push(failed);
            course.error.push(mean(|state| state.generation.error));
            course.accepted.push(mean(|state| state.generation.accepted));
            if generation == generations || done > work {
                break;
            }
            let next_chain = (!self.stays()).then(|| self.chain(generation + 1));
            let target = next_chain.as_ref().unwrap_or(&chain);
            let width = |chain: &Chain| if self.unsound { None } else { Some(chain.states.len()) };
            let index: std::collections::HashMap<(u64, u64), usize> = match width(target) {
                Some(_) => Default::default(),
                None => target.states.iter().enumerate().map(|(i, state)| (state.counts, i)).collect(),
            };
            let at = |counts: (u64, u64)| if self.unsound { index[&counts] } else { counts.1 as usize };
            let mut next = [vec![zero(); target.states.len()], vec![zero(); target.states.len()]];
            for (i, state) in chain.states.iter().enumerate() {
                if free[i].is_zero() {
                    continue;
                }
                let held = if self.accumulates { state.counts } else { (0, 0) };
                let Some(q) = state.generation.next else {
                    // A starved loop has failed, and stays at its composition.
                    let scaled = |count: u64| {
                        if self.accumulates {
                            count + (count as f64 / (generation + 1) as f64).round() as u64
                        } else {
                            count
                        }
                    };
                    let to = at((scaled(state.counts.0), scaled(state.counts.1)));
                    next[0][to] = next[0][to] + free[i];
                    continue;
                };
                let row = rows[i].take().unwrap_or_else(|| self.draws(q));
                // A quotient costs some ten products.
                done += 15 * row.len() as u64;
                for &((unsound, wrong), p) in &row {
                    if p.is_zero() {
                        continue;
                    }
                    let to = at((held.0 + unsound, held.1 + wrong));
                    next[0][to] = next[0][to] + free[i] * p;
                    next[1][to] = next[1][to] + alive[i] * p;
                }
                if self.stays() {
                    rows[i] = Some(row);
                }
            }
            [free, alive] = next;
            if let Some(next) = next_chain {
                // The law of a state costs some hundreds.
                done += 500 * next.states.len() as u64;
                rows = vec![None; next.states.len()];
                chain = next;
            }
        }
        course
    }

    /// `E[T]` and P(T < ∞) of a law that stays, by elimination without subtractions over the states that may be met.
    pub fn fate(&self, chain: &Chain) -> Fate {
        let start = chain.states.iter().position(|state| state.counts == self.start).unwrap();
        if chain.states[start].fails {
            return Fate { mean: Some(zero()), ever: one() };
        }
        let rows: Vec<Vec<Precise>> = chain
            .states
            .iter()
            .map(|state| match state.generation.next.filter(|_| !state.fails) {
                Some(q) => self.draws(q).into_iter().map(|(_, p)| p).collect(),
                None => Vec::new(),
            })
            .collect();
        // What the start reaches, and of that what reaches failure.
        let mut met = vec![false; rows.len()];
        let mut open = vec![start];
        met[start] = true;
        while let Some(i) = open.pop() {
            for (j, p) in rows[i].iter().enumerate() {
                if !p.is_zero() && !chain.states[j].fails && !std::mem::replace(&mut met[j], true) {
                    open.push(j);
                }
            }
        }
        let mut failing: Vec<bool> = chain.states.iter().map(|state| state.fails).collect();
        loop {
            let more: Vec<usize> = (0..rows.len())
                .filter(|&i| !failing[i] && met[i] && rows[i].iter().zip(&failing).any(|(p, f)| *f && !p.is_zero()))
                .collect();
            if more.is_empty() {
                break;
            }
            more.into_iter().for_each(|i| failing[i] = true);
        }
        let certain = (0..rows.len()).all(|i| !met[i] || failing[i]);
        if !failing[start] {
            return Fate { mean: None, ever: zero() };
        }
        // The start first, so that it is eliminated last.
        let mut kept = vec![start];
        kept.extend((0..rows.len()).filter(|&i| i != start && met[i] && failing[i] && !chain.states[i].fails));
        let part = |i: usize, wanted: &dyn Fn(usize) -> bool| {
            rows[i].iter().enumerate().filter(|(j, _)| wanted(*j)).map(|(_, p)| *p).sum::<Precise>()
        };
        let exits: Vec<Precise> = kept.iter().map(|&i| part(i, &|j| chain.states[j].fails)).collect();
        let lost = kept.iter().map(|&i| part(i, &|j| !failing[j])).collect();
        let square = kept.iter().map(|&i| kept.iter().map(|&j| rows[i][j]).collect()).collect();
        let (time, ever) = eliminate(square, exits, lost);
        Fate { mean: certain.then_some(time), ever }
    }
}

/// Expected time to leave from state 0 through exits or losses, and the probability that it is through an exit.
fn eliminate(mut rows: Vec<Vec<Precise>>, mut exits: Vec<Precise>, mut lost: Vec<Precise>) -> (Precise, Precise) {
    let mut times = vec![one(); exits.len()];
    for k in (1..exits.len()).rev() {
        let row = std::mem::take(&mut rows[k]);
        let pivot = row[..k].iter().copied().sum::<Precise>() + exits[k] + lost[k];
        for i in 0..k {
            if rows[i][k].is_zero() {
                continue;
            }
            let share = rows[i][k] / pivot;
            exits[i] = exits[i] + share * exits[k];
            lost[i] = lost[i] + share * lost[k];
            times[i] = times[i] + share * times[k];
            for (cell, through) in rows[i][..k].iter_mut().zip(&row) {
                *cell = *cell + share * *through;
            }
        }
    }
    let pivot = exits[0] + lost[0];
    (times[0] / pivot, exits[0] / pivot)
}
