"""How many rows a call feeds: batch sizes, sample counts and what is left over."""

from __future__ import annotations

import math

from statelint.trace.story import Call, batch_size_of
from statelint.values import Known, Ternary, is_


def batch_argument(call: Call, name: str = "batch_size") -> int | None:
    """The batch size that a call asks for (Keras's default where it gives none); None where it isn't
    known.
    """
    return batch_size_of(call.argument(name))


def validation_split(call: Call) -> float | None:
    """The validation_split of a fit: 0.0 where there is none, None where it isn't known."""
    if "validation_data" in call.arguments and is_(call.argument("validation_data"), None) is Ternary.NO:
        return 0.0
    value = call.argument("validation_split")
    if is_(value, None) is Ternary.YES:
        return 0.0
    if isinstance(value, Known) and isinstance(value.value, int | float):
        return float(value.value)
    return None


def training_samples(call: Call) -> int | None:
    """The rows that a fit trains on, validation_split taken off (with Keras's own float formula)."""
    samples, split = call.data.samples, validation_split(call)
    if samples is None or split is None:
        return None
    return math.floor(samples * (1.0 - split)) if split else samples


def takes_all_steps(call: Call) -> bool:
    """Whether no `steps` argument ends the pass early."""
    return all(
        is_(call.argument(name), None) is Ternary.YES
        for name in ("steps_per_epoch", "steps", "validation_steps")
    )
