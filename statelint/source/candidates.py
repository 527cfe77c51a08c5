"""Which files can have findings, told in stages from the cheapest look to the dearest.

Most trees have hardly any, so most of a run's time goes to those that have none.  A file is left out only
where no rule can have anything to say; tests/test_candidates.py holds that leaving it out changes nothing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from statelint.discover import SourceFile, is_document
from statelint.source.locating import LIBRARIES

if TYPE_CHECKING:
    from statelint.source.project import Project

# Without one of these words no rule has anything to say.
_WORDS = (b"stateful", b"reset_state")
# What stands in each of them: one search is enough for most files.
_MARK = b"state"
_WORD = re.compile(r"stateful|reset_state")
# Where they stand so, they are surely code.
_IN_CODE = re.compile(rb"^[^#'\"\n]*(?:\bstateful\s*=\s*True|\.reset_states?\()", re.MULTILINE)
# Without importing one of these a program can't name anything of Keras.
_KERAS = re.compile(rb"keras|tensorflow")
_IMPORTED = re.compile(
    rb"(?:^|[;:])[ \t]*(?:import|from)[ \t\\]+[\w.,*() \t\\\r\n]*?(?:keras|tensorflow)", re.MULTILINE
)
# What imports by a name that may stand anywhere.
_BY_NAME = re.compile(rb"\bimport_module\b|\b__import__\b|\bLazyLoader\b|(?<![.\w])exec[ \t]*\(")
_STARRED = re.compile(rb"\bfrom[\s\\]+([^\s\\]+)[\s\\]+import[\s\\]*\*")
# What reads a whole model that another program saved.
_LOADS = b"load_model"
# What is imported from these is known, or has nothing to do with Keras.
_KNOWN = LIBRARIES | sys.stdlib_module_names
# What Keras's own tests import, and no other program.
_TESTING = re.compile(
    rb"^[ \t]*from[ \t]+(?:tf_|tensorflow\.python\.)?keras(?:\.\w+)*(?:"
    rb"\.(?:testing_infra|test_utils|testing_utils)\b"
    rb"|[ \t]+import[ \t]+(?:testing_infra|test_utils|testing_utils|keras_parameterized)\b"
    rb"|\.src[ \t]+import[ \t]+testing\b)",
    re.MULTILINE,
)
# Deeper code may be too deep for libcst, which is reported.
_DEPTH = 60
_LARGE = 400_000


def mentions(data: bytes) -> bool:
    """Whether one of the words stands anywhere in a file."""
    return _MARK in data and (_WORDS[0] in data or _WORDS[1] in data)


def tests_keras(data: bytes) -> bool:
    """Whether a file is one of Keras's own tests, which do on purpose what nobody should."""
    return _TESTING.search(data) is not None


class Seen(NamedTuple):
    """What a look at files shows, by their places among all: who may have suppressions, who speaks of state,
    what the files import that do either, and what can't be read.
    """

    suppressing: list[int]
    speaking: list[int]
    linked: dict[int, tuple[str, ...]]
    unreadable: list[tuple[int, int, str]]


# Has the places from the first number to the second looked at, for all of so many.
Share = Callable[[Callable[[int, int], Seen], int], Iterable[Seen]]


def in_one_go(look: Callable[[int, int], Seen], count: int) -> Iterable[Seen]:
    return [look(0, count)]


