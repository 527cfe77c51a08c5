"""The files of a project that hang together."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from statelint.discover import SourceFile
from statelint.source.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Group:
    """Files that hang together by imports, each before those that it imports.

    So it is known which functions of a module other programs call, before the module is followed alone.
    `places` are theirs among all files; groups can be followed apart from each other.
    """

    files: list[SourceFile] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def groups_of(files: Sequence[SourceFile], project: Project) -> list[Group]:
    """The files by what they import, in the order in which they are followed."""
    candidates = {file.path: file for file in files}
    ordered = _importers_first(candidates, project)
    leaders = {path: path for path in ordered}

    def leader(path: Path) -> Path:
        while leaders[path] != path:
            path = leaders[path] = leaders[leaders[path]]
        return path

    for path in ordered:
        for module in _nearest(path, leaders, project):
            leaders[leader(module)] = leader(path)
    groups: dict[Path, Group] = {}
    for place, path in enumerate(ordered):
        group = groups.setdefault(leader(path), Group())
        group.files.append(candidates[path])
        group.places.append(place)
    return list(groups.values())


def _nearest(path: Path, candidates: Container[Path], project: Project) -> Iterator[Path]:
    """The candidates that a file leads to, other ones in between left out."""
    seen, todo = {path}, list(project.imports(path))
    while todo:
        module = todo.pop()
        if module in seen or module.suffix != ".py":
            continue
        seen.add(module)
        if module in candidates:
            yield module
        else:
            todo.extend(project.imports(module))


def _importers_first(candidates: Mapping[Path, SourceFile], project: Project) -> list[Path]:
    ordered: list[Path] = []
    seen: set[Path] = set()
    for start in candidates:
        # Depth first: a file is done when all that it imports is.
        todo = [(start, False)]
        while todo:
            path, is_done = todo.pop()
            if is_done:
                ordered.append(path)
            elif path in candidates and path not in seen:
                seen.add(path)
                todo.append((path, True))
                todo.extend((module, False) for module in project.imports(path))
    ordered.reverse()
    return ordered
