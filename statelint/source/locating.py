"""Where imports lead in the folders of a project, which are looked into and not read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain, islice

from statelint.listing import forget_names, names_in

# These names mean the library, whatever lies beside the importing file.
LIBRARIES = frozenset(
    {
        *("keras", "tensorflow", "tf_keras", "keras_core", "jax", "torch", "flax", "transformers"),
        *("numpy", "pandas", "scipy", "sklearn", "matplotlib", "seaborn", "plotly", "cv2", "PIL", "h5py"),
        *("absl", "click", "tqdm", "rich", "yaml", "requests", "pytest", "setuptools", "wandb", "mlflow"),
    }
)
# Each copy of Keras or TensorFlow inside of another package has one of these.
_INSIDE_LIBRARIES = frozenset(("layers", "layers.py", "engine", "python", "src"))
_ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg")
_INIT = "__init__.py"
# So many folders above an importing file may hold what it imports.
_NEAR = 3


def located(
    importer: str, entry: str, name: str, level: int, added: tuple[str, ...] = ()
) -> tuple[str, ...] | None:
    """Where an import leads, package by package, that stands in the folder `importer`.

    `entry` is the folder of the program, `level` the number of leading dots, `added` are the folders that
    the program adds to `sys.path`: those that aren't absolute from where it is started, in its own folder, in
    its project's or in one above.  None where it is no module of the project.
    """
    if level:
        for _ in range(level - 1):
            importer = os.path.dirname(importer)
        return _descend(importer, name) if name else _package(importer)
    tried = set()
    top = name.partition(".")[0]
    for place in chain(_search_path(importer, entry, top), _added_folders(importer, entry, top, added)):
        if place not in tried:
            tried.add(place)
            found = _descend(place, name)
            if found is not None:
                return found
    return None


def is_in_library(folder: str) -> bool:
    """Whether the folder is part of a package named like a library, or of the tests beside Keras itself.

    Inside of another package it may be the project's own, written for that library: `ours/tensorflow/`.
    """
    place = folder
    while _is_package(place):
        around = os.path.dirname(place)
        if os.path.basename(place) in LIBRARIES and (
            not _is_package(around) or not _INSIDE_LIBRARIES.isdisjoint(names_in(place))
        ):
            return True
        place = around
    return any(
        os.path.basename(place) == "tests" and _is_package(os.path.join(os.path.dirname(place), name))
        for place in upwards(folder)
        for name in ("keras", "tf_keras")
    )


def enclosing(folder: str, depth: int) -> tuple[str, ...]:
    """The names of the packages around a program in a folder that imports relative to `depth` of them."""
    names: list[str] = []
    for place in upwards(folder):
        if len(names) >= depth and not _is_package(place):
            break
        names.append(os.path.basename(place))
    return tuple(reversed(names))


def _search_path(importer: str, entry: str, top: str) -> Iterator[str]:
    """The folders in which an absolute import is looked for, `top` being its first name.

    Of the standard library's names only a file beside the program can be meant.
    """
    if top in sys.stdlib_module_names:
        yield entry
        return
    yield importer
    yield entry
    yield from _above_packages(importer)
    root = root_of(importer)
    yield root
    yield join(root, "src")
    # `from project.models import …` in project/scripts/train.py.
    for folder in upwards(importer):
        if os.path.basename(folder) == top:
            yield os.path.dirname(folder)
            break
    # `from package.models import …` in tools/train.py, beside package/, or `import models` in runs/train.py,
    # below models.py, where nothing marks the root.
    for folder in near(importer):
        if top in names_in(folder) or f"{top}.py" in names_in(folder):
            yield folder


def _added_folders(importer: str, entry: str, top: str, added: tuple[str, ...]) -> Iterator[str]:
    """The folders that a program adds to the search path, from wherever it may be started."""
    if not added or top in sys.stdlib_module_names:
        return
    starts = dict.fromkeys((importer, entry, root_of(importer), *near(importer)))
    for folder in added:
        for start in starts:
            yield os.path.normpath(os.path.join(start, folder))


@cache
def _above_packages(folder: str) -> tuple[str, ...]:
    """The folder in which the outermost package lies that this folder belongs to."""
    if not _is_package(folder):
        return ()
    while _is_package(folder):
        folder = os.path.dirname(folder)
    return (folder,)


@cache
def root_of(folder: str) -> str:
    """The project's root: the nearest folder that looks like one, else this one."""
    for place in upwards(folder):
        if not names_in(place).isdisjoint(_ROOT_MARKS):
            return place
    return folder


def near(folder: str) -> Iterator[str]:
    """The nearest folders that a folder lies in."""
    return islice(upwards(os.path.dirname(folder)), _NEAR)


def upwards(folder: str) -> Iterator[str]:
    """A folder and those that it lies in."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        yield folder


def _descend(folder: str, name: str) -> tuple[str, ...] | None:
    outer, dot, last = name.rpartition(".")
    found: list[str] = []
    for part in outer.split(".") if dot else ():
        here = _module(folder, part, is_last=False)
        folder = join(folder, part)
        # Nothing lies in a module.
        if here is None or here == f"{folder}.py":
            return None
        found.append(here)
    here = _module(folder, last, is_last=True)
    return None if here is None else (*found, here)


def _module(folder: str, name: str, *, is_last: bool) -> str | None:
    names = names_in(folder)
    inner = join(folder, name)
    if name in names and _is_package(inner):
        return join(inner, _INIT)
    if f"{name}.py" in names:
        return f"{inner}.py"
    if name in names and (not is_last or any(other.endswith(".py") for other in names_in(inner))):
        return inner
    return None


def is_module(path: str) -> bool:
    """Whether what was found is a module and no package."""
    return path.endswith(".py") and not path.endswith(_INIT)


def modules_in(package: str) -> list[str]:
    """The names of the modules in what was found as a package or a folder."""
    names = names_in(package.removesuffix(f"{os.sep}{_INIT}"))
    return sorted(name.removesuffix(".py") for name in names if name.endswith(".py") and name != _INIT)


def _package(folder: str) -> tuple[str, ...]:
    return (join(folder, _INIT) if _is_package(folder) else folder,)


def _is_package(folder: str) -> bool:
    return _INIT in names_in(folder)


def join(folder: str, name: str) -> str:
    return f"{folder}{name}" if folder.endswith(os.sep) else f"{folder}{os.sep}{name}"


def forget_folders() -> None:
    """Let go of what was seen in folders: files may have come or gone."""
    forget_names()
    for known in (root_of, _above_packages):
        known.cache_clear()
