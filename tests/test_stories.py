"""Stories: what happens to the models, in order, in which passes and under which conditions."""

from __future__ import annotations

import time
from textwrap import indent

import pytest

from statelint.interp.machine import Limits
from statelint.trace.story import Call, Opaque, Reset
from statelint.values import Reason
from tests.telling import MODEL, story_of, told, trace_of

FIT = "fit train array(8, 3, 1) batch=2 carried"
VALIDATION = "fit validation array(8, 3, 1) batch=2 carried"
RESET = "reset layer.reset_states"


@pytest.mark.parametrize(
    ("code", "story"),
    [
        ("model.fit(x, x)", [f"{FIT} epochs#0"]),
        ("model.fit(x, x, 2, 3)", [f"{FIT} epochs#0", f"{FIT} epochs#1", f"{FIT} epochs#last"]),
        ("model.fit(x, x, epochs=n)", [f"{FIT} epochs#0", f"{FIT} epochs#1"]),
        ("model.fit(x, x, epochs=10, initial_epoch=9)", [f"{FIT} epochs#0"]),
        ("model.fit(x, x, nb_epoch=2)", [f"{FIT} epochs#0", f"{FIT} epochs#last"]),
        ("model.fit(x, x, epochs=0)", []),
        ("model.fit(x, x, validation_data=(x, x))", [f"{FIT} epochs#0", f"{VALIDATION} epochs#0"]),
        ("model.fit(x, x, validation_split=0.0)", [f"{FIT} epochs#0"]),
        ("model.fit(x, x, validation_data=None)", [f"{FIT} epochs#0"]),
        (
            "model.fit(x, x, validation_split=0.5)",
            [f"{FIT} epochs#0", "fit validation array batch=2 carried epochs#0"],
        ),
        ("model.evaluate(x, x)", ["evaluate evaluate array(8, 3, 1) batch=2 carried"]),
        ("model.predict(x[2:])", ["predict predict array(6, 3, 1) from 2 batch=2 carried"]),
        ("model.train_on_batch(x[:2])", ["train_on_batch train array(2, 3, 1) batch=2 carried"]),
        ("model.test_on_batch(x[:2])", ["test_on_batch evaluate array(2, 3, 1) batch=2 carried"]),
        ("model.predict_on_batch(x[:2])", ["predict_on_batch predict array(2, 3, 1) batch=2 carried"]),
        ("model(x[:2])", ["call call array(2, 3, 1) batch=2 carried"]),
        ("model(x[:2], training=True)", ["call train array(2, 3, 1) batch=2 carried"]),
        ("with tf.GradientTape():\n    model(x[:2])", ["call train array(2, 3, 1) batch=2 carried"]),
        (
            "from functools import partial\nfit = partial(model.fit, epochs=1)\nfit(x, x)",
            [f"{FIT} epochs#0"],
        ),
        ("run = model.predict\nrun(x)", ["predict predict array(8, 3, 1) batch=2 carried"]),
    ],
)
def test_calls_feed_models(code: str, story: list[str]) -> None:
    assert story_of(code) == story


def test_a_call_has_its_arguments_and_its_data() -> None:
    code = "model.fit(x, x, epochs=2, validation_data=(x[6:], x[6:]))\nmodel.fit(unknown, epochs=2)"
    assert story_of(code, 3, MODEL, Call) == [
        "call fit array(8, 3, 1) / array(2, 3, 1) from 6",
        "call fit unknown",
    ]


@pytest.mark.parametrize(("size", "kind"), [("rows", "array"), ("other", "unknown")])
def test_the_size_that_the_model_is_built_for_is_given_with_arrays_alone(size: str, kind: str) -> None:
    code = f"""
    def train(x, rows, other, y=None):
        shape = keras.Input(batch_shape=(rows, 3, 1))
        model = keras.Sequential([shape, keras.layers.LSTM(4, stateful=True)])
        model.fit(x, y, batch_size={size})
    """
    assert told(trace_of(code).stories[1], Call) == [f"call fit {kind}"]


