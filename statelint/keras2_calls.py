"""Calls that Keras 3 refuses, in the text of a program: Keras's own, and none of the program's functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIT = ("nb_epoch", "samples_per_epoch", "nb_val_samples", "show_accuracy")
_CELL = ("forget_bias_init", "inner_init", "dropout_W", "dropout_U")
_WEIGHTS = ("W_regularizer", "U_regularizer", "b_regularizer", "init", "bias")
_WINDOW = ("border_mode", "nb_filter", *_WEIGHTS)

# Of each callable the arguments, each alone or some together, that Keras 3 doesn't know; where there are
# none, it doesn't know the callable.  Methods stand behind a dot.
_REFUSED: dict[str, tuple[tuple[str, ...], ...]] = {
    ".fit": tuple((name,) for name in _FIT),
    ".compile": (("class_mode",),),
    **dict.fromkeys((".evaluate", ".train_on_batch", ".test_on_batch"), (("show_accuracy",),)),
    **dict.fromkeys((".fit_generator", ".evaluate_generator", ".predict_generator", ".predict_classes"), ()),
    **dict.fromkeys(("TimeDistributedDense", "multi_gpu_model", "Merge"), ()),
    **dict.fromkeys(
        ("LSTM", "GRU", "SimpleRNN"),
        tuple((name,) for name in (*_CELL, *_WEIGHTS, "output_dim", "input_length")),
    ),
    "Dense": tuple((name,) for name in (*_WEIGHTS, "output_dim", "input_length")),
    "Embedding": (("W_regularizer",), ("init",)),
    **dict.fromkeys(
        (
            f"{kind}{rank}D"
            for kind in ("Convolution", "Conv", "Deconvolution", "AtrousConvolution", "SeparableConvolution")
            for rank in (1, 2, 3)
        ),
        tuple((name,) for name in _WINDOW),
    ),
    **dict.fromkeys(
        (f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)), (("border_mode",),)
    ),
    "Model": (("input", "output"), ("inputs", "output")),
}
_OPTIMIZERS = dict.fromkeys(("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam"), (("lr",),))

_NAMES = sorted({name.lstrip(".") for name in (*_REFUSED, *_OPTIMIZERS)})
_CALL = re.compile(
    rf"(?<![\w\])])(?P<before>(?:[\w\])]+\s*\.\s*){{0,4}})\b(?P<name>{'|'.join(_NAMES)})[ \t]*\("
)
_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_KEYWORD = re.compile(r"(?:^|,)\s*(\w+)\s*=(?!=)")
_QUOTED = re.compile(
    r"""
      \#[^\n]*
    | (?P<quote>'{3}|"{3})(?:\\.|(?!(?P=quote)).)*(?:(?P=quote)|\Z)
    | '(?:\\.|[^'\\\n])*'?
    | "(?:\\.|[^"\\\n])*"?
    """,
    re.DOTALL | re.VERBOSE,
)
_BRACKET = re.compile(r"[()\[\]{}]")


def without_quotes(code: str) -> str:
    """The text of a program without its comments, and without what stands in its strings."""
    return _QUOTED.sub(lambda match: "" if match[0].startswith("#") else '""', code)


def has_refused_call(code: str, *, of_optimizers: bool) -> bool:
    """Whether Keras 3 refuses a call in a text without comments and strings."""
    refused = {**_REFUSED, **_OPTIMIZERS} if of_optimizers else _REFUSED
    own: set[str] | None = None
    for call in _CALL.finditer(code):
        parts = [part.strip() for part in call["before"].split(".")[:-1]]
        is_method = f".{call['name']}" in refused
        combinations = refused.get(f".{call['name']}" if is_method else call["name"])
        if combinations is None or _is_definition(code, call.start()):
            continue
        if parts == ["self"] or (not is_method and parts[-1:] == ["nn"]):
            # `self.fit(…)`, `torch.nn.LSTM(…)`
            continue
        given = set(_keywords(code, call.end()))
        if combinations and not any(given.issuperset(names) for names in combinations):
            continue
        own = set(_DEFINED.findall(code)) if own is None else own
        # Of a method that the program has too, `self.model.fit` is Keras's; of its own layer, `layers.Dense`.
        if len(parts) >= is_method + (call["name"] in own):
            return True
    return False


def _is_definition(code: str, start: int) -> bool:
    """Whether a name isn't called, but defined."""
    return re.search(r"\b(?:def|class)[ \t]+\Z", code[max(start - 20, 0) : start]) is not None


def _keywords(code: str, start: int) -> Iterator[str]:
    """The names of the arguments of a call, whose brackets open before `start`."""
    depth, outer, since = 1, [], start
    for bracket in _BRACKET.finditer(code, start):
        if bracket[0] in "([{":
            if depth == 1:
                outer.append(code[since : bracket.start()])
            depth += 1
        else:
            depth -= 1
            since = bracket.end() if depth == 1 else since
        if not depth:
            outer.append(code[since : bracket.start()])
            break
    return (match[1] for match in _KEYWORD.finditer("()".join(outer)))
