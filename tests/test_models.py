"""Models: which layers they have, which of them are stateful, and the batch size."""

from __future__ import annotations

import pytest

from statelint.trace.story import Built
from tests.telling import HEAD, models_of, story_of, told, trace_of

LSTM = "keras.layers.LSTM(4, stateful=True)"
SHAPED = "keras.Input(batch_shape=(4, 3, 1))"


@pytest.mark.parametrize(
    ("code", "model"),
    [
        (f"keras.Sequential([{SHAPED}, {LSTM}, keras.layers.Dense(1)])", "Sequential(LSTM*, Dense) batch=4"),
        (f"keras.Sequential([keras.Input((3, 1), batch_size=7), {LSTM}])", "Sequential(LSTM*) batch=7"),
        (f"keras.Sequential([keras.Input((3, 1), batch_size=n), {LSTM}])", "Sequential(LSTM*) batch=?"),
        (f"keras.Sequential([keras.Input((3, 1)), {LSTM}])", "Sequential(LSTM*) batch=None"),
        (f"keras.Sequential([{LSTM}])", "Sequential(LSTM*) batch=undecided"),
        (f"keras.Sequential(layers=[{LSTM}])", "Sequential(LSTM*) batch=undecided"),
        ("keras.Sequential([keras.layers.LSTM(4)])", "Sequential(LSTM) batch=undecided"),
        ("keras.Sequential([keras.layers.GRU(4, stateful=flag)])", "Sequential(GRU?) batch=undecided"),
        (
            "keras.Sequential([keras.layers.RNN(keras.layers.LSTMCell(4), stateful=True)])",
            "Sequential(RNN*) batch=undecided",
        ),
        (
            f"keras.Sequential([keras.layers.InputLayer(batch_input_shape=(4, 3, 1)), {LSTM}])",
            "Sequential(InputLayer, LSTM*) batch=4",
        ),
        (
            "keras.Sequential([keras.layers.LSTM(4, stateful=True, batch_input_shape=(5, 3, 1))])",
            "Sequential(LSTM*) batch=5",
        ),
        (
            "keras.Sequential([keras.layers.LSTM(4, stateful=True, batch_input_shape=[5, None, 1])])",
            "Sequential(LSTM*) batch=5",
        ),
        (f"keras.Sequential([keras.Input(batch_shape=[4, 3, 1]), {LSTM}])", "Sequential(LSTM*) batch=4"),
        (
            f"keras.Sequential([keras.Input([3, 1], batch_size=7), {LSTM}])",
            "Sequential(LSTM*) batch=7",
        ),
        (f"keras.Sequential([keras.Input([3, 1]), {LSTM}])", "Sequential(LSTM*) batch=None"),
        (f"keras.Sequential([keras.Input(batch_shape=list(sizes)), {LSTM}])", "Sequential(LSTM*) batch=?"),
        (
            f"keras.Sequential([keras.layers.Bidirectional({LSTM})])",
            "Sequential(Bidirectional(LSTM*)) batch=undecided",
        ),
        (f"keras.Sequential([mystery(), {LSTM}])", "Sequential(LSTM*, ...) batch=?"),
        (f"keras.Sequential(mystery + [{LSTM}])", "Sequential(...) batch=?"),
    ],
)
def test_sequential_models(code: str, model: str) -> None:
    assert models_of(f"m = {code}") == [model]