def test_an_epoch_loop_over_batches() -> None:
    code = """
    for epoch in range(100):
        for i in range(0, 8, 2):
            model.train_on_batch(x[i:i + 2])
        model.layers[0].reset_states()
    """
    batch = "train_on_batch train array(2, 3, 1)"
    one_epoch = [
        f"{batch} batch=2 carried for#N for#0",
        f"{batch} from 2 batch=2 carried for#N for#1",
        f"{batch} from 6 batch=2 carried for#N for#last",
        f"{RESET} for#N",
    ]
    assert story_of(code) == [
        line.replace("for#N", f"for#{which}") for which in (0, 1, "last") for line in one_epoch
    ]


@pytest.mark.parametrize(
    "loop",
    [
        "for layer in model.layers:\n    if hasattr(layer, 'reset_states'):\n        layer.reset_states()",
        "for layer in model.layers:\n    if getattr(layer, 'stateful', False):\n        layer.reset_states()",
        "for layer in model.layers:\n    if isinstance(layer, keras.layers.RNN):\n        "
        "layer.reset_states()",
        "for i in range(len(model.layers)):\n    model.layers[i].reset_states()",
    ],
)
def test_a_loop_over_the_layers_resets_them(loop: str) -> None:
    assert story_of(loop) == [f"{RESET} for#0"]


def test_resets_by_other_means() -> None:
    code = """
    [layer.reset_states() for layer in model.layers if layer.stateful]
    import keras.backend as K
    for state in model.layers[0].states:
        K.set_value(state, np.zeros((2, 4)))
    model.layers[0].states[0].assign(np.zeros((2, 4)))
    """
    assert story_of(code) == [
        f"{RESET} comprehension#0",
        "reset assign.assign for#0",
        "reset assign.assign for#last",
        "reset assign.assign",
    ]


def test_a_reset_before_the_states_are_built() -> None:
    code = """
    lazy = keras.Sequential([keras.layers.LSTM(4, stateful=True)])
    lazy.layers[0].reset_states()
    lazy.train_on_batch(x[:2])
    lazy.layers[0].reset_states()
    """
    assert story_of(code) == [
        f"{RESET} unbuilt",
        "train_on_batch train array(2, 3, 1) batch=2 carried",
        RESET,
    ]


@pytest.mark.parametrize(
    ("code", "on_keras_2", "on_keras_3"),
    [
        ("model.reset_states()", ["reset model.reset_states"], ["reset model.reset_states missing"]),
        ("model.reset_state()", ["reset model.reset_state missing"], ["reset model.reset_state missing"]),
        (
            "if hasattr(model, 'reset_states'):\n    model.reset_states()\n"
            "else:\n    model.layers[0].reset_state()",
            ["reset model.reset_states"],
            ["reset layer.reset_state"],
        ),
        (
            "try:\n    model.reset_states()\nexcept AttributeError:\n    model.layers[0].reset_states()",
            ["reset model.reset_states", f"{RESET} if a0"],
            [RESET],
        ),
        (
            "try:\n    model.reset_states()\n    model.predict(x)\nexcept (AttributeError, TypeError):\n    "
            "pass",
            ["reset model.reset_states", "predict predict array(8, 3, 1) batch=2 carried"],
            [],
        ),
        (
            "def reset():\n    model.reset_states()\ntry:\n    reset()\nexcept:\n    model.predict(x)",
            ["reset model.reset_states", "predict predict array(8, 3, 1) batch=2 carried if a0"],
            ["predict predict array(8, 3, 1) batch=2 carried"],
        ),
        (
            "try:\n    model.reset_states()\nexcept ValueError:\n    pass",
            ["reset model.reset_states"],
            ["reset model.reset_states missing"],
        ),
    ],
)
def test_what_a_generation_of_keras_lacks(code: str, on_keras_2: list[str], on_keras_3: list[str]) -> None:
    assert [story_of(code, keras) for keras in (2, 3)] == [on_keras_2, on_keras_3]


# Branches


