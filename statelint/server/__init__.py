"""The language server: findings, the rules' pages and fixes in editors, as one types."""

from __future__ import annotations

import os
import sys

_MISSING = """\
statelint-server needs pygls, which comes with the extra "server":
  pip install "statelint[server]"
"""


def main() -> int:
    """Serve one editor over standard input and output until it says goodbye; returns the exit status."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from statelint import __version__

        print(f"statelint-server {__version__}")
        return 0
    # Editors' clients add `--stdio`, which is what happens anyway.
    if arguments not in ([], ["--stdio"]):
        asked = arguments in (["--help"], ["-h"])
        stream = sys.stdout if asked else sys.stderr
        stream.write(
            "usage: statelint-server [--stdio | --version]\n\nAn editor starts it: see docs/editors.md.\n"
        )
        return 0 if asked else 2
    try:
        from statelint.server.app import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        sys.stderr.write(_MISSING)
        return 2
    status = serve()
    sys.stderr.flush()
    # Neither an analysis under way nor a read of standard input may keep the process.
    os._exit(status)


__all__ = ["main"]
