"""Settings that programs read from files: what is opened, and what stands in it."""

from __future__ import annotations

import ast
from collections.abc import Hashable

from statelint.interp import calls
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, ListRecord, Tuple
from statelint.interp.paths import written_path
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.files import contents, is_configuration, note_opened
from statelint.source.stored_settings import SUFFIXES, settings_in
from statelint.values import Known, Reason, Value, unknown

# Files of settings are small; what is larger, or nested deeper, isn't told.
_MOST_PARTS, _DEEPEST = 2000, 20
# What loads the contents of an opened file, or of its text.
_LOADERS = (
    *("json.load", "json.loads", "yaml.safe_load", "yaml.load", "yaml.full_load"),
    *("toml.load", "toml.loads", "tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads"),
)
_OPTIONS = frozenset({"Loader", "encoding"})


def read_from(machine: Machine, file: Hashable, method: Hashable, arguments: Arguments) -> Value | None:
    """What a method gives of a path or an opened file, of which only the identity is known; None where it
    neither opens nor reads the whole of one.
    """
    is_whole = method == "read" and not arguments.positional and file in machine.opened
    if not is_whole and (method not in ("open", "read_text", "read_bytes") or written_path(file) is None):
        return None
    path = machine.opened.get(file) or unknown(Reason.LIBRARY_CALL, "", file)
    written = machine.written.get(path.key)
    if method != "open" and written is not None and is_configuration(written):
        return written
    found = machine.unknown(Reason.LIBRARY_CALL, None, (method, file))
    machine.opened[found.key] = path
    if method == "open":
        note_opened(machine, path.key, arguments.get(0, "mode"))
    return found


def _load(machine: Machine, name: str, arguments: Arguments) -> Value:
    """`json.load(file)`, `yaml.safe_load(file)`: what stands in a file of the project."""
    program, project = machine.file, machine.project
    if (
        not arguments.positional
        or not {*arguments.keywords} <= _OPTIONS
        or program is None
        or project is None
    ):
        return _of_file(machine, name, arguments)
    file = arguments.positional[0].value
    # toml's own function takes a path too.
    given = machine.opened.get(file.key, file if name == "toml.load" else None)
    path = written_path(given.key) if given is not None else None
    if path is not None and path.endswith(SUFFIXES):
        importer = machine.module_files.get(machine.root_frame, program)
        found = settings_in(project, path, program, importer)
        if isinstance(found, dict | list) and _parts(found, 0) <= _MOST_PARTS:
            return _value(machine, found, given.assuming if isinstance(given, Known) else ())
    return _of_file(machine, name, arguments)


def written(machine: Machine, text: Value | None) -> Value | None:
    """What a text spells out: `"[128, 64, 32]"`; None where it is no such text, or isn't known."""
    if not isinstance(text, Known) or not isinstance(text.value, str):
        return None
    try:
        found = ast.literal_eval(text.value.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return _value(machine, found, text.assuming) if _parts(found, 0) <= _MOST_PARTS else None


def _literal(machine: Machine, name: str, arguments: Arguments) -> Value:
    found = written(machine, arguments.get(0, "node_or_string"))
    return found if found is not None else calls.made_of(machine, None, *arguments.values())


def _of_file(machine: Machine, name: str, arguments: Arguments) -> Value:
    """What stands in an opened file that isn't looked into."""
    file = arguments.positional[0].value if arguments.positional else None
    if file is None or file.key not in machine.opened:
        return calls.made_of(machine, None, *arguments.values())
    return contents(machine, name, file)


def _parts(found: object, depth: int) -> int:
    """How many values settings hold; too many where they are nested too deep, or hold one many times."""
    if depth > _DEEPEST:
        return _MOST_PARTS + 1
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else ()
    count = 1
    for part in inner:
        count += _parts(part, depth + 1)
        if count > _MOST_PARTS:
            break
    return count


def _value(machine: Machine, found: object, assuming: tuple[str, ...]) -> Value:
    if isinstance(found, dict):
        items = {key: _value(machine, part, assuming) for key, part in found.items()}
        return machine.allocate(DictRecord(items))
    if isinstance(found, list):
        return machine.allocate(ListRecord.of(tuple(_value(machine, part, assuming) for part in found)))
    if isinstance(found, tuple):
        return Known(Tuple(tuple(_value(machine, part, assuming) for part in found)))
    if isinstance(found, bool | int | float | str) or found is None:
        return Known(found, assuming)
    return unknown(Reason.LIBRARY_CALL)


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(_LOADERS, _load),
    "ast.literal_eval": _literal,
}
