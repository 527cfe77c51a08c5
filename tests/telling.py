"""Follows snippets and tells what the interpreter makes of them, as text.

In a snippet `reveal(x)` notes the value of `x` there; `unseen(x)` is code that can't be followed.
"""

from __future__ import annotations

from textwrap import dedent
from unittest.mock import patch

from statelint.interp import calls
from statelint.interp.machine import Limits, Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    Items,
    LayerRecord,
    Library,
    ListRecord,
    ModelRecord,
    Range,
    Tensor,
    Tuple,
)
from statelint.interp.program import follow
from statelint.interp.state import State
from statelint.interp.transfer import Transfer, transfer_of
from statelint.source.python import Source, read
from statelint.trace.objects import Array, Data, Dataset, Layer, Model
from statelint.trace.story import Built, Call, Called, Event, Feed, Opaque, Reset, Story, Trace
from statelint.values import NONE, Choice, Known, Ternary, Unknown, Value, is_, number

HEAD = "import numpy as np, keras, tensorflow as tf\nfrom test import reveal\n"

# A stateful model for batches of two, with little to read.
MODEL = HEAD + (
    "model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])\n"
    "model.compile('sgd', 'mse')\n"
    "x = np.zeros((8, 3, 1))\n"
)


def source_of(code: str, head: str = HEAD) -> Source:
    source = read("snippet.py", (head + dedent(code)).encode())
    assert isinstance(source, Source), source
    return source


def reveal(code: str, keras: int = 3, head: str = HEAD) -> list[str]:
    """What each `reveal(x)` that is reached notes, in the order of the story."""
    told: list[str] = []

    def note(machine: Machine, _: str, arguments: Arguments) -> Value:
        told.append(" ".join(shown(value, machine.state) for value in arguments.values()))
        return NONE

    def look_up(name: str) -> Transfer | None:
        return note if name == "test.reveal" else transfer_of(name)

    with patch.object(calls, "transfer_of", look_up):
        follow(source_of(code, head), keras)
    return told


def value_of(expression: str, keras: int = 3) -> str:
    """The value of one expression."""
    (told,) = reveal(f"reveal({expression})\n", keras)
    return told


def shown(value: Value, state: State) -> str:
    """A value in a line of text."""
    match value:
        case Unknown(reason=reason):
            return f"?{reason.name}"
        case Choice(options=options):
            return " | ".join(shown(option, state) for option in options)
    thing = value.value
    text = repr(thing)
    match thing:
        case Tuple(items=items):
            text = f"({', '.join(shown(item, state) for item in items)})"
        case Range(start=start, stop=stop, step=step):
            text = f"range({shown(start, state)}, {shown(stop, state)}, {shown(step, state)})"
        case Array():
            text = shown_array(thing, state)
        case Dataset():
            text = shown_dataset(thing)
        case Items(iteration=iteration):
            text = f"items({shown(iteration.count, state)} of {shown(iteration.item(0), state)})"
        case Tensor(batch=batch, layers=layers):
            kinds = [getattr(state.heap.get(layer), "kind", "?") for layer in layers]
            text = f"tensor({' > '.join([shown(batch, state), *kinds])})"
        case Library(name=name):
            text = f"<{name}>"
        case Function(name=name) | Class(name=name):
            text = f"<{type(thing).__name__.lower()} {name}>"
        case _:
            record = state.heap.get(getattr(thing, "id", -1))
            if record is not None:
                text = shown_record(record, state)
    if value.varies:
        text += " this pass"
    if value.assuming:
        text += f" if {' and '.join(value.assuming)}"
    return text


def shown_record(record: object, state: State) -> str:
    match record:
        case ListRecord(items=None, length=length, element=element):
            of = "" if element is None else f" of {shown(element, state)}"
            return f"[{shown(length, state)} items{of}]"
        case ListRecord(items=items):
            return f"[{', '.join(shown(item, state) for item in items or ())}]"
        case DictRecord(items=entries, complete=complete):
            known = [f"{key!r}: {shown(entry, state)}" for key, entry in entries.items()]
            return f"{{{', '.join(known if complete else [*known, '...'])}}}"
        case InstanceRecord(type=type_, attributes=attributes):
            inside = ", ".join(f"{name}={shown(part, state)}" for name, part in attributes.items())
            return f"{shown(type_, state)}({inside})"
        case LayerRecord(kind=kind, stateful=stateful):
            return f"{kind}(stateful={shown(stateful, state)})"
        case ModelRecord(kind=kind, layers=layers, complete=complete, batch=batch, undecided=undecided):
            kinds = [getattr(state.heap.get(layer), "kind", "?") for layer in layers]
            size = "undecided" if undecided else shown(batch, state)
            return f"{kind}({', '.join(kinds if complete else [*kinds, '...'])}; batch {size})"
    return repr(record)


