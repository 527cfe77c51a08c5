"""What is known, by its identity, to be a table or a column of pandas."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

# Methods whose answer is made of a table and what they are given; its last rows may be the latest ones.
ANSWERS = frozenset(
    [
        *(
            "abs",
            "add",
            "add_prefix",
            "add_suffix",
            "agg",
            "aggregate",
            "apply",
            "applymap",
            "asfreq",
            "assign",
        ),
        *("astype", "bfill", "clip", "combine_first", "convert_dtypes", "copy", "cumprod", "cumsum", "diff"),
        *("div", "divide", "drop", "drop_duplicates", "dropna", "droplevel", "eq", "ewm", "expanding"),
        *("explode", "ffill", "fillna", "filter", "ge", "groupby", "gt", "infer_objects", "interpolate"),
        *("isin", "isna", "isnull", "iteritems", "iterrows", "itertuples", "join", "le", "lt", "map", "mask"),
        *("max", "mean", "median", "melt"),
        *("merge", "min", "mod", "mul", "multiply", "ne", "notna", "notnull", "pct_change", "pipe", "pivot"),
        *("pivot_table", "pow", "prod", "quantile", "query", "rank", "reindex", "rename", "rename_axis"),
        *("replace", "resample", "reset_index", "rolling", "round", "select_dtypes", "set_axis", "set_index"),
        *("shift", "sort_index", "sort_values", "stack", "std", "sub", "subtract", "sum", "to_frame"),
        *("to_list", "to_numpy", "tolist", "transform", "truncate", "unstack", "var", "where"),
    ]
)
_MADE = ("pandas.DataFrame", "pandas.Series", "pandas.concat", "pandas.merge")


def is_table(key: Hashable) -> bool:
    """Whether this is a table or column of pandas, or was made of one."""
    *_, root = wholes(key)
    head = root[0] if isinstance(root, tuple) and root else None
    return isinstance(head, str) and (head in _MADE or head.startswith("pandas.read_"))


def wholes(key: Hashable) -> Iterator[Hashable]:
    """What this is, what it is a part of or was made of, and so on up to a table's making, if it is one."""
    found: Hashable | None = key
    while found is not None:
        yield found
        match found:
            case ("Table" | "Array" | "item" | "rows" | "index" | "attribute", inner, *_):
                found = inner
            case ("call", ("attribute", inner, str(name)), *_) if name in ANSWERS:
                found = inner
            case ("mapped" | "filled" | "reshape", inner, *_) | ("operation", _, inner, _):
                found = inner
            case _:
                found = None
