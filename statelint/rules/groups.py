"""The rows of a table that belong to one person, one machine, one product…: a sequence of their own each."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator

from statelint.rules.sliding import contents
from statelint.trace.keys import parts
from statelint.trace.objects import Data

# What a column is called that says whose the rows are; dates, days and parts may go on from one to the next.
_OWNERS = frozenset(
    [
        *(
            "id",
            "user",
            "userid",
            "uid",
            "uuid",
            "name",
            "person",
            "subject",
            "patient",
            "customer",
            "client",
        ),
        *("player", "athlete", "student", "driver", "speaker", "author", "employee", "member", "account"),
        *("symbol", "ticker", "stock", "company", "asset", "coin", "store", "shop", "product", "item", "sku"),
        *(
            "machine",
            "engine",
            "unit",
            "device",
            "sensor",
            "station",
            "meter",
            "vehicle",
            "car",
            "ship",
            "vessel",
        ),
        *("building", "household", "house", "well", "city", "country", "recording", "song", "episode"),
    ]
)
_TIMES = frozenset(
    [
        *(
            "time",
            "date",
            "datetime",
            "second",
            "minute",
            "hour",
            "day",
            "week",
            "weekday",
            "month",
            "quarter",
        ),
        *("year", "season", "period", "part", "chunk", "window", "batch", "fold", "segment", "block"),
    ]
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def are_groups(earlier: Data, later: Data) -> bool:
    """Whether passes of a loop feed the rows of one owner each: `for user, rows in table.groupby("user")`."""
    one, other = (set(_groups(data.key)) for data in (earlier, later))
    return bool(one) and bool(other) and one.isdisjoint(other)


def _groups(key: Hashable) -> Iterator[Hashable]:
    """The groups, or the owners, that a loop has drawn (this one, or that which listed what this one goes
    over), and that the data come of.
    """
    for part in parts(key):
        match part:
            case ("item", over, int()) if _tells_owners(over):
                yield part


def begins_with_an_owner(data: Data) -> bool:
    """Whether the rows of one owner after the other were put together, and these begin with the first:
    `np.concatenate([windows(table[table["id"] == one]) for one in table["id"].unique()])`.
    """
    key: Hashable | None = data.key
    while key is not None:
        *forms, last = contents(key)
        for form in (*forms, last):
            match form:
                case ("listed", over, *_) if _tells_owners(over):
                    return True
        match last:
            case ("concatenate", 0, inner) | ("array" | "list", inner):
                key = inner
            case ("rows", inner, ("NoneType", _) | ("int", 0), *_):
                key = inner
            case ("rows", inner, ("Slice", (("NoneType", _) | ("int", 0), *_))):
                key = inner
            case _:
                key = None
    return False


def _tells_owners(over: Hashable) -> bool:
    """Whether a loop goes over the groups of a table, or over the owners that a column tells."""
    match over:
        case ("call", ("attribute", _, "groupby"), columns, *_):
            return _names_owner(columns)
        case ("call", ("attribute", ("item" | "attribute", _, column), "unique"), *_):
            return _names_owner(column)
        case ("numpy.unique", ("item" | "attribute", _, column)) | (
            "builtins.set" | "builtins.sorted",
            ("item" | "attribute", _, column),
        ):
            return _names_owner(column)
    return False


def _names_owner(column: Hashable) -> bool:
    match column:
        case ("str", str(name)):
            return _names_owner(name)
        case str(name):
            words = [word.lower() for word in _WORD.findall(name)]
            owns = any(word in _OWNERS or word.endswith("id") for word in words)
            return owns and _TIMES.isdisjoint(words)
        case ("listed", *columns):
            return any(map(_names_owner, columns))
    return False
