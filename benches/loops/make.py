#!/usr/bin/env python3
"""Measure real self-training loops and log them, one CSV file per design.

A small network is trained on a few true-labelled rows (generation 0).  It then
attempts fresh problems, samples one or more answers to each at a temperature,
keeps the problems on which enough answers agree, and a new network is trained
from scratch on what was kept; and so on.  Ground truth only scores answers; it
never selects them (`anchor` mixes in rows of generation 0's labelled set).

  digits    8x8 handwritten digits (scikit-learn), one step per solution
  addition  by columns: a learned step (a, b, carry in) -> (sum digit, carry
            out), sampled, its carry passed on; votes compare final numbers

A randomly drawn design is replaced only if its first measured error is outside
0.5 % to 50 %.  Same seed (and machine), same files.
"""
import argparse
import csv
import os
from dataclasses import astuple, dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")                 # before numpy
import numpy as np                                            # noqa: E402

COLUMNS = ("run generation steps evaluated wrong generated kept kept_wrong "
           "unanimous kept_steps kept_wrong_steps").split()
VOTES = [(1, 1)] * 16 + [(2, 2), (3, 3), (3, 2), (5, 4), (5, 5)] * 4
RUNS, GENERATIONS, DESIGNS = 4, 25, len(VOTES)    # votes: (candidates, agree)


@dataclass
class Design:
    task: str                       # digits | addition
    hidden: int                     # hidden units; 0: softmax regression
    temperature: float
    candidates: int
    agree: int
    examples: int                   # kept problems per generation
    labels: int                     # true rows (images or steps) of generation 0
    length: int = 1                 # steps per solution (at generation 0)
    growing: bool = False           # one more step each generation
    anchor: float = 0.0             # share of later training rows that is true
    decay: float = 1.0              # weight decay, relative to the task's usual
    evaluated: int = 500

    @property
    def name(self):
        learner = f"mlp{self.hidden}" if self.hidden else "logit"
        length = "" if self.length == 1 else f"-d{self.length}"
        vote = f"vote{self.agree}of{self.candidates}"
        return (f"{self.task}-{learner}{'-growing' if self.growing else length}"
                f"-t{round(100 * self.temperature):03d}"
                f"-{'unverified' if self.candidates == 1 else vote}"
                f"-n{self.examples}-l{self.labels}"
                + (f"-anchor{round(100 * self.anchor):02d}" if self.anchor else ""))


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def train(x, y, classes, hidden, decay, rng, epochs, least, most, rate):
    """Fit a network from a random start for so many epochs, within least ...
    most steps (Adam, minibatches, L2); return its logits function."""
    sizes = [x.shape[1]] + ([hidden] if hidden else []) + [classes]
    weights = [w.astype(np.float32) for a, b in zip(sizes, sizes[1:])
               for w in (rng.normal(0, a ** -0.5, (a, b)), np.zeros(b))]
    first, second = ([np.zeros_like(w) for w in weights] for _ in range(2))
    batch = min(64, len(x))
    steps = int(np.clip(epochs * len(x) / batch, least, most))
    at = len(x)
    for t in range(1, steps + 1):
        if at + batch > len(x):
            order, at = rng.permutation(len(x)), 0
        rows, at = order[at:at + batch], at + batch
        inputs = x[rows]
        top = np.maximum(inputs @ weights[0] + weights[1], 0) if hidden else inputs
        grad = softmax(top @ weights[-2] + weights[-1])
        grad = (grad - np.eye(classes, dtype="f")[y[rows]]) / np.float32(batch)
        grads = [top.T @ grad + decay * weights[-2], grad.sum(0)]
        if hidden:
            grad = (grad @ weights[2].T) * (top > 0)
            grads[:0] = [inputs.T @ grad + decay * weights[0], grad.sum(0)]
        step = rate * (1 - 0.9 * t / steps)
        for w, g, m, v in zip(weights, grads, first, second):
            m += 0.1 * (g - m)
            v += 0.01 * (g * g - v)
            w -= step * m / (1 - 0.9 ** t) / (np.sqrt(v / (1 - 0.99 ** t)) + 1e-8)
    return lambda z: (np.maximum(z @ weights[0] + weights[1], 0) if hidden
                      else z) @ weights[-2] + weights[-1]


def sample(logits, temperature, rng):
    """One class for each row of logits."""
    cumulated = np.cumsum(softmax(logits.astype(float) / temperature), -1)
    u = rng.random(cumulated.shape[:-1] + (1,))
    return np.minimum((u > cumulated).sum(-1), cumulated.shape[-1] - 1)


