"""A witness as a script: a finding's story with synthetic data, which Keras can run as it stands."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from statelint.findings import Finding
from statelint.sites import Site
from statelint.trace.objects import Data, Model
from statelint.trace.story import (
    OVER_BATCHES,
    Call,
    Event,
    Loop,
    Mentioned,
    Reset,
    Story,
    Trace,
    batch_size_of,
)
from statelint.values import NONE, Known, Ternary, is_, number
from statelint.witness.data import LABELLED, Arrays, Named, scalar
from statelint.witness.models import ModelText, UntellableError, model_text
from statelint.witness.sizes import BATCH, Sizes
from statelint.witness.steps import Repeat, Step, Steps, focus, steps_of

_WIDTH = 100
# What keeps its value, where it is known; how many epochs and passes is cut.
_ARGUMENTS = ("batch_size", "shuffle", "validation_split", "validation_freq")
_FEW = 3
# Rules for which numbers of rows that don't fit are the mistake; elsewhere they would be in the way.
_ABOUT_ROWS = frozenset({"SRN101", "SRN204", "SRN205", "SRN206", "SRN207", "SRN505"})
_FEWER_STEPS = "SRN212"
_ABOUT_ENDS = "SRN105"
_ABOUT_BATCH = "SRN101"
_INDENT = "    "
# What counts the passes of loops, by how deep they are.
_LETTERS = "kjih"


@dataclass(frozen=True, slots=True)
class Witness:
    """The text of a witness, and the line (from 1) to which each place of the program went."""

    text: str
    lines: dict[Site, int]


def witness_of(trace: Trace, finding: Finding) -> Witness | None:
    """The witness of a finding on one Keras generation; None where the trace doesn't tell enough."""
    for story in trace.stories:
        found = focus(story, finding)
        if found is not None:
            try:
                return _Writer(story, finding, *found).write()
            except UntellableError:
                continue
    return None


