"""The modules of a project: where an import leads, and what stands there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from statelint.discover import contents, path_of, shown_path
from statelint.listing import names_in
from statelint.source.locating import (
    LIBRARIES,
    enclosing,
    is_in_library,
    is_module,
    join,
    located,
    modules_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from statelint.source.python import Source, Unreadable

# So many trees are kept that no file being checked needs.
_KEPT = 64

# Import statements, as they stand in a module, a notebook's JSON or a fenced block.
_IMPORTS = re.compile(
    rb"""(?:^[ \t"]*|"|\\n|[;:][ \t]*)"""
    rb"""(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\(?([\w, \t*]+)|import[ \t]+([\w., \t]+))""",
    re.MULTILINE,
)
# A module that is imported by a call, and whether its name ends there: `import_module("models." + kind)`.
_CALLED = re.compile(
    rb"""\b(?:import_module|__import__)\([ \t]*[fF]?\\?["'](\.*)([\w.]*)(\\?["'][ \t]*[,)])?"""
)
# What saves a model, and not only an array.
_SAVES = re.compile(rb"(?<!\bnp)(?<!\bnumpy)\.save\s*\(|\bsave_model\s*\(|\bModelCheckpoint\s*\(")
# So many modules may be meant by a name that is only begun, or may save a model.
_MOST = 100
# An import whose names go on in the next lines, in a module or in a notebook's JSON, and what stands between
# the names there.  So many bytes are looked through for their end.
_OPENED = re.compile(rb"""\bimport[ \t]*\([^)]*$""")
_BROKEN = re.compile(rb"""#(?:[^\n"\\]|\\[^n])*|\\n|[\r\n"\\]""")
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Needs:
    """What a program imports of its project: the modules, however far, and the folders to find them in.

    `package` is what the program itself belongs to, where it imports relative to it.
    """

    modules: tuple[Path, ...]
    folders: tuple[Path, ...]
    package: str = ""


# What is asked about files and folders: what kind of question it is, and about what.
Question = tuple[str | int, ...]
Answer = str | int | tuple[str, ...] | tuple[int, ...] | None


class Project:
    """Finds the modules that the files of a project import, and reads each of them once.

    `contents` are those of files that don't lie at their paths, or not as they are there.
    """

    def __init__(self, contents: Mapping[Path, bytes] | None = None) -> None:
        self._contents = {str(path): data for path, data in (contents or {}).items()}
        # What was asked about files since this was set, with the answers: what results depend on.
        self.asked: dict[Question, Answer] | None = None
        self._digests: dict[str, str] = {}
        self._sources: dict[Path, Source | Unreadable] = {}
        self._imports: dict[Path, tuple[Path, ...]] = {}
        # By the folders of the importer and the program, name and level: all files of a folder find the same,
        # but for what they add to `sys.path`.
        self._located: dict[tuple[str, str, str, int, str], tuple[str, ...] | None] = {}
        self._additions: dict[Path, tuple[str, ...]] = {}
        self._apart: dict[str, bool] = {}
        self._savers: dict[str, tuple[str, ...]] = {}
        # The same imports stand in many files: by folder and line where they lead, by line what they name.
        self._lines: dict[tuple[str, str], dict[bytes, tuple[str, ...]]] = {}
        self._names: dict[bytes, tuple[tuple[str, int], ...]] = {}

    def locate(self, importer: Path, entry: Path, name: str, level: int) -> tuple[Path, ...] | None:
        """Where `import name` leads in the file `importer` of the program `entry`, package by package.

        `level` counts the leading dots of a relative import.  A folder stands for a package without
        `__init__.py`.  None where it is no module of the project.
        """
        folders = str(importer.parent), str(entry.parent)
        found = self._locate(*folders, name, level)
        if found is None and not level:
            added = dict.fromkeys((*self._added(importer), *self._added(entry)))
            found = self._locate(*folders, name, level, os.pathsep.join(added)) if added else None
        return None if found is None else tuple(map(path_of, found))

    def _locate(
        self, importer: str, entry: str, name: str, level: int, added: str = ""
    ) -> tuple[str, ...] | None:
        """Where an import leads that stands in the folder `importer`, in a program in the folder `entry`.

        `added` are the folders that are added to `sys.path`, as an environment variable would list them.
        """
        asked = (importer, entry, name, level, added)
        if asked not in self._located:
            is_library = not level and name.partition(".")[0] in LIBRARIES
            self._located[asked] = (
                None
                if is_library or self.is_apart(importer)
                else located(importer, entry, name, level, tuple(filter(None, added.split(os.pathsep))))
            )
        found = self._located[asked]
        if self.asked is not None:
            self.asked["import", *asked] = found
        return found

    def _added(self, file: Path) -> tuple[str, ...]:
        """The folders that a file adds to `sys.path`."""
        if file not in self._additions:
            try:
                data = self._read(str(file))
            except OSError:
                data = b""
            self._additions[file] = _added_in(str(file.parent), data)
        return self._additions[file]

    def parse(self, path: Path, shown: str, data: bytes) -> Source | Unreadable:
        """A file's source; every program that imports the file gets the same one."""
        from statelint.source.python import read

        known = self._sources.get(path)
        if known is None:
            known = self._sources[path] = read(shown, data)
            if self.asked is not None:
                self._digests[str(path)] = digest(data)
        return known

    def forget(self, path: Path) -> None:
        """Let go of a file's tree, and of all where they are many: nothing is likely to need them again."""
        self._sources.pop(path, None)
        if len(self._sources) > _KEPT:
            self._sources.clear()

    def read(self, path: Path) -> Source | None:
        """The source of a module, None where it can't be read."""
        from statelint.source.python import Unreadable

        try:
            source = self._sources.get(path) or self.parse(path, shown_path(str(path)), self._read(str(path)))
        except OSError:
            source = None
        if self.asked is not None:
            self.asked["text", str(path)] = None if source is None else self._digests.get(str(path))
        return None if isinstance(source, Unreadable) else source

    def _read(self, path: str) -> bytes:
        return self._contents[path] if path in self._contents else contents(path)

    def size(self, path: Path) -> int | None:
        """How large a file is, None where there is none."""
        try:
            found = path.stat().st_size
        except OSError:
            found = None
        if self.asked is not None:
            self.asked["size", str(path)] = found
        return found

    def pinned(self, folder: Path) -> tuple[int, ...]:
        """The Keras generations that the dependency files around a folder allow."""
        from statelint.target import pinned

        found = pinned(folder)
        if self.asked is not None:
            self.asked["pinned", str(folder)] = found
        return found

    def answer(self, question: Question) -> Answer:
        """What is so now, to compare with what was so when a result was found."""
        match question:
            case ("import", str(importer), str(entry), str(name), int(level), str(added)):
                return self._locate(importer, entry, name, level, added)
            case ("text", str(path)):
                return self._digest(path)
            case ("size", str(path)):
                return self.size(path_of(path))
            case ("pinned", str(folder)):
                return self.pinned(path_of(folder))
            case ("savers", str(folder)):
                return self.savers(folder)
            case ("apart", str(folder)):
                return self.is_apart(folder)
        raise ValueError(question)

    def _digest(self, path: str) -> str | None:
        if path not in self._digests:
            try:
                self._digests[path] = digest(self._read(path))
            except OSError:
                return None
        return self._digests[path]

    def text(self, file: str) -> bytes:
        """What stands in a file; nothing where it can't be read."""
        try:
            data = self._read(file)
        except OSError:
            data = None
        if self.asked is not None:
            self.asked["text", file] = None if data is None else digest(data)
        return data or b""

    def imports(self, file: Path, data: bytes | None = None) -> tuple[Path, ...]:
        """The project's modules that a file names in import statements; nothing is parsed for it."""
        known = self._imports.get(file)
        if known is None or self.asked is not None:
            text = self.text(str(file)) if data is None else data
            known = self._imports[file] = tuple(map(path_of, self.imported(str(file.parent), text)))
        return known

    def imported(self, folder: str, data: bytes) -> tuple[str, ...]:
        """The project's modules that a file with these contents in a folder names in import statements."""
        found: dict[str, None] = {}
        added = os.pathsep.join(_added_in(folder, data))
        lines = self._lines.setdefault((folder, added), {})
        for line in _importing(data):
            modules = lines.get(line)
            if modules is None or self.asked is not None:
                modules = lines[line] = self._imported_in(folder, line, added)
            if modules:
                found.update(dict.fromkeys(modules))
        return tuple(found)

    def _imported_in(self, folder: str, line: bytes, added: str) -> tuple[str, ...]:
        names = self._names.get(line)
        if names is None:
            names = self._names[line] = tuple(_named(line))
        modules: list[str] = []
        inside = ""
        for name, level in self._ended(names, folder, folder, added):
            # What stands in a module that isn't a package is no module.
            if inside and name.startswith(inside):
                continue
            found = self._locate(folder, folder, name, level, added)
            if found:
                modules += found
                inside = f"{name}." if level and is_module(found[-1]) else ""
        return tuple(modules)

    def _ended(
        self, names: Iterable[tuple[str, int]], importer: str, entry: str, added: str = ""
    ) -> Iterator[tuple[str, int]]:
        """The names; for one that is only begun (`models.*`), all modules that begin so."""
        for name, level in names:
            if not name.endswith("*"):
                yield name, level
                continue
            package, dot, begun = name[:-1].rpartition(".")
            found = self._locate(importer, entry, package, level, added) if package or level else (importer,)
            if found and not is_module(found[-1]):
                meant = [module for module in modules_in(found[-1]) if module.startswith(begun)]
                yield from ((f"{package}{dot}{module}", level) for module in meant[:_MOST])

    def savers(self, folder: str) -> tuple[str, ...]:
        """The programs of a folder that may save a whole model: they say so, or a module of the folder that
        they import does.
        """
        known = self._savers.get(folder)
        if known is None:
            known = self._savers[folder] = tuple(self._saving_in(folder))
        if self.asked is not None:
            self.asked["savers", folder] = known
        return known

    def _saving_in(self, folder: str) -> Iterator[str]:
        names = sorted(name for name in names_in(folder) if name.endswith(".py"))
        texts: dict[str, bytes] = {}
        for name in names if len(names) <= _MOST else ():
            path = join(folder, name)
            with suppress(OSError):
                texts[path] = self._read(path)
        saving = {path for path, data in texts.items() if _SAVES.search(data)}
        for path, data in texts.items() if saving else ():
            if path in saving or not saving.isdisjoint(self.imported(folder, data)):
                yield path

    def is_apart(self, folder: str) -> bool:
        """Whether the files of a folder are a library's own source, whose imports aren't followed."""
        known = self._apart.get(folder)
        if known is None:
            known = self._apart[folder] = is_in_library(folder)
        if self.asked is not None:
            self.asked["apart", folder] = known
        return known

    def needs(self, program: Path, data: bytes) -> Needs:
        """What must be there for the program to run; `data` is its text."""
        modules: dict[Path, None] = {}
        folders: dict[Path, None] = {}
        depth = max((level for _, level in _named(data)), default=0)
        package = enclosing(str(program.parent), depth) if depth else ()
        if package:
            folders[program.parents[len(package)]] = None
        todo = [(program, data)]
        while todo:
            file, text = todo.pop()
            names = self._ended(_named(text), str(file.parent), str(program.parent))
            for name, level in names:
                found = self.locate(file, program, name, level) or ()
                if found and not level:
                    folders[_holder(found[0])] = None
                for module in found:
                    if module.suffix == ".py" and module not in modules and module != program:
                        modules[module] = None
                        todo.append((module, self.text(str(module))))
        return Needs(tuple(modules), tuple(folders), ".".join(package))


def digest(data: bytes) -> str:
    from hashlib import blake2b

    return blake2b(data, digest_size=16).hexdigest()


def _added_in(folder: str, data: bytes) -> tuple[str, ...]:
    """The folders that a text in a folder adds to `sys.path`; few do, and the others cost no parser."""
    if b"sys.path" not in data:
        return ()
    from statelint.source.path_entries import added_folders

    return added_folders(folder, data)


def _named(data: bytes) -> Iterator[tuple[str, int]]:
    """The names in import statements, each with the number of its leading dots; `*` ends one that is only
    begun.
    """
    for line in _importing(data):
        yield from _stated(line)
        for dots, name, is_whole in _CALLED.findall(line):
            if name or dots:
                yield f"{name.decode()}{'' if is_whole else '*'}", len(dots)


def _stated(line: bytes) -> Iterator[tuple[str, int]]:
    """The same of the statements in a line."""
    for dots, module, names, plain in _IMPORTS.findall(line):
        if plain:
            wanted = [part.split()[0] for part in plain.decode().split(",") if part.strip()]
            level = 0
        else:
            inner = [part.split()[0] for part in names.decode().split(",") if part.strip()]
            level, base = len(dots), module.decode()
            wanted = [base, *(f"{base}.{name}" if base else name for name in inner if name != "*")]
        yield from ((name, level) for name in wanted if name or level)


def _importing(data: bytes) -> Iterator[bytes]:
    """The lines in which something may be imported; names that stand in several are put into one."""
    start = data.find(b"import")
    while start >= 0:
        begin = data.rfind(b"\n", 0, start) + 1
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = data[begin:end]
        if b"(" in line and _OPENED.search(line):
            closed = data.find(b")", end, end + _LONGEST)
            end = closed + 1 if closed >= 0 else end
            line = _BROKEN.sub(b" ", data[begin:end])
        while line.endswith((b"\\", b"\\\r")) and end < len(data):
            after = data.find(b"\n", end + 1)
            end = len(data) if after < 0 else after
            line = data[begin:end]
        if b"\n" in line:
            line = _BROKEN.sub(b" ", line)
        yield line
        start = data.find(b"import", end)


def _holder(module: Path) -> Path:
    """The folder in which an import finds a module, a package's `__init__.py` or a package's folder."""
    return module.parent.parent if module.name == "__init__.py" else module.parent
