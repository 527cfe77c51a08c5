"""One name for each callable, whichever of its many import paths a program uses."""

from functools import lru_cache

# Everything under which some release has offered the Keras namespace; the first that matches counts.
_KERAS_ROOTS = tuple(
    tuple(path.split("."))
    for path in (
        "tensorflow.contrib.keras.python.keras",
        "tensorflow.contrib.keras.api.keras",
        "tensorflow.contrib.keras",
        "tensorflow._api.v1.keras",
        "tensorflow._api.v2.keras",
        "tensorflow.compat.v1.keras",
        "tensorflow.compat.v2.keras",
        "tensorflow.python.keras",
        "tensorflow.keras",
        "tf_keras",
        "keras_core",
        "keras._tf_keras.keras",
        "keras.api._v1.keras",
        "keras.api._v2.keras",
        "keras.api",
        "keras.src",
        "keras.python.keras",
    )
)

# Packages whose public names are flat: what stands between them and the name is the file that defines it.
_FLAT_PACKAGES = frozenset({"layers", "callbacks", "utils", "models", "backend"})

# What `keras.saving` offers under a name that `keras.models` or `keras.utils` has too.
_SAVING_PACKAGES = {
    **dict.fromkeys(("load_model", "save_model", "model_from_json", "model_from_yaml"), "models"),
    **dict.fromkeys(
        (
            "CustomObjectScope",
            "custom_object_scope",
            "deserialize_keras_object",
            "get_custom_objects",
            "get_registered_name",
            "get_registered_object",
            "register_keras_serializable",
            "serialize_keras_object",
        ),
        "utils",
    ),
}

_KERAS_ALIASES = {
    ("models", "Sequential"): ("Sequential",),
    ("models", "Model"): ("Model",),
    ("Functional",): ("models", "Functional"),
    ("layers", "Input"): ("Input",),
    ("models", "Input"): ("Input",),
    ("Layer",): ("layers", "Layer"),
    ("InputSpec",): ("layers", "InputSpec"),
    ("InputLayer",): ("layers", "InputLayer"),
    ("preprocessing", "sequence", "pad_sequences"): ("utils", "pad_sequences"),
    ("preprocessing", "timeseries_dataset_from_array"): ("utils", "timeseries_dataset_from_array"),
    **{
        ("preprocessing", *package, f"{kind}_dataset_from_directory"): (
            "utils",
            f"{kind}_dataset_from_directory",
        )
        for kind in ("text", "image")
        for package in ((), (kind,))
    },
    ("preprocessing", "timeseries", "timeseries_dataset_from_array"): (
        "utils",
        "timeseries_dataset_from_array",
    ),
}

_ALIASES = tuple(
    (tuple(alias.split(".")), tuple(target.split(".")))
    for alias, target in (
        ("tensorflow.compat.v2", "tensorflow"),
        ("tensorflow.compat.v1.data", "tensorflow.data"),
        ("tensorflow.python.data.ops.dataset_ops.DatasetV1", "tensorflow.data.Dataset"),
        ("tensorflow.python.data.ops.dataset_ops.DatasetV2", "tensorflow.data.Dataset"),
        ("tensorflow.python.data.ops.dataset_ops", "tensorflow.data"),
        ("tensorflow.data.experimental.AUTOTUNE", "tensorflow.data.AUTOTUNE"),
        ("numpy.random.mtrand", "numpy.random"),
    )
)


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The name under which the stubs describe `name`; a name of no known library comes back as it is.

    `tf_keras.layers.LSTM`, `tensorflow.python.keras.layers.recurrent.LSTM` and
    `keras.src.layers.rnn.lstm.LSTM` are all `keras.layers.LSTM`. Attributes of a class stay behind it:
    `keras.models.Model.fit` is `keras.Model.fit`.
    """
    path = tuple(name.split("."))
    if path[0] == "tensorflow_core":
        # Where TensorFlow 1.15 and 2.0 keep what `tensorflow` gives; editors import from there.
        return canonical(".".join(("tensorflow", *path[1:])))
    if path[0] == "keras_preprocessing":
        # The package of its own that `keras.preprocessing` once passed on.
        return canonical(".".join(("keras", "preprocessing", *path[1:])))
    if path[0] not in ("keras", "tf_keras", "keras_core", "tensorflow", "numpy"):
        return name
    inside = _path_inside_keras(path)
    if inside is not None:
        return ".".join(("keras", *_public_path(inside)))
    for alias, target in _ALIASES:
        if path[: len(alias)] == alias:
            return ".".join(target + path[len(alias) :])
    return name


def _path_inside_keras(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """What follows the Keras namespace in `path`, () for the namespace itself, None outside it."""
    found = True
    while found:
        found = False
        for root in _KERAS_ROOTS:
            if path[: len(root)] == root:
                path = ("keras", *path[len(root) :])
                found = True
                break
    return path[1:] if path[0] == "keras" else None


def _public_path(path: tuple[str, ...]) -> tuple[str, ...]:
    if len(path) > 1:
        path = _without_defining_file(path)
    for length in (3, 2, 1):
        alias = _KERAS_ALIASES.get(path[:length])
        if alias is not None:
            return alias + path[length:]
    return path


def _without_defining_file(path: tuple[str, ...]) -> tuple[str, ...]:
    """`layers.recurrent.LSTM` → `layers.LSTM`, `utils.np_utils.to_categorical` → `utils.to_categorical`."""
    package = path[0]
    first_class = next((i for i, part in enumerate(path) if part.lstrip("_")[:1].isupper()), None)
    if package in _FLAT_PACKAGES:
        return (package, *path[first_class if first_class is not None else -1 :])
    if package == "engine" and first_class is not None:
        return path[first_class:]
    if package == "saving" and path[-1] in _SAVING_PACKAGES:
        return (_SAVING_PACKAGES[path[-1]], path[-1])
    return path
