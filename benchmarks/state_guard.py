"""What StateGuard and record() cost: `python benchmarks/state_guard.py [--keras 2|3] [--rounds N]`.

Trainings with and without them take turns.  What counts is the time of the processor, so that other
processes don't; for the guard, the time within its own hooks.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
import warnings
from typing import Any

from statelint import StateGuard, record

ROWS, STEPS, BATCHES, EPOCHS = 32, 20, 100, 2


def build(keras: Any, units: int) -> Any:
    layers = [
        keras.Input(shape=(STEPS, 1), batch_size=ROWS),
        keras.layers.LSTM(units, stateful=True),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model


def seconds(model: Any, data: Any, *callbacks: Any) -> float:
    """The processor's time for some epochs."""
    started = time.process_time()
    model.fit(*data, batch_size=ROWS, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=list(callbacks))
    return time.process_time() - started


def timed(guard: StateGuard) -> list[float]:
    """The times of the guard's hooks from now on."""
    times: list[float] = []

    def watched(hook: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> None:
            started = time.thread_time()
            hook(*args, **kwargs)
            times.append(time.thread_time() - started)

        return run

    for name in ("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_epoch_end", "on_train_end"):
        setattr(guard, name, watched(getattr(guard, name)))
    return times


def measure(keras: Any, units: int, rounds: int) -> None:
    import numpy as np

    data = np.random.rand(ROWS * BATCHES, STEPS, 1), np.random.rand(ROWS * BATCHES, 1)
    model, guard = build(keras, units), StateGuard()
    times = timed(guard)
    seconds(model, data, guard)
    times.clear()
    alone: list[float] = []
    hooks: list[float] = []
    for _ in range(rounds):
        alone.append(seconds(model, data))
        seconds(model, data, guard)
        hooks.append(sum(times))
        times.clear()
    with record(2 if keras.__name__ == "tf_keras" else 3):
        seconds(model, data)
        recorded = statistics.median(seconds(model, data) for _ in range(3))
    without, guarded = statistics.median(alone), statistics.median(hooks)
    fit = f"fit() of {EPOCHS} epochs of {BATCHES} batches takes {without * 1e3:.0f} ms"
    costs = f"StateGuard {guarded * 1e3:.1f} ms ({guarded / without:.1%}), record() {recorded / without:.1f}x"
    print(f"Keras {keras.__version__}, LSTM({units}): {fit}; {costs}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras", type=int, choices=(2, 3), action="append")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    for generation in asked.keras or (2, 3):
        keras = importlib.import_module({2: "tf_keras", 3: "keras"}[generation])
        for units in (8, 128):
            measure(keras, units, asked.rounds)


if __name__ == "__main__":
    main()
