"""Which files to read: the given paths unfolded to Python files, notebooks and Markdown texts, less what git
ignores.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from statelint.listing import note_names
from statelint.patterns import compiled
from statelint.settings import DEFAULT, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

NOTEBOOKS = (".ipynb",)
MARKDOWN = (".md", ".markdown", ".qmd")
_SUFFIXES = (".py", *NOTEBOOKS, *MARKDOWN)

# In these a folder says what is set there.
CONFIGURATION_FILES = frozenset({"statelint.toml", "pyproject.toml"})

_NAMED = re.compile(r"\(\?P<\w+>")
_CHUNK = 1 << 16
_BINARY = getattr(os, "O_BINARY", 0)

SettingsIn = Callable[[str], Settings]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: its absolute path, the path that the reader is shown, and what is set for it.

    `data` is what came for it on standard input; None stands for what lies at the path.
    """

    # Where it really is.  Only few files of a large tree are worth a Path.
    place: str | Path
    shown: str
    data: bytes | None = None
    settings: Settings = DEFAULT

    @property
    def path(self) -> Path:
        return path_of(self.place)

    @property
    def folder(self) -> str:
        return os.path.dirname(self.place)

    def read(self) -> bytes:
        return contents(self.place) if self.data is None else self.data


def path_of(place: str | Path) -> Path:
    """A Path of it; runs without a candidate need none."""
    from pathlib import Path

    return Path(place)


def contents(path: str | Path) -> bytes:
    """The bytes of a file; a stream object would cost as much as opening it."""
    opened = os.open(path, os.O_RDONLY | _BINARY)
    try:
        data = os.read(opened, _CHUNK)
        if len(data) < _CHUNK:
            return data
        chunks = [data]
        while data := os.read(opened, os.fstat(opened).st_size or _CHUNK):
            chunks.append(data)
        return b"".join(chunks)
    finally:
        os.close(opened)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder beneath the given paths that could not be listed, and why."""

    shown: str
    error: str


@dataclass(slots=True)
class Discovered:
    files: list[SourceFile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


def is_document(path: str) -> bool:
    """Whether a file of this name is a notebook or a Markdown text, not a module."""
    return path.lower().endswith((*NOTEBOOKS, *MARKDOWN))


class MissingPaths(Exception):
    """Some of the given paths don't exist."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = tuple(paths)


def _nothing_set(folder: str) -> Settings:
    return DEFAULT


def discover(paths: Sequence[str], settings_in: SettingsIn = _nothing_set) -> Discovered:
    """The files to read beneath `paths`, each once, sorted; a file that is named itself is always taken.

    `settings_in` says what is set in a folder.  A folder that is named itself is read even where an ignore
    file or its name would skip it, unless that is forced.  Links to folders aren't followed.  Raises
    MissingPaths before anything is read.
    """
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        raise MissingPaths(missing)
    search = _Search(settings_in)
    for path in paths:
        absolute = os.path.abspath(path)
        if os.path.isdir(absolute):
            search.folder(absolute)
        else:
            search.named(absolute)
    here = os.getcwd().rstrip(os.sep) + os.sep
    files = [
        SourceFile(path, _shown_in(here, path), None, settings.of(path))
        for path, _, settings in search.found.values()
    ]
    files.sort(key=lambda file: file.shown)
    return Discovered(files, search.unreadable)


def standard_input(name: str | None, data: bytes, settings_in: SettingsIn = _nothing_set) -> list[SourceFile]:
    """What came on standard input as a file of this name, which need not exist; as a module without one.

    None where it is left out by force.
    """
    path = os.path.abspath("<stdin>" if name is None else name)
    settings = settings_in(os.path.dirname(path))
    if settings.force_exclude and settings.excludes(path, is_folder=False):
        return []
    return [SourceFile(path, shown_path(path), data, settings.of(path))]


def shown_path(path: str) -> str:
    """The absolute `path` relative to the working directory where it lies beneath it; posix."""
    return _shown_in(os.getcwd().rstrip(os.sep) + os.sep, path)


