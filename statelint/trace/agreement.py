"""Which arms of branches can be taken in one run of the program."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable

from statelint.trace.story import Condition, Context, Pass

_Order = Callable[[float, float], bool]

# What is compared with such constants isn't equal to two of them.
_CONSTANTS = ("str", "int")
_NEVER = ("bool", False)
# What each comparison with a number says where it holds, and where it doesn't: operator.
_ORDERS: dict[str, tuple[_Order, _Order]] = {
    "LessThan": (operator.lt, operator.ge),
    "LessThanEqual": (operator.le, operator.gt),
    "GreaterThan": (operator.gt, operator.le),
    "GreaterThanEqual": (operator.ge, operator.lt),
}

# So many values that are one of two are taken apart.
_SPLITS = 3


def conditions_of(context: Context) -> tuple[Condition, ...]:
    """On what an event depends: the arms of branches, and that the loops around it come so far."""
    return (*context.when, *(found for one in context.passes if (found := _reached(one)) is not None))


def _reached(one: Pass) -> Condition | None:
    """What the end of a range is known to be greater than, where a loop over it is in this pass."""
    match one.loop.over:
        case ("range", ("int", int(first)), stop, ("int", int(step))) if step > 0:
            limit = first + one.index * step
            match stop:
                case ("operation", "+", subject, ("int", int(more))):
                    stop, limit = subject, limit - more
                case ("operation", "-", subject, ("int", int(less))):
                    stop, limit = subject, limit + less
            return Condition(("if", ("compare", "GreaterThan", stop, ("int", limit))), 0)
    return None


def disagree(some: Iterable[Condition], others: Iterable[Condition], splits: int = _SPLITS) -> bool:
    """Whether no run meets all of both: they decide one thing differently."""
    conditions = (*some, *others)
    for condition in conditions:
        sides = _sides(condition) if splits else ()
        if sides:
            rest = tuple(one for one in conditions if one is not condition)
            return all(disagree((side,), rest, splits - 1) for side in sides)
    return _contradict(conditions)


def _contradict(conditions: Iterable[Condition]) -> bool:
    arms: dict[Hashable, int] = {}
    possible: dict[Hashable, set[Hashable]] = {}
    excluded: dict[Hashable, set[Hashable]] = {}
    limits: dict[Hashable, list[tuple[_Order, float]]] = {}
    for condition in conditions:
        if arms.setdefault(condition.id, condition.arm) != condition.arm:
            return True
        asked = _asked(condition)
        if condition.arm == 0 and isinstance(asked, tuple) and tuple(asked) == _NEVER:
            return True
        limited = _limited(condition)
        if limited is not None:
            limits.setdefault(limited[0], []).append(limited[1:])
        told = _told(condition)
        if told is None:
            continue
        subject, constants, is_one = told
        if is_one:
            possible[subject] = possible.get(subject, constants) & constants
        else:
            excluded.setdefault(subject, set()).update(constants)
    if any(not found - excluded.get(subject, set()) for subject, found in possible.items()):
        return True
    return any(not _is_possible(told, possible.get(subject)) for subject, told in limits.items())


def _is_possible(limits: list[tuple[_Order, float]], constants: set[Hashable] | None) -> bool:
    """Whether a number keeps all of the limits: one of the constants, or any other."""
    if constants is None:
        # If there is one, there is one at, right below or right above one of them.
        numbers = {limit + near for _, limit in limits for near in (-0.5, 0, 0.5)}
    else:
        numbers = {one[1] for one in constants if isinstance(one, tuple) and one[0] == "int"}
    return any(all(order(number, limit) for order, limit in limits) for number in numbers)


def is_comparison(id_: Hashable) -> bool:
    """Whether a branch compares something with constants."""
    condition = Condition(id_, 0)
    return any(_told(one) is not None or _limited(one) is not None for one in (condition, *_sides(condition)))


def _sides(condition: Condition) -> tuple[Condition, ...]:
    """The same of either value, where a condition is about one of two, such as `a or b`."""
    key = _asked(condition)
    if isinstance(key, tuple) and len(key) == 4 and key[0] == "either":
        return tuple(Condition(("if", side), condition.arm) for side in key[2:])
    return ()


def _compared(condition: Condition) -> tuple[str, Hashable, tuple[Hashable, ...], bool] | None:
    """The comparison that the condition is, what it is about and with what, and whether it holds."""
    key, holds = _asked(condition), condition.arm == 0
    while isinstance(key, tuple) and len(key) == 3 and key[:2] == ("unary", "Not"):
        key, holds = key[2], not holds
    match key:
        case ("compare", str(name), subject, tuple(constants)):
            return name, subject, constants, holds
    return None


def _limited(condition: Condition) -> tuple[Hashable, _Order, float] | None:
    """What number the condition is about, and the limit that it says the number keeps."""
    match _compared(condition):
        case (name, subject, ("int", int(limit)), holds) if name in _ORDERS:
            return subject, _ORDERS[name][not holds], limit
    return None


def _told(condition: Condition) -> tuple[Hashable, set[Hashable], bool] | None:
    """What the condition is about, constants, and whether it is one of them or none of them."""
    compared = _compared(condition)
    if compared is None:
        return None
    name, subject, constants, holds = compared
    found: Hashable = (constants,)
    if name in ("In", "NotIn") and constants[0] == "Tuple":
        found = constants[1]
    if (
        not isinstance(found, tuple)
        or name not in ("In", "NotIn", "Equal", "NotEqual")
        or not all(isinstance(one, tuple) and len(one) == 2 and one[0] in _CONSTANTS for one in found)
    ):
        return None
    return subject, set(found), holds == (name in ("In", "Equal"))


def _asked(condition: Condition) -> Hashable:
    """The identity of what an `if` asks."""
    id_ = condition.id
    is_if = isinstance(id_, tuple) and len(id_) == 2 and id_[0] == "if" and condition.arm < 2
    return id_[1] if is_if and isinstance(id_, tuple) else None
