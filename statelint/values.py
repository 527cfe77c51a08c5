"""What is known of a value without running the program."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

MAX_OPTIONS = 4


class Ternary(Enum):
    """Yes, no, or not known.  It has no truth value: a rule must say which one it means."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __bool__(self) -> bool:
        raise TypeError("a Ternary has no truth value; compare it with `is`")

    @classmethod
    def of(cls, fact: bool) -> Ternary:
        return cls.YES if fact else cls.NO

    def negated(self) -> Ternary:
        return Ternary(2 - self.value)

    def both(self, other: Ternary) -> Ternary:
        return Ternary(min(self.value, other.value))

    def either(self, other: Ternary) -> Ternary:
        return Ternary(max(self.value, other.value))


class Reason(StrEnum):
    """Why a value is unknown."""

    UNDEFINED_NAME = "undefined name"
    PARAMETER = "parameter of a function that nobody calls here"
    LIBRARY_CALL = "call of a library that is not described"
    ATTRIBUTE = "attribute that is not described"
    OPERATION = "operation on unknown values"
    ITERATION = "item of something unknown"
    LOOP = "changes from one pass of a loop to the next"
    BRANCHES = "differs between branches"
    IMPORT = "import that is not followed"
    RECURSION = "recursive call"
    DEPTH = "calls nested too deep"
    BUDGET = "the program is too large to follow"
    EXPRESSION = "expression that is not understood"
    DELETED = "deleted"
    DRAWING = "done while batches are drawn"
    LOADED = "model from a file that this program doesn't write before"
    EXECUTED = "bound or changed by code that is not read"


class Key(tuple[Hashable, ...]):
    """The identity of a value that comes of others: what was done, and their identities.

    Equal keys are one object, so that comparing and hashing don't walk the whole history of a value,
    which doubles with every `x = x + x`.
    """

    __slots__ = ()

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


class _Keys(threading.local):
    """The keys of the program that this thread follows."""

    def __init__(self) -> None:
        self.known: dict[tuple[Hashable, ...], Key] = {}


_keys = _Keys()


def interned(key: Hashable) -> Hashable:
    """The one Key with these parts; anything but a tuple is its own key."""
    if not isinstance(key, tuple) or isinstance(key, Key):
        return key
    # Nothing runs more often than this: most parts are no tuples.
    parts = tuple([interned(part) if isinstance(part, tuple) else part for part in key])
    # 1, 1.0 and True are equal, and still different values.
    sorted_out = (*map(type, parts), *parts)
    known = _keys.known
    found = known.get(sorted_out)
    if found is None:
        found = known[sorted_out] = Key(parts)
    return found


def forget_keys() -> None:
    """Let go of all keys; values made before and after are never equal."""
    _keys.known.clear()


@dataclass(frozen=True, slots=True)
class Known:
    """A value that the program fixes: a Python constant, or one of the interpreter's objects.

    `assuming` are the defaults that it rests on; `varies` the loops whose pass it depends on, their negatives
    those on which it doesn't do so evenly.
    """

    value: Hashable
    assuming: tuple[str, ...] = ()
    varies: frozenset[int] = frozenset()

    @property
    def key(self) -> Hashable:
        """The value's identity; what it rests on doesn't count, in parts of compound values neither."""
        return interned((type(self.value).__name__, getattr(self.value, "key", self.value)))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few known values, and it is not known which; `by` is the identity of what decides it."""

    options: tuple[Known, ...]
    by: Hashable = None

    @property
    def key(self) -> Hashable:
        which = () if self.by is None else (self.by,)
        return interned(("choice", tuple(option.key for option in self.options), *which))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value about which nothing is known, why, and at which line of which file.

    Two Unknowns with equal `key` are the same value: data read again through one name, or the
    same slice of the same thing.
    """

    reason: Reason
    key: Hashable
    place: str = ""


Value = Known | Choice | Unknown

NONE = Known(None)
TRUE = Known(True)
FALSE = Known(False)

_fresh = itertools.count()


