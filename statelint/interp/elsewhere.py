"""Models that another program of the folder saves: a script that trains, beside one that predicts."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.discover import path_of
from statelint.interp.objects import LayerRecord, ModelRecord, Ref
from statelint.interp.paths import file_key, written_path
from statelint.sites import Site
from statelint.values import Known, Value

if TYPE_CHECKING:
    from statelint.interp.machine import Machine

# So many programs are looked into for the one that saved a model.
_MOST = 4
# What is made in another program has ids of its own.
_FAR = 1_000_000


@dataclass(slots=True)
class Elsewhere:
    """What the other programs of a folder save, as far as they were followed."""

    programs: dict[Path, Machine | None] = field(default_factory=dict)
    # The layers and models that were taken over, by the places where they are made.
    made: set[Site] = field(default_factory=set)


def model_saved_elsewhere(machine: Machine, path: Value) -> tuple[Machine, ModelRecord] | None:
    """The model that another program of the folder saves under a path, and the machine that followed it.

    None where it isn't one program alone that does, or where that can't be told.
    """
    if machine.elsewhere is None or machine.file is None or machine.project is None:
        return None
    files = map(path_of, machine.project.savers(str(machine.file.parent)))
    others = [file for file in files if file != machine.file]
    # Where one of them names the file, the others aren't asked.
    name = posixpath.basename(written_path(path.key) or "").partition(".")[0].encode()
    others = [file for file in others if name in machine.project.text(str(file))] or others
    if not 0 < len(others) <= _MOST:
        return None
    found: list[tuple[Machine, ModelRecord]] = []
    for file in others:
        if file not in machine.elsewhere.programs:
            machine.elsewhere.programs[file] = _followed(machine, file)
        other = machine.elsewhere.programs[file]
        if other is None:
            return None
        if file_key(path) in other.saved:
            id_ = other.saved[file_key(path)]
            record = other.state.heap.get(id_) if id_ is not None else None
            if not isinstance(record, ModelRecord) or record.type is not None:
                return None
            found.append((other, record))
    return found[0] if len(found) == 1 else None


def _followed(machine: Machine, file: Path) -> Machine | None:
    """The machine behind another program, None where it can't be read or costs too much."""
    from statelint.interp.machine import Limits, Machine
    from statelint.interp.program import run_alone

    source = machine.read_module(file)
    left = machine.limits.steps - machine.steps
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


def adopt(machine: Machine, other: Machine, record: ModelRecord, site: Site) -> int:
    """Make a model of another machine anew in this one, as a copy that is loaded at a place; its id."""
    assert machine.elsewhere is not None
    machine.elsewhere.made.add(record.site)
    copies = {layer: _adopted(machine, other, layer, site) for layer in dict.fromkeys(record.layers)}
    chain = None if record.chain is None else tuple(copies[layer] for layer in record.chain)
    made = ModelRecord(
        record.kind,
        site,
        tuple(copies[layer] for layer in record.layers),
        record.complete,
        record.batch,
        record.undecided,
        record.built,
        in_order=record.in_order,
        chain=chain,
    )
    return _id_of(machine.allocate(made))


def _adopted(machine: Machine, other: Machine, id_: int, site: Site) -> int:
    part = other.state.heap[id_]
    if isinstance(part, ModelRecord):
        return adopt(machine, other, part, site)
    assert isinstance(part, LayerRecord) and machine.elsewhere is not None
    machine.elsewhere.made.add(part.site)
    inner = tuple(_adopted(machine, other, one, site) for one in part.inner)
    return _id_of(machine.allocate(replace(part, inner=inner, attributes={})))


def _id_of(made: Known) -> int:
    assert isinstance(made.value, Ref)
    return made.value.id
