"""The model of a witness: the layers through which the story goes, with few units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from statelint.sites import Site
from statelint.trace.objects import Argument, Layer, Model
from statelint.values import TRUE, Known, Ternary, is_
from statelint.witness.sizes import FEATURES, MAX_WINDOW, STEPS, VOCABULARY, Sizes

RECURRENT = {
    "LSTM": "LSTM",
    "GRU": "GRU",
    "SimpleRNN": "SimpleRNN",
    # What ran on a GPU alone, and layers around a cell of one's own.
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "RNN": "SimpleRNN",
}
_WRAPPERS = frozenset({"Bidirectional", "TimeDistributed"})
# They leave the shape as it is.
_SAME = frozenset({"Dropout", "Activation", "BatchNormalization", "LayerNormalization", "Masking"})
_SHAPES = ("batch_input_shape", "batch_shape", "input_shape", "shape")
_FLAGS = ("return_sequences", "go_backwards", "stateful")
_NDIM = 2


@dataclass(slots=True)
class LayerText:
    """The text of a layer, and where the original stands."""

    text: str
    sites: tuple[Site, ...]


@dataclass(slots=True)
class ModelText:
    """A model: its layers' texts, the shapes of a row of its input and output, its number of rows.

    `batch` is None where the model fixes none.  `vocabulary` is the number of words of its Embedding, None
    where it has none.  `kept` are the ids of the layers in it, in order; `dropped` the kinds of those left
    out.
    """

    layers: list[LayerText] = field(default_factory=list)
    row: tuple[int, ...] = ()
    output: tuple[int, ...] = ()
    batch: int | None = None
    vocabulary: int | None = None
    kept: list[int] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class UntellableError(Exception):
    """The story can't be told in a witness."""


def model_text(
    model: Model,
    row: tuple[int, ...] | None,
    sizes: Sizes,
    batch: int,
    window: int | None = None,
    *,
    keeps_ends: bool = False,
    fixes_batch: bool = False,
) -> ModelText:
    """The text of a model; `row` is the shape of a row of what it is fed, where that is known.

    `batch` stands for a fixed number of rows that isn't known, `window` is the length of the windows that it
    is fed.  `keeps_ends` says that a layer which returns its last output alone does so here too, whatever
    stands on it, `fixes_batch` that a model with a shape gets a batch size where it has none.  Raises
    UntellableError.
    """
    made = ModelText()
    layers = _unflattened([layer for layer in model.layers if _is_kept(layer, made)], made)
    if not any(layer.is_stateful is Ternary.YES for layer in layers):
        raise UntellableError("no stateful layer is left")
    first = layers[0]
    own = _own_shape(first)
    if model.layers and first is not model.layers[0]:
        own = None
    made.row = _row(first, own, row, sizes)
    if window is not None and window <= MAX_WINDOW:
        made.row = (window, *made.row[1:])
    made.batch = _batch(model, sizes, batch)
    if fixes_batch and not model.undecided and made.batch is None:
        made.batch, own = batch, None
    shape = made.row
    if own is None and not model.undecided:
        given = f"batch_shape={(made.batch, *shape)}" if made.batch is not None else f"shape={shape}"
        made.layers.append(LayerText(f"keras.Input({given})", (model.site,)))
    recurrent = [layer for layer in layers if any(x.recurrent for x in layer.walk())]
    for layer in layers:
        made.kept.append(layer.id)
        # What stands side by side in a graph is put one on the other here.
        is_below = not model.in_order and not keeps_ends and any(layer is x for x in recurrent[:-1])
        kept = _with_sequences(layer) if is_below else layer
        text = _layer(kept, sizes, made, made.row if layer is first and own else None)
        made.layers.append(LayerText(text, tuple(x.site for x in layer.walk())))
        shape = _after(kept, shape, sizes)
    made.output = shape
    return made


def _with_sequences(layer: Layer) -> Layer:
    """The recurrent layer (or the wrapper around one), returning its outputs of all steps."""
    if layer.inner:
        return replace(layer, inner=tuple(map(_with_sequences, layer.inner)))
    given = Argument(TRUE, layer.site)
    return replace(layer, arguments={**layer.arguments, "return_sequences": given})


def _unflattened(layers: list[Layer], made: ModelText) -> list[Layer]:
    """The layers without those that flatten what a recurrent layer on top of them reads."""
    last = max((k for k, layer in enumerate(layers) if any(x.recurrent for x in layer.walk())), default=0)
    kept = [layer for k, layer in enumerate(layers) if layer.kind != "Flatten" or k > last]
    made.dropped += ["Flatten"] * (len(layers) - len(kept))
    return kept


