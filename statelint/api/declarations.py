"""Finds the declaration of a name in the stub files, and reads each of them at most once."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

_STUBS = Path(__file__).parent / "stubs"

# Stub folders that describe one generation of a package.
_GENERATIONS = {"keras2": ("keras", 2), "keras3": ("keras", 3)}

Symbol: TypeAlias = ast.ClassDef | ast.FunctionDef | str


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed stub file; a symbol is its declaration, or the qualified name that it is an alias of.

    `private` are the names that it imports for its own use: from elsewhere, without `as`.
    """

    name: str
    symbols: Mapping[str, Symbol]
    private: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where a name is declared: a class or function of a module."""

    module: Module
    node: ast.ClassDef | ast.FunctionDef

    @property
    def qualified_name(self) -> str:
        return f"{self.module.name}.{self.node.name}"


@cache
def stub_files() -> dict[tuple[int, str], Path]:
    """All stub files by generation (0: described once for both) and module name."""
    files: dict[tuple[int, str], Path] = {}
    for path in _STUBS.rglob("*.pyi"):
        parts = list(path.relative_to(_STUBS).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        parts[0], generation = _GENERATIONS.get(parts[0], (parts[0], 0))
        files[generation, ".".join(parts)] = path
    return files


@cache
def module(keras: int, name: str) -> Module | None:
    """The stub of module `name` as Keras generation `keras` has it."""
    files = stub_files()
    path = files.get((keras, name)) or files.get((0, name))
    if path is None:
        return None
    is_package = path.name == "__init__.pyi"
    package = name if is_package else name.rpartition(".")[0]
    symbols: dict[str, Symbol] = {}
    private: set[str] = set()
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        symbols.update(_symbols(statement, name, package))
        if isinstance(statement, ast.ImportFrom) and not (is_package and statement.level):
            private.update(alias.name for alias in statement.names if alias.asname is None)
    return Module(name, symbols, frozenset(private))


def _symbols(statement: ast.stmt, module_name: str, package: str) -> Iterator[tuple[str, Symbol]]:
    match statement:
        case ast.ClassDef() | ast.FunctionDef():
            yield statement.name, statement
        case ast.ImportFrom(module=source, names=names, level=level):
            ancestors = package.split(".")
            origin = ancestors[: len(ancestors) - level + 1] if level else []
            for alias in names:
                yield alias.asname or alias.name, ".".join([*origin, *filter(None, (source, alias.name))])
        case ast.Assign(targets=[ast.Name(id=alias_name)], value=ast.Name(id=target)):
            yield alias_name, f"{module_name}.{target}"


@cache
def find(keras: int, name: str) -> Declaration | None:
    """The class or function `name` (aliases followed), or the module's `__getattr__` where it has one."""
    module_name, _, rest = name.rpartition(".")
    symbol_name = rest
    while module_name:
        found = module(keras, module_name)
        if found is not None:
            break
        module_name, _, symbol_name = module_name.rpartition(".")
    else:
        return None
    symbol = found.symbols.get(symbol_name)
    if symbol is None:
        symbol = found.symbols.get("__getattr__")
    elif name != f"{module_name}.{symbol_name}":
        return None  # a member of a class, or of nothing
    if isinstance(symbol, str):
        return find(keras, symbol)
    return Declaration(found, symbol) if symbol is not None else None


@cache
def linearization(keras: int, name: str) -> tuple[Declaration, ...]:
    """The class `name` and its described bases, nearest first; () where it isn't a class of the stubs."""
    declaration = find(keras, name)
    if declaration is None or not isinstance(declaration.node, ast.ClassDef):
        return ()
    found = {declaration.qualified_name: declaration}
    for base in base_names(declaration):
        for inherited in linearization(keras, base):
            found.setdefault(inherited.qualified_name, inherited)
    return tuple(found.values())


def base_names(declaration: Declaration) -> Iterator[str]:
    """The qualified names of a class's bases, as its own stub file says them."""
    assert isinstance(declaration.node, ast.ClassDef)
    for base in declaration.node.bases:
        if isinstance(base, ast.Name):
            symbol = declaration.module.symbols.get(base.id)
            yield symbol if isinstance(symbol, str) else f"{declaration.module.name}.{base.id}"
