"""Where an endless loop over data begins again: `if start + size > len(data): start = 0`."""

from __future__ import annotations

import re

import libcst as cst

from statelint.interp.machine import Machine
from statelint.values import Value

# How much there is of some data, or a number less.
_LENGTH = re.compile(r"(len\([\w.]+\)|[\w.]+\.shape\[0\])(\s*-\s*[\w.]+)*")


def is_not_yet(machine: Machine, node: cst.If, condition: Value) -> bool:
    """Whether an endless loop is at a known number of steps and begins again once that is all of its data:
    of what it has gone over by then, there is enough.
    """
    if node.orelse is not None or not any(p.loop.kind == "endless" for p in machine.passes):
        return False
    match node.test, condition.key:
        case (
            cst.Comparison(
                left=left,
                comparisons=[cst.ComparisonTarget(cst.GreaterThan() | cst.GreaterThanEqual(), right)],
            ),
            ("compare", _, ("int", _), _),
        ):
            code = cst.Module([]).code_for_node
            return _LENGTH.fullmatch(code(right)) is not None and _begins_again(node, code(left))
    return False


def _begins_again(node: cst.If, position: str) -> bool:
    """Whether nothing is done but to give what the position is worked out from another value."""
    if not isinstance(node.body, cst.IndentedBlock):
        return False
    done = [part for line in node.body.body for part in getattr(line, "body", [line])]
    targets = [part.targets[0].target for part in done if isinstance(part, cst.Assign)]
    names = [cst.Module([]).code_for_node(target) for target in targets]
    return 0 < len(names) == len(done) and all(
        re.search(rf"(?<![\w.]){re.escape(name)}\b", position) is not None for name in names
    )
