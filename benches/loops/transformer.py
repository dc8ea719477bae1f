#!/usr/bin/env python3
"""Measure self-training loops of a small language model that adds.

A character-level decoder-only transformer reads `a+b=` (most significant digit
first, padded with zeros) and writes the sum, least significant digit first.
Generation 0 learns from true examples and stops early; it is the same for all
designs of a run with fixed, or with growing, length.  Each generation samples
answers to fresh random problems at the design's temperature, keeps those that
pass its check (none; a vote; mirror: an answer to a+b against one to b+a), and
trains on them alone.  Ground truth only scores answers; it never selects them
(`anchor` replaces a share of the kept rows by true ones).

Same seed (and machine and versions), same files, whichever designs are asked for.
Needs numpy and torch; tried with Python 3.11.7, numpy 2.4.6, torch 2.15.0 (CPU).
"""
import argparse
import copy
import functools
import itertools
import os
import time
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")                 # before numpy
import numpy as np                                            # noqa: E402
import torch                                                  # noqa: E402
from torch import nn                                          # noqa: E402

from make import gather, write_log                            # noqa: E402

LAYERS, WIDTH, HEADS, FAR, PLUS, EQUALS = 2, 64, 4, 3, 10, 11
EVALUATED, STOP_TEMPERATURE, BATCH = 500, 1.1, 64
START = {False: (6, 0.08), True: (7, 0.04)}     # growing: answer digits, error
FIRST_RATE, SCRATCH_STEPS = 2e-3, 1000                        # from new weights
RATE, STEPS = 3e-4, 100                                       # from the previous


@dataclass
class Design:
    temperature: float
    examples: int                   # kept problems per generation
    candidates: int = 1
    agree: int = 1
    mirror: bool = False            # the second candidate answers b+a
    growing: bool = False           # one more digit each generation
    anchor: float = 0.0             # share of training rows that is true
    scratch: bool = False           # each generation starts from new weights

    @property
    def name(self):
        vote = f"vote{self.agree}of{self.candidates}"
        check = "mirror" if self.mirror else "unverified" if self.agree == 1 else vote
        return (f"lm-{'growing' if self.growing else f'd{START[False][0]}'}"
                f"-t{round(100 * self.temperature):03d}-{check}-n{self.examples}"
                + (f"-anchor{round(100 * self.anchor):02d}" if self.anchor else "")
                + ("-scratch" if self.scratch else ""))


DESIGNS = [Design(t, 2000, k, k) for t in (1.0, 1.1, 1.2) for k in (1, 3)] + [
    Design(1.2, 2000, candidates=3, agree=2),
    Design(1.2, 2000, anchor=0.1),
    Design(1.1, 1000, growing=True),
    Design(1.1, 1000, candidates=2, agree=2, mirror=True, growing=True),
    Design(1.0, 4000, scratch=True),
]


class Block(nn.Module):
    """Attention and a perceptron, each after a norm and added to its input."""
    def __init__(self):
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.heads, self.mix = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.apart = nn.Embedding(2 * FAR + 1, HEADS)
        self.think = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(),
                                   nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x, apart, future, past):     # past: keys and values before x
        heads = self.heads(self.before(x)).unflatten(-1, (3, HEADS, -1))
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        scores = q @ k.mT * q.shape[-1] ** -0.5 + self.apart(apart).permute(2, 0, 1)
        y = scores.masked_fill(future, -torch.inf).softmax(-1) @ v
        x = x + self.mix(y.transpose(1, 2).flatten(2))
        return x + self.think(self.between(x)), (k, v)


class Adder(nn.Module):
    """Logits of the next digit.  Attention sees how far apart two tokens' places in
    their numbers are (units 0; + and = stand at -1), up to FAR, so that a longer
    sum needs no weight that was never trained."""

    def __init__(self):
        super().__init__()
        self.token, self.number = nn.Embedding(12, WIDTH), nn.Embedding(3, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, tokens, length, at=0, past=(None,) * LAYERS):
        """Tokens at, at + 1, ... of problems with so many answer digits."""
        stop, down = at + tokens.shape[1], range(length - 1, -2, -1)
        places = torch.tensor([*down, *down, *range(length)])[:stop]
        apart = (places - places[at:, None]).clamp(-FAR, FAR) + FAR
        future = torch.arange(stop) > torch.arange(at, stop)[:, None]
        numbers = torch.tensor([0, 1, 2]).repeat_interleave(length + 1)[at:stop]
        x, new = self.token(tokens) + self.number(numbers), []
        for block, old in zip(self.blocks, past):
            x, cache = block(x, apart, future, old)
            new.append(cache)
        return self.head(self.norm(x)), new


def problems(count, length):
    """Rows of tokens: random a+b= and the digits of their sums."""
    terms = torch.randint(10, (2, count, length))
    terms[:, :, 0] = 0                                  # the sum needs a digit more
    sign = torch.ones(count, 1, dtype=int)
    carry, sums = torch.zeros(count, dtype=int), []
    for column in terms.sum(0).flip(1).T:
        sums.append((column + carry) % 10)
        carry = (column + carry) // 10
    return torch.cat([terms[0], PLUS * sign, terms[1], EQUALS * sign,
                      torch.stack(sums, 1)], 1)


