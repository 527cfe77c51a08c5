"""Which files of a folder, which episodes and which models data come from, as far as their identity tells."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

LISTINGS = ("glob.glob", "glob.iglob", "os.listdir", "os.scandir")
LISTING_METHODS = ("glob", "rglob", "iterdir")
# What reads a file, or the beginning of its name.
LOADERS = (
    *("pandas.read_", "numpy.load", "numpy.genfromtxt", "h5py.File", "pandas.HDFStore", "scipy.io.loadmat"),
    *("pickle.load", "joblib.load", "dill.load", "cPickle.load"),
)


def origins_of(key: Hashable) -> frozenset[tuple[Hashable, ...]]:
    """The files of folders' listings that are in a key, `("item", listing, number)`, and the episodes,
    `("episode", number)`.
    """
    return frozenset(part for part in _origins(key) if part[0] != "output")


def sources_of(key: Hashable) -> frozenset[tuple[Hashable, ...]]:
    """The origins that are in a key, and the outputs of models, `("output", number)`."""
    return frozenset(_origins(key))


def _origins(key: Hashable) -> Iterator[tuple[Hashable, ...]]:
    seen: set[int] = set()
    todo = [key]
    while todo:
        part = todo.pop()
        if not isinstance(part, tuple) or not part or id(part) in seen:
            continue
        seen.add(id(part))
        is_file = part[0] in ("item", "index") and len(part) > 2 and _is_one(part[2]) and is_listing(part[1])
        if is_file or part[0] in ("episode", "output"):
            yield part
        else:
            todo.extend(part)


def is_listing(key: Hashable) -> bool:
    """Whether it is all files of a folder, or some of them, in the order in which the folder has them, or in
    none at all.
    """
    match key:
        case (str(head), *_) if head in LISTINGS:
            return True
        case ("call", ("attribute", _, method), *_) if method in LISTING_METHODS:
            return True
        case ("unpacked", ("item", ("os.walk", *_), _), 2):
            return True
        case ("rows" | "shuffled" | "sampled" | "set" | "list" | "Array", whole, *_):
            return is_listing(whole)
        case ("index", whole, at) if not _is_one(at):
            return is_listing(whole)
        case ("listed", whole, first, *_):
            return any(file[1:2] == (whole,) for file in origins_of(first))
    return False


def in_no_order(key: Hashable) -> Hashable:
    """The things in no order of their own of which these are all, or some: shuffled ones, or a set; else
    None.
    """
    match key:
        case ("shuffled" | "sampled" | "set", *_):
            return key
        case ("rows" | "index" | "list" | "Array", whole, *_):
            return in_no_order(whole)
    return None


def _is_one(at: Hashable) -> bool:
    """Whether an index takes one thing out of many."""
    return not (isinstance(at, tuple) and at[:1] in (("Slice",), ("Tuple",)))