class Candidates:
    """Looks through the files of a run, and the modules that they import, each of which is read once.

    `thorough`: a word anywhere is enough, as for counting what isn't known.
    """

    def __init__(self, project: Project, *, thorough: bool = False) -> None:
        self._project = project
        self._thorough = thorough
        # What a file imports of the project, for those that import something.
        self._links: dict[str, tuple[str, ...]] = {}
        self._speaking: set[str] = set()
        self._looked: set[str] = set()
        # Of the files, by their shown paths, those that may have suppressions: they may be of no use.
        self.suppressing: set[str] = set()

    def among(
        self,
        files: Sequence[SourceFile],
        cannot_read: Callable[[SourceFile, OSError], None],
        share: Share = in_one_go,
    ) -> list[SourceFile]:
        """The files in which something may be found; `share` may let several processes look."""
        linked: list[SourceFile] = []
        for seen in share(partial(self._look_at, files), len(files)):
            for place, number, why in seen.unreadable:
                cannot_read(files[place], OSError(number, why))
            self.suppressing.update(files[place].shown for place in seen.suppressing)
            self._speaking.update(str(files[place].place) for place in seen.speaking)
            for place, links in seen.linked.items():
                linked.append(files[place])
                self._links[str(files[place].place)] = links
        self._looked.update(self._links)
        self._follow_links()
        reaching = self._leading_to(self._speaking)
        near = [file for file in linked if str(file.place) in reaching]
        return near if self._thorough else self._naming_keras(near)

    def _look_at(self, files: Sequence[SourceFile], begin: int, end: int) -> Seen:
        """What is seen in some of the files."""
        seen = Seen([], [], {}, [])
        for place in range(begin, end):
            file = files[place]
            try:
                data = file.read()
            except OSError as error:
                seen.unreadable.append((place, error.errno or 0, error.strerror or str(error)))
                continue
            if b"SRN" in data or (_MARK in data and b"statelint:" in data):
                seen.suppressing.append(place)
            path, folder, does_speak = str(file.place), file.folder, mentions(data)
            if self._project.is_apart(folder) and not is_document(path):
                # Its imports, those of Keras too, aren't followed.
                if does_speak and self._thorough:
                    seen.linked[place] = ()
                    seen.speaking.append(place)
                continue
            links = self._links_of(folder, data)
            if does_speak or links:
                seen.linked[place] = links
            if does_speak and self._matters(path, data):
                seen.speaking.append(place)
        return seen

    def _links_of(self, folder: str, data: bytes) -> tuple[str, ...]:
        """What a file of a folder imports of the project, and where models may come from that it loads."""
        links = self._project.imported(folder, data)
        return (*links, *self._project.savers(folder)) if _LOADS in data else links

    def lead_to_some(self, modules: tuple[str, ...]) -> bool:
        """Whether one of these modules, or what they import, says one of the words."""
        start = ""
        self._links[start] = modules
        self._follow_links()
        return start in self._leading_to(self._speaking)

    def _matters(self, path: str, data: bytes) -> bool:
        """Whether the words in a file may be more than talk."""
        if self._thorough or is_document(path) or len(data) > _LARGE:
            return True
        return _IN_CODE.search(data) is not None or not is_plain(data)

    def _follow_links(self) -> None:
        """Look into the modules that files lead to, however far."""
        todo = list({module for links in self._links.values() for module in links} - self._looked)
        while todo:
            module = todo.pop()
            if module in self._looked or not module.endswith(".py"):
                continue
            data = self._project.text(module)
            links = self._links_of(os.path.dirname(module), data)
            self._looked.add(module)
            if links:
                self._links[module] = links
                todo.extend(links)
            if mentions(data) and self._matters(module, data):
                self._speaking.add(module)

    def _leading_to(self, modules: set[str]) -> set[str]:
        """These modules, and what imports them, however far."""
        if not modules:
            return set()
        importers: dict[str, list[str]] = {}
        for path, links in self._links.items():
            for module in links:
                importers.setdefault(module, []).append(path)
        leading, todo = set(modules), list(modules)
        while todo:
            for importer in importers.get(todo.pop(), ()):
                if importer not in leading:
                    leading.add(importer)
                    todo.append(importer)
        return leading

    def _naming_keras(self, files: list[SourceFile]) -> list[SourceFile]:
        """The files in which something of Keras can be named, or in what they import, however far."""
        todo = {str(file.place) for file in files}
        seen, naming = set(todo), set[str]()
        while todo:
            module = todo.pop()
            if is_document(module) or self._may_name_keras(module):
                naming.add(module)
                continue
            links = {link for link in self._links.get(module, ()) if link.endswith(".py")} - seen
            seen |= links
            todo |= links
        leading = self._leading_to(naming)
        return [file for file in files if str(file.place) in leading]

    def _may_name_keras(self, module: str) -> bool:
        """Whether a module does it itself, or takes over all the names of one that isn't there."""
        data = self._project.text(module)
        if _KERAS.search(data) and (_IMPORTED.search(data) or _BY_NAME.search(data)):
            return True
        folder = os.path.dirname(module)
        starred = {name.partition(b".")[0] for name in _STARRED.findall(data) if not name.startswith(b".")}
        # What isn't there of a package of the project is compiled, or made when it is built.
        return any(
            name.decode("utf-8", "replace") not in _KNOWN
            and not self._project.imported(folder, b"import " + name + b"\n")
            for name in starred
        )


def is_plain(data: bytes) -> bool:
    """Whether a module surely parses, and the words stand only in its comments and docstrings."""
    import ast

    from statelint.source import grammar

    try:
        tree = grammar.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    level: list[ast.AST] = [tree]
    for _ in range(_DEPTH):
        if not level:
            return True
        below: list[ast.AST] = []
        for node in level:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            for value in node.__dict__.values():
                if isinstance(value, ast.AST):
                    below.append(value)
                elif isinstance(value, list):
                    below.extend(item for item in value if isinstance(item, ast.AST))
                    if any(map(_says, value)):
                        return False  # global stateful
                elif _says(value):
                    return False
        level = below
    return False


def _says(value: object) -> bool:
    if isinstance(value, bytes):
        return mentions(value)
    return isinstance(value, str) and _WORD.search(value) is not None