def _shown_in(here: str, path: str) -> str:
    shown = path.removeprefix(here)
    return shown if os.sep == "/" else shown.replace(os.sep, "/")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line of an ignore file.

    pathspec lets a pattern that matches a folder match all that lies in it. git doesn't: it never
    looks into an ignored folder, and once `!` takes the folder back its contents are free.
    """

    path: GitIgnoreSpec
    name: GitIgnoreSpec
    is_negated: bool
    for_folders: bool
    # How many segments a path must have at least, and whether `**` allows more.
    depth: int
    is_open: bool
    # `b/**` means all that lies in `b`, and not `b/` itself.
    is_inner: bool

    @classmethod
    def parse(cls, line: str) -> _Pattern:
        from pathspec import GitIgnoreSpec

        is_negated = line.startswith("!")
        body = line[is_negated:].rstrip(" ")
        segments = body.strip("/").split("/")
        if "/" not in body.rstrip("/"):
            segments.insert(0, "**")
        return cls(
            path=GitIgnoreSpec.from_lines([line]),
            name=GitIgnoreSpec.from_lines([f"/{segments[-1]}"]),
            is_negated=is_negated,
            for_folders=body.endswith("/"),
            depth=sum(segment != "**" for segment in segments) + (segments[-1] == "**"),
            is_open="**" in segments,
            is_inner=segments[-1] == "**" and set(segments) != {"**"},
        )

    def matches(self, relative: str, is_folder: bool) -> bool:
        """Whether it matches this very file or folder."""
        beneath, _, name = relative.rpartition("/")
        depth = beneath.count("/") + 2 if beneath else 1
        return (
            (is_folder or not self.for_folders)
            and (depth == self.depth or (depth > self.depth and self.is_open))
            and self.name.match_file(name)
            and self.path.check_file(relative + "/" * (is_folder and not self.is_inner)).include is not None
        )


@dataclass(frozen=True, slots=True)
class _IgnoreFile:
    """The patterns of one ignore file, and the folder to which they are relative.

    `any` matches what at least one of them means, as hardly any path is.
    """

    folder: str
    any: re.Pattern[str]
    patterns: tuple[_Pattern, ...]

    def says(self, path: str, is_folder: bool) -> bool | None:
        """True: ignore it; False: a negated pattern takes it back; None: not mentioned."""
        relative = path[len(self.folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        if self.any.search(relative + "/" * is_folder) is None:
            return None
        for pattern in reversed(self.patterns):
            if pattern.matches(relative, is_folder):
                return not pattern.is_negated
        return None


_Ignores = tuple[_IgnoreFile, ...]


class _Search:
    def __init__(self, settings_in: SettingsIn) -> None:
        # By real path, so that a file reached twice is one; the flag says that a link led to it.
        self.found: dict[str, tuple[str, bool, Settings]] = {}
        self.unreadable: list[Unreadable] = []
        self._settings_in = settings_in

    def named(self, path: str) -> None:
        """Take a file that is named itself."""
        settings = self._settings_in(os.path.dirname(path))
        if not (settings.force_exclude and settings.excludes(path, is_folder=False)):
            self._take(path, os.path.realpath(path), settings, as_link=False)

    def _take(self, path: str, real: str, settings: Settings, *, as_link: bool) -> None:
        known = self.found.get(real)
        if known is None or (known[1] and not as_link):
            self.found[real] = (path, as_link, settings)

    def folder(self, root: str) -> None:
        """Take the files to read beneath `root`."""
        settings = self._settings_in(root)
        is_excluded = settings.excludes(root, is_folder=True)
        if is_excluded and settings.force_exclude:
            return
        # What the user names although it is excluded isn't excluded again by what means all that lies in it.
        free_of = settings.root if is_excluded else None
        pending = [(root, os.path.realpath(root), _ignores_above(root), settings)]
        while pending:
            folder, real, ignores, settings = pending.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = list(listing)
            except OSError as error:
                self.unreadable.append(Unreadable(shown_path(folder), error.strerror or str(error)))
                continue
            names = frozenset(entry.name for entry in entries)
            note_names(folder, names)
            if "pyvenv.cfg" in names and folder != root:
                continue
            ignores = _ignores_in(folder, names, ignores)
            if not CONFIGURATION_FILES.isdisjoint(names) and folder != root:
                settings = self._settings_in(folder)
            excluded = compiled(settings.exclude)
            if settings.root == free_of:
                excluded = replace(excluded, others=())
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not (
                        name.startswith(".")
                        or excluded.match_entry(entry.path, name, is_folder=True)
                        or _is_ignored(entry.path, True, ignores)
                    ):
                        pending.append((entry.path, os.path.join(real, name), ignores, settings))
                elif (
                    name.endswith(_SUFFIXES)
                    and not excluded.match_entry(entry.path, name, is_folder=False)
                    and not _is_ignored(entry.path, False, ignores)
                    and entry.is_file()
                ):
                    is_link = entry.is_symlink()
                    beneath = entry.path if real == folder else os.path.join(real, name)
                    target = os.path.realpath(beneath) if is_link else beneath
                    self._take(entry.path, target, settings, as_link=is_link)


def _is_ignored(path: str, is_folder: bool, ignores: _Ignores) -> bool:
    """Whether git ignores it: the deepest ignore file that mentions it decides."""
    for ignore in reversed(ignores):
        said = ignore.says(path, is_folder)
        if said is not None:
            return said
    return False


def _ignores_above(root: str) -> _Ignores:
    """The ignore files of the folders from the repository's root down to the parent of `root`."""
    above: list[str] = []
    folder = root
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ()  # no repository: only what lies beneath `root` speaks
        above.append(folder)
        folder = parent
    ignores: _Ignores = ()
    for inner in reversed(above):
        names = {name for name in (".git", ".gitignore") if os.path.exists(os.path.join(folder, name))}
        ignores = _ignores_in(folder, names, ignores)
        if _is_ignored(inner, True, ignores):
            return ()  # the user names what git ignores, so the patterns above don't count
        folder = inner
    return ignores


def _ignores_in(folder: str, names: Set[str], inherited: _Ignores) -> _Ignores:
    """The ignore files in force in `folder`; a nested repository starts afresh."""
    ignores = inherited
    if ".git" in names:
        ignores = _read_ignores(folder, os.path.join(folder, ".git", "info", "exclude"))
    if ".gitignore" in names:
        ignores += _read_ignores(folder, os.path.join(folder, ".gitignore"))
    return ignores


def _read_ignores(folder: str, path: str) -> _Ignores:
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="\n") as stream:
            lines = [line.rstrip("\r\n") for line in stream]
    except OSError:
        return ()
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return ()
    from pathspec import GitIgnoreSpec

    patterns = []
    for line in lines:
        with suppress(ValueError):  # git skips a malformed pattern and keeps the others
            patterns.append((line, _Pattern.parse(line)))
    read = GitIgnoreSpec.from_lines(line for line, _ in patterns).patterns
    # One expression for all costs no more than one of them; a name can stand in it once only.
    texts = (_NAMED.sub("(?:", one.regex.pattern) for one in read if one.regex is not None)
    either = re.compile("|".join(f"(?:{text})" for text in texts) or "(?!)")
    return (_IgnoreFile(folder, either, tuple(pattern for _, pattern in patterns)),)
