"""What callables of Keras 2 and 3, TensorFlow, NumPy and scikit-learn accept and do, read from stub files.

The stubs under `stubs/` are in Python stub syntax and never imported. A file is parsed when a name in it is
first looked up. README.md beside this file says how they are written and what the roles mean.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from statelint.api.declarations import Declaration, base_names, find, linearization, stub_files
from statelint.api.declarations import module as stub_module
from statelint.api.names import canonical

__all__ = [
    "NO_DEFAULT",
    "STATE_ATTRIBUTES",
    "TIME_ROLES",
    "UNKNOWN_DEFAULT",
    "Entry",
    "Parameter",
    "canonical",
    "has_attribute",
    "lookup",
    "member",
    "public_names",
]


class _Default(Enum):
    NO_DEFAULT = "no default"
    UNKNOWN_DEFAULT = "unknown default"

    def __repr__(self) -> str:
        return self.name


NO_DEFAULT = _Default.NO_DEFAULT
UNKNOWN_DEFAULT = _Default.UNKNOWN_DEFAULT

# How a layer treats the time axis: a class's own role replaces an inherited one.
TIME_ROLES = frozenset({"keeps_time", "changes_time", "drops_time", "adds_axis", "unknown_shape"})

# The attributes of which every class in the Keras stubs says whether it has them.
STATE_ATTRIBUTES = frozenset({"reset_states", "reset_state", "stateful", "states", "layers", "cell"})

# Packages whose callables run no model, unless they call what they are given.
_PURE_PACKAGES = ("numpy", "tensorflow", "sklearn")

_NO_ROLES = frozenset({"staticmethod", "classmethod", "property", "overload"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `kind` is "positional" (or by keyword), "keyword" (only), "star" or "double_star".

    The default is a Python constant, NO_DEFAULT, or UNKNOWN_DEFAULT where it is none (`...` in the stub).
    """

    name: str
    kind: str
    default: object


@dataclass(frozen=True, slots=True)
class Entry:
    """One callable: its canonical name, "class", "function" or "method", and its parameters without `self`.

    A class has its constructor's parameters, its bases' roles beside its own, and its bases' canonical names.
    """

    name: str
    kind: str
    parameters: tuple[Parameter, ...]
    roles: frozenset[str]
    bases: tuple[str, ...]


_ANY_PARAMETERS = (Parameter("args", "star", NO_DEFAULT), Parameter("kwargs", "double_star", NO_DEFAULT))


@cache
def lookup(keras: int, name: str) -> Entry | None:
    """The callable of canonical name `name` in Keras generation `keras` (2 or 3); None: not described."""
    declaration = find(keras, name)
    if declaration is None:
        class_name, _, attribute = name.rpartition(".")
        return member(keras, class_name, attribute) if class_name else None
    node = declaration.node
    if isinstance(node, ast.ClassDef):
        return _class_entry(keras, declaration, node)
    roles = _callable_roles(declaration, node)
    if node.name == "__getattr__":
        kind = "class" if name.rpartition(".")[2][:1].isupper() else "function"
        return Entry(name, kind, _ANY_PARAMETERS, roles, ())
    parameters = tuple(_parameters(keras, declaration, node))
    return Entry(canonical(declaration.qualified_name), "function", parameters, roles, ())


@cache
def member(keras: int, class_name: str, attribute: str) -> Entry | None:
    """The method `attribute` of a class or of the nearest base that declares it."""
    for declaration in linearization(keras, class_name):
        node = _method(declaration, attribute)
        if node is not None:
            name = f"{canonical(declaration.qualified_name)}.{attribute}"
            skip = "staticmethod" not in _decorators(node)
            parameters = tuple(_parameters(keras, declaration, node))[skip:]
            return Entry(name, "method", parameters, _callable_roles(declaration, node), ())
    namespace = find(keras, f"{class_name}.{attribute}")
    return lookup(keras, f"{class_name}.{attribute}") if namespace is not None else None


@cache
def has_attribute(keras: int, class_name: str, attribute: str) -> bool | None:
    """Whether instances of a class have `attribute`, as `hasattr` says; None where the stubs don't know."""
    classes = linearization(keras, class_name)
    if any(attribute in _attributes(declaration) for declaration in classes):
        return True
    return False if classes and attribute in STATE_ATTRIBUTES and class_name.startswith("keras.") else None


