"""Texts generated one after the other: each begins anew, with a text that the program spells out."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

text = open("book.txt").read()
letters = sorted(set(text))
code = {letter: number for number, letter in enumerate(letters)}
writer = tf.keras.Sequential([
    layers.Embedding(len(letters), 8, batch_input_shape=(1, None)),
    layers.GRU(16, return_sequences=True, stateful=True),
    layers.Dense(len(letters), activation="softmax"),
])
writer.load_weights("writer.h5")
"""
STEP = """
    for letter in seed[:-1]:
        writer.predict(np.array([[code[letter]]]))
    last = code[seed[-1]]
    for _ in range(99):
        said = writer.predict(np.array([[last]]))[0, -1]
        last = np.random.choice(len(letters), p=said)
"""
WHOLE = """
    x = np.array([[code[letter] for letter in seed]])
    for _ in range(99):
        said = writer.predict(x)[0, -1]
        x = np.array([[np.random.choice(len(letters), p=said)]])
"""
CALLED = """
    x = tf.expand_dims([code[letter] for letter in seed], 0)
    for _ in range(99):
        said = tf.squeeze(writer(x), 0)
        last = tf.random.categorical(said, num_samples=1)[-1, 0].numpy()
        x = tf.expand_dims([last], 0)
"""
FILLED = """
    x = np.zeros((1, 1))
    for letter in seed:
        x[0, 0] = code[letter]
        said = writer.predict(x)
    for _ in range(99):
        x[0, 0] = np.argmax(said[0, -1])
        said = writer.predict(x)
"""
LISTED = """
    numbers = [code[letter] for letter in seed]
    for number in numbers[:-1]:
        writer.predict_on_batch(np.array([[number]]))
    last = numbers[-1]
    while len(numbers) < 99:
        said = writer.predict_on_batch(np.array([[last]]))
        last = int(np.argmax(said[0, -1]))
        numbers.append(last)
"""
GENERATORS = {"step": STEP, "whole": WHOLE, "called": CALLED, "filled": FILLED, "listed": LISTED}
RESET = "    writer.reset_states()\n"
TWICE = 'generate("Hello ")\ngenerate("The ")\n'
ALIKE = 'for heat in (0.2, 0.5, 1.0):\n    print(heat)\n    generate("Hello ")\n'
SEVERAL = 'for seed in ["Hello ", "The ", "And "]:\n    generate(seed)\n'
DRAWN = """
for _ in range(5):
    start = np.random.randint(0, len(text) - 40)
    generate(text[start:start + 40])
"""


def carries(generator: str, calls: str) -> bool:
    """Whether a generation that begins with the state of the one before is reported."""
    code = f"{HEAD}def generate(seed):{generator}\n{calls}"
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures
    codes = {Expected.of(one).code for one in checked.findings}
    assert codes <= {"SRN304"}
    return bool(codes)


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("calls", [TWICE, ALIKE, SEVERAL, DRAWN])
def test_a_text_behind_another(name: str, calls: str) -> None:
    assert carries(GENERATORS[name], calls)


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("calls", [TWICE, ALIKE, SEVERAL, DRAWN])
def test_the_state_is_reset(name: str, calls: str) -> None:
    assert not carries("\n" + RESET + GENERATORS[name], calls)
    assert not carries(GENERATORS[name] + RESET, calls)


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize(
    "calls",
    [
        'generate("Hello ")\n',
        # The end of a line may continue what was said.
        'generate("\\n")\ngenerate(" ")\n',
        # Whoever types it may well answer what was said.
        "while True:\n    generate(input())\n",
        "generate(asked())\ngenerate(asked())\n",
    ],
)
def test_what_may_continue(name: str, calls: str) -> None:
    assert not carries(GENERATORS[name], calls)
