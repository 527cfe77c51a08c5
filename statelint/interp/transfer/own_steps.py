"""What a model class of the program does itself with each batch: its train_step, its call."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.interp import callbacks, calls
from statelint.interp.attributes import user_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Bound, Function, ModelRecord, Ref
from statelint.sites import Site
from statelint.trace.objects import Argument
from statelint.trace.story import Called, Feed, Opaque, Reset
from statelint.values import Known, Reason, Ternary, Value

_BATCH_STEPS = ("train_step", "test_step", "predict_step", "call", "make_train_function")
_STEPS = (*_BATCH_STEPS, "reset_metrics")
# The step in which Keras feeds a batch; without one it is `call` alone.
_STEP_OF = {
    "train": "train_step",
    "validation": "test_step",
    "evaluate": "test_step",
    "predict": "predict_step",
}


def resets(machine: Machine, id_: int) -> bool:
    """Whether the program's own train_step (or the like) resets states: what Keras calls itself, for each
    batch or at the beginning of an epoch.
    """
    return any(callbacks.resets(function.node) for _, function in _methods(machine, id_, _STEPS))


def resets_batches(machine: Machine, id_: int) -> bool:
    """Whether it may do so at every batch."""
    return any(callbacks.resets(function.node) for _, function in _methods(machine, id_, _BATCH_STEPS))


def reset_unbuilt(machine: Machine, id_: int, phase: str, site: Site) -> None:
    """Note the resets that the model's own methods certainly make at its first batch, before any data have
    gone through the layer that they reset.
    """
    record = machine.state.heap[id_]
    if not isinstance(record, ModelRecord) or record.ran:
        return
    names = (_STEP_OF[phase], "call") if phase in _STEP_OF else ("call",)
    method = next(
        (m for m, function in _methods(machine, id_, names) if callbacks.resets(function.node)), None
    )
    # Asked last: what differs between the generations has to be followed twice.
    if method is not None and machine.keras == 2:
        for reset in _at_first(machine, method, site):
            machine.emit(reset)


def _at_first(machine: Machine, method: Value, site: Site) -> list[Reset]:
    """The resets that come before anything else runs, of layers that aren't built."""
    before, found = machine.state.when, []
    given = Arguments((Argument(machine.unknown(Reason.PARAMETER), site),), {}, False, site)
    with machine.trying():
        calls.call_value(machine, method, given)
        for event in machine.events:
            if isinstance(event, Called | Feed | Opaque):
                break
            if isinstance(event, Reset) and not event.built and event.context.when == before:
                reached = [machine.layer(layer) for layer in event.layers or ()]
                if any(layer is not None and layer.is_stateful is Ternary.YES for layer in reached):
                    found.append(event)
    return found


def _methods(machine: Machine, id_: int, names: tuple[str, ...]) -> Iterator[tuple[Value, Function]]:
    """The methods of these names that the model's class defines, and their functions."""
    record = machine.state.heap[id_]
    if not isinstance(record, ModelRecord) or not isinstance(record.type, Known):
        return
    for name in names:
        method = user_attribute(machine, record.type, name, Known(Ref(id_)))
        bound = method.value if isinstance(method, Known) else None
        inner = bound.function if isinstance(bound, Bound) else None
        if method is not None and isinstance(inner, Known) and isinstance(inner.value, Function):
            yield method, inner.value
