"""Calls that run a model: fit, evaluate, predict and the rest, with the callbacks' hooks that Keras runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from statelint import api
from statelint.interp import callbacks, drawing, loops
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    InstanceRecord,
    Iteration,
    Library,
    ListRecord,
    ModelRecord,
    Tuple,
)
from statelint.interp.transfer import own_steps
from statelint.interp.transfer.fed import describe, shuffled_with
from statelint.interp.transfer.hooks import Hooks, functions, hook, hooks_of, set_model
from statelint.interp.transfer.keras import build_layer
from statelint.interp.transfer.signatures import bind, described
from statelint.sites import Site
from statelint.trace.objects import Argument, Array, Data
from statelint.trace.story import Call, Feed, Opaque, Reset, Skipped, batch_size_of
from statelint.values import (
    FALSE,
    NONE,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    depending_on,
    is_,
    is_demanded,
    number,
    unknown,
)

PHASES = {
    "fit": "train",
    "fit_generator": "train",
    "train_on_batch": "train",
    "evaluate": "evaluate",
    "evaluate_generator": "evaluate",
    "test_on_batch": "evaluate",
    "predict": "predict",
    "predict_generator": "predict",
    "predict_on_batch": "predict",
    "predict_classes": "predict",
    "predict_proba": "predict",
    "call": "call",
}

# Keras 1 spellings.
_RENAMED = {"nb_epoch": "epochs", "nb_worker": "workers", "val_data": "validation_data"}
# What Keras 1 counted in samples, and Keras 2 counts in batches.
_COUNTED_OTHERWISE = {
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
    "samples_per_epoch": "steps_per_epoch",
}

_BATCH_HOOKS = {
    "train": ("on_batch_begin", "on_train_batch_begin", "on_batch_end", "on_train_batch_end"),
    "validation": ("on_test_batch_begin", "on_test_batch_end"),
    "evaluate": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def run(machine: Machine, id_: int, method: str, arguments: Arguments) -> Value:
    """Follow a call that runs the model."""
    record = machine.state.heap[id_]
    assert isinstance(record, ModelRecord)
    entry = described(machine, arguments, api.member, "keras.Model", method)
    if entry is not None:
        bound = bind(machine, entry, arguments)
    else:
        bound = dict(arguments.keywords)
        # Sequential.predict_classes(x, batch_size=32, verbose=0), of early Keras 2.
        names = ("x", "batch_size") if method in ("predict_classes", "predict_proba") else ("x",)
        bound.update(zip(names, arguments.positional, strict=False))
    for old, new in _RENAMED.items():
        if old in bound:
            bound.setdefault(new, bound[old])
    for old, new in _COUNTED_OTHERWISE.items():
        if old in bound:
            bound.setdefault(new, replace(bound[old], value=machine.unknown(Reason.OPERATION)))
    phase = PHASES[method]
    if phase == "call" and (machine.tape is not None or _is_training(bound)):
        phase = "train"
    x = bound.get("x") or bound.get("generator") or bound.get("inputs")
    given = x.value if x is not None else machine.unknown(Reason.PARAMETER)
    # Keras refuses both beside anything but arrays.
    surely = any(name in bound and _is_given(bound[name].value) for name in ("batch_size", "y"))
    surely |= "y" in bound and is_demanded(bound["y"].value)
    # What fixes the batch of the model isn't None, wherever it comes from.
    surely |= "batch_size" in bound and bound["batch_size"].value.key == record.batch.key != NONE.key
    if method.endswith("_generator") and isinstance(given, Known) and isinstance(given.value, Array):
        surely = False
    data = describe(
        machine,
        given,
        surely_array=(surely or method.endswith("on_batch")) and not method.endswith("generator"),
    )
    if "y" in bound and method in ("fit", "evaluate"):
        data = shuffled_with(machine, data, bound["y"].value)
    if machine.is_graph_mode and method in ("fit", "evaluate", "predict") and data.dataset is None:
        _size_of_graph(machine, record, bound, arguments.site)
    validation = _validation(machine, bound, data)
    model = machine.model(id_)
    assert model is not None
    hooks = hooks_of(machine, bound.get("callbacks"))
    if data.kind == "sequence":
        hooks = replace(hooks, source=given)
    call = Call(
        arguments.site,
        machine.context,
        machine.fresh_id(),
        method,
        model,
        data,
        bound,
        validation,
        hooks.known,
        callbacks.passed(machine, bound.get("callbacks")),
        arguments.site == machine.dropped,
    )
    machine.emit(call)
    set_model(machine, hooks, id_)
    if method in ("fit", "fit_generator"):
        _fit(machine, id_, call, hooks)
    elif method in ("evaluate", "evaluate_generator"):
        _pass_over(machine, id_, call, hooks, phase, "test", data)
    elif method in ("predict", "predict_generator"):
        _pass_over(machine, id_, call, hooks, phase, "predict", data)
    else:
        feed(machine, id_, call, phase, data)
    if phase == "predict" or method == "call":
        machine.has_origins = True
        return machine.unknown(Reason.LIBRARY_CALL, key=("output", call.id))
    return machine.unknown(Reason.LIBRARY_CALL)


def _size_of_graph(machine: Machine, record: ModelRecord, bound: dict[str, Argument], site: Site) -> None:
    """Without eager execution a batch has as many rows as the model's states, where no other size is asked
    for; Keras 3 has no such mode.
    """
    is_asked = "batch_size" in bound and is_(bound["batch_size"].value, None) is not Ternary.YES
    if not is_asked and is_(record.batch, None) is not Ternary.YES:
        size = record.batch if machine.keras == 2 else unknown(Reason.LIBRARY_CALL)
        bound["batch_size"] = Argument(size, site)


def _is_given(value: Value) -> bool:
    """Whether an argument is something: a parameter of which nothing is known may be None."""
    if isinstance(value, Unknown):
        return value.reason is not Reason.PARAMETER
    return is_(value, None) is Ternary.NO


def _is_training(bound: dict[str, Argument]) -> bool:
    return "training" in bound and is_(bound["training"].value, True) is Ternary.YES


def _validation(machine: Machine, bound: dict[str, Argument], data: Data) -> Data | None:
    given = bound.get("validation_data")
    if given is not None and not _is_nothing(machine, given.value):
        record, value = machine.record(given.value), given.value
        if isinstance(record, ListRecord) and record.items is not None and len(record.items) in (2, 3):
            # `[x, y]` is taken as `(x, y)`.
            value = Known(Tuple(record.items))
        return describe(machine, value) if _ever_validates(bound) else None
    split = bound.get("validation_split")
    if split is not None and _is_given(split.value) and not _is_zero(split.value):
        return Data("array", ("split", data.key), is_part=True)
    return None


def _ever_validates(bound: dict[str, Argument]) -> bool:
    """Whether `validation_freq` isn't larger than the number of epochs."""
    every, last = (
        number(bound[name].value) if name in bound else 1 for name in ("validation_freq", "epochs")
    )
    return every is None or last is None or every <= last


