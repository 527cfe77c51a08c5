"""The stubs say what the real libraries accept, and the loader finds it under every name in use."""

import importlib
import inspect
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from statelint import api
from statelint.api import NO_DEFAULT, UNKNOWN_DEFAULT, Entry, Parameter
from statelint.api.declarations import module, stub_files

GENERATIONS = (2, 3)


def entry(keras: int, name: str) -> Entry:
    found = api.lookup(keras, name)
    assert found is not None, f"Keras {keras} has no {name}"
    return found


def accepted(keras: int, name: str) -> set[str]:
    return {parameter.name for parameter in entry(keras, name).parameters}


# Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tensorflow.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tf_keras.layers.LSTM", "keras.layers.LSTM"),
        ("keras_core.layers.LSTM", "keras.layers.LSTM"),
        ("keras_core.src.layers.rnn.lstm.LSTM", "keras.layers.LSTM"),
        ("tensorflow.python.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tensorflow_core.python.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tensorflow_core.data.Dataset", "tensorflow.data.Dataset"),
        ("keras_preprocessing.sequence.pad_sequences", "keras.utils.pad_sequences"),
        ("keras_preprocessing.text.Tokenizer", "keras.preprocessing.text.Tokenizer"),
        ("tensorflow.compat.v1.keras.layers.CuDNNLSTM", "keras.layers.CuDNNLSTM"),
        ("tensorflow.compat.v2.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tensorflow.contrib.keras.layers.LSTM", "keras.layers.LSTM"),
        ("keras.layers.recurrent.LSTM", "keras.layers.LSTM"),
        ("keras.src.layers.rnn.lstm.LSTM", "keras.layers.LSTM"),
        ("tf_keras.src.layers.rnn.lstm.LSTM", "keras.layers.LSTM"),
        ("keras.layers.merge.concatenate", "keras.layers.concatenate"),
        ("keras.layers.experimental.preprocessing.Rescaling", "keras.layers.Rescaling"),
        ("keras.models.Sequential", "keras.Sequential"),
        ("keras.engine.sequential.Sequential", "keras.Sequential"),
        ("keras.models.Model", "keras.Model"),
        ("keras.models.Model.fit", "keras.Model.fit"),
        ("keras.engine.training.Model", "keras.Model"),
        ("keras.layers.Input", "keras.Input"),
        ("tensorflow.python.keras.models.Input", "keras.Input"),
        ("keras.engine.Input", "keras.Input"),
        ("keras.engine.input_layer.Input", "keras.Input"),
        ("keras.engine.input_layer.InputLayer", "keras.layers.InputLayer"),
        ("keras.engine.topology.Layer", "keras.layers.Layer"),
        ("keras.Layer", "keras.layers.Layer"),
        ("keras.saving.load_model", "keras.models.load_model"),
        ("keras.saving.register_keras_serializable", "keras.utils.register_keras_serializable"),
        ("keras.utils.np_utils.to_categorical", "keras.utils.to_categorical"),
        ("keras.utils.vis_utils.plot_model", "keras.utils.plot_model"),
        ("keras.preprocessing.sequence.pad_sequences", "keras.utils.pad_sequences"),
        ("keras.backend.tensorflow_backend.clear_session", "keras.backend.clear_session"),
        ("tensorflow.keras", "keras"),
        ("tensorflow.compat.v2.data.Dataset.batch", "tensorflow.data.Dataset.batch"),
        ("tensorflow.compat.v1.data.Dataset", "tensorflow.data.Dataset"),
        ("tensorflow.python.data.ops.dataset_ops.DatasetV2", "tensorflow.data.Dataset"),
        ("numpy.random.mtrand.RandomState", "numpy.random.RandomState"),
        ("numpy.zeros", "numpy.zeros"),
        ("torch.nn.LSTM", "torch.nn.LSTM"),
    ],
)
def test_canonical(name: str, expected: str) -> None:
    assert api.canonical(name) == expected
    assert api.canonical(expected) == expected


@pytest.mark.parametrize("keras", GENERATIONS)
def test_every_name_in_the_stubs_is_found_under_its_canonical_name(keras: int) -> None:
    for name in described_names(keras):
        found = entry(keras, name)
        assert api.canonical(found.name) == found.name
        assert api.lookup(keras, found.name) == found