@torch.no_grad()
def answer(model, asked, length, temperature, candidates):
    """Sampled answers to rows of tokens a+b=, [problem, candidate, digit]."""
    logits, past = model(asked, length)
    past = [[x.repeat_interleave(candidates, 0) for x in pair] for pair in past]
    logits, digits = logits[:, -1].repeat_interleave(candidates, 0), []
    for at in range(2 * length + 2, 3 * length + 2):
        digits.append(torch.multinomial((logits / temperature).softmax(-1), 1))
        if len(digits) < length:
            logits, past = model(digits[-1], length, at, past)
            logits = logits[:, -1]
    return torch.cat(digits, 1).unflatten(0, (-1, candidates))


def descend(model, optimizer, rows, length):
    """One step down the loss of the answers' digits."""
    logits = model(rows[:, :-1], length)[0][:, -length:]
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, -length:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def first_generation(seed, growing):
    """A model trained on ever new true examples until its sampled error is small."""
    length, enough = START[growing]
    start(seed, [growing])
    model = Adder()
    optimizer = torch.optim.AdamW(model.parameters(), FIRST_RATE)
    for step in itertools.count(1):
        # shorter sums too, so that what is learned holds for longer ones
        some = int(torch.randint(2, length + 1, ())) if growing else length
        descend(model, optimizer, problems(BATCH, some), some)
        if step % 25 == 0:
            asked, truth = problems(EVALUATED, length).tensor_split([-length], 1)
            given = answer(model, asked, length, STOP_TEMPERATURE, 1)[:, 0]
            if (given != truth).any(1).float().mean() <= enough:
                return model


def train(model, rows, length, scratch):
    """The next generation: the model, or one of new weights, fitted to the rows."""
    rate, steps = RATE, STEPS
    if scratch:
        model, rate, steps = Adder(), FIRST_RATE, SCRATCH_STEPS
    optimizer = torch.optim.AdamW(model.parameters(), rate)
    decay = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.1, steps)
    passes = steps * BATCH // len(rows) + 1
    order = torch.cat([torch.randperm(len(rows)) for _ in range(passes)])
    for few in order[:steps * BATCH].split(BATCH):
        descend(model, optimizer, rows[few], length)
        decay.step()
    return model


def start(seed, words):
    """Seed all random numbers that follow."""
    torch.manual_seed(int(np.random.SeedSequence([*seed, *words]).generate_state(1)[0]))


class Task:
    """What `gather` asks for: solve, as in make.py."""

    def __init__(self, design, model):
        self.d, self.model = design, model

    def solve(self, count, candidates, length):
        asked, truth = problems(count, length).tensor_split([-length], 1)
        ways, each = [asked], candidates
        if self.d.mirror and candidates == 2:
            a, plus, b, equals = asked.split([length, 1, length, 1], 1)
            ways, each = [asked, torch.cat([b, plus, a, equals], 1)], 1
        given = torch.cat([answer(self.model, way, length, self.d.temperature, each)
                           for way in ways], 1)
        bad = given != truth[:, None]
        rows = torch.cat([asked[:, None].expand(-1, candidates, -1), given], -1)
        return [x.numpy() for x in (given, rows[:, :, None], bad.any(-1), bad)]


def run_loop(d, seed, generations, model):
    """Yield one row (dict) per generation; a starved run ends early."""
    start(seed, d.name.encode())
    task, (length, _) = Task(d, copy.deepcopy(model)), START[d.growing]
    for generation in range(generations):
        wrong = task.solve(EVALUATED, 1, length)[2]
        counts, rows = gather(task, d, length)
        yield dict(generation=generation, steps=length, evaluated=EVALUATED,
                   wrong=int(wrong.sum()), **counts)
        if counts["kept"] < d.examples:
            return
        rows = torch.from_numpy(rows)
        true = round(d.anchor * len(rows))
        rows[:true] = problems(true, length)
        task.model = train(task.model, rows, length, d.scratch)
        length += d.growing


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("output", help="folder for the logs")
    p.add_argument("--designs", nargs="+", default=[""], metavar="NAME",
                   help="only those with one of these in their name")
    for name, usual in ("runs", 2), ("generations", 16), ("seed", 1):
        p.add_argument("--" + name, type=int, default=usual)
    a = p.parse_args()
    for word in a.designs:
        if not any(word in d.name for d in DESIGNS):
            p.error(f"--designs: {word} is in none of "
                    + ", ".join(d.name for d in DESIGNS))
    torch.set_num_threads(1)
    os.makedirs(a.output, exist_ok=True)
    first = functools.cache(lambda r, growing: first_generation([a.seed, r], growing))
    for d in DESIGNS:
        if any(word in d.name for word in a.designs):
            began = time.time()
            rows = (dict(run=r, **row) for r in range(1, a.runs + 1) for row in
                    run_loop(d, [a.seed, r], a.generations, first(r, d.growing)))
            write_log(os.path.join(a.output, d.name + ".csv"), rows)
            print(f"{d.name}: {time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
