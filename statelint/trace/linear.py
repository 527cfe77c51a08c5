"""Sums of numbers that aren't known: how far apart two of them are."""

from __future__ import annotations

from collections.abc import Hashable

# A sum of so many parts is worked out; longer ones are taken as they are.
_PARTS = 64


def distance(start: Hashable, stop: Hashable) -> int | None:
    """By how much the second number is greater than the first, where it is the same whatever they rest on."""
    terms, constant = _sum_of(stop)
    others, other = _sum_of(start)
    return constant - other if terms == others else None


def between(start: Hashable, stop: Hashable) -> Hashable:
    """The identity of the number by which the second is greater than the first: equal ones have one."""
    terms, constant = _sum_of(stop)
    others, other = _sum_of(start)
    left = {part: n for part in {**terms, **others} if (n := terms.get(part, 0) - others.get(part, 0))}
    constant -= other
    if not constant and list(left.values()) == [1]:
        return next(iter(left))
    return ("sum", frozenset(left.items()), constant) if left else ("int", constant)


def _sum_of(key: Hashable) -> tuple[dict[Hashable, int], int]:
    """The number with this identity as a sum: how often each unknown part stands in it, and a constant."""
    terms: dict[Hashable, int] = {}
    constant = 0
    todo: list[tuple[Hashable, int]] = [(key, 1)]
    for _ in range(_PARTS):
        if not todo:
            break
        part, times = todo.pop()
        match part:
            case ("int", int(value)):
                constant += times * value
            case ("operation", "+", left, right):
                todo += [(left, times), (right, times)]
            case ("operation", "-", left, right):
                todo += [(left, times), (right, -times)]
            case ("sum", frozenset(parts), int(value)):
                constant += times * value
                todo += [(inner, times * n) for inner, n in parts]
            case ("length", ("range", begin, end, ("int", 1))):
                todo += [(end, times), (begin, -times)]
            case ("length", ("range", begin, end, ("int", -1))):
                todo += [(begin, times), (end, -times)]
            case ("item", ("range", begin, _, ("int", int(step))), int(position)):
                constant += times * step * position
                todo.append((begin, times))
            case ("operation", "*", left, ("int", int(value))) | (
                "operation",
                "*",
                ("int", int(value)),
                left,
            ):
                todo.append((left, times * value))
            case _:
                terms[part] = terms.get(part, 0) + times
    for part, times in todo:
        terms[part] = terms.get(part, 0) + times
    return {part: times for part, times in terms.items() if times}, constant