@pytest.mark.parametrize("keras", GENERATIONS)
def test_star_import_brings_public_names(keras: int) -> None:
    assert {"LSTM", "MaxPool1D", "Input", "add"} <= set(api.public_names(keras, "keras.layers"))
    assert {"Model", "Sequential", "load_model"} <= set(api.public_names(keras, "keras.models"))
    assert {"layers", "models", "preprocessing", "Sequential"} <= set(api.public_names(keras, "keras"))
    assert api.public_names(keras, "tensorflow.keras.layers") == api.public_names(keras, "keras.layers")
    assert "Any" not in api.public_names(keras, "keras.layers")
    assert not [name for name in api.public_names(keras, "keras.layers") if name.startswith("_")]
    assert api.public_names(keras, "torch.nn") == ()


@pytest.mark.parametrize("keras", GENERATIONS)
def test_star_import_of_a_file_brings_what_its_package_has(keras: int) -> None:
    assert {"LSTM", "Dense", "add"} <= set(api.names_of_file(keras, "keras.layers.recurrent"))
    assert {"Model", "Input"} <= set(api.names_of_file(keras, "tensorflow.python.keras.engine.topology"))
    assert "layers" not in api.names_of_file(keras, "keras.engine.topology")
    for whole in ("keras", "keras.layers", "tensorflow.keras.models", "torch.nn.modules", "layers"):
        assert api.names_of_file(keras, whole) == ()


# Lookup


def test_what_no_stub_describes_is_none() -> None:
    for name in ("keras.layers.Nothing", "keras", "keras.layers", "torch.nn.LSTM", "LSTM", ""):
        assert api.lookup(3, name) is None
    assert api.lookup(3, "keras.layers.CuDNNLSTM") is None
    assert api.member(3, "keras.Model", "fit_generator") is None
    assert api.member(3, "keras.layers.Nothing", "call") is None
    assert api.has_attribute(3, "keras.layers.Nothing", "stateful") is None


def test_aliases_have_the_name_of_what_is_meant() -> None:
    assert entry(2, "keras.layers.MaxPool1D").name == "keras.layers.MaxPooling1D"
    assert entry(3, "keras.utils.Sequence").name == "keras.utils.PyDataset"
    assert entry(2, "keras.utils.Sequence").name == "keras.utils.Sequence"


def test_methods_are_looked_up_through_the_bases() -> None:
    fit = api.member(3, "keras.Sequential", "fit")
    assert fit is not None
    assert (fit.name, fit.kind, fit.parameters[0].name) == ("keras.Model.fit", "method", "x")
    assert api.lookup(3, "keras.Sequential.fit") == fit
    reset = api.member(2, "keras.layers.LSTM", "reset_states")
    assert reset is not None
    assert reset.parameters == (Parameter("states", "positional", None),)
    from_slices = api.member(3, "tensorflow.data.Dataset", "from_tensor_slices")
    assert from_slices is not None
    assert from_slices.parameters[0].name == "tensors"
    assert api.member(3, "keras.preprocessing.text.Tokenizer", "fit_on_texts") is not None


def test_defaults() -> None:
    parameters = {parameter.name: parameter for parameter in entry(2, "keras.layers.LSTM").parameters}
    assert parameters["units"] == Parameter("units", "positional", NO_DEFAULT)
    assert parameters["stateful"] == Parameter("stateful", "positional", False)
    assert parameters["batch_input_shape"] == Parameter("batch_input_shape", "keyword", None)
    assert parameters["enable_caching_device"].default is UNKNOWN_DEFAULT
    assert [p.kind for p in entry(3, "sklearn.model_selection.train_test_split").parameters[:2]] == [
        "star",
        "keyword",
    ]


def test_each_generation_accepts_its_own_keywords() -> None:
    for layer in ("LSTM", "GRU", "SimpleRNN", "RNN", "Dense", "Embedding", "Masking", "TimeDistributed"):
        assert "batch_input_shape" in accepted(2, f"keras.layers.{layer}")
        for removed in ("batch_input_shape", "batch_size", "time_major", "kwargs"):
            assert removed not in accepted(3, f"keras.layers.{layer}")
        for keras in GENERATIONS:
            assert "batch_shape" not in accepted(keras, f"keras.layers.{layer}")
            assert "input_shape" in accepted(keras, f"keras.layers.{layer}")
    for keras in GENERATIONS:
        assert "batch_shape" in accepted(keras, "keras.Input")
        assert "batch_input_shape" in accepted(keras, "keras.layers.InputLayer")


# Roles


TIMELESS = {"keras.layers.InputSpec"}