def test_one_condition_decides_all_its_branches() -> None:
    code = """
    if flag:
        model.fit(x, x)
    else:
        model.layers[0].reset_states()
    if flag:
        model.predict(x)
    if not flag:
        model.evaluate(x)
    if other:
        model.predict(x)
    """
    assert story_of(code) == [
        f"{FIT} epochs#0 if a0",
        f"{RESET} if a1",
        "predict predict array(8, 3, 1) batch=2 carried if a0",
        "evaluate evaluate array(8, 3, 1) batch=2 carried if a1",
        "predict predict array(8, 3, 1) batch=2 carried if b0",
    ]


def test_inside_a_branch_its_condition_is_decided() -> None:
    code = """
    if flag:
        if flag:
            model.fit(x, x)
        else:
            model.predict(x)
    """
    assert story_of(code) == [f"{FIT} epochs#0 if a0"]


def test_behind_an_early_return_the_other_arm_holds() -> None:
    code = """
    def run(m):
        if flag:
            return
        m.fit(x, x)
    run(model)
    model.fit(x, x)
    """
    assert story_of(code) == [f"{FIT} epochs#0 if a1", f"{FIT} epochs#0"]


def test_a_condition_on_the_pass_happens_in_some_passes() -> None:
    code = """
    for epoch in range(10):
        model.fit(x, x)
        if epoch % 2 == 0:
            model.layers[0].reset_states()
    model.fit(x, x)
    """
    assert story_of(code) == [
        f"{FIT} for#0 epochs#0",
        f"{RESET} for#0 if a0",
        f"{FIT} for#1 epochs#0",
        f"{RESET} for#1 if b0",
        f"{FIT} for#last epochs#0",
        f"{RESET} for#last if c0",
        f"{FIT} epochs#0",
    ]


def test_a_short_circuit_may_run_its_right_side() -> None:
    assert story_of("flag and model.predict(x)") == ["predict predict array(8, 3, 1) batch=2 carried if a0"]
    assert story_of("True or model.predict(x)") == []


def test_behind_a_break_that_may_happen_the_loop_is_over() -> None:
    code = """
    while True:
        model.fit(x, x)
        if done():
            break
    model.predict(x)
    """
    assert story_of(code) == [
        f"{FIT} endless#0 epochs#0",
        f"{FIT} endless#1 epochs#0 if a1",
        "predict predict array(8, 3, 1) batch=2 carried",
    ]


# Calls and callbacks


def test_methods_and_helpers_are_followed() -> None:
    code = """
    class Trainer:
        def __init__(self, model, epochs=2):
            self.model = model
            self.epochs = epochs
        def train(self, x):
            for _ in range(self.epochs):
                self.model.fit(x, x)
                self.reset()
        def reset(self):
            for layer in self.model.layers:
                layer.reset_states()
    Trainer(model).train(x)
    """
    assert story_of(code) == [
        f"{FIT} for#0 epochs#0",
        f"{RESET} for#0 for#0",
        f"{FIT} for#last epochs#0",
        f"{RESET} for#last for#0",
    ]


def test_the_calls_that_lead_to_an_event_are_its_stack() -> None:
    code = "def inner():\n    model.predict(x)\ndef outer():\n    inner()\nouter()\n"
    trace = trace_of(code)
    ((_, feed),) = trace.stories[0].feeds()
    first = MODEL.count("\n") + 1
    assert [site.line - first for site in (*feed.context.stack, feed.site)] == [4, 3, 1]


HOOKS: dict[str, list[str]] = {
    "on_train_begin": [
        f"{RESET} in on_train_begin",
        "F epochs#0",
        "V epochs#0",
        "F epochs#last",
        "V epochs#last",
    ],
    "on_epoch_begin": [
        f"{RESET} epochs#0 in on_epoch_begin",
        "F epochs#0",
        "V epochs#0",
        f"{RESET} epochs#last in on_epoch_begin",
        "F epochs#last",
        "V epochs#last",
    ],
    "on_epoch_end": [
        "F epochs#0",
        "V epochs#0",
        f"{RESET} epochs#0 in on_epoch_end",
        "F epochs#last",
        "V epochs#last",
        f"{RESET} epochs#last in on_epoch_end",
    ],
    "on_test_begin": [
        "F epochs#0",
        f"{RESET} epochs#0 in on_test_begin",
        "V epochs#0",
        "F epochs#last",
        f"{RESET} epochs#last in on_test_begin",
        "V epochs#last",
    ],
    "on_test_end": [
        "F epochs#0",
        "V epochs#0",
        f"{RESET} epochs#0 in on_test_end",
        "F epochs#last",
        "V epochs#last",
        f"{RESET} epochs#last in on_test_end",
    ],
    "on_train_end": [
        "F epochs#0",
        "V epochs#0",
        "F epochs#last",
        "V epochs#last",
        f"{RESET} in on_train_end",
    ],
    "on_predict_begin": ["F epochs#0", "V epochs#0", "F epochs#last", "V epochs#last"],
    "on_epoch_start": ["F epochs#0", "V epochs#0", "F epochs#last", "V epochs#last"],
}