@cache
def public_names(keras: int, module: str) -> tuple[str, ...]:
    """What `from module import *` brings, its submodules included; () where no stub describes the module."""
    module = canonical(module)
    stub = stub_module(keras, module)
    names = {name for name in stub.symbols if name not in stub.private} if stub is not None else set()
    for generation, name in stub_files():
        if name.startswith(f"{module}.") and generation in (0, keras):
            names.add(name.removeprefix(f"{module}.").partition(".")[0])
    return tuple(sorted(name for name in names if not name.startswith("_")))


def names_of_file(keras: int, module: str) -> tuple[str, ...]:
    """What `from module import *` may bring where the module is a file of Keras's own, such as
    `keras.layers.recurrent`: the names of the package that has what is defined in it.
    """
    package = canonical(f"{module}.Name").rpartition(".")[0]
    if package == canonical(module):
        return ()
    names = public_names(keras, package)
    return tuple(name for name in names if canonical(f"{module}.{name}") == f"{package}.{name}")


def _class_entry(keras: int, declaration: Declaration, node: ast.ClassDef) -> Entry:
    classes = linearization(keras, declaration.qualified_name)
    parameters: tuple[Parameter, ...] = ()
    for ancestor in classes:
        constructor = _method(ancestor, "__init__")
        if constructor is not None:
            parameters = tuple(_parameters(keras, ancestor, constructor))[1:]
            break
    bases = tuple(canonical(base) for base in base_names(declaration) if find(keras, base) is not None)
    return Entry(canonical(declaration.qualified_name), "class", parameters, _class_roles(classes), bases)


def _class_roles(classes: tuple[Declaration, ...]) -> frozenset[str]:
    roles: set[str] = set()
    for declaration in classes:
        own = _callable_roles(declaration, declaration.node)
        roles |= own - TIME_ROLES if roles & TIME_ROLES else own
    return frozenset(roles)


def _method(declaration: Declaration, name: str) -> ast.FunctionDef | None:
    for statement in declaration.node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return None if "property" in _decorators(statement) else statement
    return None


def _attributes(declaration: Declaration) -> frozenset[str]:
    names = set()
    for statement in declaration.node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return frozenset(names)


def _decorators(node: ast.ClassDef | ast.FunctionDef) -> frozenset[str]:
    return frozenset(decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name))


def _roles(node: ast.ClassDef | ast.FunctionDef) -> frozenset[str]:
    return _decorators(node) - _NO_ROLES


def _callable_roles(declaration: Declaration, node: ast.ClassDef | ast.FunctionDef) -> frozenset[str]:
    roles = _roles(node)
    package = declaration.module.name.partition(".")[0]
    return roles | {"pure"} if package in _PURE_PACKAGES and "calls" not in roles else roles


def _parameters(keras: int, declaration: Declaration, node: ast.FunctionDef) -> Iterator[Parameter]:
    arguments = node.args
    named = arguments.posonlyargs + arguments.args
    first_default = len(named) - len(arguments.defaults)
    for i, argument in enumerate(named):
        default = arguments.defaults[i - first_default] if i >= first_default else None
        yield Parameter(argument.arg, "positional", _default(default))
    if arguments.vararg is not None:
        yield Parameter(arguments.vararg.arg, "star", NO_DEFAULT)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, "keyword", _default(default))
    if arguments.kwarg is not None:
        match arguments.kwarg.annotation:
            case ast.Subscript(value=ast.Name(id="Unpack"), slice=ast.Name(id=keywords)):
                explicit = {a.arg for a in named + arguments.kwonlyargs}
                name = f"{declaration.module.name}.{keywords}"
                yield from (p for p in _keywords(keras, name) if p.name not in explicit)
            case _:
                yield Parameter(arguments.kwarg.arg, "double_star", NO_DEFAULT)


@cache
def _keywords(keras: int, name: str) -> tuple[Parameter, ...]:
    """The fields of a TypedDict, as the keyword-only parameters that `**kwargs: Unpack[…]` stands for."""
    fields: dict[str, Parameter] = {}
    for declaration in reversed(linearization(keras, name)):
        for statement in declaration.node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=field), value=value):
                    fields[field] = Parameter(field, "keyword", _default(value) if value else UNKNOWN_DEFAULT)
    return tuple(fields.values())


def _default(node: ast.expr | None) -> object:
    if node is None:
        return NO_DEFAULT
    if isinstance(node, ast.Constant) and node.value is ...:
        return UNKNOWN_DEFAULT
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return UNKNOWN_DEFAULT
    return value if isinstance(value, int | float | str | tuple | None) else UNKNOWN_DEFAULT