@pytest.mark.parametrize("keras", GENERATIONS)
def test_every_layer_says_how_it_treats_time(keras: int) -> None:
    for name in described_names(keras):
        found = entry(keras, name)
        if found.kind == "class" and "layer" in found.roles:
            assert len(found.roles & api.TIME_ROLES) == 1, name
        elif found.kind == "class":
            assert not found.name.startswith("keras.layers.") or found.name in TIMELESS, name


@pytest.mark.parametrize("keras", GENERATIONS)
@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("layers.LSTM", {"layer", "recurrent", "keeps_batch", "unknown_shape"}),
        ("layers.ConvLSTM2D", {"layer", "recurrent", "keeps_batch", "unknown_shape"}),
        ("layers.LSTMCell", {"layer", "cell", "keeps_batch", "unknown_shape"}),
        ("layers.TimeDistributed", {"layer", "wrapper", "keeps_batch", "keeps_time"}),
        ("layers.Bidirectional", {"layer", "wrapper", "keeps_batch", "unknown_shape"}),
        ("layers.Dense", {"layer", "keeps_batch", "keeps_time"}),
        ("layers.Embedding", {"layer", "keeps_batch", "adds_axis"}),
        ("layers.RepeatVector", {"layer", "keeps_batch", "changes_time"}),
        ("layers.MaxPool1D", {"layer", "keeps_batch", "changes_time"}),
        ("layers.GlobalMaxPooling1D", {"layer", "keeps_batch", "drops_time"}),
        ("layers.Flatten", {"layer", "keeps_batch", "drops_time"}),
        ("layers.Lambda", {"layer", "unknown_shape"}),
        ("layers.Layer", {"layer", "unknown_shape"}),
        ("layers.Add", {"layer", "keeps_batch", "keeps_time", "merge"}),
        ("layers.concatenate", {"merge"}),
        ("layers.InputLayer", {"layer", "keeps_batch", "keeps_time", "input_layer"}),
        ("Input", {"input"}),
        ("Sequential", {"layer", "model", "sequential", "unknown_shape"}),
        ("callbacks.EarlyStopping", {"callback", "harmless_callback"}),
        ("callbacks.LambdaCallback", {"callback", "lambda_callback"}),
        ("callbacks.Callback", {"callback"}),
        ("preprocessing.sequence.TimeseriesGenerator", {"data_sequence"}),
        ("losses.MeanSquaredError", {"pure"}),
        ("Model.summary", {"pure"}),
        ("Model.fit", set()),
    ],
)
def test_roles(keras: int, name: str, roles: set[str]) -> None:
    assert entry(keras, f"keras.{name}").roles == roles


def test_outside_keras_all_is_pure_but_what_calls() -> None:
    assert entry(3, "numpy.zeros").roles == {"pure", "constructor"}
    assert entry(3, "numpy.linalg.norm").roles == {"pure"}
    assert entry(3, "numpy.random.permutation").roles == {"pure", "shuffles"}
    assert entry(3, "tensorflow.data.Dataset.map").roles == {"calls"}
    assert entry(3, "sklearn.model_selection.train_test_split").roles == {"pure", "shuffles"}


# hasattr

RECURRENT = {"reset_states", "stateful", "states", "cell"}

ATTRIBUTES = [
    (2, "keras.Model", {"reset_states", "stateful", "layers"}),
    (2, "keras.Sequential", {"reset_states", "stateful", "layers"}),
    (2, "keras.models.Functional", {"reset_states", "stateful", "layers"}),
    (2, "keras.layers.LSTM", RECURRENT),
    (2, "keras.layers.ConvLSTM2D", RECURRENT),
    (2, "keras.layers.Bidirectional", {"reset_states", "stateful"}),
    (2, "keras.layers.TimeDistributed", {"stateful"}),
    (2, "keras.layers.Dense", {"stateful"}),
    (2, "keras.layers.StackedRNNCells", {"stateful"}),
    (2, "keras.callbacks.Callback", set()),
    (3, "keras.Model", {"layers"}),
    (3, "keras.Sequential", {"layers"}),
    (3, "keras.models.Functional", {"layers"}),
    (3, "keras.layers.LSTM", RECURRENT | {"reset_state"}),
    (3, "keras.layers.ConvLSTM2D", RECURRENT | {"reset_state"}),
    (3, "keras.layers.Bidirectional", {"reset_states", "reset_state", "stateful", "states"}),
    (3, "keras.layers.TimeDistributed", set()),
    (3, "keras.layers.Dense", set()),
    (3, "keras.layers.StackedRNNCells", set()),
    (3, "keras.callbacks.Callback", set()),
]