def spelt_out(lines: list[str]) -> list[str]:
    return [line.replace("F ", f"{FIT} ").replace("V ", f"{VALIDATION} ") for line in lines]


@pytest.mark.parametrize("hook", HOOKS)
def test_hooks_of_a_callback_run_in_keras_order(hook: str) -> None:
    parameters = "self, epoch, logs=None" if "epoch" in hook else "self, logs=None"
    code = f"""
    class Reset(keras.callbacks.Callback):
        def {hook}({parameters}):
            self.model.layers[0].reset_states()
    model.fit(x, x, epochs=2, validation_data=(x, x), callbacks=[Reset()])
    """
    assert story_of(code) == spelt_out(HOOKS[hook])


@pytest.mark.parametrize("hook", ["on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end"])
def test_hooks_of_a_lambda_callback(hook: str) -> None:
    code = f"""
    callback = keras.callbacks.LambdaCallback({hook}=lambda *a: model.layers[0].reset_states())
    model.fit(x, x, epochs=2, validation_data=(x, x), callbacks=[callback])
    """
    assert story_of(code) == spelt_out(HOOKS[hook])


@pytest.mark.parametrize("hook", ["on_batch_end", "on_train_batch_end"])
def test_hooks_of_training_batches(hook: str) -> None:
    code = f"""
    class Reset(keras.callbacks.Callback):
        def {hook}(self, batch, logs=None):
            self.model.layers[0].reset_states()
    model.fit(x, x, batch_size=2, validation_data=(x, x), callbacks=[Reset()])
    """
    one = [f"{FIT} epochs#0 batches#N", f"{RESET} epochs#0 batches#N in {hook}"]
    batches = [line.replace("#N", f"#{which}") for which in (0, 1, "last") for line in one]
    assert story_of(code) == [*batches, f"{VALIDATION} epochs#0"]


def test_hooks_of_validation_batches() -> None:
    code = """
    class Reset(keras.callbacks.Callback):
        def on_test_batch_begin(self, batch, logs=None):
            self.model.layers[0].reset_states()
    model.fit(x, x, batch_size=2, validation_data=(x[:4], x[:4]), callbacks=[Reset()])
    """
    assert story_of(code) == [
        f"{FIT} epochs#0",
        f"{RESET} epochs#0 batches#0 in on_test_batch_begin",
        "fit validation array(4, 3, 1) batch=2 carried epochs#0 batches#0",
        f"{RESET} epochs#0 batches#last in on_test_batch_begin",
        "fit validation array(4, 3, 1) batch=2 carried epochs#0 batches#last",
    ]


def test_hooks_of_evaluate_and_predict() -> None:
    code = """
    class Reset(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            self.model.layers[0].reset_states()
        on_predict_end = on_test_begin
    model.evaluate(x, x, callbacks=[Reset()])
    model.predict(x, callbacks=Reset())
    """
    assert story_of(code) == [
        f"{RESET} in on_test_begin",
        "evaluate evaluate array(8, 3, 1) batch=2 carried",
        "predict predict array(8, 3, 1) batch=2 carried",
        f"{RESET} in on_predict_end",
    ]