def unknown(reason: Reason, place: str = "", key: Hashable = None) -> Unknown:
    """An unknown value; with an identity of its own unless `key` gives it one."""
    return Unknown(reason, interned(("fresh", next(_fresh)) if key is None else key), place)


def options(value: Value) -> tuple[Known, ...]:
    """The known values that it can be; empty where that is not known."""
    if isinstance(value, Known):
        return (value,)
    return value.options if isinstance(value, Choice) else ()


def is_(value: Value, constant: Hashable) -> Ternary:
    """Whether the value is this constant (of this type)."""
    return holds(value, lambda v: type(v) is type(constant) and v == constant)


def holds(value: Value, predicate: Callable[[Hashable], bool]) -> Ternary:
    """Whether the predicate holds of the value: YES or NO only where it does for all options."""
    if isinstance(value, Known):
        return Ternary.of(predicate(value.value))
    facts = {predicate(option.value) for option in options(value)}
    return Ternary.of(facts.pop()) if len(facts) == 1 else Ternary.UNKNOWN


def may_be_none(value: Value) -> bool:
    """Whether None is one of the things that it is known to come from."""
    if not isinstance(value, Unknown):
        return is_(value, None) is not Ternary.NO
    todo, none = [value.key], NONE.key
    while todo:
        key = todo.pop()
        if key == none:
            return True
        if isinstance(key, tuple) and key[0] == "either":
            todo += key[2:]
    return False


def number(value: Value | None) -> int | None:
    """The integer that it is, or None where it is no single known integer."""
    if isinstance(value, Known):
        v = value.value
        if isinstance(v, int) and not isinstance(v, bool):
            return v
        if isinstance(v, float) and v.is_integer():
            return int(v)
    return None


def assumptions(*values: Value | None) -> tuple[str, ...]:
    """The defaults that these values rest on, each once."""
    seen: dict[str, None] = {}
    for value in values:
        if value is not None:
            for option in options(value):
                seen.update(dict.fromkeys(option.assuming))
    return tuple(seen)


def varies(value: Value) -> frozenset[int]:
    """The loops on whose pass the value depends."""
    if isinstance(value, Known):
        return value.varies
    loops: frozenset[int] = frozenset()
    for option in options(value):
        loops |= option.varies
    return loops


def bent(value: Value) -> Value:
    """A value that doesn't go on evenly from pass to pass: `i % 8`, `i // 8`; its loops are marked for it."""
    if not isinstance(value, Known) or not value.varies:
        return value
    return replace(value, varies=value.varies | {-loop for loop in value.varies})


def is_bent(value: Value) -> bool:
    """Whether the first passes of a loop don't tell how it goes on from pass to pass."""
    return any(loop < 0 for loop in varies(value))


def depending_on(value: Value, *sources: Value) -> Value:
    """The value, marked as resting on what its sources rest on."""
    assuming = assumptions(*sources)
    loops = frozenset().union(*(varies(source) for source in sources))
    if not assuming and not loops:
        return value

    def mark(known: Known) -> Known:
        merged = tuple(dict.fromkeys((*known.assuming, *assuming)))
        return replace(known, assuming=merged, varies=known.varies | loops)

    match value:
        case Known():
            return mark(value)
        case Choice():
            return replace(value, options=tuple(mark(option) for option in value.options))
        case Unknown():
            return value


def join(left: Value, right: Value) -> Value:
    """What is known where control comes from two sides."""
    if left is right:
        return left
    if left.key == right.key:
        return depending_on(left, right)
    merged: dict[Hashable, Known] = {}
    for side in (left, right):
        if isinstance(side, Unknown):
            return _either(left, right, side.place)
        for option in options(side):
            merged.setdefault(option.key, option)
    if len(merged) > MAX_OPTIONS:
        return _either(left, right)
    return Choice(tuple(merged.values()))


def _either(left: Value, right: Value, place: str = "") -> Unknown:
    """An unknown value that may be what was known of either."""
    return unknown(Reason.BRANCHES, place, ("either", next(_fresh), left.key, right.key))


def is_demanded(value: Value) -> bool:
    """Whether it is a parameter without a default of a function that nobody calls here."""
    match value.key:
        case ("parameter", str(), int()):
            return True
    return False
