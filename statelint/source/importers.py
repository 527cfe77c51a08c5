"""Which modules other programs of a project import, which then may do more than is seen of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from statelint.discover import SourceFile, discover, is_document
from statelint.settings import Settings
from statelint.source.locating import root_of
from statelint.source.project import Project

# In a larger project nobody waits for an answer: it may be so.
_MOST = 2000


class Importers:
    """The programs of projects that aren't among the files of a run."""

    def __init__(self, files: Sequence[SourceFile], project: Project) -> None:
        self._files = files
        self._project = project
        self._given: set[Path] | None = None
        # What they import in each project, however far; None where they are too many.
        self._imported: dict[tuple[Path, Settings], set[Path] | None] = {}

    def may_import(self, file: SourceFile) -> bool:
        """Whether one of them imports a file.  What is excluded is no part of the project."""
        module = file.path
        root = Path(root_of(str(module.parent)))
        # What came on standard input needn't lie anywhere.
        if is_document(module.name) or not module.stem.isidentifier() or not root.is_dir():
            return False
        key = root, file.settings
        if key not in self._imported:
            self._imported[key] = self._all_imported(root, file.settings)
        imported = self._imported[key]
        return imported is None or module in imported

    def _all_imported(self, root: Path, settings: Settings) -> set[Path] | None:
        if self._given is None:
            self._given = {file.path for file in self._files}
        found = discover([str(root)], lambda _: settings).files
        others = [other.path for other in found if other.path not in self._given]
        return _reached(others, self._project) if len(others) <= _MOST else None


def _reached(programs: Iterable[Path], project: Project) -> set[Path]:
    """All modules that programs import."""
    seen: set[Path] = set()
    todo = list(programs)
    while todo:
        for imported in project.imports(todo.pop()):
            if imported.suffix == ".py" and imported not in seen:
                seen.add(imported)
                todo.append(imported)
    return seen
