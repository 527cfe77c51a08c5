"""The data of a witness: random numbers with the shapes, the order and the sameness of the program's."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from statelint.trace.objects import Data
from statelint.trace.queries import pair_of
from statelint.trace.story import OVER_BATCHES, Call, batch_size_of
from statelint.values import Ternary, Value, is_, number
from statelint.witness.models import ModelText
from statelint.witness.sizes import BATCH, Sizes

# Batches that are left of many; rows up to which nothing is cut.
BATCHES = 3
FEW_ROWS = 64
LABELLED = frozenset(
    {"fit", "fit_generator", "evaluate", "evaluate_generator", "train_on_batch", "test_on_batch"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """Data by name: what a call is given, and the arrays behind it."""

    x: str
    y: str
    rows: int
    # What stands for both where it isn't two arrays: a Dataset, a generator.
    whole: str | None = None
    # Of data that change from pass to pass: the axis along which they are pieces of one array, and how long.
    axis: int | None = None
    length: int = 0

    def arguments(self, is_labelled: bool) -> str:
        if self.whole is not None:
            return self.whole
        return f"{self.x}, {self.y}" if is_labelled else self.x


@dataclass(slots=True)
class Arrays:
    """The data of a witness, by their identity in the program, and the lines that make them."""

    text: ModelText
    sizes: Sizes
    # Whether numbers of rows that don't fit the model are what the story is about.
    keeps_misfits: bool = False
    lines: list[str] = field(default_factory=list)
    _named: dict[tuple[Hashable, bool, bool, tuple[int, ...]], Named] = field(default_factory=dict)

    def of(self, call: Call, data: Data, outer: tuple[int, ...] = ()) -> Named:
        """The data that a call gets; `outer` are the counts of the loops whose passes each bring others."""
        is_labelled = call.method in LABELLED
        is_whole = call.method in OVER_BATCHES
        key = (data.key, is_whole, is_labelled and data.kind not in ("array", "unknown"), outer)
        if key not in self._named:
            rows = self.rows(call, data) if is_whole else self.batch_rows(data)
            self._named[key] = self._made(call, data, rows, outer, is_labelled)
        return self._named[key]

    def rows(self, call: Call, data: Data) -> int:
        """How many rows: as the program has, or fewer with the same remainder; three batches at least."""
        batch = self.batch_of(call, data)
        known = data.samples
        if data.dataset is not None:
            known = number(data.dataset.elements)
        if "validation_split" in call.arguments and not self.keeps_misfits:
            return 10 * batch
        if known is None:
            return BATCHES * batch
        if not self.keeps_misfits and self.text.batch is not None:
            return batch * min(max(known // batch, 1), BATCHES)
        if known <= max(FEW_ROWS, (BATCHES + 1) * batch) or "validation_split" in call.arguments:
            return known
        return known % batch + BATCHES * batch

    def batch_of(self, call: Call, data: Data) -> int:
        """How many rows a batch has in the call."""
        if self.text.batch is not None and not self.keeps_misfits:
            return self.fixed
        if data.dataset is not None:
            return max(1, self.sizes.of(data.dataset.batch, self.fixed))
        if data.batch_rows is not None:
            return data.batch_rows
        if data.kind in ("generator", "sequence"):
            return self.fixed
        given = call.argument("batch_size")
        if "batch_size" in call.arguments and is_(given, None) is not Ternary.YES:
            return max(1, self.sizes.of(given, self.fixed))
        return batch_size_of(given) or self.fixed

    def batch_rows(self, data: Data) -> int:
        """How many rows are fed at once."""
        if self.text.batch is not None and not self.keeps_misfits:
            return self.fixed
        return data.samples or data.batch_rows or self.fixed

    @property
    def fixed(self) -> int:
        return self.text.batch or BATCH

    def _made(self, call: Call, data: Data, rows: int, outer: tuple[int, ...], is_labelled: bool) -> Named:
        number_ = 1 + len(self._named)
        ending = "" if number_ == 1 else str(number_)
        name = f"{'x' if not outer else 'xs'}{ending}"
        target = f"{'y' if not outer else 'ys'}{ending}"
        cut = data.array.cut if data.array is not None and len(outer) == 1 else None
        if cut is not None and cut.axis in (0, 1):
            length = rows if cut.axis == 0 else self.text.row[0]
            whole_of = [rows, *self.text.row]
            whole_of[cut.axis] *= outer[0]
            self.lines.append(f"{name} = {self.random(str(tuple(whole_of)))}")
            if is_labelled:
                self.lines.append(f"{target} = {self._targets(call, (*outer, rows))}")
            return Named(name, target, rows, None, cut.axis, length)
        self.lines += self._inputs(name, data, (*outer, rows))
        if is_labelled:
            self.lines.append(f"{target} = {self._targets(call, (*outer, rows))}")
        whole = None
        if data.dataset is not None and not outer:
            whole = f"data{ending}"
            self.lines += self._dataset(whole, call, data, f"({name}, {target})" if is_labelled else name)
        elif data.kind in ("generator", "sequence") and not outer:
            batch = self.batch_of(call, data)
            whole = f"Batches{ending}()" if data.kind == "sequence" else f"batches{ending}()"
            both = (name, target) if is_labelled else (name,)
            is_mixed = data.yields_shuffled is not None or data.rows_shuffled is not None
            self.lines += _drawn(whole, data.kind, both, batch, is_mixed)
        if whole is None and data.array is not None and data.array.shuffle_site is not None:
            self.lines.append(f"order{ending} = np.random.permutation({rows})")
            self.lines.append(f"{name} = {name}[order{ending}]")
            if is_labelled:
                self.lines.append(f"{target} = {target}[order{ending}]")
        return Named(name, target, rows, whole)

    def _targets(self, call: Call, rows: tuple[int, ...]) -> str:
        """Targets with the shape of the outputs, or with the program's where that has another rank."""
        output = self.text.output
        _, array = pair_of(call)
        if array is not None and array.shape is not None and len(array.shape) - 1 != len(output):
            output = tuple(self.sizes.dimension(axis, 1) for axis in array.shape[1:])
        return f"np.random.normal(size={(*rows, *output)})"

    def _inputs(self, name: str, data: Data, rows: tuple[int, ...]) -> Iterator[str]:
        row = self.text.row
        windows = data.windows
        if windows is not None and len(rows) == 1 and windows.length == row[0]:
            length, stride = windows.length, windows.stride
            last = (rows[0] - 1) * stride + length
            series = name.replace("x", "series")
            yield f"{series} = {self.random(str((last, *row[1:])))}"
            starts = f"range(0, {rows[0] * stride}, {stride})" if stride > 1 else f"range({rows[0]})"
            yield f"{name} = np.array([{series}[i : i + {length}] for i in {starts}])"
            return
        yield f"{name} = {self.random(str((*rows, *row)))}"

    def random(self, size: str) -> str:
        """Random numbers in an array of this size: words, where an Embedding reads them."""
        if self.text.vocabulary:
            return f"np.random.randint(0, {self.text.vocabulary}, size={size})"
        return f"np.random.normal(size={size})"

    def _dataset(self, name: str, call: Call, data: Data, arrays: str) -> Iterator[str]:
        dataset = data.dataset
        assert dataset is not None
        chain = f"tf.data.Dataset.from_tensor_slices({arrays})"
        if dataset.shuffle_site is not None:
            chain += f".shuffle({self.rows(call, data)})"
        if dataset.batch is not None:
            # Keras 3 wants to be sure that a single row is one; where sizes fit, nothing is dropped.
            drop = is_(dataset.drop_remainder, True) is Ternary.YES or not self.keeps_misfits
            chain += f".batch({self.batch_of(call, data)}{', drop_remainder=True' if drop else ''})"
        if is_(dataset.repeats, 1) is not Ternary.YES:
            passes = number(dataset.repeats)
            chain += f".repeat({min(passes, BATCHES) if passes is not None else ''})"
        yield f"{name} = {chain}"