@dataclass(slots=True)
class _Writer:
    story: Story
    finding: Finding
    target: Event | None
    model: Model
    sizes: Sizes = field(default_factory=Sizes)
    lines: list[str] = field(default_factory=list)
    places: dict[Site, int] = field(default_factory=dict)
    # What the passes of a loop bring to each call, by the call's id.
    bound: dict[int, Named] = field(default_factory=dict)
    callbacks: dict[int, str] = field(default_factory=dict)
    # How many passes each loop has, by its id.
    counts: dict[int, int] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)

    def write(self) -> Witness:
        steps = steps_of(self.story, self.target, self.model)
        self._repeat(steps)
        self.counts = {step.loop.id: step.count for step in _loops(steps.body)}
        calls = [step for step in _walk(steps.body) if isinstance(step, Call)]
        self.model = calls[-1].model if calls else self.model
        windows = next((data.windows for call in calls for data in _fed(call) if data.windows), None)
        window = windows.length if windows is not None else None
        text = model_text(
            self.model,
            self._row(calls),
            self.sizes,
            self._guess(calls),
            window,
            keeps_ends=self.finding.code == _ABOUT_ENDS,
            fixes_batch=self.finding.code != _ABOUT_BATCH,
        )
        self.kept = text.kept
        arrays = Arrays(text, self.sizes, self.finding.code in _ABOUT_ROWS)
        self._comment(text)
        self._add("import keras")
        self._add("import numpy as np")
        if any(call.context.tape or any(data.dataset for data in _fed(call)) for call in calls):
            self._add("import tensorflow as tf")
        self._add("from keras import layers")
        self._add("")
        self._model(text)
        self._named(steps, arrays, calls)
        for line in arrays.lines:
            self._add(line)
        self._hooks(steps, arrays)
        self._steps(steps.body, arrays, steps, "")
        if not steps.body:
            self._run(arrays)
        return Witness("\n".join(self.lines) + "\n", self.places)

    def _repeat(self, steps: Steps) -> None:
        """Let a model whose layers are meant see several batches, where the program feeds one by itself."""
        if len(steps.body) != 1 or self.target is None or self.target.site == self.finding.site:
            return
        (step,) = steps.body
        if isinstance(step, Call) and step.method not in OVER_BATCHES:
            loop = Loop(-1, "for", step.site, Known(_FEW))
            steps.body = [Repeat(loop, _FEW, [step])]

    def _add(self, line: str, *sites: Site) -> None:
        self.lines.append(line)
        for site in sites:
            self.places.setdefault(site, len(self.lines))

    def _run(self, arrays: Arrays) -> None:
        """Feed the model, with which the program does nothing itself."""
        rows = arrays.fixed
        self._add(f"x = {arrays.random(str((2 * rows, *arrays.text.row)))}")
        self._add(f"model.predict(x, batch_size={rows}, verbose=0)")

    def _comment(self, text: ModelText) -> None:
        site = self.finding.site
        said = f"{self.finding.code} {self.finding.rule}, retold with synthetic data: {self.finding.message}."
        notes = [f"As in {site.path}, {site.where}.", said]
        if self.model.kind != "Sequential":
            notes.append(f"A Sequential stands for the {self.model.kind.lower()} model.")
        if is_(self.model.batch, None) is Ternary.YES and text.batch is not None:
            notes.append("The batch size is fixed here, which it isn't there.")
        if text.dropped:
            notes.append(f"Left out: {', '.join(dict.fromkeys(text.dropped))}.")
        for note in notes:
            for line in textwrap.wrap(note, _WIDTH - 2, break_long_words=False, break_on_hyphens=False):
                self._add(f"# {line}")

    def _model(self, text: ModelText) -> None:
        self._add("model = keras.Sequential(", self.model.site)
        self._add("    [")
        for layer in text.layers:
            self._add(f"        {layer.text},", *layer.sites)
        self._add("    ]")
        self._add(")")
        self._add('model.compile(loss="mse", optimizer="sgd")')

    def _row(self, calls: Sequence[Call]) -> tuple[int, ...] | None:
        """The shape of a row of what the model is fed, where a call tells it."""
        for call in calls:
            array = call.data.array
            if array is not None and array.shape is not None:
                return tuple(self.sizes.dimension(axis, 2) for axis in array.shape[1:])
        return None

    def _guess(self, calls: Sequence[Call]) -> int:
        """A number of rows for a model whose own isn't known: that of its batches."""
        for call in calls:
            given = number(call.argument("batch_size"))
            if given:
                return given
        return BATCH

    def _named(self, steps: Steps, arrays: Arrays, calls: Sequence[Call]) -> None:
        """Make the data of all calls, so that they stand before what uses them."""
        for call in calls:
            varying = steps.varying.get(call.id, ())
            outer = tuple(self.counts[loop] for loop in varying if loop in self.counts)
            arrays.of(call, call.data, outer)
            if call.validation is not None and "validation_split" not in call.arguments:
                arrays.of(call, call.validation)
        for hooks in steps.hooks.values():
            for step in chain.from_iterable(hooks.values()):
                if isinstance(step, Call):
                    arrays.of(step, step.data)

    def _hooks(self, steps: Steps, arrays: Arrays) -> None:
        """Write a callback for each call in whose hooks something is done."""
        wanted = {step.id for step in _walk(steps.body) if isinstance(step, Call)}
        for call, hooks in steps.hooks.items():
            if call not in wanted:
                continue
            name = f"Hooks{len(self.callbacks) + 1}" if self.callbacks else "Hooks"
            self.callbacks[call] = name
            self._add("")
            self._add(f"class {name}(keras.callbacks.Callback):")
            for hook, body in hooks.items():
                moment = next((f"{word}, " for word in ("epoch", "batch") if word in hook), "")
                self._add(f"    def {hook}(self, {moment}logs=None):")
                self._steps(body, arrays, steps, 2 * _INDENT)
            self._add("")

    def _steps(self, body: Sequence[Step], arrays: Arrays, steps: Steps, indent: str) -> None:
        for step in body:
            match step:
                case Repeat():
                    self._loop(step, arrays, steps, indent)
                case Call():
                    self._call(step, arrays, indent)
                case Mentioned():
                    self._add(f"{indent}model.{step.name}", step.site)
                case Reset():
                    self._reset(step, indent)

    def _loop(self, step: Repeat, arrays: Arrays, steps: Steps, indent: str) -> None:
        """Write a loop, which brings the next of the data that change from pass to pass."""
        given: dict[str, str] = {}
        pieces: dict[str, str] = {}
        letter = _LETTERS[len(indent) // len(_INDENT) % len(_LETTERS)]
        for call in [inner for inner in _walk(step.body) if isinstance(inner, Call)]:
            varying = steps.varying.get(call.id, ())
            if step.loop.id not in varying:
                continue
            whole = arrays.of(call, call.data, tuple(self.counts[loop] for loop in varying))
            before = self.bound.get(call.id, whole)
            is_last = varying[-1] == step.loop.id
            x, y = (whole.x.replace("xs", "x"), whole.y.replace("ys", "y"))
            bound = Named(x if is_last else f"{x}_part", y if is_last else f"{y}_part", whole.rows)
            self.bound[call.id] = bound
            if whole.axis is not None:
                part = f"{letter} * {whole.length} : ({letter} + 1) * {whole.length}"
                pieces[bound.x] = f"{before.x}[{':, ' * whole.axis}{part}]"
            else:
                given[bound.x] = before.x
            if call.method in LABELLED:
                given[bound.y] = before.y
        names, sources = list(given), list(given.values())
        if pieces:
            names, sources = [letter, *names], [f"range({step.count})", *sources]
        source = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)})"
        head = f"for {', '.join(names)} in {source}:" if names else f"for _ in range({step.count}):"
        self._add(f"{indent}{head}", step.loop.site)
        for name, piece in pieces.items():
            self._add(f"{indent}{_INDENT}{name} = {piece}")
        self._steps(step.body, arrays, steps, indent + _INDENT)

    def _call(self, call: Call, arrays: Arrays, indent: str) -> None:
        data = self.bound.get(call.id) or arrays.of(call, call.data)
        parts = [data.arguments(call.method in LABELLED)]
        if call.method in OVER_BATCHES:
            parts += self._arguments(call, arrays)
        method = call.method.removesuffix("_generator")
        if method == "call" and call.context.tape is not None:
            self._add(f"{indent}with tf.GradientTape() as tape:")
            self._add(
                f"{indent}    loss = tf.reduce_mean(model({', '.join(parts)}, training=True))", call.site
            )
            self._add(f"{indent}gradients = tape.gradient(loss, model.trainable_variables)")
            self._add(f"{indent}model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))")
            return
        name = "model" if method == "call" else f"model.{method}"
        self._add(f"{indent}{name}({', '.join(parts)})", call.site)

    def _arguments(self, call: Call, arrays: Arrays) -> Iterator[str]:
        is_fit = call.method.startswith("fit")
        for name in _ARGUMENTS:
            if name not in call.arguments or (name != "batch_size" and not is_fit):
                continue
            value = call.argument(name)
            text = scalar(value)
            if name == "batch_size" and call.data.kind in ("array", "unknown"):
                text = str(arrays.batch_of(call, call.data))
            if text is not None:
                yield f"{name}={text}"
        if "batch_size" not in call.arguments and arrays.text.batch not in (None, batch_size_of(NONE)):
            if call.data.kind in ("array", "unknown") and not arrays.keeps_misfits:
                yield f"batch_size={arrays.fixed}"
        if is_fit:
            epochs = number(call.argument("epochs"))
            if "epochs" in call.arguments or "nb_epoch" in call.arguments:
                epochs = epochs if epochs is not None else number(call.argument("nb_epoch"))
                yield f"epochs={min(epochs, _FEW) if epochs is not None else _FEW - 1}"
        is_endless = call.data.kind == "generator" or (
            call.data.dataset is not None and is_(call.data.dataset.repeats, None) is Ternary.YES
        )
        if is_endless or (is_fit and self.finding.code == _FEWER_STEPS):
            steps = _FEW - (self.finding.code == _FEWER_STEPS)
            yield f"{'steps_per_epoch' if is_fit else 'steps'}={steps}"
        if call.validation is not None and "validation_split" not in call.arguments:
            named = arrays.of(call, call.validation)
            given = named.arguments(True)
            yield f"validation_data={given if named.whole else f'({given})'}"
            if call.validation.kind == "generator":
                yield f"validation_steps={_FEW}"
        if call.id in self.callbacks:
            yield f"callbacks=[{self.callbacks[call.id]}()]"
        yield "verbose=0"

    def _reset(self, reset: Reset, indent: str) -> None:
        """Reset as the program does: the model, all its layers that keep a state, or some of them."""
        ids = [layer.id for layer in self.model.stateful_layers]
        if reset.via == "model":
            self._add(f"{indent}model.{reset.method}()", reset.site)
            return
        if reset.layers is None or set(ids) <= set(reset.layers):
            self._add(f"{indent}for layer in model.layers:")
            self._add(f'{indent}    if getattr(layer, "stateful", False):')
            method = reset.method if reset.via == "layer" else "reset_states"
            self._add(f"{indent}        layer.{method}()", reset.site)
            return
        layers = {layer.id: layer for layer in self.model.layers}
        for position, kept in enumerate(self.kept):
            if any(inner.id in reset.layers for inner in layers[kept].walk()):
                self._add(f"{indent}model.layers[{position}].{reset.method}()", reset.site)


def _walk(body: Sequence[Step]) -> Iterator[Call | Reset | Mentioned]:
    for step in body:
        if isinstance(step, Repeat):
            yield from _walk(step.body)
        else:
            yield step


def _loops(body: Sequence[Step]) -> Iterator[Repeat]:
    for step in body:
        if isinstance(step, Repeat):
            yield step
            yield from _loops(step.body)


def _fed(call: Call) -> tuple[Data, ...]:
    return (call.data,) if call.validation is None else (call.data, call.validation)
