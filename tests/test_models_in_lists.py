"""Models that a program makes in a loop and keeps in a list: each has states of its own."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import collections
import numpy as np
from tensorflow import keras
x, y, new = np.load("x.npy"), np.load("y.npy"), np.load("new.npy")

def train(units=6):
    model = keras.Sequential([
        keras.Input(batch_shape=(1, 1, 1)), keras.layers.LSTM(units, stateful=True), keras.layers.Dense(1)
    ])
    model.compile("adam", "mse")
    for _ in range(3):
        model.fit(x, y, batch_size=1, shuffle=False)
        for layer in model.layers:
            if hasattr(layer, "reset_states"):
                layer.reset_states()
    return model

class Member:
    def __init__(self, number):
        self.net, self.number = train(), number
"""
LISTS = {
    "a comprehension": "members = [train(3) for _ in range({count})]",
    "a loop": "members = []\nfor k in range({count}):\n    members.append(train(k))",
    "a deque": "members = collections.deque()\nfor k in range({count}):\n    members.append(train(k))",
    "a bounded deque": (
        "members = collections.deque(maxlen=5)\nfor k in range({count}):\n    members.append(train(k))"
    ),
    "of an unknown length": "members = [train(u) for u in np.load('units.npy')]",
}
USES = {
    "inference": "for m in members:\n    m.predict(new, batch_size=1)",
    "training": "for m in members:\n    m.fit(x, y, batch_size=1, shuffle=False)",
    "numbered": "for k, m in enumerate(members):\n    print(k, m.evaluate(new, y, batch_size=1))",
    "zipped": "for m, data in zip(members, [new] * 20):\n    m.predict(new, batch_size=1)",
    "a part": "for m in members[1:]:\n    m.predict(new, batch_size=1)",
    "a comprehension": "predicted = [m.predict(new, batch_size=1) for m in members]",
}


def codes(program: str) -> list[str]:
    checked = check_source("snippet.py", (HEAD + program).encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [finding.code for finding in checked.findings]


@pytest.mark.parametrize("count", [2, 4, 20])
@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("use", USES)
def test_each_begins_with_a_state_of_its_own(listed: str, use: str, count: int) -> None:
    assert codes(f"{LISTS[listed].format(count=count)}\n{USES[use]}\n") == []


@pytest.mark.parametrize("count", [4, 20])
def test_members_of_objects(count: int) -> None:
    made = f"members = [Member(k) for k in range({count})]\n"
    assert (
        codes(made + "for m in members:\n    print(m.number, m.net.evaluate(new, y, batch_size=1))\n") == []
    )


@pytest.mark.parametrize("listed", ["a comprehension", "a loop"])
def test_what_is_wrong_with_each_is_told(listed: str) -> None:
    use = "for m in members:\n    m.predict(new, batch_size=1)\n    m.predict(new, batch_size=1, verbose=0)\n"
    again = use.replace("m.predict(new, batch_size=1)\n", "a = m.predict(new, batch_size=1)\n    b = 1\n", 1)
    assert codes(f"{LISTS[listed].format(count=20)}\n{again}") == ["SRN304"]
