"""Objects of other libraries that build a model with the program's own function, and train it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from statelint.interp import calls
from statelint.interp.attributes import attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Bound,
    Function,
    InstanceRecord,
    Library,
    ListRecord,
    ModelRecord,
    Ref,
)
from statelint.interp.transfer import Transfer, training
from statelint.trace.objects import Argument
from statelint.values import NONE, Known, Reason, Value, number, unknown

ESTIMATORS = tuple(
    f"{module}.{kind}"
    for module in ("keras.wrappers.scikit_learn", "scikeras.wrappers")
    for kind in ("KerasRegressor", "KerasClassifier")
)
_TUNERS = tuple(
    f"{module}.{kind}"
    for module in ("keras_tuner", "keras_tuner.tuners", "kerastuner", "kerastuner.tuners")
    for kind in ("RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch")
)
# What an estimator calls the function that builds its model.
MAKERS = ("build_fn", "model")
# What an estimator hands on to the model's fit, and to its predict and evaluate.
OF_FIT = (
    "epochs",
    "nb_epoch",
    "batch_size",
    "callbacks",
    "validation_split",
    "validation_data",
    "shuffle",
    "steps_per_epoch",
    "initial_epoch",
)
_METHODS = {"fit": "fit", "predict": "predict", "predict_proba": "predict", "score": "evaluate"}
_MODEL = "model_"


def _made(machine: Machine, name: str, arguments: Arguments) -> Value:
    """An estimator or a tuner: what it is made with are its attributes."""
    attributes = {key: argument.value for key, argument in arguments.keywords.items()}
    if arguments.positional:
        attributes["build_fn"] = arguments.positional[0].value
    if arguments.open:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, attributes))


def _build(machine: Machine, maker: Value | None, arguments: Arguments) -> int | None:
    """The id of the model that a function, or the `build` of an object, makes."""
    maker = _own_method(machine, maker, "build") or maker
    if maker is None or not isinstance(maker, Known) or not isinstance(maker.value, Function | Bound):
        return None
    made = calls.call_value(machine, maker, arguments)
    is_model = isinstance(machine.record(made), ModelRecord)
    return made.value.id if is_model and isinstance(made, Known) and isinstance(made.value, Ref) else None


def _own_method(machine: Machine, receiver: Value | None, name: str) -> Value | None:
    """The method of the program's that an object has from its class, or keeps."""
    if receiver is None or not isinstance(machine.record(receiver), InstanceRecord):
        return None
    found = attribute(machine, receiver, name)
    return found if isinstance(found, Known) and isinstance(found.value, Function | Bound) else None


def hidden(machine: Machine, receiver: Value, arguments: Arguments) -> Value:
    """What isn't known of a method: it may do whatever it likes with what it is given."""
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


# scikit-learn's view of a model


def estimator_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of KerasRegressor and KerasClassifier; each fit trains a model of its own."""
    record = machine.record(receiver)
    assert isinstance(record, InstanceRecord) and isinstance(receiver, Known)
    assert isinstance(receiver.value, Ref)
    given = record.attributes
    if name == "fit":
        id_ = _build(machine, _maker(given), _taken(given, arguments))
        if id_ is not None:
            machine.update(receiver.value.id, attributes={**given, _MODEL: machine.refer(id_)})
    else:
        model = given.get(_MODEL, NONE)
        id_ = model.value.id if isinstance(model, Known) and isinstance(model.value, Ref) else None
    if id_ is None or name not in _METHODS:
        return hidden(machine, receiver, arguments)
    names = OF_FIT if name == "fit" else ("batch_size",)
    handed = {key: Argument(given[key], arguments.site) for key in names if key in given}
    handed |= {
        key: Argument(given[f"fit__{key}"], arguments.site)
        for key in names
        if name == "fit" and f"fit__{key}" in given
    }
    merged = Arguments(arguments.positional, {**handed, **arguments.keywords}, arguments.open, arguments.site)
    result = training.run(machine, id_, _METHODS[name], merged)
    return receiver if name == "fit" else result


def _maker(given: Mapping[str, Value]) -> Value | None:
    return next((given[name] for name in MAKERS if name in given), None)


def parameters(given: Mapping[str, Value]) -> list[str]:
    """The names of the parameters of the function that builds an estimator's model."""
    maker = _maker(given)
    function = maker.value if isinstance(maker, Known) else None
    if not isinstance(function, Function):
        return []
    own = function.node.params
    return [p.name.value for p in (*own.params, *own.kwonly_params)]


def _taken(given: Mapping[str, Value], arguments: Arguments) -> Arguments:
    """The arguments of the function that builds: those of the estimator's that it has parameters for."""
    names = parameters(given)
    found = {name: given.get(f"model__{name}", given.get(name)) for name in names}
    keywords = {name: Argument(value, arguments.site) for name, value in found.items() if value is not None}
    return Arguments((), keywords, False, arguments.site)


# Keras Tuner


def _tuner_made(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A tuner: it keeps an object whose `build` makes the models, also where a function is given."""
    made = _made(machine, name, arguments)
    record = machine.record(made)
    if isinstance(record, InstanceRecord) and isinstance(made, Known) and isinstance(made.value, Ref):
        maker = record.attributes.get("build_fn", record.attributes.get("hypermodel", NONE))
        if isinstance(maker, Known) and isinstance(maker.value, Function | Bound):
            kept = InstanceRecord(Known(Library("keras_tuner.HyperModel")), arguments.site, {"build": maker})
            maker = machine.allocate(kept)
        machine.update(made.value.id, attributes={**record.attributes, "hypermodel": maker})
    return made


def tuner_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of Keras Tuner's searches: each trial trains a model of its own."""
    record = machine.record(receiver)
    assert isinstance(record, InstanceRecord)
    maker = record.attributes["hypermodel"]
    if name not in ("search", "get_best_models"):
        return machine.unknown(Reason.LIBRARY_CALL)
    choice = Argument(unknown(Reason.PARAMETER), arguments.site)
    id_ = _build(machine, maker, Arguments((choice,), {}, False, arguments.site))
    if id_ is None:
        return hidden(machine, receiver, arguments)
    if name == "search":
        own = _own_method(machine, maker, "fit")
        if own is None:
            training.run(machine, id_, "fit", arguments)
        else:
            built = Argument(machine.refer(id_), arguments.site)
            given = (choice, built, *arguments.positional)
            calls.call_value(machine, own, replace(arguments, positional=given))
        return NONE
    model = machine.refer(id_)
    count = arguments.get(0, "num_models")
    if count is None or number(count) == 1:
        return machine.allocate(ListRecord.of((model,)))
    return machine.allocate(ListRecord(None, count, model))


METHODS = {
    **dict.fromkeys(ESTIMATORS, estimator_method),
    **dict.fromkeys(_TUNERS, tuner_method),
}
TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(ESTIMATORS, _made),
    **dict.fromkeys(_TUNERS, _tuner_made),
}
