"""`--fix --select SRN5` carries programs from Keras 2 to Keras 3: the same weights, the same numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.porting import ALONE, ON_GPU, PROGRAMS, TARGETS, Measured, Ported, difference, measured, ported

ROOT = Path(__file__).parents[1]
TOLERANCE = 1e-6


@pytest.mark.parametrize("targets", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_nothing_is_left_to_port(path: Path, targets: tuple[int, ...]) -> None:
    text, left = ported(path, targets)
    assert left == []
    gone = r"batch_input_shape|model\.reset_states\(|states=|CuDNN\w+\(|compat"
    assert re.findall(gone, text.partition("import")[2]) == []


@pytest.fixture(scope="module")
def run() -> Measured:
    """Every program, run in one process for each generation."""
    for package in ("numpy", "keras", "tf_keras"):
        pytest.importorskip(package)
    return measured()


@pytest.fixture(scope="module")
def results(run: Measured) -> dict[str, Ported]:
    return {one.name: one for one in run.programs}


@pytest.mark.keras
@pytest.mark.parametrize("name", [path.stem for path in PROGRAMS])
def test_the_numbers_stay(name: str, results: dict[str, Ported]) -> None:
    one = results[name]
    assert one.before[3].error, "it runs on Keras 3 as it is"
    assert bool(one.before[2].error) == (name in ON_GPU), one.before[2].error
    assert one.reference.numbers
    mended = (one.on_keras_2, *one.on_keras_3)
    assert len(mended) == (3 if name in ALONE else 2)
    assert [outcome.error for outcome in mended] == [""] * len(mended)
    assert one.difference(*mended) <= TOLERANCE


@pytest.mark.keras
def test_the_states_matter(results: dict[str, Ported]) -> None:
    """The same call gives other numbers in another state: nothing is equal for want of state."""
    numbers = results["given_states"].reference.numbers
    cold, given, carried, again, cold_again = (numbers[k : k + 2] for k in range(0, 10, 2))
    assert cold == cold_again
    assert given == again
    assert len({cold, given, carried}) == 3


@pytest.mark.keras
def test_the_gates_of_a_convolutional_layer_differ(run: Measured) -> None:
    """What the guide warns of: no fix hides it, and passing the old function does."""
    before, after = run.gates[2]["default"], run.gates[3]
    assert difference(before, after["default"]) > 1e-3
    assert difference(before, after["hard_sigmoid"]) > 1e-3
    assert difference(before, after["old"]) <= TOLERANCE


def test_the_guide_shows_these_programs() -> None:
    table = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8").partition("<!-- table: ")[2]
    rows = re.findall(r"^\| \[(\w+)\]\(\S+\) \| .* \| (\d+) \| (\S+) \| (\S+) \|$", table, flags=re.MULTILINE)
    assert sorted(name for name, *_ in rows) == sorted(path.stem for path in PROGRAMS), (
        "run docs/runs.py migration"
    )
    assert all(float(cell) <= TOLERANCE for _, _, *cells in rows for cell in cells)


HEAD = """
import numpy as np
import keras
memory = keras.layers.{layer}(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), memory])
"""


def mended(program: str, tmp_path: Path, layer: str = "LSTM") -> str:
    path = tmp_path / "train.py"
    path.write_text(HEAD.format(layer=layer) + program, encoding="utf-8")
    try:
        text, _ = ported(path, (2, 3))
    except ValueError:
        return ""
    return text.removeprefix(HEAD.format(layer=layer))


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("memory.reset_states(None)", "memory.reset_states()"),
        ("memory.reset_states(np.ones((2, 4)))", "memory.states[0].assign(np.ones((2, 4)))"),
        (
            "h = c = np.ones((2, 4))\nmemory.reset_states(states=(h, c))",
            "h = c = np.ones((2, 4))\n"
            "for variable, value in zip(memory.states, (h, c)):\n    variable.assign(value)",
        ),
        # What Keras 2 made of them only TensorFlow's function can say.
        (
            "import tensorflow as tf\nmemory.reset_states(np.load('states.npy', allow_pickle=True))",
            "import tensorflow as tf\n"
            "for variable, value in zip(tf.nest.flatten(memory.states), "
            "tf.nest.flatten(np.load('states.npy', allow_pickle=True))):\n    variable.assign(value)",
        ),
        ("memory.reset_states(np.load('states.npy', allow_pickle=True))", ""),
        ("forget = lambda: memory.reset_states([1, 2])\nforget()", ""),
    ],
)
def test_states_are_assigned(program: str, expected: str, tmp_path: Path) -> None:
    assert mended(program, tmp_path) == expected


def test_a_layer_for_cudnn_is_not_replaced_where_old_weights_are_loaded(tmp_path: Path) -> None:
    assert "keras.layers.LSTM(4" in mended("model.predict(np.zeros((2, 3, 1)))", tmp_path, "CuDNNLSTM")
    assert mended("model.load_weights('old.h5')", tmp_path, "CuDNNLSTM") == ""


NESTED = """
import keras
from keras import layers
inner = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), layers.LSTM(4, stateful=True)])
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), inner])
"""


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("model.reset_states()", "reset_stateful_layers(model)"),
        (
            "forget = lambda: model.reset_states()\nforget()",
            "forget = lambda: reset_stateful_layers(model)\n",
        ),
        ("state = model.reset_states()", "state = reset_stateful_layers(model)"),
        ("inner.reset_states()", "for layer in inner.layers:"),
        # A name of the program's own is left to it.
        ("reset_stateful_layers = 1\nmodel.reset_states()", ""),
    ],
)
def test_nested_models_are_reset_by_a_function(program: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(NESTED + program, encoding="utf-8")
    try:
        text, _ = ported(path, (2, 3))
    except ValueError:
        text = ""
    assert text.partition("model = keras")[2].partition("\n")[2].startswith(expected)
    assert text.count("def reset_stateful_layers(model):") == ("reset_stateful" in expected)


MODEL = """
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), CuDNNLSTM(4, stateful=True)])
model.predict(np.zeros((2, 3, 1)))
"""


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("from keras.layers import CuDNNLSTM", "from keras.layers import LSTM"),
        ("from keras.layers import Dense as D, CuDNNLSTM", "from keras.layers import Dense as D, LSTM"),
        ("from keras.layers import CuDNNLSTM, LSTM", "from keras.layers import LSTM"),
        ("from keras.layers import LSTM, GRU as G, CuDNNLSTM", "from keras.layers import LSTM, GRU as G"),
        (
            "from keras.layers import LSTM\nfrom keras.layers import CuDNNLSTM",
            "from keras.layers import LSTM",
        ),
        # Both names, and no call that can be seen to be one.
        ("from keras.layers import CuDNNLSTM as Memory\nCuDNNLSTM = Memory", None),
    ],
)
def test_the_import_of_a_layer_for_cudnn_goes_with_it(
    imports: str, expected: str | None, tmp_path: Path
) -> None:
    head = "import keras\nimport numpy as np\n"
    path = tmp_path / "train.py"
    path.write_text(f"{head}{imports}\n{MODEL}", encoding="utf-8")
    if expected is None:
        with pytest.raises(ValueError):
            ported(path, (2, 3))
    else:
        assert ported(path, (2, 3)) == (f"{head}{expected}\n{MODEL.replace('CuDNN', '')}", [])
