"""A model of transformers that trains on its own answers, watched by the callback from its first round to its failure.

Needs torch, transformers, TRL, accelerate, datasets and trackio; takes minutes. docs/integrations.md has the command.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

from runaway.integrations.transformers import RunawayCallback  # noqa: E402

# A model this small is no quicker on more threads, and slower where they are shared.
torch.set_num_threads(1)

# Sums modulo this number: each is three tokens, the two numbers and the answer.
MODULUS = 23
PROBLEMS = np.array([(a, b, (a + b) % MODULUS) for a in range(MODULUS) for b in range(MODULUS)])
RULE = "P(fail within 5) > 0.5"
THRESHOLD = 0.5
MOST_ROUNDS = 24
# Answers are drawn at this temperature, and the next round learns them: nothing is checked.
TEMPERATURE = 1.0


class Examples(torch.utils.data.Dataset):  # type: ignore[misc,name-defined]
    """Problems with the answers to be learned."""

    def __init__(self, answers: np.ndarray[Any, Any]) -> None:
        self.tokens = np.column_stack([PROBLEMS[:, :2], answers])

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: int) -> dict[str, Any]:
        tokens = torch.tensor(self.tokens[index])
        # Only the answer counts.
        return {"input_ids": tokens, "labels": torch.where(torch.arange(3) == 2, tokens, -100)}


def model() -> Any:
    transformers.set_seed(1)
    config = transformers.GPT2Config(
        vocab_size=MODULUS, n_positions=4, n_embd=64, n_layer=2, n_head=2, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    return transformers.GPT2LMHeadModel(config)


def right(prediction: Any) -> dict[str, float]:
    """The share of problems whose likeliest answer is right."""
    answers, labels = prediction.predictions[:, 1], prediction.label_ids[:, 2]
    return {"accuracy": float((answers == labels).mean())}


def answers_of(one: Any, seed: int) -> np.ndarray[Any, Any]:
    """An answer to each problem, drawn by the model."""
    with torch.no_grad():
        logits = one(torch.tensor(PROBLEMS[:, :2])).logits[:, -1] / TEMPERATURE
    generator = torch.Generator().manual_seed(seed)
    drawn: np.ndarray[Any, Any] = torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0].numpy()
    return drawn


def trained(one: Any, answers: np.ndarray[Any, Any], epochs: int, folder: Path, callback: RunawayCallback | None) -> Any:
    """A round: the model learns these answers, and is evaluated once."""
    arguments = transformers.TrainingArguments(
        output_dir=str(folder), num_train_epochs=epochs, per_device_train_batch_size=64, per_device_eval_batch_size=529,
        learning_rate=2e-3, lr_scheduler_type="constant", eval_strategy="no" if callback is None else "steps",
        eval_steps=epochs * 9, save_strategy="no", logging_steps=epochs * 9, report_to=[] if callback is None else ["trackio"],
        project="runaway-long", disable_tqdm=True, use_cpu=True, seed=1, optim="adamw_torch",
    )  # fmt: skip
    trainer = transformers.Trainer(
        one, arguments, train_dataset=Examples(answers), eval_dataset=Examples(PROBLEMS[:, 2]), compute_metrics=right,
        preprocess_logits_for_metrics=lambda logits, labels: logits.argmax(-1),
        callbacks=[] if callback is None else [callback],
    )  # fmt: skip
    trainer.train()
    return trainer


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where trackio keeps its runs."""
    trackio = pytest.importorskip("trackio", reason="trackio is not installed")
    for module in ("trackio.utils", "trackio.sqlite_storage"):
        monkeypatch.setattr(f"{module}.TRACKIO_DIR", tmp_path / "trackio", raising=False)
    (tmp_path / "trackio").mkdir()
    yield tmp_path / "trackio"
    # The trainer's own callback has ended its run, unless a test failed before.
    with contextlib.suppress(RuntimeError):
        trackio.finish()


def kept(store: Path, sql: str) -> list[Any]:
    return sqlite3.connect(next(store.rglob("runaway-long*.db"))).execute(sql).fetchall()