def test_a_callback_made_by_a_factory_remembers_its_model() -> None:
    code = """
    def resetting(m):
        def hook(epoch, logs):
            for layer in m.layers:
                layer.reset_states()
        return keras.callbacks.LambdaCallback(on_epoch_begin=hook)
    model.fit(x, x, callbacks=[resetting(model)])
    """
    assert story_of(code) == [f"{RESET} epochs#0 for#0 in on_epoch_begin", f"{FIT} epochs#0"]


def test_keras_own_callbacks_do_nothing_to_states() -> None:
    code = (
        "model.fit(x, x, callbacks=[keras.callbacks.EarlyStopping(), keras.callbacks.ModelCheckpoint('m')])"
    )
    assert story_of(code) == [f"{FIT} epochs#0"]


# What isn't followed


@pytest.mark.parametrize(
    "call",
    [
        "mystery(model)",
        "mystery(model.layers[0])",
        "mystery(model.fit)",
        "mystery([model])",
        "mystery({'model': model})",
        "mystery((1, model))",
        "mystery(lambda: model.fit(x))",
        "mystery.model = model",
        "mystery[0] = model",
        "mystery(key=model)",
        "mystery(*[model])",
        "model.mystery()",
        "mystery(Holder(model))",
        "mystery(uses_model)",
    ],
)
def test_a_model_that_goes_to_unknown_code_is_opaque(call: str) -> None:
    holder = """
    class Holder:
        def __init__(self, model):
            self.model = model
    def uses_model():
        return model
    """
    lines = story_of(f"{holder}\n{indent(call, '    ')}\n    model.fit(x, x)")
    assert [line.split()[0] for line in lines] == ["opaque", "fit"]


@pytest.mark.parametrize(
    "call",
    [
        "print(model)",
        "model.summary()",
        "len(model.layers)",
        "np.save('a', x)",
        "mystery(x)",
        "mystery(3)",
        "model.compile('adam', 'mse')",
        "model.save('m.keras')",
        "isinstance(model, keras.Model)",
        "import pickle\npickle.dumps(model)",
    ],
)
def test_what_cannot_touch_a_model_is_not_opaque(call: str) -> None:
    assert story_of(call) == []


def test_what_has_escaped_can_be_changed_by_any_later_call() -> None:
    assert story_of("mystery(x)\nmystery(model)\nmystery(x)\nmystery()") == ["opaque LIBRARY_CALL"] * 3


def test_an_opaque_names_what_it_can_reach() -> None:
    code = "other = keras.Sequential([keras.layers.LSTM(4, stateful=True)])\nmystery(other)"
    story = trace_of(code).stories[0]
    model, other = story.models
    (opaque,) = (event for event in story.events if isinstance(event, Opaque))
    assert opaque.models == frozenset({other.id, other.layers[0].id})
    assert model.id not in opaque.models


@pytest.mark.parametrize(
    "callbacks", ["[mystery()]", "mystery", "[*mystery]", "[Reset]", "[Reset(), mystery()]"]
)
def test_callbacks_that_are_not_known_may_do_anything_in_any_hook(callbacks: str) -> None:
    code = f"""
    class Reset(mystery.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.layers[0].reset_states()
    model.fit(x, x, callbacks={callbacks})
    """
    lines = [line for line in story_of(code) if not line.startswith(RESET)]
    before, after = lines[: lines.index(f"{FIT} epochs#0")], lines[lines.index(f"{FIT} epochs#0") + 1 :]
    assert {line.split()[0] for line in before} == {line.split()[0] for line in after} == {"opaque"}


def test_a_recursive_call_is_opaque() -> None:
    code = "def f(n):\n    model.fit(x, x)\n    if n:\n        f(n - 1)\nf(3)"
    assert story_of(code) == [f"{FIT} epochs#0", f"{FIT} epochs#0", "opaque RECURSION"]


def test_a_function_that_nobody_calls_is_a_story_of_its_own() -> None:
    code = """
    model.fit(x, x)
    def later(epochs):
        model.fit(x, x)
    class Runner:
        def run(self):
            model.predict(x)
    """
    stories = trace_of(code).stories
    assert [story.name for story in stories] == ["", "later", "run"]
    assert told(stories[0]) == [f"{FIT} epochs#0"]
    # What happened before it is called isn't known.
    assert told(stories[1]) == ["opaque PARAMETER to all", f"{FIT} epochs#0"]
    assert told(stories[2])[1:] == ["predict predict array(8, 3, 1) batch=2 carried"]