@pytest.mark.parametrize(("keras", "name", "attributes"), ATTRIBUTES)
def test_has_attribute(keras: int, name: str, attributes: set[str]) -> None:
    for attribute in api.STATE_ATTRIBUTES:
        assert api.has_attribute(keras, name, attribute) is (attribute in attributes), attribute


def test_has_attribute_is_none_where_the_stubs_are_silent() -> None:
    assert api.has_attribute(3, "keras.Model", "optimizer") is None
    assert api.has_attribute(3, "keras.Model", "fit") is True
    assert api.has_attribute(3, "numpy.ndarray", "stateful") is None


# The real libraries

# Names that only one of the places below has: (generation, canonical name) → where it really is.
ELSEWHERE = {
    (2, "keras.layers.CuDNNLSTM"): "tf_keras.src.layers.rnn.cudnn_lstm.CuDNNLSTM",
    (2, "keras.layers.CuDNNGRU"): "tf_keras.src.layers.rnn.cudnn_gru.CuDNNGRU",
    (2, "keras.models.Functional"): "tf_keras.src.engine.functional.Functional",
    (3, "keras.models.Functional"): "keras.src.models.functional.Functional",
    (3, "keras.layers.ThresholdedReLU"): "keras._tf_keras.keras.layers.ThresholdedReLU",
    **{
        (3, f"keras.preprocessing.sequence.{name}"): f"keras._tf_keras.keras.preprocessing.sequence.{name}"
        for name in ("TimeseriesGenerator", "make_sampling_table", "skipgrams")
    },
}

# Spelt out in the stub, where the real signature hides them or releases differ.
SPELT_OUT = {"keras.Model", "keras.layers.Layer", "keras.models.Functional", "keras.utils.Sequence"}
SPELT_OUT |= {"numpy.reshape", "numpy.arange"}


def described_names(keras: int) -> Iterator[str]:
    """The qualified name of every class and function that the stubs of Keras declare."""
    for generation, name in stub_files():
        stub = module(keras, name)
        if stub is not None and name.startswith("keras") and generation in (0, keras):
            for symbol in stub.symbols.keys() - stub.private:
                if not symbol.startswith("_"):
                    yield api.canonical(f"{name}.{symbol}")


def other_names() -> Iterator[str]:
    for _, name in stub_files():
        stub = module(3, name)
        if stub is not None and name.startswith(("numpy", "tensorflow")):
            names = stub.symbols.keys() - stub.private
            yield from (f"{name}.{symbol}" for symbol in names if not symbol.startswith("_"))