def shown_array(array: Array, state: State | None = None) -> str:
    if array.shape is None:
        dimensions = "?"
    else:
        numbers = [number(size) for size in array.shape]
        dimensions = ", ".join("?" if n is None else str(n) for n in numbers)
    start = number(array.start)
    return f"array({dimensions})" + ("" if start == 0 else f" from {'?' if start is None else start}")


def shown_dataset(dataset: Dataset) -> str:
    elements = number(dataset.elements)
    text = f"dataset({'?' if elements is None else elements}"
    if dataset.batch is not None:
        size = number(dataset.batch)
        text += f" by {'?' if size is None else size}"
        match is_(dataset.drop_remainder, True):
            case Ternary.YES:
                text += " full"
            case Ternary.UNKNOWN:
                text += " full?"
    if number(dataset.repeats) != 1:
        again = number(dataset.repeats)
        endless = is_(dataset.repeats, None) is Ternary.YES
        text += " endless" if endless else f" times {'?' if again is None else again}"
    return text + (" shuffled" if dataset.shuffle_site is not None else "") + ")"


# Stories


def trace_of(code: str, keras: int = 3, head: str = MODEL, limits: Limits | None = None) -> Trace:
    return follow(source_of(code, head), keras, limits)


def story_of(code: str, keras: int = 3, head: str = MODEL, *kinds: type[Event]) -> list[str]:
    """What happens to the models on the top level: feeds, resets and what isn't followed, one to a line."""
    return told(trace_of(code, keras, head).stories[0], *kinds)


def told(story: Story, *kinds: type[Event]) -> list[str]:
    """The events of these kinds (feeds, resets and Opaques where none are named), one to a line."""
    names: dict[object, str] = {}
    wanted = kinds or (Feed, Reset, Opaque)
    return [_line(event, names) for event in story.events if isinstance(event, wanted)]


def _line(event: Event, names: dict[object, str]) -> str:
    words = [_what(event)]
    context = event.context
    words += [f"{p.loop.kind}#{'last' if p.last and p.index else p.index}" for p in context.passes]
    if context.hook:
        words.append(f"in {context.hook}")
    for condition in context.when:
        name = names.setdefault(condition.id, chr(ord("a") + len(names)))
        words.append(f"if {name}{condition.arm}")
    return " ".join(words)


def _what(event: Event) -> str:
    match event:
        case Feed(phase=phase, data=data, model=model):
            size = "" if model.batch_size is None else f" batch={model.batch_size}"
            stateful = " carried" if model.is_stateful is Ternary.YES else ""
            return f"{event.call.method} {phase} {shown_data(data)}{size}{stateful}"
        case Call(method=method, data=data, validation=validation):
            return f"call {method} {shown_data(data)}" + (
                f" / {shown_data(validation)}" if validation else ""
            )
        case Reset(via=via, method=method, missing=missing, built=built):
            rest = " missing" * missing + " unbuilt" * (not built)
            return f"reset {via}.{method}{rest}"
        case Opaque(models=models, reason=reason):
            return f"opaque {reason.name}" + (" to all" if models is None else "")
        case Built(layer=layer, batch=batch, by=by):
            return f"build {layer.kind} for {batch.value if isinstance(batch, Known) else '?'} by {by}"
        case Called(layer=layer):
            return f"put on {layer.kind}"
    return type(event).__name__.lower()


def shown_data(data: Data) -> str:
    if data.array is not None:
        return shown_array(data.array)
    return data.kind if data.dataset is None else shown_dataset(data.dataset)


def models_of(code: str, keras: int = 3, head: str = HEAD) -> list[str]:
    """The models at the end of the top level: their kinds, layers (a star: stateful) and batch size."""
    return [_model(model) for model in trace_of(code, keras, head).stories[0].models]


def _model(model: Model) -> str:
    layers = [_layer(layer) for layer in model.layers] + ([] if model.complete else ["..."])
    size = "undecided" if model.undecided else "?" if isinstance(model.batch, Unknown) else model.batch_size
    return f"{model.kind}({', '.join(layers)}) batch={size}"


def _layer(layer: Layer) -> str:
    inside = f"({', '.join(_layer(inner) for inner in layer.inner)})" if layer.inner else ""
    own = is_(layer.stateful, True)
    return layer.kind + inside + ("*" if own is Ternary.YES else "?" if own is Ternary.UNKNOWN else "")
