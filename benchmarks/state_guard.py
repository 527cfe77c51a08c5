"""What StateGuard and record() cost: `python benchmarks/state_guard.py [--keras 2|3] [--epochs N]`.

Trainings with and without them take turns, epoch by epoch, so that both meet the same machine.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
import warnings
from typing import Any

ROWS, STEPS, BATCHES = 32, 20, 100


def build(keras: Any, units: int) -> Any:
    layers = [
        keras.Input(shape=(STEPS, 1), batch_size=ROWS),
        keras.layers.LSTM(units, stateful=True),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model


def seconds(model: Any, data: Any, callbacks: list[Any]) -> float:
    """The time of two epochs, traced before."""
    started = time.perf_counter()
    model.fit(*data, batch_size=ROWS, epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
    return time.perf_counter() - started


def measure(keras: Any, units: int, rounds: int) -> None:
    import numpy as np

    from statelint import StateGuard, record

    data = np.random.rand(ROWS * BATCHES, STEPS, 1), np.random.rand(ROWS * BATCHES, 1)
    plain, guarded = build(keras, units), build(keras, units)
    guard = StateGuard(ignore="SRN")
    for model, callbacks in ((plain, []), (guarded, [guard])):
        seconds(model, data, callbacks)
    times: list[tuple[float, float]] = []
    for number in range(rounds):
        pair = [(plain, []), (guarded, [guard])]
        # Who comes first has no advantage.
        taken = {id(m): seconds(m, data, c) for m, c in (pair if number % 2 else pair[::-1])}
        times.append((taken[id(plain)], taken[id(guarded)]))
    without = statistics.median(one for one, _ in times)
    extra = statistics.median(other - one for one, other in times)
    with record(2 if keras.__name__ == "tf_keras" else 3):
        seconds(plain, data, [])
        recorded = seconds(plain, data, [])
    shares = (
        f"StateGuard adds {extra * 1e3:.1f} ms ({extra / without:.1%}), record() {recorded / without - 1:.0%}"
    )
    epochs = f"2 epochs of {BATCHES} batches take {without * 1e3:.0f} ms"
    print(f"Keras {keras.__version__}, LSTM({units}): {epochs}; {shares}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras", type=int, choices=(2, 3), action="append")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    for generation in asked.keras or (2, 3):
        keras = importlib.import_module({2: "tf_keras", 3: "keras"}[generation])
        for units in (8, 128):
            measure(keras, units, asked.rounds)


if __name__ == "__main__":
    main()