@pytest.mark.parametrize(
    ("code", "model"),
    [
        (f"m.add({SHAPED})\nm.add({LSTM})\nm.add(keras.layers.Dense(1))", "Sequential(LSTM*, Dense) batch=4"),
        (f"m.add({LSTM})\nm.add(keras.layers.Dense(1))\nm.pop()", "Sequential(LSTM*) batch=undecided"),
        (f"m.add({LSTM})\nm.build((8, 3, 1))", "Sequential(LSTM*) batch=8"),
        (f"m.add({LSTM})\nm.build([8, 3, 1])", "Sequential(LSTM*) batch=8"),
        (f"m.add({LSTM})\nm.train_on_batch(np.zeros((6, 3, 1)))", "Sequential(LSTM*) batch=6"),
        (f"m.add({LSTM})\nm(np.zeros((6, 3, 1)))", "Sequential(LSTM*) batch=6"),
        (f"m.add({LSTM})\nm.predict(np.zeros((64, 3, 1)))", "Sequential(LSTM*) batch=32"),
        (f"m.add({LSTM})\nm.evaluate(np.zeros((65, 3, 1)))", "Sequential(LSTM*) batch=None"),
        (f"m.add({LSTM})\nm.predict(unknown)", "Sequential(LSTM*) batch=?"),
        (
            "for units in (4, 8):\n    m.add(keras.layers.LSTM(units, stateful=True))",
            "Sequential(LSTM*, LSTM*) batch=undecided",
        ),
        (f"for units in mystery:\n    m.add({LSTM})", "Sequential(LSTM*, LSTM*, ...) batch=undecided"),
        (
            f"if flag:\n    m.add(keras.layers.Dropout(0.5))\nm.add({LSTM})",
            "Sequential(LSTM*) batch=undecided",
        ),
        ("m.add(m)", "Sequential(...) batch=?"),
        (f"m.add({LSTM})\nm.layers[0].stateful = False", "Sequential(LSTM) batch=undecided"),
        (
            "m.add(keras.layers.LSTM(4))\nfor layer in m.layers:\n"
            "    if isinstance(layer, keras.layers.RNN):\n        layer.stateful = True",
            "Sequential(LSTM*) batch=undecided",
        ),
    ],
)
def test_models_that_grow(code: str, model: str) -> None:
    assert models_of(f"m = keras.Sequential()\n{code}") == [model]


def test_a_model_that_grows_on_one_way_is_two() -> None:
    found = models_of(f"m = keras.Sequential()\nif flag:\n    m.add({LSTM})")
    assert found == ["Sequential(LSTM*) batch=undecided", "Sequential() batch=undecided"]


@pytest.mark.parametrize(
    ("code", "model"),
    [
        (f"m = keras.Model(i, keras.layers.Dense(1)({LSTM}(i)))", "Functional(LSTM*, Dense) batch=4"),
        (f"m = keras.Model(inputs=i, outputs={LSTM}(i))", "Functional(LSTM*) batch=4"),
        (
            "h, *_ = keras.layers.LSTM(4, stateful=True, return_state=True)(i)\nm = keras.Model(i, h)",
            "Functional(LSTM*) batch=4",
        ),
        (f"m = keras.Model(i, keras.ops.tanh({LSTM}(i) * 2 + 1))", "Functional(LSTM*) batch=4"),
        (f"m = keras.Model(i, {LSTM}(i)[:, -1])", "Functional(LSTM*) batch=4"),
        (
            f"j = {SHAPED}\nh = keras.layers.concatenate([{LSTM}(i), keras.layers.GRU(3)(j)])\n"
            "m = keras.Model([i, j], keras.layers.Dense(1)(h))",
            "Functional(LSTM*, GRU, Dense) batch=4",
        ),
        (f"m = keras.Model(i, mystery({LSTM}(i)))", "Functional(LSTM*, ...) batch=4"),
        (
            f"m = keras.Model(i, keras.layers.Dense(1)(mystery()([{LSTM}(i), i])))",
            "Functional(LSTM*, Dense, ...) batch=4",
        ),
        (
            f"h = mystery({LSTM}(i))\nm = keras.Model(i, keras.layers.Dense(1)(i))",
            "Functional(Dense) batch=4",
        ),
        (f"m = keras.Model(mystery, {LSTM}(i))", "Functional(LSTM*, ...) batch=?"),
    ],
)
def test_functional_models(code: str, model: str) -> None:
    assert models_of(f"i = {SHAPED}\n{code}") == [model]


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (
            "def __init__(self, n=4):\n        super().__init__()\n"
            "        self.rnn = keras.layers.LSTM(n, stateful=True)\n        self.out = "
            "keras.layers.Dense(1)",
            "Subclassed(LSTM*, Dense) batch=undecided",
        ),
        (
            "def __init__(self):\n        super(M, self).__init__()\n"
            "        self.cells = [keras.layers.LSTM(2, stateful=True) for _ in range(2)]",
            "Subclassed(LSTM*, LSTM*) batch=undecided",
        ),
        (
            "def __init__(self):\n        super().__init__()\n        self.inner = self\n"
            "        self.rnn = keras.layers.LSTM(2, stateful=True)\n        self.rnn.owner = self",
            "Subclassed(LSTM*) batch=undecided",
        ),
    ],
)
def test_subclassed_models(body: str, model: str) -> None:
    assert models_of(f"class M(keras.Model):\n    {body}\nm = M()") == [model]


