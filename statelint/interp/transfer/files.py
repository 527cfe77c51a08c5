"""What a program writes to files and reads again: data, by `np.save`, pickle or joblib; models, as JSON."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, ListRecord
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array, repeatable
from statelint.values import NONE, Known, Reason, Value

_DATA = (ListRecord, DictRecord)


def _open(machine: Machine, name: str, arguments: Arguments) -> Value:
    """open(path): the file, of which only the path is known."""
    path = arguments.get(0, "file") or arguments.get(0, "filename")
    key = (name, *(value.key for value in arguments.values()))
    found = machine.unknown(Reason.LIBRARY_CALL, None, key)
    if path is not None:
        machine.opened[found.key] = path
    return found


def _save(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.save(path, array)."""
    path, value = arguments.get(0, "file"), arguments.get(1, "arr")
    if path is not None and value is not None:
        machine.note_written(_path(machine, path, ".npy"), as_array(machine, value, arguments.site))
    return NONE


def _save_several(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.savez(path, array, name=array)."""
    path = arguments.get(0, "file")
    if path is not None and not arguments.open:
        named = {f"arr_{k}": argument for k, argument in enumerate(arguments.positional[1:])}
        named.update((k, argument) for k, argument in arguments.keywords.items() if k != "file")
        arrays: dict[Hashable, Value] = {
            k: as_array(machine, argument.value, argument.site) for k, argument in named.items()
        }
        machine.note_written(_path(machine, path, ".npz"), machine.allocate(DictRecord(arrays)))
    return NONE


def _load(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.load(path): what the program saved there before, or something else each time the same."""
    path = arguments.get(0, "file")
    written = machine.written.get(_path(machine, path)) if path is not None else None
    return written or repeatable(machine, name, arguments)


def _dump(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pickle.dump(value, file), joblib.dump(value, path)."""
    value, file = arguments.get(0, "obj") or arguments.get(0, "value"), arguments.get(1, "file")
    file = file or arguments.get(1, "filename")
    record = machine.record(value) if value is not None else None
    if value is not None and file is not None and (record is None or isinstance(record, _DATA)):
        # As it is now: what the program does to a list later isn't in the file.
        kept = machine.allocate(record) if record is not None else value
        path = _path(machine, file)
        # Two values that are written to one file may stand in it one behind the other.
        machine.note_written(path, None if path in machine.written else kept)
    return NONE


def _undump(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pickle.load(file), joblib.load(path): as above; a file that is read twice may hold two."""
    file = arguments.get(0, "file") or arguments.get(0, "filename")
    if file is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    path = _path(machine, file)
    count = machine.loads[path] = machine.loads.get(path, 0) + 1
    return machine.written.get(path) or machine.unknown(Reason.LIBRARY_CALL, None, (name, path, count))


def note_configuration(machine: Machine, file: Hashable, arguments: Arguments) -> None:
    """`file.write(model.to_json())`, where the file is an opened one or a path; anything else that is
    written there makes it another text.
    """
    text, opened = arguments.get(0, "data"), machine.opened.get(file)
    path = file if opened is None else opened.key
    if text is not None and is_configuration(text):
        machine.note_written(path, text)
    elif path in machine.written:
        machine.written[path] = None


def is_configuration(value: Value) -> bool:
    """Whether a text or a dict tells how a model is made."""
    return isinstance(value.key, tuple) and value.key[0] == "config"


def _path(machine: Machine, file: Value, suffix: str = "") -> Hashable:
    if file.key in machine.opened:
        return machine.opened[file.key].key
    if suffix and isinstance(file, Known) and isinstance(file.value, str) and not file.value.endswith(suffix):
        return Known(file.value + suffix).key
    return file.key


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(("builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open"), _open),
    "numpy.save": _save,
    **dict.fromkeys(("numpy.savez", "numpy.savez_compressed"), _save_several),
    "numpy.load": _load,
    **{f"{module}.dump": _dump for module in ("pickle", "joblib", "dill", "cPickle")},
    **{f"{module}.load": _undump for module in ("pickle", "joblib", "dill", "cPickle")},
}
