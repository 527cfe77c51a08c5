"""Models that are loaded, copied, grown in loops, or one of several: what is known of them, and no more."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.trace.story import Built
from tests.telling import HEAD, models_of, story_of

LSTM = "keras.layers.LSTM(4, stateful=True)"
BUILT = f"keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), {LSTM}])"
STACKED = "keras.layers.LSTM(4, stateful=True, return_sequences=True)"
# A model that is a row of layers, one of them `r`.
ROW = f"r = {LSTM}\na = keras.Sequential([i, keras.layers.Dense(2), r, keras.layers.Dense(1)])\n"


@pytest.mark.parametrize(
    "code",
    [
        f"if found:\n    m = keras.models.load_model(path)\nelse:\n    m = {BUILT}",
        f"if not found:\n    m = {BUILT}\nelse:\n    m = keras.models.load_model(path)",
        f"m = keras.models.load_model(path) if found else {BUILT}",
        f"try:\n    m = keras.models.load_model(path)\nexcept OSError:\n    m = {BUILT}",
        f"m = None\nif found:\n    m = keras.models.load_model(path)\nif m is None:\n    m = {BUILT}",
        "def get():\n    if found:\n        return keras.models.load_model(path)\n"
        f"    return {BUILT}\nm = get()",
        "class Net:\n    def __init__(self):\n"
        f"        self.m = keras.models.load_model(path) if found else {BUILT}\nm = Net().m",
        f"m = keras.models.model_from_json(open(path).read()) if found else {BUILT}",
        f"m = {BUILT}\nif found:\n    m = keras.models.load_model(path)",
        f"m = {BUILT}\ntry:\n    m = keras.models.load_model(path)\nexcept OSError:\n    pass",
        f"class Net:\n    def __init__(self):\n        self.m = {BUILT}\n"
        "    def resume(self):\n        if found:\n            self.m = keras.models.load_model(path)\n"
        "net = Net()\nnet.resume()\nm = net.m",
    ],
)
def test_a_model_that_is_loaded_or_built_is_the_one_that_is_built(code: str) -> None:
    (told,) = story_of(f"{code}\nm.predict(np.zeros((4, 3, 1)), batch_size=4)", head=HEAD)
    assert told == "predict predict array(4, 3, 1) batch=4 carried"


def test_a_model_that_is_loaded_in_place_of_a_trained_one_is_not_known() -> None:
    code = f"m = {BUILT}\nm.fit(a, b)\nif found:\n    m = keras.models.load_model(path)\nm.predict(a)"
    assert not any("predict" in line for line in story_of(code, head=HEAD))


@pytest.mark.parametrize(
    "code",
    [
        "m = keras.models.clone_model(a)",
        "m = keras.Sequential.from_config(a.get_config())",
        "m = keras.models.model_from_json(a.to_json())",
    ],
)
def test_a_copy_has_layers_of_its_own(code: str) -> None:
    around = f"a = keras.Sequential([{BUILT}, keras.layers.Bidirectional({LSTM})])\n{code}"
    *_, copy = models_of(around)
    assert copy == "Sequential(Sequential(LSTM*), Bidirectional(LSTM*)) batch=4"
    fed = f"{around}\na.layers[1].reset_states()\nm.predict(np.zeros((4, 3, 1)), batch_size=4)"
    *_, reset, predict = story_of(fed, head=HEAD)
    assert (reset, predict) == (
        "reset layer.reset_states",
        "predict predict array(4, 3, 1) batch=4 carried",
    )


WRITTEN = "f = open('net.json', 'w')\nf.write(a.to_json())\nf.close()\n"


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (WRITTEN, "f = open('net.json')\nt = f.read()\nf.close()\nm = keras.models.model_from_json(t)"),
        (WRITTEN, "with open('net.json') as f:\n    m = keras.models.model_from_json(f.read())"),
        (
            "t = a.to_json()\nwith open('net.json', 'w') as f:\n    f.write(t)\n",
            "m = keras.models.model_from_json(open('net.json', 'r').read())",
        ),
        (
            "import pathlib\np = pathlib.Path('net.json')\np.write_text(a.to_json())\n",
            "m = keras.models.model_from_json(p.read_text())",
        ),
    ],
)
def test_a_model_whose_json_was_written_to_a_file(write: str, read: str) -> None:
    *_, copy = models_of(f"a = {BUILT}\n{write}{read}")
    assert copy == "Sequential(LSTM*) batch=4"


@pytest.mark.parametrize(
    "between",
    [
        "open('net.json', 'w').write(other)",
        "if found:\n    open('net.json', 'w').write(keras.Sequential().to_json())",
    ],
)
def test_a_file_that_may_hold_another_models_json(between: str) -> None:
    read = "m = keras.models.model_from_json(open('net.json').read())\nm.predict(np.zeros((4, 3, 1)))"
    assert not any(
        "predict" in line for line in story_of(f"a = {BUILT}\n{WRITTEN}{between}\n{read}", head=HEAD)
    )


CONFIG = "c = a.get_config()\n{}\nm = keras.Sequential.from_config(c)"


@pytest.mark.parametrize(
    ("change", "model"),
    [
        ("print(c)", "batch=4"),
        ("c['layers'][0]['config']['batch_input_shape'] = (1, 3, 1)", "batch=1"),
        ("c['layers'][0]['config'].update({'batch_shape': [1, None, 1]})", "batch=1"),
        ("for layer in c['layers']:\n    layer['config']['batch_input_shape'] = (1, None, 1)", "batch=1"),
        ("c[0]['config']['batch_input_shape'] = (1, None, 1)", "batch=1"),
        ("c[0] = other", None),
        ("c['layers'][1]['config']['batch_input_shape'] = (1, None, 1)", None),
        ("c['layers'][0]['config']['stateful'] = False", None),
        ("c['layers'][1]['config']['layer']['config']['stateful'] = False", None),
        ("c['layers'][0]['config'][key] = 1", None),
        ("c['layers'].pop()", None),
        ("c = {**c, 'layers': others}", None),
    ],
)
def test_a_configuration_may_be_changed_before_a_model_is_made_of_it(change: str, model: str | None) -> None:
    first = LSTM.replace(")", ", batch_input_shape=(4, 3, 1))")
    around = f"a = keras.Sequential([{first}, keras.layers.Bidirectional({LSTM})])\n{CONFIG.format(change)}"
    made = models_of(around)
    whole = "Sequential(LSTM*, Bidirectional(LSTM*))"
    assert made == [f"{whole} batch=4", *([] if model is None else [f"{whole} {model}"])]


@pytest.mark.parametrize(
    ("code", "model"),
    [
        (
            f"m = keras.Sequential([i] + [{STACKED} for _ in range(n)])",
            "Sequential(LSTM*, LSTM*, ...) batch=4",
        ),
        (
            f"layers = [i]\nfor _ in range(n):\n    layers.append({STACKED})\nm = keras.Sequential(layers)",
            "Sequential(LSTM*, LSTM*, ...) batch=4",
        ),
        (
            f"h = i\nfor _ in range(n):\n    h = {STACKED}(h)\nm = keras.Model(i, keras.layers.Dense(1)(h))",
            "Functional(LSTM*, LSTM*, Dense, ...) batch=4",
        ),
        (
            f"h = {STACKED}(i)\nif n:\n    h = keras.layers.Dropout(0.1)(h)\n"
            "m = keras.Model(i, keras.layers.Dense(1)(h))",
            "Functional(LSTM*, Dense) batch=4",
        ),
        (
            f"h = i\nif n:\n    h = {STACKED}(h)\nm = keras.Model(i, keras.layers.Dense(1)(h))",
            "Functional(Dense, ...) batch=4",
        ),
        (
            f"h = {STACKED}(i)\nm = keras.Model(i, keras.layers.add([h, mystery]))",
            "Functional(LSTM*, ...) batch=4",
        ),
        (
            "g = keras.layers.GRU(4, stateful=True, return_state=True)\n"
            "h, *states = keras.layers.Bidirectional(g)(i)\nm = keras.Model(i, h)",
            "Functional(Bidirectional(GRU*)) batch=4",
        ),
        (
            "r = keras.layers.LSTM(4, stateful=True)\na = keras.Model(i, keras.layers.Dense(1)(r(i)))\n"
            "m = keras.Model(a.input, r.output)",
            "Functional(LSTM*) batch=4",
        ),
        (
            f"{ROW}m = keras.Model(a.input, r.output)",
            "Functional(Dense, LSTM*) batch=4",
        ),
        (
            f"{ROW}m = keras.Model(a.layers[0].input, a.layers[-1].input)",
            "Functional(Dense, LSTM*) batch=4",
        ),
        (
            f"{ROW}m = keras.Model(a.inputs, [layer.output for layer in a.layers[:1]])",
            "Functional(Dense) batch=4",
        ),
        (
            # Called in two models, it has two outputs.
            f"{ROW}b = keras.Sequential([i, r])\nm = keras.Model(a.input, r.output)",
            "Functional(...) batch=4",
        ),
        (
            f"{ROW}if n:\n    a.pop()\n    a.add({LSTM})\nm = keras.Model(a.input, a.layers[-1].output)",
            "Functional(...) batch=4",
        ),
    ],
)
def test_layers_of_unknown_number(code: str, model: str) -> None:
    assert models_of(f"i = keras.Input(batch_shape=(4, 3, 1))\n{code}")[-1] == model


@pytest.mark.parametrize(
    ("cell", "layer"),
    [
        (f"{LSTM} if n else keras.layers.GRU(4, stateful=True)", "LSTM*"),
        ("(keras.layers.LSTM if n else keras.layers.GRU)(4, stateful=True)", "LSTM*"),
        (f"{LSTM} if n else keras.layers.GRU(4)", "..."),
        (f"{LSTM} if n else {STACKED}", "..."),
    ],
)
def test_one_of_two_recurrent_layers(cell: str, layer: str) -> None:
    shape = "keras.Input(batch_shape=(4, 3, 1))"
    (model,) = models_of(f"m = keras.Sequential([{shape}, {cell}])")
    assert model == f"Sequential({layer}) batch=4"
    (model,) = models_of(f"h = i = {shape}\nh = ({cell})(h)\nm = keras.Model(i, h)")
    assert model == f"Functional({layer}) batch=4"


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (
            "self.cells = []\n        for _ in range(2):\n            self.cells.append(LSTM)",
            "Subclassed(LSTM*, LSTM*)",
        ),
        (
            "self.cells = []\n        for _ in range(n):\n            self.cells.append(LSTM)",
            "Subclassed(LSTM*, LSTM*, ...)",
        ),
        ("self.cells = [LSTM for _ in range(n)]", "Subclassed(LSTM*, ...)"),
        ("self.cells = []\n        self.cells.append(mystery())", "Subclassed(...)"),
        ("self.cell = mystery()", "Subclassed(...)"),
        ("self.units = 2 * n", "Subclassed()"),
    ],
)
def test_layers_in_the_lists_of_a_model(body: str, model: str) -> None:
    body = body.replace("LSTM", LSTM)
    code = f"class M(keras.Model):\n    def __init__(self, n):\n        super().__init__()\n        {body}\n"
    assert models_of(f"{code}def build(n):\n    return M(n)\nm = M(unknown)")[0] == f"{model} batch=undecided"


@pytest.mark.parametrize(
    "code",
    [
        "h = keras.layers.add([i, i])",
        "h = tf.cast(i, tf.float32)",
        "h = tf.concat([i, i], axis=-1)",
        "h = tf.expand_dims(i[:, :, 0], -1)",
        "h = tf.reshape(i, (4, 3, 1))",
        "h = keras.ops.relu(i)",
    ],
)
def test_operations_that_keep_the_batch(code: str) -> None:
    told = story_of(f"i = keras.Input(batch_shape=(4, 3, 1))\n{code}\n{LSTM}(h)", 3, HEAD, Built)
    assert told == ["build LSTM for 4 by shape"]


def test_what_runs_a_model_out_of_sight() -> None:
    code = f"m = {BUILT}\nf = keras.backend.function([m.input], [m.output])\nf([np.zeros((4, 3, 1))])"
    assert story_of(code, 2, HEAD) == ["opaque LIBRARY_CALL"] * 2


def test_a_function_that_is_compiled_is_followed() -> None:
    code = f"m = {BUILT}\nstep = tf.function(lambda x: m(x))\nstep(np.zeros((4, 3, 1)))"
    assert story_of(code, 2, HEAD) == ["call call array(4, 3, 1) batch=4 carried"]


def test_rows_of_unknown_number_may_be_one_batch_of_the_right_size() -> None:
    model = "keras.Sequential([keras.Input(batch_shape=({}, 3, 1)), keras.layers.LSTM(4, stateful=True)])"
    code = "import keras\nm = " + model + "\nm.fit(x, x, batch_size=32, shuffle=False)\n"
    found = [
        {f.code for f in check_source("snippet.py", code.format(size).encode()).findings} for size in (1, 5)
    ]
    assert ["SRN206" in codes for codes in found] == [True, False]


def test_rows_that_are_taken_to_be_too_many_are_shuffled_as_well() -> None:
    """The size that doesn't fit is mended first, and leaves the order as it is."""
    model = "keras.Sequential([keras.Input(batch_shape=({}, 3, 1)), keras.layers.LSTM(4, stateful=True)])"
    code = "import keras\nm = " + model + "\nm.fit(x, x, batch_size=32)\n"
    found = [
        {f.code: f.assumptions for f in check_source("snippet.py", code.format(size).encode()).findings}
        for size in (1, 5, 32)
    ]
    told = [(codes.get("SRN201"), codes.get("SRN206")) for codes in found]
    rows = ("the data have more than 1 row",)
    assert told == [(rows, rows), (None, None), ((), None)]


