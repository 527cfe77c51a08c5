"""The names of a table's columns, and those that a program chooses among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence

from statelint.interp import loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Slice, Table
from statelint.values import NONE, Known, Reason, Unknown, Value, number

# Names, or for each name whether it is chosen.
_Labels = tuple[Hashable, ...]

# More repetitions than these in a pattern, or groups of them, may take long to be looked for.
_REPEATS = 2
# What Python means to read in another way one day, and warns of.
_AMBIGUOUS = ("[[", "--", "&&", "~~", "||")


def of(machine: Machine, key: Hashable) -> _Labels | None:
    """The names of columns that a value of this identity has one by one, or what was asked of each of them;
    None where they aren't known.
    """
    if not machine.names:
        return None
    if key in machine.names:
        return machine.names[key] or None
    match key:
        case ("attribute", whole, "values"):
            return of(machine, whole)
        case ("compare", "Equal" | "NotEqual" as how, whole, ("str", name)):
            found = of(machine, whole)
            return tuple((one == name) == (how == "Equal") for one in found) if found else None
        case ("unary", "BitInvert", asked):
            found = of(machine, asked)
            return tuple(not one for one in found) if found and _are_answers(found) else None
    return None


def item(machine: Machine, value: Unknown, index: Value) -> Value | None:
    """`names[k]`, `names[a:b]`, `names[names != "a"]`; None where the value has no names of columns."""
    found = of(machine, value.key)
    if found is None:
        return None
    at, key = number(index), ("item", value.key, machine.content(index))
    if at is not None:
        return Known(found[at]) if -len(found) <= at < len(found) else None
    if isinstance(index, Known) and isinstance(index.value, Slice):
        bounds = (index.value.start, index.value.stop, index.value.step)
        if all(bound == NONE or number(bound) is not None for bound in bounds):
            return _noted(machine, found[slice(*map(number, bounds))], key)
    asked = of(machine, index.key)
    taken = _taken(found, asked) if asked is not None else None
    return _noted(machine, taken, key) if taken is not None else None


def method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """What a method of the names of columns gives, where they are known: `table.columns.drop("a")`."""
    whole, of_texts = receiver.key, False
    match whole:
        case ("attribute", inner, "str"):
            whole, of_texts = inner, True
    found = of(machine, whole)
    if found is None or arguments.open:
        return None
    if name in ("tolist", "to_list"):
        return machine.allocate(ListRecord.of(tuple(map(Known, found))), "builtins.list")
    key = ("call", ("attribute", receiver.key, name), *map(machine.content, arguments.values()))
    if name in ("to_numpy", "copy"):
        return _noted(machine, found, key)
    given = arguments.values()[0] if len(arguments.values()) == 1 else None
    if given is None:
        return None
    if of_texts:
        asked = _TEXTS[name](given) if name in _TEXTS else None
        answers = tuple(asked(str(one)) for one in found) if asked is not None else None
        return _noted(machine, answers, key) if answers is not None else None
    others = listed(machine, given)
    match name, others:
        case "isin", tuple():
            return _noted(machine, tuple(one in others for one in found), key)
        case "drop", tuple():
            return _noted(machine, tuple(one for one in found if one not in others), key)
        case "difference", tuple() if all(isinstance(one, str) for one in found):
            return _noted(machine, tuple(sorted({str(one) for one in found} - {*others})), key)
    return None


def forget(machine: Machine, key: Hashable) -> None:
    """Note that names are written into: `names = table.columns.values; names[0] = "a"`."""
    if of(machine, key) is not None:
        machine.names[key] = ()


def listed(machine: Machine, value: Value) -> _Labels | None:
    """The names that a value is, or lists."""
    if isinstance(value, Known) and isinstance(value.value, str):
        return (value.value,)
    return _names(loops.items(loops.iterate(machine, value)) or (), str)


def _names(values: Sequence[Value], *kinds: type) -> _Labels | None:
    """The texts or numbers, of these kinds, that all of these are."""
    found = tuple(one.value for one in values if isinstance(one, Known) and type(one.value) in kinds)
    return found if values and len(found) == len(values) else None


def chosen(machine: Machine, table: Table, index: Value, *, by_label: bool = False) -> _Labels | None:
    """The names of the columns that `table[index]` takes, or (`by_label`) `table.loc[:, index]`."""
    if by_label and isinstance(index, Known) and isinstance(index.value, Slice):
        return _between(table.columns, index.value)
    record = machine.record(index)
    if isinstance(record, ListRecord):
        return _names(record.items or (), str, int)
    found = of(machine, index.key) if isinstance(index, Unknown) else None
    if found is None or not _are_answers(found):
        return found
    return _taken(table.columns, found) if by_label else None


def matching(table: Table, word: str, given: Value) -> _Labels | None:
    """The names that `table.filter(like=text)` or `table.filter(regex=pattern)` leaves."""
    asks = _contains(given) if word == "regex" else _plain(lambda name, text: text in name)(given)
    return tuple(name for name in table.columns if asks(str(name))) if asks is not None else None


def _noted(machine: Machine, found: _Labels, key: Hashable) -> Value:
    value = machine.unknown(Reason.ATTRIBUTE, None, key)
    machine.names[value.key] = found
    return value


def _are_answers(found: _Labels) -> bool:
    return all(isinstance(one, bool) for one in found)


def _taken(names: _Labels, asked: _Labels) -> _Labels | None:
    """The names of which what was asked is true."""
    if len(names) != len(asked) or not _are_answers(asked):
        return None
    return tuple(name for name, is_taken in zip(names, asked, strict=True) if is_taken)


def _between(names: _Labels, part: Slice) -> _Labels | None:
    """The names from one to another: `table.loc[:, "a":"b"]` has both."""
    bounds = [
        None if one == NONE else one.value if isinstance(one, Known) else ...
        for one in (part.start, part.stop)
    ]
    if part.step != NONE or any(one is not None and one not in names for one in bounds):
        return None
    first, last = bounds
    begin = 0 if first is None else names.index(first)
    return names[begin : len(names) if last is None else names.index(last) + 1] or None


_Question = Callable[[str], bool]


def _plain(holds: Callable[[str, str], bool]) -> Callable[[Value], _Question | None]:
    def question(given: Value) -> _Question | None:
        text = given.value if isinstance(given, Known) else None
        return (lambda name: holds(name, text)) if isinstance(text, str) else None

    return question


def _contains(given: Value) -> _Question | None:
    """Whether a pattern is found in a name; None for one that might be looked for too long."""
    pattern = given.value if isinstance(given, Known) else None
    if not isinstance(pattern, str) or any(part in pattern for part in ("(", *_AMBIGUOUS)):
        return None
    if sum(map(pattern.count, "*+?{")) > _REPEATS:
        return None
    try:
        found = re.compile(pattern)
    except (re.error, OverflowError):
        return None
    return lambda name: found.search(name) is not None


_TEXTS: dict[str, Callable[[Value], _Question | None]] = {
    "startswith": _plain(str.startswith),
    "endswith": _plain(str.endswith),
    "contains": _contains,
}
