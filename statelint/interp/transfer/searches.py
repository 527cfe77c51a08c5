"""What scikit-learn wraps around an estimator that builds a model: searches, cross-validation, pipelines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from statelint.interp import loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, InstanceRecord, Library, ListRecord, Ref
from statelint.interp.shapes import picked
from statelint.interp.transfer import Transfer, wrappers
from statelint.interp.transfer.numpy import as_array
from statelint.trace.objects import Argument, Array
from statelint.values import NONE, TRUE, Known, Reason, Ternary, Value, interned, is_, join, number, unknown

# The searches, and what each calls the values that it tries.
_SEARCHES = {
    f"sklearn.{module}.{kind}": tried
    for module in ("model_selection", "grid_search")
    for kind, tried in (
        ("GridSearchCV", "param_grid"),
        ("HalvingGridSearchCV", "param_grid"),
        ("RandomizedSearchCV", "param_distributions"),
        ("HalvingRandomSearchCV", "param_distributions"),
    )
}
_PIPELINES = ("sklearn.pipeline.Pipeline", "sklearn.pipeline.make_pipeline")
# What trains an estimator on each fold, and then runs it on the rest.
_ON_FOLDS = tuple(
    f"sklearn.{module}.{kind}"
    for module in ("model_selection", "cross_validation")
    for kind in ("cross_val_score", "cross_validate", "cross_val_predict")
)
# The estimator that a search or a pipeline has trained.
_TRAINED = "best_estimator_"


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """An estimator, the values of its parameters that are tried, and what prepares its rows."""

    estimator: InstanceRecord
    tried: Mapping[str, Value]
    # Whether all parameters that can be tried are known.
    complete: bool = True
    steps: tuple[Value, ...] = ()


def _made(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A search or a pipeline: what it is made with are its attributes."""
    attributes = {key: argument.value for key, argument in arguments.keywords.items()}
    if name in _SEARCHES:
        names = ("estimator", _SEARCHES[name])
        attributes |= {key: a.value for key, a in zip(names, arguments.positional, strict=False)}
    else:
        steps = [a.value for a in arguments.positional]
        if name == _PIPELINES[0]:
            steps = _items(machine, arguments.get(0, "steps"))
            steps = [pair[-1] for pair in (_items(machine, step) for step in steps) if pair]
        attributes["steps"] = machine.allocate(ListRecord.of(tuple(steps)))
    made = machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, attributes))
    if not arguments.open and _wrapped(machine, made) is not None:
        return made
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _items(machine: Machine, value: Value | None) -> list[Value]:
    """The items of a list or tuple; none where they aren't known."""
    return list(loops.items(loops.iterate(machine, value)) or ()) if isinstance(value, Known) else []


def _wrapped(machine: Machine, value: Value | None) -> _Wrapped | None:
    """The estimator that builds a model, inside of all that is wrapped around it."""
    record = machine.record(value) if value is not None else None
    if not isinstance(record, InstanceRecord) or not isinstance(record.type, Known):
        return None
    name = getattr(record.type.value, "name", "")
    if name in wrappers.ESTIMATORS:
        return _Wrapped(record, {})
    if name in _PIPELINES:
        *before, last = _items(machine, record.attributes["steps"]) or [NONE]
        inner = _wrapped(machine, last)
        return None if inner is None else replace(inner, steps=(*before, *inner.steps))
    inner = _wrapped(machine, record.attributes.get("estimator")) if name in _SEARCHES else None
    if inner is None:
        return None
    grid = machine.record(record.attributes.get(_SEARCHES[name], NONE))
    if not isinstance(grid, DictRecord):
        return replace(inner, complete=False)
    tried = {_plain(str(key)): _any_of(machine, values) for key, values in grid.items.items()}
    return replace(inner, tried={**inner.tried, **tried}, complete=inner.complete and grid.complete)


def _plain(name: str) -> str:
    """A parameter's name without the steps that it goes through: `regressor__batch_size`, `model__units`."""
    return name.rpartition("__")[2]


def _any_of(machine: Machine, values: Value) -> Value:
    """One of the values that are listed for a parameter."""
    listed = _items(machine, values)
    return reduce(join, listed) if listed else unknown(Reason.OPERATION)


def _candidate(machine: Machine, wrapped: _Wrapped) -> Known:
    """A new estimator, with the values that are tried."""
    attributes = {n: v for n, v in wrapped.estimator.attributes.items() if _plain(n) not in wrapped.tried}
    if not wrapped.complete:
        names = {*map(_plain, attributes), *wrappers.OF_FIT, *wrappers.parameters(attributes)}
        attributes = {n: v for n, v in attributes.items() if n in wrappers.MAKERS}
        attributes |= {n: unknown(Reason.OPERATION) for n in names if n not in wrappers.MAKERS}
    return machine.allocate(replace(wrapped.estimator, attributes={**attributes, **wrapped.tried}))