def test_subclasses_of_the_programs_own_models() -> None:
    code = f"""
    class Base(keras.Model):
        def __init__(self, n):
            super().__init__()
            self.rnn = keras.layers.LSTM(n, stateful=True)
    class Derived(Base):
        def __init__(self):
            super().__init__(3)
            self.out = keras.layers.Dense(1)
    class Stack(keras.Sequential):
        def __init__(self):
            super().__init__([{SHAPED}, {LSTM}])
    a, b = Derived(), Stack()
    """
    assert models_of(code) == ["Subclassed(LSTM*, Dense) batch=undecided", "Subclassed(LSTM*) batch=4"]


@pytest.mark.parametrize(
    ("code", "model"),
    [
        (
            "class M(keras.Model):\n    def train_step(self, data): return {}\n"
            f"m = M(inputs=[i], outputs=[{LSTM}(i)])",
            "Subclassed(LSTM*) batch=4",
        ),
        (
            "class M(keras.Model):\n    def __init__(self):\n        self.rnn = keras.layers.GRU(3)\n"
            f"        super().__init__(i, self.rnn({LSTM}(i)))\nm = M()",
            "Subclassed(LSTM*, GRU) batch=4",
        ),
        (f"class M(keras.Sequential): pass\nm = M([i, {LSTM}])", "Subclassed(LSTM*) batch=4"),
        (
            f"class M(keras.Model):\n    def call(self, x): return unseen(x)\nm = M(i, {LSTM}(i))",
            "Subclassed() batch=undecided",
        ),
    ],
)
def test_subclasses_that_leave_the_making_to_keras(code: str, model: str) -> None:
    assert models_of(f"i = {SHAPED}\n{code}") == [model]


def test_models_inside_models() -> None:
    code = f"""
    inner = keras.Sequential([{SHAPED}, {LSTM}])
    outer = keras.Sequential([inner, keras.layers.Dense(1)])
    copy = keras.models.clone_model(inner)
    """
    assert models_of(code) == [
        "Sequential(LSTM*) batch=4",
        "Sequential(Sequential(LSTM*), Dense) batch=4",
        "Sequential(LSTM*) batch=4",
    ]


def test_builder_functions() -> None:
    code = """
    def build(n=4, stateful=False, **more):
        model = keras.Sequential()
        model.add(keras.Input(batch_shape=(n, 3, 1)))
        model.add(keras.layers.LSTM(4, stateful=stateful, **more))
        return model
    build()
    build(8, True)
    build(stateful=True, return_sequences=True)
    options = dict(n=2, stateful=True)
    build(**options)
    build(**unknown)
    """
    assert models_of(code) == [
        "Sequential(LSTM) batch=4",
        "Sequential(LSTM*) batch=8",
        "Sequential(LSTM*) batch=4",
        "Sequential(LSTM*) batch=2",
        "Sequential(LSTM?) batch=?",
    ]


@pytest.mark.parametrize(
    ("arguments", "layer"),
    [
        ("4, **options", "LSTM?"),
        ("*options", "LSTM?"),
        ("4, stateful=True, **options", "LSTM*"),
        ("4, stateful=False, **options", "LSTM"),
        ("**{'units': 4, 'stateful': True}", "LSTM*"),
        ("**dict(units=4)", "LSTM"),
    ],
)
def test_options_that_are_not_seen_may_make_a_layer_stateful(arguments: str, layer: str) -> None:
    (model,) = models_of(f"m = keras.Sequential([keras.layers.LSTM({arguments})])")
    assert model.startswith(f"Sequential({layer})")


@pytest.mark.parametrize("keras", [2, 3])
def test_a_decorator_may_give_keywords_that_nobody_sees(keras: int) -> None:
    code = """
    @scope.add
    def gru(*args, **kwargs):
        return keras.layers.GRU(*args, **kwargs)
    m = keras.Sequential([gru(4)])
    """
    assert models_of(code, keras) == ["Sequential(GRU?) batch=?"]


@pytest.mark.parametrize("keras", [2, 3])
def test_a_shape_may_be_among_options_that_are_not_seen(keras: int) -> None:
    code = "m = keras.Sequential([keras.layers.GRU(4, stateful=True, **options)])"
    assert models_of(code, keras) == ["Sequential(GRU*) batch=?"]


