"""The folders that a program adds to `sys.path`."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

_ADDING = frozenset({"append", "insert", "extend"})
# What gives the same path, spelled another way.
_SAME = frozenset(
    {"abspath", "realpath", "normpath", "expanduser", "resolve", "absolute", "as_posix", "str", "fspath"}
    | {"Path", "PurePath", "strip"}
)
# A folder may be given by names of names of names: so many parts of what gives it are looked at.
_PARTS = 100


def added_folders(folder: str, data: bytes) -> tuple[str, ...]:
    """The folders that a file in `folder` adds to `sys.path`, absolute or as they are written."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    names: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
    found: dict[str, None] = {}
    for given in _given(tree):
        path = _path(given, os.path.join(folder, "__file__"), names, iter(range(_PARTS)))
        if path:
            found[os.path.normpath(path)] = None
    return tuple(found)


def _given(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that say what is added."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=holder, attr=attr), args=[*_, given]):
                if attr in _ADDING and _is_path(holder):
                    yield from given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
            case ast.AugAssign(target=target, value=ast.List(elts=given)):
                if _is_path(target):
                    yield from given


def _is_path(node: ast.expr) -> bool:
    """Whether this is `sys.path`, or what `from sys import path` brings."""
    match node:
        case ast.Attribute(value=ast.Name(id="sys"), attr="path") | ast.Name(id="path"):
            return True
    return False


def _path(
    node: ast.expr, file: str, names: Mapping[str, Sequence[ast.expr]], left: Iterator[int]
) -> str | None:
    """The path that an expression comes to in a file; None where that isn't told.

    `left` counts the parts that may still be looked at.
    """

    def inner(part: ast.expr) -> str | None:
        return _path(part, file, names, left)

    def joined(parts: list[ast.expr]) -> str | None:
        paths = [inner(part) for part in parts]
        return os.path.join(*map(str, paths)) if paths and None not in paths else None

    def above(part: ast.expr, levels: int) -> str | None:
        path = inner(part)
        # Above a folder that isn't absolute lies what two dots mean.
        for _ in range(levels):
            path = path and (os.path.dirname(path) if os.path.isabs(path) else os.path.join(path, ".."))
        return path

    if next(left, None) is None:
        return None
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id="__file__"):
            return file
        case ast.Name(id=name) if name in names:
            # `here = dirname(here)`: what it was given before.
            given = [value for value in names[name] if value.lineno < node.lineno]
            return inner(max(given, key=lambda value: value.lineno)) if given else None
        case ast.Attribute(attr="pardir"):
            return ".."
        case ast.Attribute(value=value, attr="parent"):
            return above(value, 1)
        case ast.Subscript(
            value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int(n))
        ):
            return above(value, n + 1) if 0 <= n < _PARTS else None
        case ast.BinOp(left=first, op=ast.Div(), right=last):
            return joined([first, last])
        case ast.BinOp(left=first, op=ast.Add(), right=last):
            begin, end = inner(first), inner(last)
            return begin + end if begin is not None and end is not None else None
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            return _called(name, node.func, args, joined, above)
    return None


def _called(
    name: str,
    function: ast.expr,
    args: list[ast.expr],
    joined: Callable[[list[ast.expr]], str | None],
    above: Callable[[ast.expr, int], str | None],
) -> str | None:
    """What a function of `os.path`, or a method of a path, gives."""
    if name in ("getcwd", "cwd"):
        return "."
    if name in ("join", "joinpath", "Path") and args:
        is_method = name == "joinpath" and isinstance(function, ast.Attribute)
        return joined([function.value, *args] if is_method and isinstance(function, ast.Attribute) else args)
    if name == "dirname" and len(args) == 1:
        return above(args[0], 1)
    if name in _SAME:
        if args:
            return joined(args[:1])
        return joined([function.value]) if isinstance(function, ast.Attribute) else "."
    return None
