"""`statelint`, and `python -m statelint`."""

import sys

from statelint import __version__


def main() -> int:
    """Run the command line; only the version is told without it."""
    if sys.argv[1:] == ["--version"]:
        print(f"statelint {__version__}")
        return 0
    from statelint import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