def _is_nothing(machine: Machine, value: Value) -> bool:
    """Whether no validation data are given: None, `()`, `[]`."""
    record = machine.record(value)
    is_empty = isinstance(record, ListRecord) and record.items == ()
    return is_empty or value == Known(Tuple(())) or is_(value, None) is Ternary.YES


def _is_zero(value: Value) -> bool:
    return isinstance(value, Known) and value.value in (0, 0.0)


def feed(machine: Machine, id_: int, call: Call, phase: str, data: Data) -> None:
    own_steps.reset_unbuilt(machine, id_, phase, call.site)
    _decide_batch(machine, id_, call, data)
    machine.update(id_, ran=True)
    model = machine.model(id_)
    assert model is not None
    if own_steps.resets(machine, id_):
        machine.emit(Opaque(call.site, machine.context, frozenset({id_}), Reason.LIBRARY_CALL))
    drawing.draw(machine, data.resets, call.site)
    if machine.backend == "jax" and call.method != "call" and machine.keras == 3:
        # There these calls leave no state behind: that has a rule of its own.
        machine.emit(Opaque(call.site, machine.context, frozenset({id_}), Reason.LIBRARY_CALL))
    may_reset = own_steps.resets_batches(machine, id_)
    machine.emit(Feed(call.site, machine.context, call, phase, model, data, may_reset))


