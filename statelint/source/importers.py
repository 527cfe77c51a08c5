"""Whether other programs of a project import a module, which then may do more than is seen of it."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from statelint.discover import discover, is_document
from statelint.source.project import Project, root_of

# In a larger project nobody waits for an answer: it may be so.
_MOST = 2000


def is_imported_by_others(module: Path, given: Container[Path], project: Project) -> bool:
    """Whether a program of the project that isn't among the given files imports the module, however far."""
    root = root_of(module.parent)
    # What came on standard input needn't lie anywhere.
    if is_document(module.name) or not module.stem.isidentifier() or not root.is_dir():
        return False
    others = [file.path for file in discover([str(root)]).files if file.path not in given]
    return len(others) > _MOST or any(_leads(other, module, project) for other in others)


def _leads(program: Path, module: Path, project: Project) -> bool:
    seen: set[Path] = set()
    todo = [program]
    while todo:
        for imported in project.imports(todo.pop()):
            if imported == module:
                return True
            if imported.suffix == ".py" and imported not in seen:
                seen.add(imported)
                todo.append(imported)
    return False