@pytest.fixture(scope="module")
def libraries() -> dict[int, Any]:
    """Keras 2 and Keras 3, beside each other in this process."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    keras3 = pytest.importorskip("keras", minversion="3")
    keras2 = pytest.importorskip("tf_keras")
    return {2: keras2, 3: keras3}


def resolve(keras: int, name: str) -> Any:
    """The real thing of canonical name `name`."""
    name = ELSEWHERE.get((keras, name), name)
    if keras == 2 and name.startswith("keras."):
        name = f"tf_{name}"
    path = name.split(".")
    found: Any = importlib.import_module(path[0])
    for i, attribute in enumerate(path[1:], 2):
        if not hasattr(found, attribute):
            importlib.import_module(".".join(path[:i]))
        found = getattr(found, attribute)
    return found


KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "star",
    inspect.Parameter.VAR_KEYWORD: "double_star",
}


def real_parameters(function: Callable[..., Any], bound: bool) -> list[Parameter]:
    parameters = list(inspect.signature(function).parameters.values())[bound:]
    return [Parameter(p.name, KINDS[p.kind], constant(p.default)) for p in parameters]


def constant(default: object) -> object:
    """A real default as the stubs write it."""
    if default is inspect.Parameter.empty:
        return NO_DEFAULT
    if isinstance(default, tuple):
        return default if all(constant(item) is item for item in default) else UNKNOWN_DEFAULT
    return default if default is None or type(default) in (bool, int, float, str) else UNKNOWN_DEFAULT


def differences(stub: tuple[Parameter, ...], real: list[Parameter]) -> list[str]:
    """How a stub departs from a signature; keywords may be spelt out that the real one takes as **kwargs."""
    named = [p for p in real if p.kind == "positional"]
    described = [p for p in stub if p.kind == "positional"]
    found = [f"{s} is {r}" for s, r in zip(described, named, strict=False) if s != r]
    if len(described) != len(named):
        found.append(f"{[p.name for p in described]} is {[p.name for p in named]}")
    hidden = any(p.kind == "double_star" for p in real)
    keywords = {p.name: p for p in real if p.kind == "keyword"}
    spelt = {p.name: p for p in stub if p.kind == "keyword"}
    found += [f"{p.name} is missing" for name, p in keywords.items() if spelt.get(name) != p]
    if not hidden:
        found += [f"{name} isn't accepted" for name in spelt.keys() - keywords.keys()]
        found += ["**kwargs aren't accepted" for p in stub if p.kind == "double_star"]
    if any(p.kind == "star" for p in stub) != any(p.kind == "star" for p in real):
        found.append("*args")
    return found


def described_methods(keras: int, name: str) -> Iterator[Entry]:
    """The methods that the stub of a class declares itself."""
    stub_name, _, class_name = name.rpartition(".")
    for attribute in vars(resolve(keras, name)) | {"fit": None, "evaluate": None, "predict": None}:
        method = api.member(keras, f"{stub_name}.{class_name}", attribute)
        if method is not None and method.name == f"{name}.{attribute}":
            yield method


@pytest.mark.slow
@pytest.mark.parametrize("keras", GENERATIONS)
def test_constructors_and_functions_have_the_real_parameters(libraries: dict[int, Any], keras: int) -> None:
    wrong = {}
    for name in described_names(keras):
        found = entry(keras, name)
        if found.name in SPELT_OUT:
            continue
        real = resolve(keras, found.name)
        is_class = inspect.isclass(real)
        assert (found.kind == "class") is is_class, name
        parameters = real_parameters(real.__init__ if is_class else real, is_class)
        if differences(found.parameters, parameters):
            wrong[name] = differences(found.parameters, parameters)
    assert not wrong


@pytest.mark.slow
@pytest.mark.parametrize("keras", GENERATIONS)
def test_methods_have_the_real_parameters(libraries: dict[int, Any], keras: int) -> None:
    wrong = {}
    for name in described_names(keras):
        found = entry(keras, name)
        if found.kind != "class" or (keras, found.name) in ELSEWHERE:
            continue
        real_class = resolve(keras, found.name)
        for method in described_methods(keras, found.name):
            attribute = method.name.rpartition(".")[2]
            static = inspect.getattr_static(real_class, attribute)
            bound = not isinstance(static, classmethod | staticmethod)
            real = real_parameters(getattr(real_class, attribute), bound)
            hides_all = [p.kind for p in real if p.name in ("args", "kwargs")] == ["star", "double_star"]
            if attribute != "__init__" and not hides_all and attribute != "__call__":
                found_differences = differences(method.parameters, real)
                if found_differences:
                    wrong[method.name] = found_differences
    assert not wrong


@pytest.mark.slow
@pytest.mark.parametrize("keras", GENERATIONS)
def test_every_public_layer_callback_and_training_method_is_described(
    libraries: dict[int, Any], keras: int
) -> None:
    for package in ("layers", "callbacks", "models"):
        for name, real in vars(getattr(libraries[keras], package)).items():
            if inspect.isclass(real):
                assert api.lookup(keras, api.canonical(f"keras.{package}.{name}")) is not None, name
    for name in dir(libraries[keras].Model):
        if name.startswith(("fit", "evaluate", "predict", "train_", "test_", "reset_")):
            assert api.member(keras, "keras.Model", name) is not None, name


@pytest.mark.slow
@pytest.mark.parametrize("keras", GENERATIONS)
def test_bases_are_real_bases(libraries: dict[int, Any], keras: int) -> None:
    for name in described_names(keras):
        found = entry(keras, name)
        for base in found.bases if found.kind == "class" else ():
            assert issubclass(resolve(keras, found.name), resolve(keras, base)), (found.name, base)


@pytest.mark.slow
def test_other_libraries_have_the_real_parameters(libraries: dict[int, Any]) -> None:
    wrong = {}
    for name in other_names():
        found = entry(3, name)
        if found.name in SPELT_OUT:
            continue
        real = resolve(3, found.name)
        if inspect.isclass(real):
            methods = [api.member(3, name, attribute) for attribute in vars(real)]
            described = [(m, getattr(real, m.name.rpartition(".")[2])) for m in methods if m is not None]
        else:
            methods, described = [], [(found, real)]
        for stub, function in described:
            if stub.name.endswith("__init__"):
                continue
            static = inspect.getattr_static(real, stub.name.rpartition(".")[2], None)
            bound = inspect.isclass(real) and not isinstance(static, staticmethod)
            parameters = real_parameters(function, bound)
            if differences(stub.parameters, parameters):
                wrong[stub.name] = differences(stub.parameters, parameters)
    assert not wrong


def examples(keras: Any) -> dict[str, Callable[..., Any]]:
    """How to make each kind of layer, ready for one keyword more."""
    layers = keras.layers
    return {
        "LSTM": lambda **k: layers.LSTM(3, **k),
        "GRU": lambda **k: layers.GRU(3, **k),
        "SimpleRNN": lambda **k: layers.SimpleRNN(3, **k),
        "RNN": lambda **k: layers.RNN(layers.LSTMCell(3), **k),
        "ConvLSTM1D": lambda **k: layers.ConvLSTM1D(3, 3, **k),
        "LSTMCell": lambda **k: layers.LSTMCell(3, **k),
        "StackedRNNCells": lambda **k: layers.StackedRNNCells([layers.LSTMCell(3)], **k),
        "Bidirectional": lambda **k: layers.Bidirectional(layers.LSTM(3), **k),
        "TimeDistributed": lambda **k: layers.TimeDistributed(layers.Dense(3), **k),
        "Dense": lambda **k: layers.Dense(3, **k),
        "Dropout": lambda **k: layers.Dropout(0.1, **k),
        "Embedding": lambda **k: layers.Embedding(5, 3, **k),
        "Masking": layers.Masking,
        "Conv1D": lambda **k: layers.Conv1D(3, 3, **k),
        "MaxPooling1D": layers.MaxPooling1D,
        "BatchNormalization": layers.BatchNormalization,
        "Reshape": lambda **k: layers.Reshape((3, 5), **k),
        "Lambda": lambda **k: layers.Lambda(abs, **k),
        "Layer": layers.Layer,
    }


KEYWORDS: dict[str, object] = {
    "activity_regularizer": None,
    "autocast": True,
    "batch_input_shape": (2, 5, 3),
    "batch_shape": (2, 5, 3),
    "batch_size": 2,
    "dtype": "float32",
    "dynamic": False,
    "implementation": 1,
    "input_dim": 3,
    "input_length": 5,
    "input_shape": (5, 3),
    "name": "layer",
    "nonsense": 1,
    "return_sequences": True,
    "stateful": False,
    "time_major": False,
    "trainable": True,
    "unroll": False,
    "use_cudnn": False,
    "weights": None,
    "zero_output_for_mask": False,
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("keras", GENERATIONS)
def test_layers_accept_the_keywords_of_their_stubs_and_no_others(
    libraries: dict[int, Any], keras: int
) -> None:
    required = {"Embedding": {"input_dim"}}
    for name, make in examples(libraries[keras]).items():
        described = accepted(keras, f"keras.layers.{name}")
        for keyword, value in KEYWORDS.items():
            if keyword not in required.get(name, ()):
                assert is_accepted(make, keyword, value) is (keyword in described), (name, keyword)


def is_accepted(make: Callable[..., Any], keyword: str, value: object) -> bool:
    try:
        make(**{keyword: value})
    except (TypeError, ValueError):
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize(("keras", "name", "attributes"), ATTRIBUTES)
def test_instances_have_the_attributes_of_their_stubs(
    libraries: dict[int, Any], keras: int, name: str, attributes: set[str]
) -> None:
    library = libraries[keras]
    made: dict[str, Callable[[], Any]] = {
        "keras.Model": library.Model,
        "keras.Sequential": lambda: library.Sequential([library.layers.Dense(2)]),
        "keras.models.Functional": lambda: functional(library),
        "keras.layers.ConvLSTM2D": lambda: library.layers.ConvLSTM2D(3, 3),
        "keras.callbacks.Callback": library.callbacks.Callback,
    }
    example = examples(library).get(name.rpartition(".")[2])
    instance = made[name]() if name in made else example() if example is not None else None
    assert {attribute for attribute in api.STATE_ATTRIBUTES if hasattr(instance, attribute)} == attributes


def functional(library: Any) -> Any:
    inputs = library.Input((3,))
    return library.Model(inputs, library.layers.Dense(2)(inputs))
