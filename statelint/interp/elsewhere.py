"""Models that another program of the folder saves: a script that trains, beside one that predicts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.discover import path_of
from statelint.interp.objects import ModelRecord
from statelint.interp.paths import file_key, written_path
from statelint.sites import Site
from statelint.values import Known, Value

if TYPE_CHECKING:
    from statelint.interp.machine import Machine
    from statelint.source.project import Project

# So many programs are looked into for the one that saved a model.
_MOST = 4
_FIELD = re.compile(r"\{[^{}]*\}")
# What is made in another program has ids of its own.
_FAR = 1_000_000


@dataclass(slots=True)
class Elsewhere:
    """What the other programs of a folder save, as far as they were followed."""

    programs: dict[Path, Machine | None] = field(default_factory=dict)
    # The layers and models that were taken over, by the places where they are made.
    made: set[Site] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Found:
    """A model that another program saves, by its id in the machine that followed it, and what is assumed."""

    other: Machine
    id: int
    told: Known = field(default_factory=lambda: Known(None))


def model_saved_elsewhere(machine: Machine, path: Value) -> Found | None:
    """The model that another program of the folder saves under a path.

    None where it isn't one program alone that does, or where that can't be told.
    """
    if machine.elsewhere is None or machine.file is None or machine.project is None:
        return None
    files = [path_of(one) for one in machine.project.savers(str(machine.file.parent))]
    name = posixpath.basename(written_path(path.key) or "").partition(".")[0].encode()
    naming = [file for file in files if _names(machine.project, file, name)]
    if machine.file in naming:
        # It may load what it has saved itself.
        return None
    # Where one of them names the file, the others aren't asked.
    others = naming or [file for file in files if file != machine.file]
    if not 0 < len(others) <= _MOST:
        return None
    programs: list[Machine] = []
    for file in others:
        if file not in machine.elsewhere.programs:
            machine.elsewhere.programs[file] = _followed(machine, file)
        other = machine.elsewhere.programs[file]
        if other is None:
            return None
        programs.append(other)
    saving = [other for other in programs if file_key(path) in other.saved]
    if len(saving) == 1:
        id_ = saving[0].saved[file_key(path)]
        return None if id_ is None or _record(saving[0], id_) is None else Found(saving[0], id_)
    modules = set(machine.module_files.values())
    related = [other for other in programs if modules.intersection(other.module_files.values())]
    return None if saving else _only_one_meant(related, written_path(path.key))


def _names(project: Project, file: Path, name: bytes) -> bool:
    """Whether a name stands in a program, or in a module that it imports."""
    return any(name in project.text(str(one)) for one in (file, *project.imports(file)))


def _only_one_meant(programs: list[Machine], path: str | None) -> Found | None:
    """The only model that may lie under a path which isn't known, or which is put together where it is saved:
    `load_model(sys.argv[1])`, `model.save(f"net_{epoch}.h5")`.

    Which programs belong together is told by the modules that they share.
    """
    meant = [(other, id_) for other in programs for saved, id_ in other.saved.items() if _may_be(saved, path)]
    records = [_record(other, id_) for other, id_ in meant]
    first = records[0] if records else None
    if first is None or any(record is None or not _are_alike(record, first) for record in records):
        return None
    other, id_ = meant[0]
    assert other.file is not None and id_ is not None
    return Found(other, id_, Known(None, (f"the model is the one that {other.file.name} saves",)))


def _may_be(saved: Hashable, path: str | None) -> bool:
    """Whether a model that is saved may lie under a path, as far as either is known."""
    match saved:
        case ("path", str(text)) if path is not None:
            # ModelCheckpoint fills in what stands in braces.
            shown, *others = _FIELD.split(text)
            fields = (r"-?\d+" if field.endswith("d}") else ".*" for field in _FIELD.findall(text))
            rest = (field + re.escape(other) for field, other in zip(fields, others, strict=True))
            return re.fullmatch(re.escape(shown) + "".join(rest), posixpath.normpath(path)) is not None
    return True


def _are_alike(one: ModelRecord, other: ModelRecord) -> bool:
    """Whether two models are one, or made at one place for batches of one size."""
    return one.layers == other.layers or (one.site, one.batch.key) == (other.site, other.batch.key)


def _record(other: Machine, id_: int | None) -> ModelRecord | None:
    record = other.state.heap.get(id_) if id_ is not None else None
    return record if isinstance(record, ModelRecord) and record.type is None else None


def _followed(machine: Machine, file: Path) -> Machine | None:
    """The machine behind another program, None where it can't be read or costs too much."""
    from statelint.interp.machine import Limits, Machine
    from statelint.interp.program import run_alone

    source = machine.read_module(file)
    # The program itself is to be followed to its end, too.
    left = (machine.limits.steps - machine.steps) // 2
    if source is None or left <= 0:
        return None
    other = Machine(source, machine.generation, Limits(steps=left), file, machine.project)
    other.elsewhere = None
    other.ids_from(_FAR * (1 + len(machine.elsewhere.programs if machine.elsewhere is not None else ())))
    other.started, other.began = machine.started, machine.began
    run_alone(other)
    machine.steps += other.steps
    machine.is_common &= other.is_common
    return None if other.is_spent else other
