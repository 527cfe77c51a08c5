"""Episodes of an environment: each begins anew, whatever the model was trained on in between."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

AGENT = """
import random
import numpy as np
import gym
from tensorflow.keras import Sequential, layers

class Agent:
    def __init__(self):
        self.memory, self.risk = [], 1.0
        memory = layers.LSTM(24, batch_input_shape=(1, 1, 4), stateful=True)
        self.model = Sequential([memory, layers.Dense(2)])
        self.model.compile("adam", "mse")

    def act(self, state):
        if np.random.rand() < self.risk:
            return random.randrange(2)
        return np.argmax(self.model.predict(state)[0])

    def learn(self):
        for state, action, reward, later, done in random.sample(self.memory, 32):
            target = self.model.predict(state)
            target[0][action] = reward + 0.9 * np.amax(self.model.predict(later)[0])
            self.model.fit(state, target, epochs=1, verbose=0)

env = gym.make("CartPole-v1")
agent = Agent()
for episode in range(500):
    {begin}
    for step in range(200):
        action = agent.act(state)
        later, reward, done, _ = env.step(action)
        later = later.reshape(1, 1, 4)
        agent.memory.append((state, action, reward, later, done))
        state = later
        if done:
            break
        {learn}
    {end}
"""
RESET = "agent.model.reset_states()"
OBSERVED = "state = env.reset().reshape(1, 1, 4)"


def lines(**parts: str) -> list[int]:
    """The lines that feed a sequence of its own in each pass of a loop."""
    program = AGENT.format(**{"begin": OBSERVED, "learn": "pass", "end": "pass"} | parts)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [one.line for one in map(Expected.of, checked.findings) if one.code == "SRN320"]


ACTS = AGENT[: AGENT.index("np.argmax")].count("\n") + 1


@pytest.mark.parametrize("learn", ["pass", "agent.learn()"])
def test_nothing_resets_between_the_episodes(learn: str) -> None:
    assert lines(learn=learn) == [ACTS]


@pytest.mark.parametrize("learn", ["pass", "agent.learn()"])
def test_the_state_is_reset(learn: str) -> None:
    assert not lines(learn=learn, end=RESET)
    assert not lines(learn=learn, begin=f"{RESET}; {OBSERVED}")


def test_what_may_go_on() -> None:
    assert not lines(begin="state = observe(env)")
    assert not lines(begin="state = env.last().reshape(1, 1, 4)", learn="agent.learn()")