def _drawn(whole: str, kind: str, arrays: tuple[str, ...], batch: int, is_shuffled: bool) -> Iterator[str]:
    """A generator, or a Sequence, of the batches of arrays."""
    name = whole.removesuffix("()")
    if kind == "sequence":
        parts = ", ".join(f"{array}[index * {batch} : (index + 1) * {batch}]" for array in arrays)
        yield f"class {name}(keras.utils.Sequence):"
        yield "    def __len__(self):"
        yield f"        return len({arrays[0]}) // {batch}"
        yield "    def __getitem__(self, index):"
        yield f"        return {parts}"
        return
    chosen = f"order[i : i + {batch}]" if is_shuffled else f"i : i + {batch}"
    parts = ", ".join(f"{array}[{chosen}]" for array in arrays)
    yield f"def {name}():"
    yield "    while True:"
    if is_shuffled:
        yield f"        order = np.random.permutation(len({arrays[0]}))"
    yield f"        for i in range(0, len({arrays[0]}), {batch}):"
    yield f"            yield {parts}"


def scalar(value: Value) -> str | None:
    """The text of a known constant; None where it is none."""
    for kind in (bool, int, float, str):
        constant = getattr(value, "value", None)
        if type(constant) is kind:
            return repr(constant)
    return "None" if is_(value, None) is Ternary.YES else None
