"""What statefulness changes: six ways to learn one easy task, on Keras 2 and Keras 3.

    python benchmarks/stateful_experiment.py            # scaled down: a few minutes
    python benchmarks/stateful_experiment.py --full     # 1000 sequences, as it was first told
    python benchmarks/stateful_experiment.py --write    # … and put the table into docs/experiment.md

A sequence has 20 steps, all zero but the first, which is 1 in half of the sequences; the label is that
first value.  Whoever sees the first step can be always right; who sees only later ones can but guess.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEPS = 20
WINDOW = 10
PAGE = Path(__file__).parents[1] / "docs" / "experiment.md"
BEGIN, END = "<!-- table: benchmarks/stateful_experiment.py -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Size:
    """How much of everything: sequences to train and test on, epochs, and Adam's learning rates."""

    train: int
    test: int
    window_epochs: int
    window_rate: float
    step_epochs: int
    step_rate: float


SCALED = Size(train=100, test=20, window_epochs=30, window_rate=0.003, step_epochs=4, step_rate=0.01)
FULL = Size(train=1000, test=200, window_epochs=15, window_rate=0.001, step_epochs=2, step_rate=0.001)

# What the text that told the experiment first printed: accuracy in training and in testing.
TOLD = {
    "windows, stateless": "0.534 / 0.546",
    "windows, stateful": "0.522 / 0.500",
    "one step, stateful, reset per sequence": "0.997 / 1.000",
    "one step, stateless": "0.534 / 0.525",
    "one step, stateful, reset by a callback": "0.992",
    "the callback with validation in fit": "warned of, not measured",
    "the same, validation shielded": "",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--full", action="store_true", help="1000 sequences instead of 100")
    parser.add_argument("--write", action="store_true", help="put the table into docs/experiment.md")
    parser.add_argument("--child", choices=("2", "3"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = FULL if options.full else SCALED
    if options.child:
        print(json.dumps(run(size)))
        return
    started = time.monotonic()
    children = {generation: start(generation, full=options.full) for generation in ("2", "3")}
    measured: dict[str, dict[str, list[float]]] = {}
    for generation, child in children.items():
        out, _ = child.communicate()
        if child.returncode:
            sys.exit(f"Keras {generation}: the run failed with status {child.returncode}")
        measured[generation] = json.loads(out.splitlines()[-1])
    table = as_table(measured, size)
    print(table)
    print(f"\n{time.monotonic() - started:.0f} s")
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def start(generation: str, *, full: bool) -> subprocess.Popen[str]:
    """A child process for one Keras generation; both run side by side."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    environment["TF_USE_LEGACY_KERAS"] = "1" if generation == "2" else "0"
    environment |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    command = [sys.executable, __file__, "--child", generation, *(["--full"] if full else [])]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def as_table(measured: dict[str, dict[str, list[float]]], size: Size) -> str:
    """The accuracies as a Markdown table, training / testing."""
    lines = [
        f"{size.train} sequences to train on, {size.test} to test on; accuracy in training / testing.",
        "",
        "| | as told | Keras 2 | Keras 3 |",
        "|---|---|---|---|",
    ]
    for name, told in TOLD.items():
        cells = [
            " / ".join(f"{value:.3f}" for value in measured[generation][name]) for generation in ("2", "3")
        ]
        lines.append(f"| {name} | {told} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def run(size: Size) -> dict[str, list[float]]:
    """Learn the task in each of the ways, with fixed seeds; accuracies by name."""
    import numpy as np
    import tensorflow as tf

    keras = tf.keras

    def sequences(count: int, seed: int) -> tuple[Any, Any]:
        x = np.zeros((count, STEPS, 1), dtype="float32")
        ones = np.random.default_rng(seed).permutation(count)[: count // 2]
        x[ones, 0] = 1.0
        return x, x[:, 0, 0].copy()

    def model_for(batch: int, steps: int, *, stateful: bool) -> tuple[Any, Any]:
        rate = size.step_rate if steps == 1 else size.window_rate
        keras.utils.set_random_seed(0)
        layer = keras.layers.LSTM(10, stateful=stateful)
        model = keras.Sequential(
            [
                keras.layers.Input(batch_shape=(batch, steps, 1)),
                layer,
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        optimizer = keras.optimizers.Adam(rate)
        model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
        return model, layer

    def windows(x: Any, y: Any) -> tuple[Any, Any]:
        cut = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], WINDOW, axis=1)
        return cut.reshape(-1, WINDOW, 1).copy(), np.repeat(y, cut.shape[1])

    x_train, y_train = sequences(size.train, 0)
    x_test, y_test = sequences(size.test, 1)
    found: dict[str, list[float]] = {}

    # Windows: 11 of each sequence, only one of which has the first step.
    batch = 20
    for name, stateful in (("windows, stateless", False), ("windows, stateful", True)):
        model, _ = model_for(batch, WINDOW, stateful=stateful)
        history = model.fit(
            *windows(x_train, y_train),
            batch_size=batch,
            epochs=size.window_epochs,
            shuffle=not stateful,
            verbose=0,
        )
        accuracy = model.evaluate(*windows(x_test, y_test), batch_size=batch, verbose=0)[1]
        found[name] = [history.history["accuracy"][-1], accuracy]

    # One step at a time: 20 batches of one row for each sequence.
    x_steps, y_steps = x_train.reshape(-1, 1, 1), np.repeat(y_train, STEPS)
    x_check, y_check = x_test.reshape(-1, 1, 1), np.repeat(y_test, STEPS)

    class ResetAtSequences(keras.callbacks.Callback):  # type: ignore[misc]
        """Resets before the first step of each sequence; in validation only where it is told to."""

        def __init__(self, layer: Any, *, in_validation: bool) -> None:
            super().__init__()
            self.layer = layer
            self.in_validation = in_validation

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if batch % STEPS == 0:
                self.layer.reset_states()

        def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
            if self.in_validation and batch % STEPS == 0:
                self.layer.reset_states()

    def tested(model: Any, layer: Any) -> float:
        callbacks = [ResetAtSequences(layer, in_validation=True)] if layer.stateful else []
        return float(model.evaluate(x_check, y_check, batch_size=1, verbose=0, callbacks=callbacks)[1])

    model, layer = model_for(1, 1, stateful=True)
    right: list[float] = []
    for _ in range(size.step_epochs):
        right = []
        for sequence, label in zip(x_train, y_train, strict=True):
            layer.reset_states()
            for step in sequence:
                model.reset_metrics()
                right.append(float(model.train_on_batch(step.reshape(1, 1, 1), np.array([[label]]))[1]))
    found["one step, stateful, reset per sequence"] = [float(np.mean(right)), tested(model, layer)]

    model, layer = model_for(1, 1, stateful=False)
    history = model.fit(x_steps, y_steps, batch_size=1, epochs=size.step_epochs, shuffle=False, verbose=0)
    found["one step, stateless"] = [history.history["accuracy"][-1], tested(model, layer)]

    model, layer = model_for(1, 1, stateful=True)
    reset = ResetAtSequences(layer, in_validation=True)
    history = model.fit(
        x_steps, y_steps, batch_size=1, epochs=size.step_epochs, shuffle=False, verbose=0, callbacks=[reset]
    )
    found["one step, stateful, reset by a callback"] = [history.history["accuracy"][-1], tested(model, layer)]

    for name, shielded in (
        ("the callback with validation in fit", False),
        ("the same, validation shielded", True),
    ):
        model, layer = model_for(1, 1, stateful=True)
        history = model.fit(
            x_steps,
            y_steps,
            batch_size=1,
            epochs=size.step_epochs,
            shuffle=False,
            verbose=0,
            callbacks=[ResetAtSequences(layer, in_validation=shielded)],
            validation_data=(x_check, y_check),
        )
        found[name] = [history.history["accuracy"][-1], history.history["val_accuracy"][-1]]
    return found


if __name__ == "__main__":
    main()