def test_generators_feed() -> None:
    code = """
    def batches():
        for i in range(0, 8, 2):
            yield x[i:i + 2], x[i:i + 2]
    for a, b in batches():
        model.train_on_batch(a, b)
    model.fit(batches(), steps_per_epoch=4)
    """
    lines = story_of(code)
    assert lines[:2] == [
        "train_on_batch train array(2, 3, 1) batch=2 carried for#0",
        "train_on_batch train array(2, 3, 1) from 2 batch=2 carried for#1",
    ]
    assert lines[-1] == "fit train generator batch=2 carried epochs#0"


# Limits

PATHOLOGICAL = {
    "nested loops": "".join("    " * i + f"for a{i} in range(1000):\n" for i in range(12))
    + "    " * 12
    + "model.fit(x, x)\n",
    "calls that double": "def f0():\n    model.fit(x, x)\n"
    + "".join(f"def f{i}():\n    f{i - 1}()\n    f{i - 1}()\n" for i in range(1, 24))
    + "f23()\n",
}


@pytest.mark.parametrize("code", PATHOLOGICAL.values(), ids=PATHOLOGICAL.keys())
def test_a_program_that_is_too_large_ends_as_opaque(code: str) -> None:
    started = time.perf_counter()
    trace = trace_of(code, limits=Limits(steps=2000, seconds=2.0))
    assert time.perf_counter() - started < 4
    last = trace.stories[0].events[-1]
    assert isinstance(last, Opaque)
    assert (last.models, last.reason) == (None, Reason.BUDGET)
    assert any(reason is Reason.BUDGET for reason, _ in trace.unknowns)


def test_calls_nested_too_deep_are_opaque() -> None:
    code = "def f0():\n    model.fit(x, x)\n"
    code += "".join(f"def f{i}():\n    f{i - 1}()\n" for i in range(1, 60)) + "f59()\n"
    assert story_of(code) == ["opaque DEPTH"]


@pytest.mark.parametrize(
    "code",
    [
        "t = (1,)\n" + "t = t + t\n" * 40,
        "t = [1]\n" + "t = t + t\n" * 40,
        "t = [1]\n" + "t += t\n" * 40,
        "t = [1]\n" + "t.extend(t)\n" * 40,
        "t = 'a'\n" + "t = t + t\n" * 60,
        "t = 3\n" + "t = t * t\n" * 60,
        "t = 1\n" + "t = (t, t)\n" * 40,
        "t = unknown\n" + "t = t * (1 - t)\n" * 40,
        "t = x\n" + "t = t[1:] + t\n" * 40,
        "t = [i for i in range(60) for j in range(60) for k in range(60) for l in range(60)]",
        "a = []\na.append(a)\nmystery(a)\nfor v in a:\n    mystery(v)",
        "class A(A):\n    def f(self):\n        return super().f()\nA().f()",
        "class A:\n    def __iter__(self):\n        return self\nfor v in A():\n    pass",
        "class A:\n    @property\n    def a(self):\n        return self.a\nA().a",
        "def g():\n    yield 1\n    yield from g()\nfor v in g():\n    pass",
        "def f(n):\n    g(n)\n    g(n)\ndef g(n):\n    f(n)\n    f(n)\nf(1)",
        "".join(f"if f{i}:\n    a{i} = {i}\n" for i in range(300)),
    ],
)
def test_what_grows_fast_takes_no_time(code: str) -> None:
    started = time.perf_counter()
    trace_of(f"{code}\nmodel.predict(x)\n")
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("keras", [2, 3])
def test_a_layer_called_on_an_array_is_built(keras: int) -> None:
    code = "layer = keras.layers.LSTM(4, stateful=True)\nlayer(np.zeros((6, 3, 1)))\nlayer.reset_states()"
    resets = [e for story in trace_of(code, keras).stories for e in story.events if isinstance(e, Reset)]
    assert [reset.built for reset in resets] == [True]