# A task offers labelled(count): true training rows; fit(rows); and solve(count,
# candidates, length): final answers, training rows, whether the final answer is
# wrong, whether each step is; all indexed [problem, candidate, ...].

class Digits:
    def __init__(self, design, rng):
        from sklearn.datasets import load_digits    # transformer.py does without
        self.d, self.rng = design, rng
        images, self.truth = load_digits(return_X_y=True)
        self.images = images / 16
        self.test, self.pool = np.split(rng.permutation(len(self.truth)), [600])

    def labelled(self, count):
        which = self.rng.permutation(self.pool)[:count]
        return np.column_stack([self.images[which], self.truth[which]])

    def fit(self, rows):
        decay = self.d.decay * (1e-3 if self.d.hidden else 4e-3)
        self.logits = train(rows[:, :64].astype("f"), rows[:, 64].astype(int), 10,
                            self.d.hidden, decay, self.rng, 60, 200, 500, 0.01)

    def solve(self, count, k, length, test=False):
        which = self.rng.choice(self.test if test else self.pool, count)
        images = self.images[which] + self.rng.normal(0, 1 / 16, (count, 64))
        logits = np.repeat(self.logits(images)[:, None], k, 1)
        answers = sample(logits, self.d.temperature, self.rng)[..., None]
        wrong = answers != self.truth[which, None, None]
        rows = np.concatenate([np.repeat(images[:, None], k, 1), answers], -1)
        return answers, rows[:, :, None], wrong[..., 0], wrong