def _is_kept(layer: Layer, made: ModelText) -> bool:
    core = layer.inner[0] if layer.kind in _WRAPPERS and layer.inner else layer
    if layer.kind == "TimeDistributed" and core.kind != "Dense":
        raise UntellableError(f"TimeDistributed({core.kind})")
    known = core.kind in RECURRENT or core.kind in ("Dense", "Embedding", "RepeatVector", "Flatten")
    if known or (layer is core and layer.kind in _SAME):
        return True
    if layer.recurrent or layer.is_stateful is not Ternary.NO:
        raise UntellableError(f"a layer {layer.kind}")
    if layer.kind != "InputLayer":
        made.dropped.append(layer.kind)
    return False


def _own_shape(layer: Layer) -> str | None:
    """The keyword by which the layer (or the one inside it) is given its input's shape."""
    for one in (layer, *layer.inner):
        for name in _SHAPES:
            if name in one.shapes:
                return name
    return None


def _row(first: Layer, own: str | None, row: tuple[int, ...] | None, sizes: Sizes) -> tuple[int, ...]:
    """The shape of a row of the input."""
    defaults = (STEPS,) if first.kind == "Embedding" else (STEPS, FEATURES)
    if own is not None:
        holder = first if own in first.shapes else first.inner[0]
        dims = holder.shapes[own]
        dims = dims[1:] if own.startswith("batch") else dims
        # A known None is an axis of any length.
        if len(dims) == len(defaults):
            return tuple(
                default if is_(d, None) is Ternary.YES else sizes.dimension(d, default)
                for d, default in zip(dims, defaults, strict=True)
            )
    if row is not None and len(row) == len(defaults):
        return row
    return defaults


def _batch(model: Model, sizes: Sizes, batch: int) -> int | None:
    if model.undecided or is_(model.batch, None) is Ternary.YES:
        return None
    return sizes.of(model.batch, batch)


def _layer(layer: Layer, sizes: Sizes, made: ModelText, row: tuple[int, ...] | None) -> str:
    """The layer's constructor; `row` is what it says of its input's shape, None where it says nothing."""
    if layer.kind in _WRAPPERS:
        inner = _layer(layer.inner[0], sizes, made, None)
        parts = [inner, *_shape_argument(layer, made, row)]
        merge = layer.argument("merge_mode")
        if isinstance(merge, Known) and isinstance(merge.value, str):
            parts.append(f"merge_mode={merge.value!r}")
        return f"layers.{layer.kind}({', '.join(parts)})"
    parts = list(_arguments(layer, sizes, made))
    parts += _shape_argument(layer, made, row)
    for name in _FLAGS:
        if name in layer.arguments and is_(layer.argument(name), True) is Ternary.YES:
            parts.append(f"{name}=True")
    return f"layers.{RECURRENT.get(layer.kind, layer.kind)}({', '.join(parts)})"


def _arguments(layer: Layer, sizes: Sizes, made: ModelText) -> Iterator[str]:
    match layer.kind:
        case kind if kind in RECURRENT or kind == "Dense":
            yield str(sizes.units(layer.argument("units")))
        case "Embedding":
            made.vocabulary = min(sizes.of(layer.argument("input_dim"), VOCABULARY), VOCABULARY)
            yield f"{made.vocabulary}, {sizes.units(layer.argument('output_dim'))}"
        case "RepeatVector":
            yield str(sizes.dimension(layer.argument("n"), STEPS))
        case "Dropout":
            yield "0.1"
        case "Activation":
            yield '"tanh"'


def _shape_argument(layer: Layer, made: ModelText, row: tuple[int, ...] | None) -> Iterator[str]:
    own = _own_shape(layer)
    if row is None or own is None:
        return
    holder = layer if own in layer.shapes else layer.inner[0]
    if own.startswith("batch"):
        yield f"{own}={(made.batch, *row)}"
        return
    yield f"{own}={row}"
    if "batch_size" in holder.arguments:
        yield f"batch_size={made.batch}"


def _after(layer: Layer, shape: tuple[int, ...], sizes: Sizes) -> tuple[int, ...]:
    """The shape of a row behind the layer."""
    core = layer.inner[0] if layer.kind in _WRAPPERS and layer.inner else layer
    if core.kind in RECURRENT:
        units = sizes.units(core.argument("units"))
        merge = layer.argument("merge_mode")
        if layer.kind == "Bidirectional" and (
            "merge_mode" not in layer.arguments or is_(merge, "concat") is Ternary.YES
        ):
            units *= 2
        keeps = is_(core.argument("return_sequences"), True) is Ternary.YES
        return (*shape[:1], units) if keeps and len(shape) == _NDIM else (units,)
    match core.kind:
        case "Dense":
            return (*shape[:-1], sizes.units(core.argument("units")))
        case "Embedding":
            return (*shape, sizes.units(core.argument("output_dim")))
        case "RepeatVector":
            return (sizes.dimension(core.argument("n"), STEPS), *shape)
        case "Flatten":
            size = 1
            for axis in shape:
                size *= axis
            return (size,)
    return shape
