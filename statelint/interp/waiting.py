"""What a loop does once it has gone on for a while: `if len(memory) > 32: model.fit(…)`."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from statelint.interp import expressions
from statelint.interp.comparisons import truth
from statelint.interp.every_pass import PURE
from statelint.interp.machine import Machine
from statelint.interp.makers import RUNNING
from statelint.source.python import walk
from statelint.values import Ternary


def note(machine: Machine, node: cst.If, left_out: cst.CSTNode | None) -> None:
    """The followed pass of a loop leaves out an arm that runs a model."""
    if machine.passes and left_out is not None and _runs_models(left_out):
        machine.waiting.append((machine.frame_id, node))


def may_begin(machine: Machine, since: int) -> bool:
    """Whether a later pass, of which what holds now is known, may take an arm that a pass left out.

    `since` is how many were left out before that pass.
    """
    return any(
        own == machine.frame_id and _is_open(machine, node.test) for own, node in machine.waiting[since:]
    )


def _is_open(machine: Machine, test: cst.BaseExpression) -> bool:
    if not all(isinstance(part, PURE) or _is_of_length(part) for part in walk(test)):
        return False
    with machine.trying():
        return truth(machine, expressions.evaluate(machine, test)) is Ternary.UNKNOWN


def _is_of_length(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value == "len"
    return isinstance(node, cst.Arg)


@lru_cache(maxsize=1024)
def _runs_models(node: cst.CSTNode) -> bool:
    return any(
        isinstance(part, cst.Call)
        and isinstance(part.func, cst.Attribute)
        and part.func.attr.value in RUNNING
        for part in walk(node)
    )


# What is worked out once for each arm.
REMEMBERED = (_runs_models,)