def test_an_embedding_without_a_shape_has_one_on_keras_2() -> None:
    code = f"m = keras.Sequential([keras.layers.Embedding(100, 8), {LSTM}])"
    assert models_of(code, 2) == ["Sequential(Embedding, LSTM*) batch=None"]
    assert models_of(code, 3) == ["Sequential(Embedding, LSTM*) batch=undecided"]


def test_states_are_built_once() -> None:
    code = f"""
    by_shape = keras.Sequential([{SHAPED}, {LSTM}])
    by_shape.build((9, 3, 1))
    by_build = keras.Sequential([{LSTM}])
    by_build.build((8, 3, 1))
    by_call = keras.Sequential([{LSTM}])
    by_call.predict(np.zeros((8, 3, 1)), batch_size=2)
    by_call.predict(np.zeros((8, 3, 1)), batch_size=4)
    """
    assert story_of(code, 3, HEAD, Built) == [
        "build LSTM for 4 by shape",
        "build LSTM for 8 by build",
        "build LSTM for 2 by predict",
    ]


@pytest.mark.parametrize(("keras", "batch"), [(2, "None"), (3, "4")])
def test_predict_looks_at_its_first_batch_on_keras_3(keras: int, batch: str) -> None:
    code = f"keras.Sequential([{LSTM}]).predict(np.zeros((10, 3, 1)), batch_size=4)"
    assert story_of(code, keras, HEAD, Built) == [f"build LSTM for {batch} by predict"]


def test_a_model_that_is_loaded_is_not_known() -> None:
    assert models_of("m = keras.models.load_model('m.keras')") == []


BUILT = f"""
m = keras.Sequential([{SHAPED}, {LSTM}])
m.compile('sgd', 'mse')
x = np.zeros((8, 3, 1))
"""


@pytest.mark.parametrize(
    "saving",
    [
        "m.save('folder')",
        "keras.models.save_model(m, 'folder')",
        "m.fit(x, x, callbacks=[keras.callbacks.ModelCheckpoint('folder', save_best_only=True)])",
        "m.fit(x, x, callbacks=[keras.callbacks.ModelCheckpoint('folder', save_weights_only=False)])",
        "if flag:\n    m.save('folder')",
    ],
)
def test_a_model_that_the_program_saved_is_loaded_with_its_layers(saving: str) -> None:
    models = models_of(f"{BUILT}{saving}\nm = keras.models.load_model('folder')")
    assert models == ["Sequential(LSTM*) batch=4"] * 2


@pytest.mark.parametrize(
    "saving",
    [
        "m.fit(x, x, callbacks=[keras.callbacks.ModelCheckpoint('folder', save_weights_only=True)])",
        "m.fit(x, x, callbacks=[keras.callbacks.ModelCheckpoint('folder', save_weights_only=flag)])",
        "m.fit(x, x, callbacks=[keras.callbacks.ModelCheckpoint('other')])",
        "m.save('other')",
        "m.save_weights('folder')",
        "other = keras.Sequential()\nif flag:\n    m.save('folder')\nelse:\n    other.save('folder')",
    ],
)
def test_a_model_that_is_saved_otherwise_is_not_known(saving: str) -> None:
    known = models_of(f"{BUILT}{saving}")
    assert models_of(f"{BUILT}{saving}\nm = keras.models.load_model('folder')") == known


def test_a_path_that_is_put_together_twice_is_one_path() -> None:
    path = "os.path.join(folder, 'best')"
    code = f"import os\n{BUILT}m.save({path})\nm = keras.models.load_model({path})"
    assert models_of(code) == ["Sequential(LSTM*) batch=4"] * 2


@pytest.mark.parametrize(("path", "opaque"), [("'m.h5'", []), ("'folder'", ["opaque LIBRARY_CALL"])])
def test_a_folder_may_hold_the_states_too(path: str, opaque: list[str]) -> None:
    code = f"{BUILT}m.save({path})\nm = keras.models.load_model({path})"
    assert story_of(code, 2, HEAD) == opaque


def test_uncalled_builders_are_followed_too() -> None:
    code = f"def build(n=5):\n    return keras.Sequential([keras.Input(batch_shape=(n, 3, 1)), {LSTM}])"
    top, build = trace_of(code, head=HEAD).stories
    assert top.models == ()
    assert build.name == "build"
    assert build.models[0].batch_size == 5
    assert told(build, Built) == ["build LSTM for 5 by shape"]