@pytest.mark.parametrize(
    ("handler", "found"),
    [("pass", []), ("print('none saved')", []), ("missing = True", ["SRN304"]), ("raise", [])],
)
def test_the_best_model_is_the_one_that_is_meant_where_it_may_not_have_been_saved(
    handler: str, found: list[str]
) -> None:
    code = (
        f"{HEAD}x, y = np.zeros((40, 3, 1)), np.zeros((40, 4))\nm = {BUILT}\nm.compile('sgd', 'mse')\n"
        "saving = keras.callbacks.ModelCheckpoint('best.h5', save_best_only=True)\n"
        "m.fit(x, y, batch_size=4, shuffle=False, callbacks=[saving])\n"
        "try:\n    m = keras.models.load_model('best.h5')\n"
        f"except OSError:\n    {handler}\nm.predict(x, batch_size=4)\n"
    )
    assert [finding.code for finding in check_source("snippet.py", code.encode()).findings] == found


@pytest.mark.parametrize("base", ["Enum", "str, Enum"])
@pytest.mark.parametrize("kind", ["Kind.LSTM", "Kind('lstm')", "Kind['LSTM']"])
def test_layers_are_chosen_by_the_members_of_an_enum(base: str, kind: str) -> None:
    code = (
        f"from enum import Enum\nclass Kind({base}):\n    LSTM = 'lstm'\n    DENSE = 'dense'\n"
        "LAYERS = {Kind.LSTM: keras.layers.LSTM, Kind.DENSE: keras.layers.Dense}\n"
        f"m = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), LAYERS[{kind}](4, stateful=True)])\n"
        "m.predict(np.zeros((4, 3, 1)), batch_size=4)"
    )
    (told,) = story_of(code, head=HEAD)
    assert told == "predict predict array(4, 3, 1) batch=4 carried"