def test_the_alert_comes_before_the_loop_fails(store: Path, tmp_path: Path) -> None:
    one = model()
    trained(one, PROBLEMS[:, 2], 150, tmp_path, None)
    callback = RunawayCallback(problems=len(PROBLEMS), fail_if=RULE, threshold=THRESHOLD, same_problems=True)
    for generation in range(MOST_ROUNDS):
        trainer = trained(one, answers_of(one, generation), 8, tmp_path, callback)
        wrong = callback._monitor.log["wrong"][-1] / len(PROBLEMS)
        last = callback.readings[-1]
        risk = "" if last.p_fail_5 is None else f", R {last.reproduction_number:.3f}, P(fail within 5) {last.p_fail_5:.3f}"
        print(f"round {generation}: {wrong:.1%} wrong, {last.decision}{risk}", flush=True)
        if wrong >= THRESHOLD:
            break
    failed = generation
    assert wrong >= THRESHOLD, "the loop did not fail"
    alerted = next(reading.generation for reading in callback.readings if reading.stop)
    print(f"alert after round {alerted}, failed in round {failed}")
    assert alerted < failed
    # Nothing was stopped, and the tracker has all of it.
    assert trainer.state.global_step == trainer.state.max_steps
    rows = [json.loads(metrics) for (metrics,) in kept(store, "SELECT metrics FROM metrics ORDER BY id")]
    said = [row["runaway/R"] for row in rows if "runaway/R" in row]
    assert said == [reading.reproduction_number for reading in callback.readings if reading.reproduction_number is not None]
    (alert,) = kept(store, "SELECT title FROM alerts")
    assert alert == (f"runaway: stop after generation {alerted}",)


def test_trl_hears_and_is_stopped_only_when_told(store: Path, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="TRL is not installed")
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    from tokenizers import Tokenizer, models

    words = {str(number): number for number in range(MODULUS)}
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="0")), pad_token="0", eos_token="0"
    )
    mistaken = PROBLEMS.copy()
    # Answers that become wrong by design: the model unlearns.
    mistaken[:, 2] = (mistaken[:, 2] + 1) % MODULUS
    one = model()
    trained(one, PROBLEMS[:, 2], 150, tmp_path, None)
    callback = RunawayCallback(
        problems=len(PROBLEMS), fail_if="P(R > 1) > 0.99", stop_if=RULE, threshold=THRESHOLD, same_problems=True
    )
    arguments = trl.SFTConfig(
        output_dir=str(tmp_path), max_steps=60, per_device_train_batch_size=8, per_device_eval_batch_size=529, learning_rate=2e-4,
        lr_scheduler_type="constant", eval_strategy="steps", eval_steps=2, eval_on_start=True, save_strategy="no",
        report_to=["trackio"], project="runaway-long", disable_tqdm=True, use_cpu=True, bf16=False, seed=1, packing=False,
        gradient_checkpointing=False, max_length=None, average_tokens_across_devices=False,
    )  # fmt: skip

    def dataset(rows: np.ndarray[Any, Any]) -> Any:
        return datasets.Dataset.from_dict({"input_ids": rows.tolist(), "completion_mask": [[0, 0, 1]] * len(rows)})

    trainer = trl.SFTTrainer(
        one, arguments, train_dataset=dataset(mistaken), eval_dataset=dataset(PROBLEMS), processing_class=tokenizer,
        compute_metrics=right, preprocess_logits_for_metrics=lambda logits, labels: logits.argmax(-1), callbacks=[callback],
    )  # fmt: skip
    trainer.train()
    for reading in callback.readings:
        print(reading)
    assert callback.readings[-1].met == (RULE,)
    assert trainer.state.global_step < 60, "it was told to stop"
    noted = [entry for entry in trainer.state.log_history if "runaway/generation" in entry]
    assert [entry["runaway/generation"] for entry in noted] == list(range(len(callback.readings)))
    rows = [json.loads(metrics) for (metrics,) in kept(store, "SELECT metrics FROM metrics ORDER BY id")]
    assert sum("runaway/R" in row for row in rows) == len(callback.readings) - 1


def test_every_process_stops_where_the_first_does(tmp_path: Path) -> None:
    torch.multiprocessing.spawn(_one_of_two, args=(str(tmp_path / "store"), tmp_path), nprocs=2)
    assert sorted(path.name for path in tmp_path.glob("stopped-*")) == ["stopped-0", "stopped-1"]


def _one_of_two(rank: int, store: str, folder: Path) -> None:
    from types import SimpleNamespace

    torch.distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
    callback = RunawayCallback(problems=1000, stop_if=RULE, log_to=[])
    state = transformers.TrainerState(is_world_process_zero=rank == 0)
    control = transformers.TrainerControl()
    for step, share in enumerate([0.9, 0.82, 0.74, 0.66]):
        state.global_step = step
        callback.on_evaluate(SimpleNamespace(), state, control, metrics={"eval_accuracy": share})
    assert (callback.readings == []) == (rank == 1)
    if control.should_training_stop:
        (folder / f"stopped-{rank}").touch()
    torch.distributed.destroy_process_group()
