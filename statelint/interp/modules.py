"""Import statements: the project's own modules are followed, the others are libraries."""

from __future__ import annotations

import sys
from pathlib import Path

import libcst as cst

from statelint.interp import calls
from statelint.interp.attributes import CONSTANTS, attribute
from statelint.interp.machine import IMPORT_ERRORS, Machine
from statelint.interp.objects import Library, ListRecord, Module, Tuple
from statelint.interp.transfer import keras
from statelint.source.locating import LIBRARIES, is_in_library
from statelint.values import Known, Reason, Value


def execute_import(machine: Machine, node: cst.Import) -> None:
    """`import a.b`, `import a.b as c`."""
    for alias in node.names:
        full = _dotted(alias.name)
        machine.note_import(full)
        modules = _load(machine, full, 0)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            machine.frame[alias.asname.name.value] = modules[-1] if modules else _library(machine, full, node)
        else:
            top = full.split(".")[0]
            machine.frame[top] = modules[0] if modules else _library(machine, top, node)


def execute_import_from(machine: Machine, node: cst.ImportFrom) -> None:
    """`from a.b import c`, `from . import c`, `from a import *`."""
    module = _dotted(node.module) if node.module is not None else ""
    level = len(node.relative)
    if not level:
        machine.note_import(module)
    modules = _load(machine, module, level)
    if isinstance(node.names, cst.ImportStar):
        if modules:
            machine.frame.update(_public(machine, modules[-1]))
        elif not level:
            names = calls.public_names(machine, module)
            for name in names:
                machine.frame[name] = _library(machine, f"{module}.{name}", node)
            if not names:
                # Which of them the file defines isn't told.
                for name in calls.names_of_file(machine, module):
                    machine.frame.setdefault(name, _library(machine, f"{module}.{name}", node))
            is_strange = module.partition(".")[0] not in LIBRARIES | sys.stdlib_module_names
            if not names and is_strange and not _is_in_library(machine):
                machine.starred.add(machine.root_frame)
        return
    for alias in node.names:
        name = alias.name.value if isinstance(alias.name, cst.Name) else _dotted(alias.name)
        bound = alias.asname.name if alias.asname is not None else alias.name
        if isinstance(bound, cst.Name):
            machine.frame[bound.value] = _member(machine, modules, module, level, name, node)


def _member(
    machine: Machine, modules: tuple[Value, ...], module: str, level: int, name: str, node: cst.CSTNode
) -> Value:
    """What `from module import name` binds."""
    if modules:
        own = _own_names(machine, modules[-1])
        if name in own:
            return own[name]
        inner = _load(machine, f"{module}.{name}" if module else name, level)
        return inner[-1] if inner else attribute(machine, modules[-1], name, node)
    return _library(machine, "." * level + f"{module}.{name}", node)


def _library(machine: Machine, full: str, node: cst.CSTNode) -> Value:
    """A library's thing; unknown where this Keras lacks it, or where the library itself is being read."""
    is_own = full.partition(".")[0] in LIBRARIES and _is_in_library(machine)
    is_missing = machine.catches(*IMPORT_ERRORS) and keras.is_removed(machine, full)
    if is_missing:
        machine.miss_import()
    if is_own or is_missing:
        return machine.unknown(Reason.IMPORT, node)
    if full in CONSTANTS:
        return CONSTANTS[full]
    found = calls.library(full)
    assert isinstance(found.value, Library)
    return machine.patched.get(found.value.name, found)


def _is_in_library(machine: Machine) -> bool:
    """Whether the module that is being followed is a library's own."""
    importer = machine.module_files.get(machine.root_frame)
    if importer is None:
        return False
    project = machine.project
    return is_in_library(str(importer.parent)) if project is None else project.is_apart(str(importer.parent))


def import_module(machine: Machine, name: str, *, is_outermost: bool = False) -> Value:
    """What a call imports by its name: the module, or the outermost package that it is in."""
    machine.note_import(name)
    modules = _load(machine, name, 0)
    top = name.partition(".")[0]
    if not modules and top in LIBRARIES and _is_in_library(machine):
        return machine.unknown(Reason.IMPORT)
    if is_outermost:
        return modules[0] if modules else calls.library(top)
    return modules[-1] if modules else calls.library(name)


def _public(machine: Machine, module: Value) -> dict[str, Value]:
    """What `from module import *` brings."""
    names = _own_names(machine, module)
    told = names.get("__all__")
    items: tuple[Value, ...] | None = None
    if told is not None:
        record = machine.record(told)
        if isinstance(record, ListRecord):
            items = record.items
        elif isinstance(told, Known) and isinstance(told.value, Tuple):
            items = told.value.items
    if items is not None:
        wanted = {item.value for item in items if isinstance(item, Known)}
        return {name: value for name, value in names.items() if name in wanted}
    return {name: value for name, value in names.items() if not name.startswith("_")}


def _own_names(machine: Machine, module: Value) -> dict[str, Value]:
    assert isinstance(module, Known) and isinstance(module.value, Module)
    return machine.state.frames.get(module.value.frame, {})


# Modules of the project


def _load(machine: Machine, name: str, level: int) -> tuple[Value, ...]:
    """The modules that an import runs, outermost package first; none where it is a library."""
    entry, project = machine.file, machine.project
    if entry is None or project is None:
        return ()
    importer = machine.module_files.get(machine.root_frame, entry)
    paths = project.locate(importer, entry, name, level)
    if paths is None:
        return ()
    return tuple(_module(machine, path) for path in paths)


def is_found(machine: Machine, name: str, level: int) -> bool:
    """Whether an import leads to a module of the project."""
    return bool(_load(machine, name, level))


def _module(machine: Machine, path: Path) -> Value:
    """The module at a path, which is run where it wasn't before."""
    name = path.parent.name if path.name == "__init__.py" else path.stem
    frame = next(
        (f for f, file in machine.module_files.items() if file == path and f in machine.state.frames), None
    )
    if frame is None:
        frame = machine.new_frame(None)
        machine.module_files[frame] = path
        machine.state.names(frame).update({"__name__": Known(name), "__file__": Known(str(path))})
        _run(machine, path, frame)
    return Known(Module(name, frame))


def _run(machine: Machine, path: Path, frame: int) -> None:
    from statelint.interp.statements import execute

    source = machine.read_module(path) if path.suffix == ".py" else None
    if source is None:
        return
    exits, machine.exits = machine.exits, []
    hook, machine.hook = machine.hook, None
    with calls.in_frame(machine, frame):
        for module in source.modules:
            execute(machine, module.body)
    machine.exits, machine.hook = exits, hook


def _dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return ""