def _fit(
    machine: Machine, wrapped: _Wrapped, data: tuple[Value | None, Value | None], arguments: Arguments
) -> Known | None:
    """Train a new estimator; None where its model isn't known."""
    estimator = _candidate(machine, wrapped)
    kept = {_plain(key): a for key, a in arguments.keywords.items() if key not in ("X", "y", "groups")}
    found = wrappers.estimator_method(machine, estimator, "fit", _with(arguments, data, kept))
    return estimator if found is estimator else None


def _with(
    arguments: Arguments, data: tuple[Value | None, ...], keywords: Mapping[str, Argument]
) -> Arguments:
    given = tuple(Argument(value, arguments.site) for value in data if value is not None)
    return replace(arguments, positional=given, keywords=keywords)


def method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of searches and pipelines: they hand on to the estimator's."""
    record, wrapped = machine.record(receiver), _wrapped(machine, receiver)
    rows = arguments.get(0, "X")
    assert isinstance(record, InstanceRecord) and isinstance(receiver, Known)
    if wrapped is None or rows is None or not isinstance(receiver.value, Ref):
        return wrappers.hidden(machine, receiver, arguments)
    data = _rows(machine, wrapped, rows), arguments.get(1, "y")
    if name == "fit":
        # A search trains the best one once more, on all rows.
        if is_(record.attributes.get("refit", TRUE), False) is not Ternary.NO:
            _fit(machine, wrapped, _fold(machine, data, record.attributes.get("cv"), arguments), arguments)
            return receiver
        trained = _fit(machine, wrapped, data, arguments)
        if trained is not None:
            machine.update(receiver.value.id, attributes={**record.attributes, _TRAINED: trained})
        return receiver
    best = record.attributes.get(_TRAINED)
    if best is None:
        return wrappers.hidden(machine, receiver, arguments)
    name = "predict" if name == "score" and "scoring" in record.attributes else name
    return wrappers.estimator_method(machine, best, name, _with(arguments, data, {}))


def _rows(machine: Machine, wrapped: _Wrapped, value: Value) -> Value:
    """The rows as the estimator gets them."""
    found = as_array(machine, value)
    array = found.value if isinstance(found, Known) and isinstance(found.value, Array) else None
    array = Array(value.key, None, value.key) if array is None else array
    key: Hashable = array.key
    for step in wrapped.steps:
        if is_(step, None) is not Ternary.YES and is_(step, "passthrough") is not Ternary.YES:
            machine.escape(wrapped.estimator.site, Reason.LIBRARY_CALL, step)
            key = interned(("transformed", step.key, key))
    if key != array.key:
        array = Array(key, None, key, rows=array.rows or (array.shape or (None,))[0])
    return replace(found, value=array) if isinstance(found, Known) else Known(array)


def _fold(
    machine: Machine, data: tuple[Value | None, ...], folds: Value | None, arguments: Arguments
) -> tuple[Value | None, Value | None]:
    """The rows and targets of a fold that are trained on."""
    rows, targets = data
    array = rows.value if isinstance(rows, Known) and isinstance(rows.value, Array) else None
    if array is None:
        return None, targets
    total, count = array.samples, _count(machine, folds)
    own = ("folds", "KFold", array.key, arguments.site)
    even = total is not None and count is not None and count > 1 and total % count == 0
    size = Known(total - total // count) if even else unknown(Reason.OPERATION)  # type: ignore[operator]
    return picked(array, Array(("numpy.arange", own), (size,), own)), targets


def _count(machine: Machine, folds: Value | None) -> int | None:
    """How many folds of equal size there are; None where that isn't known."""
    record = machine.record(folds) if folds is not None else None
    if isinstance(record, InstanceRecord):
        is_plain = record.type == Known(Library("sklearn.model_selection.KFold"))
        return number(record.attributes.get("n_splits", Known(5))) if is_plain else None
    return 5 if folds is None else number(folds)


def _on_folds(machine: Machine, name: str, arguments: Arguments) -> Value:
    """cross_val_score(estimator, X, y): a new estimator is trained on each fold."""
    wrapped, rows = _wrapped(machine, arguments.get(0, "estimator")), arguments.get(1, "X")
    if wrapped is None or rows is None:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    given = [arguments.keywords[n].value for n in ("params", "fit_params") if n in arguments.keywords]
    record = machine.record(given[0]) if given and is_(given[0], None) is not Ternary.YES else DictRecord({})
    known = isinstance(record, DictRecord) and record.complete
    keywords = record.items if isinstance(record, DictRecord) else {}
    handed = replace(
        arguments,
        keywords={str(key): Argument(value, arguments.site) for key, value in keywords.items()},
        open=arguments.open or not known,
    )
    data = _rows(machine, wrapped, rows), arguments.get(2, "y")
    fold = _fold(machine, data, arguments.get(5, "cv"), arguments)
    _fit(machine, wrapped, fold, handed)
    return machine.unknown(Reason.LIBRARY_CALL)


METHODS: dict[str, Callable[[Machine, Value, str, Arguments], Value]] = dict.fromkeys(
    (*_SEARCHES, *_PIPELINES), method
)
TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys((*_SEARCHES, *_PIPELINES), _made),
    **dict.fromkeys(_ON_FOLDS, _on_folds),
}
