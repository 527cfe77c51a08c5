"""The programs to run: a file, what it needs of its project, and what of it is run."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.discover import is_document, shown_path

if TYPE_CHECKING:
    from statelint.discover import SourceFile
    from statelint.findings import Finding
    from statelint.source.project import Project
    from statelint.source.reading import Piece

# What a notebook has without an import, and what a text on Keras takes for granted.
# What a shell line gives is an empty list of lines there, and the shell itself does nothing.
_NOTEBOOK = """
display = print
class get_ipython(list):
    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *given, **named: None
"""
_KERAS = """
from keras.models import *
from keras.layers import *
import keras
import numpy as np
import tensorflow as tf
from keras import layers, models
try:
    from sklearn.model_selection import train_test_split
except ImportError:
    pass
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run: its file, its path as it shall be reported, and the folder to copy with it.

    `root` is a folder that holds `path`; None means the program's own folder.  `data` is what stands in the
    file where that is not what lies at `path`.  `modules` are the files beneath the root that it imports,
    `folders` those that imports are looked for in, and `package` is what relative imports start from.
    Of a notebook or a text, the `pieces` are run one after the other, behind the code in `prelude`.
    """

    path: Path
    shown: str
    root: Path | None = None
    data: bytes | None = None
    modules: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    package: str = ""
    pieces: tuple[Piece, ...] = ()
    prelude: str = ""

    def holds(self, finding: Finding) -> bool:
        """Whether the finding may stand in what is run: a text's stories are programs of their own."""
        site = finding.site
        if not self.pieces or site.path != self.shown or site.cell is not None:
            return True
        return any(piece.first <= site.line <= piece.last for piece in self.pieces)

    @property
    def code(self) -> str:
        """The text of the program and of the modules that it imports."""
        return "\n".join([self.own_code, *map(_text, self.modules)])

    @property
    def own_code(self) -> str:
        if self.pieces:
            return "\n".join(piece.code for piece in self.pieces)
        return _text(self.path) if self.data is None else self.data.decode("utf-8", "replace")


def programs_of(file: SourceFile, project: Project) -> list[Program]:
    """The programs in a file: one, but for the stories of a text; raises OSError if it can't be read."""
    program = program_of(file, project)
    if not is_document(file.shown):
        return [program]
    from statelint.source.document import open_document
    from statelint.source.reading import parse

    data = file.read()
    document = open_document(file.shown, data)
    reading = parse(document, data)
    return [
        replace(program, pieces=pieces, prelude=_prelude(document.cells is not None, source.implies_keras))
        for source, pieces in zip(reading.sources, reading.pieces, strict=True)
        if pieces
    ]


def _prelude(is_notebook: bool, implies_keras: bool) -> str:
    if is_notebook:
        return _NOTEBOOK
    return _KERAS if implies_keras else ""


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


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
