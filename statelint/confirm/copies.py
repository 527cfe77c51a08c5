"""Copies of programs with what lies beside them."""

from __future__ import annotations

import contextlib
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.confirm.programs import Program, shown_module

if TYPE_CHECKING:
    from statelint.source.reading import Piece

MAX_COPY_FILE = 5 << 20
MAX_COPY_TOTAL = 50 << 20
MAX_COPY_ENTRIES = 5000
SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "dist"})


@dataclass(frozen=True, slots=True)
class Copied:
    """Where a copied program lies, its modules with their paths as shown, and the folders for imports."""

    program: Path
    modules: dict[Path, str]
    folders: tuple[Path, ...]


def copy_program(program: Program, target: Path) -> Copied:
    """Copy a program and what lies beside it into an empty folder.

    Beside it means the Python files and small data files under its root, within a budget; hidden
    files, virtual environments and what links point to stay out.  The program itself and the modules
    that it needs are always copied.
    """
    path = program.path.resolve(strict=program.data is None)
    root = path.parent if program.root is None else program.root.resolve(strict=True)
    if not path.is_relative_to(root):
        root = path.parent
    copied = target / path.relative_to(root)
    copied.parent.mkdir(parents=True, exist_ok=True)
    if program.data is None:
        shutil.copyfile(path, copied)
    else:
        copied.write_bytes(program.data)
    modules = {}
    for module in program.modules:
        real = module.resolve()
        if real.is_relative_to(root):
            modules[target / real.relative_to(root)] = shown_module(module)
            _copy(real, target / real.relative_to(root))
    budget = MAX_COPY_TOTAL
    for source in files_beside(root) if root.is_dir() else ():
        destination = target / source.relative_to(root)
        size = source.stat().st_size
        if destination.exists() or size > min(MAX_COPY_FILE, budget):
            continue
        budget -= size
        with contextlib.suppress(PermissionError):
            _copy(source, destination)
    real_folders = [folder.resolve() for folder in program.folders]
    folders = tuple(target / real.relative_to(root) for real in real_folders if real.is_relative_to(root))
    return Copied(copied, modules, folders)


def _copy(source: Path, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)


def write_piece(folder: Path, number: int, piece: Piece) -> Path:
    """Write a cell or block into a file of its own, and return the file."""
    path = folder.resolve() / f"piece{number}.py"
    path.write_text(piece.code, encoding="utf-8", errors="replace")
    return path


def files_beside(root: Path) -> list[Path]:
    """Return the regular files under a folder, Python first, then nearest first."""
    found: list[Path] = []
    pending, seen = [root], 0
    while pending and seen < MAX_COPY_ENTRIES:
        folder = pending.pop(0)
        try:
            entries = sorted(folder.iterdir())
        except PermissionError:
            continue
        for entry in entries:
            seen += 1
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode):
                if entry.name not in SKIPPED_FOLDERS and not (entry / "pyvenv.cfg").exists():
                    pending.append(entry)
            elif stat.S_ISREG(mode):
                found.append(entry)
    return sorted(found, key=lambda path: path.suffix != ".py")
