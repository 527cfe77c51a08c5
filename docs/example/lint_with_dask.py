"""Lints all the texts beneath a folder, a few thousand at a time: `python lint_with_dask.py FOLDER`."""

import sys
from collections import Counter
from pathlib import Path

import dask.bag

from statelint import lint_source


def lint(path):
    return [(str(path), finding) for finding in lint_source(path.read_bytes(), path.name).findings]


if __name__ == "__main__":
    paths = [path for path in Path(sys.argv[1]).rglob("*") if path.suffix in (".py", ".ipynb", ".md")]
    found = dask.bag.from_sequence(paths, partition_size=2000).map(lint).flatten().compute()
    for code, count in Counter(finding.code for _, finding in found).most_common():
        print(code, count)
