"""Which arms of branches can be taken in one run of the program."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from statelint.trace.story import Condition

# What is compared with such constants isn't equal to two of them.
_CONSTANTS = ("str", "int")
_NEVER = ("bool", False)

# So many values that are one of two are taken apart.
_SPLITS = 3


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
    for condition in conditions:
        if arms.setdefault(condition.id, condition.arm) != condition.arm:
            return True
        asked = _asked(condition)
        if condition.arm == 0 and isinstance(asked, tuple) and tuple(asked) == _NEVER:
            return True
        told = _told(condition)
        if told is None:
            continue
        subject, constants, is_one = told
        if is_one:
            possible[subject] = possible.get(subject, constants) & constants
        else:
            excluded.setdefault(subject, set()).update(constants)
    return any(not found - excluded.get(subject, set()) for subject, found in possible.items())


def is_comparison(id_: Hashable) -> bool:
    """Whether a branch asks if something is one of some constants."""
    condition = Condition(id_, 0)
    return _told(condition) is not None or any(_told(side) is not None for side in _sides(condition))


def _sides(condition: Condition) -> tuple[Condition, ...]:
    """The same of either value, where a condition is about one of two, such as `a or b`."""
    key = _asked(condition)
    if isinstance(key, tuple) and len(key) == 4 and key[0] == "either":
        return tuple(Condition(("if", side), condition.arm) for side in key[2:])
    return ()


def _told(condition: Condition) -> tuple[Hashable, set[Hashable], bool] | None:
    """What the condition is about, constants, and whether it is one of them or none of them."""
    key, holds = _asked(condition), condition.arm == 0
    while isinstance(key, tuple) and len(key) == 3 and key[:2] == ("unary", "Not"):
        key, holds = key[2], not holds
    if not isinstance(key, tuple) or len(key) != 4 or key[0] != "compare":
        return None
    _, name, subject, constants = key
    if not isinstance(constants, tuple):
        return None
    found = constants[1] if name in ("In", "NotIn") and constants[0] == "Tuple" else (constants,)
    if name not in ("In", "NotIn", "Equal", "NotEqual") or not all(
        isinstance(one, tuple) and len(one) == 2 and one[0] in _CONSTANTS for one in found
    ):
        return None
    return subject, set(found), holds == (name in ("In", "Equal"))


def _asked(condition: Condition) -> Hashable:
    """The identity of what an `if` asks."""
    id_ = condition.id
    is_if = isinstance(id_, tuple) and len(id_) == 2 and id_[0] == "if" and condition.arm < 2
    return id_[1] if is_if and isinstance(id_, tuple) else None
