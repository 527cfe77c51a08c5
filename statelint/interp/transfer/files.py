"""What a program writes to files and reads again: data, by `np.save`, pickle or joblib; models, as JSON."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp import calls
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, ListRecord
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array, repeatable
from statelint.trace.texts import CSV_READERS, LINES
from statelint.values import NONE, Known, Reason, Value

_DATA = (ListRecord, DictRecord)
# What opens or reads a whole file that is given by its path, and where it is told what for.
_READERS = {
    **dict.fromkeys(("h5py.File", "pandas.HDFStore", "tables.open_file", "netCDF4.Dataset"), 1),
    **dict.fromkeys(
        ("scipy.io.loadmat", "hdf5storage.loadmat", "mat73.loadmat", "scipy.io.arff.loadarff"), None
    ),
    **dict.fromkeys(("scipy.io.wavfile.read", "librosa.load", "librosa.core.load", "soundfile.read"), None),
    **dict.fromkeys(("cv2.imread", "imageio.imread", "skimage.io.imread", "PIL.Image.open"), None),
    **dict.fromkeys(("matplotlib.image.imread", "matplotlib.pyplot.imread"), None),
}
# What reading a whole file gives.
_TEXTS = ("read", "read_text", "read_bytes")
_WRITERS = ("scipy.io.savemat", "scipy.io.wavfile.write", "numpy.savetxt")
# What may put another file in the place of any.
_COMMANDS = (
    *(f"os.{name}" for name in ("system", "popen", "rename", "replace", "remove", "unlink")),
    *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen", "getoutput")),
    *(f"shutil.{name}" for name in ("copy", "copy2", "copyfile", "move", "copytree", "unpack_archive")),
    *("urllib.request.urlretrieve", "urllib.urlretrieve", "wget.download"),
)


def _open(machine: Machine, name: str, arguments: Arguments) -> Value:
    """open(path): the file, of which only the path is known."""
    path = arguments.get(0, "file") or arguments.get(0, "filename")
    key = (name, *(value.key for value in arguments.values()))
    found = machine.unknown(Reason.LIBRARY_CALL, None, key)
    if path is not None:
        machine.opened[found.key] = path
        note_opened(machine, path.key, arguments.get(1, "mode"))
    return found


def note_opened(machine: Machine, path: Hashable, mode: Value | None) -> None:
    """A file is opened: it is read from its beginning, or may be written."""
    machine.loads.pop(path, None)
    if not _is_for_reading(mode):
        machine.touched.add(path)


def _is_for_reading(mode: Value | None) -> bool:
    told = mode.value if isinstance(mode, Known) else mode
    return told is None or (isinstance(told, str) and not set(told) & set("wax+"))


def contents(machine: Machine, name: str, file: Value, *options: Value, by_path: bool = True) -> Value:
    """What stands in a file: the same each time, unless it may have been written meanwhile; of an opened file
    each time what stands behind the last.  `by_path`: a file that isn't known is none that was opened.
    """
    path = _path(machine, file)
    if path in machine.touched:
        return calls.made_of(machine, None, file)
    count = None
    if file.key in machine.opened or not by_path:
        count = machine.loads[path] = machine.loads.get(path, 0) + 1
    key = (name, path, count, machine.commands, *(option.key for option in options))
    return machine.unknown(Reason.LIBRARY_CALL, None, key)


def lines(machine: Machine, file: Value) -> Value | None:
    """The lines of an opened file; None where it is none."""
    is_opened = file.key in machine.opened and isinstance(file.key, tuple) and file.key[0] not in _TEXTS
    return contents(machine, LINES, file) if is_opened else None


def _rows(machine: Machine, name: str, arguments: Arguments) -> Value:
    """csv.reader(file): its rows."""
    file, *options = arguments.values() or (None,)
    if file is None or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL)
    return contents(machine, name, file, *options)


def _read(machine: Machine, name: str, arguments: Arguments) -> Value:
    """h5py.File(path), loadmat(path) and the like."""
    file, *options = arguments.values() or (None,)
    mode = _READERS[name]
    if file is None or arguments.open:
        return calls.made_of(machine, None, *arguments.values())
    if mode is not None and not _is_for_reading(arguments.get(mode, "mode")):
        machine.touched.add(_path(machine, file))
    return contents(machine, name, file, *options)


def _write(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.touched.update(value.key for value in arguments.values())
    return NONE


def _command(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.commands += 1
    return calls.made_of(machine, None, *arguments.values())


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
    if written is None and path is not None and path.key in machine.opened:
        return contents(machine, name, path)
    return written or repeatable(machine, name, arguments)


def _dump(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pickle.dump(value, file), joblib.dump(value, path)."""
    value, file = arguments.get(0, "obj") or arguments.get(0, "value"), arguments.get(1, "file")
    file = file or arguments.get(1, "filename")
    record = machine.record(value) if value is not None else None
    if file is not None:
        machine.touched.add(_path(machine, file))
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
    found = contents(machine, name, file, by_path=name == "joblib.load")
    return machine.written.get(_path(machine, file)) or found


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
    **dict.fromkeys(_READERS, _read),
    **dict.fromkeys(_WRITERS, _write),
    **dict.fromkeys(_COMMANDS, _command),
    **dict.fromkeys(("builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open"), _open),
    "numpy.save": _save,
    **dict.fromkeys(("numpy.savez", "numpy.savez_compressed"), _save_several),
    **dict.fromkeys(CSV_READERS, _rows),
    "numpy.load": _load,
    **{f"{module}.dump": _dump for module in ("pickle", "joblib", "dill", "cPickle")},
    **{f"{module}.load": _undump for module in ("pickle", "joblib", "dill", "cPickle")},
}