class Addition:
    A, B, C = np.indices((10, 10, 2)).reshape(3, 200)     # input a * 20 + b * 2 + c
    TRUE = (A + B + C) % 10 * 2 + (A + B + C) // 10       # sum digit * 2 + carry
    ONEHOT = np.hstack([np.eye(10)[A], np.eye(10)[B], np.eye(2)[C]]).astype("f")

    def __init__(self, design, rng):
        self.d, self.rng = design, rng

    def labelled(self, count):
        inputs = self.rng.integers(0, 200, count)
        return np.column_stack([inputs, self.TRUE[inputs]])

    def fit(self, rows):
        inputs, decay = self.ONEHOT[rows[:, 0]], self.d.decay * 2e-5
        self.logits = train(inputs, rows[:, 1], 20, self.d.hidden, decay,
                            self.rng, 16, 400, 800, 0.03)(self.ONEHOT)

    def solve(self, count, k, length, test=False):
        pairs = self.rng.integers(0, 100, (length, count)) * 2
        carry, true_carry = np.zeros((count, k), int), np.zeros(count, int)
        finals, truth, rows = [], [], []
        for pair in pairs:
            inputs, right = pair[:, None] + carry, self.TRUE[pair + true_carry]
            outputs = sample(self.logits[inputs], self.d.temperature, self.rng)
            rows.append(np.stack([inputs, outputs], -1))
            finals.append(outputs // 2)
            truth.append(right // 2)
            carry, true_carry = outputs % 2, right % 2
        finals = np.stack(finals + [carry], -1)
        wrong = (finals != np.stack(truth + [true_carry], -1)[:, None]).any(-1)
        rows = np.stack(rows, 2)
        return finals, rows, wrong, rows[..., 1] != self.TRUE[rows[..., 0]]


def gather(task, d, length):
    """Attempt problems until enough are kept; return counts and kept rows."""
    kept, counts = [], dict.fromkeys(COLUMNS[5:], 0)
    for _ in range(40):                         # beyond: starved
        finals, rows, wrong, bad = task.solve(d.examples, d.candidates, length)
        same = (finals[:, :, None] == finals[:, None]).all(-1).sum(-1)
        best = same.argmax(1)                   # first answer with most votes
        most = same.max(1)
        total = counts["kept"] + np.cumsum(most >= d.agree)
        stop = min(np.searchsorted(total, d.examples) + 1, len(total))
        index = np.flatnonzero(most[:stop] >= d.agree)
        chosen = index, best[index]
        unanimous = (most[:stop] == d.candidates).sum()
        for name, n in zip(counts, (stop, len(index), wrong[chosen].sum(), unanimous,
                                    len(index) * length, bad[chosen].sum())):
            counts[name] += int(n)
        kept.append(rows[chosen].reshape(-1, rows.shape[-1]))
        if counts["kept"] == d.examples:
            break
    return counts, np.concatenate(kept)


def run_loop(d, seed, generations):
    """Yield one row (dict) per generation; a starved run ends early."""
    rng = np.random.default_rng(seed)
    task = (Digits if d.task == "digits" else Addition)(d, rng)
    labelled = rows = task.labelled(d.labels)
    for generation in range(generations):
        task.fit(rows)
        length = d.length + (generation if d.growing else 0)
        wrong = task.solve(d.evaluated, 1, length, test=True)[2]
        counts, rows = gather(task, d, length)
        if d.task == "digits":                  # empty, as in the known files
            counts["kept_steps"] = counts["kept_wrong_steps"] = ""
        yield dict(generation=generation, steps=length, evaluated=d.evaluated,
                   wrong=int(wrong.sum()), **counts)
        if counts["kept"] < d.examples:
            return
        true = rng.permutation(len(rows))[:round(d.anchor * len(rows))]
        rows[true] = labelled[rng.integers(0, len(labelled), len(true))]


def draw_design(rng, task, votes, even):
    def spread(low, high, unit):                # log-uniform, rounded
        return int(round(np.exp(rng.uniform(*np.log([low, high]))) / unit)) * unit

    digits = task == "digits"
    growing = not digits and rng.random() < 0.25
    heat = 0.7 + 1.5 * even[0] if digits else 0.5 + 0.8 * even[0]
    hidden = [0, 0, 16, 32, 32, 64] if digits else [32, 48, 48, 64]
    hidden = hidden[int(even[1] * len(hidden))]
    examples = spread(60, 500, 10)
    return Design(
        task, hidden, round(0.05 * round(heat / 0.05), 2), *votes, examples,
        labels=(spread(max(50, 0.4 * examples), examples, 10) if digits
                else spread(600, 3000, 50)),
        length=1 if digits else 3 if growing else int(rng.integers(4, 13)),
        growing=growing,
        anchor=float(rng.choice([0, .05, .1, .3], p=[.55, .15, .15, .15])),
        decay=float(rng.choice([0.5, 1.0, 2.0])),
        evaluated=int(rng.choice([200, 500], p=[.25, .75])))


def draw_all(seed):
    """List of (design, seed), and the number of draws replaced."""
    rng = np.random.default_rng([seed, 0])
    kinds = sorted(zip(VOTES, ["digits", "addition"] * (DESIGNS // 2)))
    designs, replaced, even = [], 0, rng.random(2)
    for i, (vote, task) in enumerate(kinds):
        while True:
            even = (even + [0.7549, 0.5698]) % 1        # evenly spread (R2)
            d = draw_design(rng, task, vote, even)
            wrong = sum(next(run_loop(d, [seed, i + 1, r], 1))["wrong"]
                        for r in range(1, RUNS + 1))
            if 0.005 <= wrong / (RUNS * d.evaluated) <= 0.5:
                break
            replaced += 1
        designs.append((d, [seed, i + 1]))
    assert len({d.name for d, _ in designs}) == DESIGNS
    return designs, replaced


def write_log(path, rows):
    with open(path + ".part", "w", newline="") as f:
        table = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    os.replace(path + ".part", path)            # never half a file


README = """# Measured self-training loops of random designs

Made by `benches/loops/make.py --seed {seed}`: 4 runs a design, 25 generations, columns
as in [`../loops`](../loops/README.md). `labels`: true rows (images or one-digit steps)
of generation 0. Kept: at least `agree` of the `candidates` equal (first of the most
frequent is audited and trained on). `anchor`: share of kept rows replaced, after the
audit, by rows of generation 0's labelled set. A run that cannot keep enough within
40 x examples attempts ends with that row. {replaced} random draws were replaced for a
first error outside 0.5 % to 50 %, none for anything later.

{fields} |
"""


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("output", help="folder for the logs and their README.md")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--designs", default="", help="only those with this in their name")
    a = p.parse_args()
    designs, replaced = draw_all(a.seed)
    os.makedirs(a.output, exist_ok=True)
    with open(os.path.join(a.output, "README.md"), "w") as f:
        fields = ["| file", *vars(designs[0][0])]
        f.write(README.format(seed=a.seed, replaced=replaced, fields=" | ".join(fields)))
        f.write("|---" * len(fields) + "|\n")
        for d, _ in designs:
            f.write(" | ".join(map(str, ["| " + d.name, *astuple(d)])) + " |\n")
    for d, seed in designs:
        if a.designs in d.name:
            rows = (dict(run=r, **row) for r in range(1, RUNS + 1)
                    for row in run_loop(d, seed + [r], GENERATIONS))
            write_log(os.path.join(a.output, d.name + ".csv"), rows)
            print(d.name, flush=True)


if __name__ == "__main__":
    main()
