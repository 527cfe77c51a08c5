"""The programs to run: a file, what it needs of its project, and what of it is run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.discover import shown_path

if TYPE_CHECKING:
    from statelint.discover import SourceFile
    from statelint.source.project import Project

DEFAULT_BACKEND = "tensorflow"
BACKENDS = (DEFAULT_BACKEND, "jax", "torch")
_BACKEND = re.compile(r"""KERAS_BACKEND["']?\s*(?:\]\s*=|[,:=])\s*["'](\w+)["']""")


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run: its file, its path as it shall be reported, and the folder to copy with it.

    `root` is a folder that holds `path`; None means the program's own folder.  `data` is what stands in the
    file where that is not what lies at `path`.  `modules` are the files beneath the root that it imports,
    `folders` those that imports are looked for in, and `package` is what relative imports start from.
    """

    path: Path
    shown: str
    root: Path | None = None
    data: bytes | None = None
    modules: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    package: str = ""

    @property
    def code(self) -> str:
        """The text of the program and of the modules that it imports."""
        return "\n".join([self.own_code, *map(_text, self.modules)])

    @property
    def own_code(self) -> str:
        return _text(self.path) if self.data is None else self.data.decode("utf-8", "replace")


def program_of(file: SourceFile, project: Project) -> Program:
    """The program that a file is, with what it needs of its project; raises OSError if it can't be read."""
    needs = project.needs(file.path, file.read())
    folders = [file.path.parent, *needs.folders, *(module.parent for module in needs.modules)]
    root = Path(os.path.commonpath(folders))
    return Program(
        file.path,
        file.shown,
        None if root == file.path.parent else root,
        file.data,
        needs.modules,
        tuple(folder for folder in needs.folders if folder != file.path.parent),
        needs.package,
    )


def shown_module(path: Path) -> str:
    """A module's path as findings in it name it."""
    return shown_path(str(path))


def backend_of(program: Program) -> str:
    """The backend of Keras 3 that a program asks for by setting KERAS_BACKEND itself."""
    found = _BACKEND.search(program.code)
    return found[1] if found else DEFAULT_BACKEND


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