def _batches(machine: Machine, id_: int, call: Call, hooks: Hooks, phase: str, data: Data) -> None:
    """One pass over the data; batch by batch only where some callback looks on."""
    names = _BATCH_HOOKS[phase]
    if not any(True for name in names for _ in functions(machine, hooks, name)):
        feed(machine, id_, call, phase, data)
        return
    count = batches(call, data)
    begin, end = names[: len(names) // 2], names[len(names) // 2 :]
    steps = _steps_per_execution(machine, id_)
    if steps > 1:
        _skipped(machine, hooks, call, names, steps, number(count))
        total = number(count)
        count = unknown(Reason.OPERATION) if total is None else Known(-(-total // steps))

    def body(position: Value, index: int) -> None:
        for name in begin:
            hook(machine, hooks, call, name, position)
        feed(machine, id_, call, phase, data)
        last = position if steps == 1 else depending_on(Known((index + 1) * steps - 1), position)
        for name in end:
            hook(machine, hooks, call, name, last)

    iteration = Iteration(count, lambda k: Known(k * steps), ("batches", call.id), False)
    loops.run(machine, "batches", call.site, iteration, body)


def _steps_per_execution(machine: Machine, id_: int) -> int:
    """How many batches Keras feeds between two calls of the batch hooks."""
    record = machine.state.heap[id_]
    assert isinstance(record, ModelRecord)
    given = record.settings.get("steps_per_execution")
    return (number(given.value) or 1) if given is not None else 1


def _skipped(
    machine: Machine, hooks: Hooks, call: Call, names: tuple[str, ...], steps: int, count: int | None
) -> None:
    """Note the resets that the batch hooks would make if they ran at every batch."""
    start, events, passes = machine.state, machine.events, machine.passes
    # Each batch is one of its own here, and stands for no others.
    machine.state, machine.events, machine.passes = start.fork(), [], ()
    found: list[Skipped] = []
    half = len(names) // 2
    for batch in range(min(count if count is not None else 2 * steps, 4 * steps, 64)):
        for position, name in enumerate(names):
            begun = len(machine.events)
            hook(machine, hooks, call, name, Known(batch))
            is_run = batch % steps == 0 if position < half else (batch + 1) % steps == 0 or batch + 1 == count
            certain = start.when
            for event in machine.events[begun:]:
                if isinstance(event, Reset) and not is_run and event.context.when == certain:
                    found.append(Skipped(event.site, event.context, call, batch, steps))
    machine.state, machine.events, machine.passes = start, events, passes
    for skipped in {event.site: event for event in reversed(found)}.values():
        machine.emit(skipped)


def batches(call: Call, data: Data) -> Value:
    """The number of batches in one pass."""
    if data.dataset is not None and data.dataset.batches is not None:
        return Known(data.dataset.batches)
    size = batch_size_of(call.argument("batch_size"))
    if data.samples is not None and size:
        return Known(-(-data.samples // size))
    return unknown(Reason.OPERATION)


def _pass_over(
    machine: Machine, id_: int, call: Call, hooks: Hooks, phase: str, prefix: str, data: Data
) -> None:
    hook(machine, hooks, call, f"on_{prefix}_begin")
    _batches(machine, id_, call, hooks, phase, data)
    hook(machine, hooks, call, f"on_{prefix}_end")


def _fit(machine: Machine, id_: int, call: Call, hooks: Hooks) -> None:
    hook(machine, hooks, call, "on_train_begin")
    epochs = call.arguments["epochs"].value if "epochs" in call.arguments else Known(1)
    first = number(call.argument("initial_epoch")) if "initial_epoch" in call.arguments else 0
    last = number(epochs)
    if first is not None and last is not None:
        count: Value = depending_on(Known(max(last - first, 0)), epochs)
    else:
        count = unknown(Reason.OPERATION)

    def validate() -> Value:
        assert call.validation is not None
        hook(machine, hooks, call, "on_test_begin")
        _batches(machine, id_, call, hooks, "validation", call.validation)
        hook(machine, hooks, call, "on_test_end")
        return NONE

    def body(epoch: Value, position: int) -> None:
        hook(machine, hooks, call, "on_epoch_begin", epoch)
        _batches(machine, id_, call, hooks, "train", call.data)
        if hooks.source is not None and machine.keras == 3:
            drawing.end_epoch(machine, hooks.source)
        if call.validation is not None:
            validates = _validates_after(machine, call, number(epoch))
            if validates is Ternary.YES:
                validate()
            elif validates is Ternary.UNKNOWN:
                machine.branch(("validates", call.id, position), [validate, lambda: NONE])
        hook(machine, hooks, call, "on_epoch_end", epoch)
        if hooks.source is not None and machine.keras == 2:
            drawing.end_epoch(machine, hooks.source)

    _checkpoint(machine, id_, hooks)
    start = first or 0
    loops.run(
        machine,
        "epochs",
        call.site,
        Iteration(count, lambda k: Known(start + k), ("epochs", call.id), False),
        body,
    )
    hook(machine, hooks, call, "on_train_end")


def _validates_after(machine: Machine, call: Call, epoch: int | None) -> Ternary:
    """Whether `validation_freq` lets an epoch (counted from 0) end with a validation."""
    given = call.arguments.get("validation_freq")
    if given is None:
        return Ternary.YES
    record = machine.record(given.value)
    numbers = [number(item) for item in record.items or ()] if isinstance(record, ListRecord) else []
    every = number(given.value)
    if every == 1:
        return Ternary.YES
    if epoch is None or (every is None and (not numbers or None in numbers)):
        return Ternary.UNKNOWN
    return Ternary.of((epoch + 1) % every == 0 if every else epoch + 1 in numbers)


def _checkpoint(machine: Machine, id_: int, hooks: Hooks) -> None:
    """A ModelCheckpoint saves the model under its path, unless it saves the weights only."""
    for callback in hooks.items:
        record = machine.record(callback)
        if isinstance(record, InstanceRecord) and isinstance(record.type, Known):
            kind, given = record.type.value, record.attributes
            saves_all = is_(given.get("save_weights_only", FALSE), False) is Ternary.YES
            if kind == Library("keras.callbacks.ModelCheckpoint") and saves_all and "filepath" in given:
                machine.note_saved(given["filepath"], id_)


def _decide_batch(machine: Machine, id_: int, call: Call, data: Data) -> None:
    """The first batch decides the batch size of a model that was given no input shape."""
    record = machine.state.heap[id_]
    assert isinstance(record, ModelRecord)
    if not record.undecided or record.built:
        return
    if record.kind == "Subclassed" and not record.layers:
        return
    if id_ in machine.earlier and PHASES[call.method] != "train":
        # Another method may have trained it before, and that decided.
        machine.update(id_, built=True, undecided=False, batch=unknown(Reason.PARAMETER))
        return
    batch = first_batch(machine, call.method, data, call.arguments)
    machine.update(id_, built=True, undecided=False, batch=batch)
    for layer in record.layers:
        build_layer(machine, layer, batch, id_, call.method)


def first_batch(machine: Machine, method: str, data: Data, bound: Mapping[str, Argument]) -> Value:
    """The batch dimension with which a call traces the model: a known None where it isn't static."""
    if method == "call" or method.endswith("on_batch"):
        return data.array.shape[0] if data.array and data.array.shape else unknown(Reason.OPERATION)
    # Keras 3's predict looks at its first batch, and takes that one's size.
    looks_ahead = method == "predict" and machine.keras == 3
    if data.kind == "dataset" and data.dataset is not None:
        if data.dataset.batch is None or looks_ahead:
            return unknown(Reason.OPERATION)
        match is_(data.dataset.drop_remainder, True):
            case Ternary.YES:
                return data.dataset.batch
            case Ternary.NO:
                return NONE
        return unknown(Reason.OPERATION)
    if data.kind == "generator":
        return NONE if machine.keras == 3 and not looks_ahead else unknown(Reason.OPERATION)
    given = bound["batch_size"].value if "batch_size" in bound else NONE
    size, samples = batch_size_of(given), data.samples
    if data.kind != "array" or size is None or size <= 0:
        return unknown(Reason.OPERATION)
    if "validation_split" in bound and not _is_zero(bound["validation_split"].value):
        return unknown(Reason.OPERATION)
    if samples is None:
        # If they don't make full batches, nothing runs at all.
        is_given = is_(given, None) is Ternary.NO and not data.is_part
        full = (f"the data that {method}() gets make full batches of {size}",)
        return depending_on(Known(size, full), given) if is_given else unknown(Reason.OPERATION)
    if looks_ahead:
        return depending_on(Known(min(samples, size)), given)
    return depending_on(NONE if samples % size else Known(size), given)
