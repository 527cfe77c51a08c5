"""What a shell needs to complete statelint's command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from statelint.messages import UsageError

SHELLS = ("bash", "zsh", "fish")

# Lists of rules: what stands before the last comma is kept.
_PREAMBLES = {
    "bash": """\
_statelint_rules() {{
  local before=
  [[ $1 == *,* ]] && before=${{1%,*}},
  compgen -P "$before" -W '{names}' -- "${{1##*,}}"
}}
""",
    "zsh": """\
_statelint_rules() {{
  compset -P '*,'
  compadd -q -S '' -- {names}
}}
""",
    "fish": """\
function _statelint_rules
  set -l before (string match -r '.*,' -- (commandline -ct))
  printf "$before%s\\n" {names}
end
""",
}
_RULES = {"bash": "_statelint_rules", "zsh": "_statelint_rules", "fish": "(_statelint_rules)"}


def script(parser: argparse.ArgumentParser, shell: str, rules: Sequence[str]) -> str:
    """The script for one of SHELLS; `rules` is all that can be said where rules are asked for.

    Raises UsageError where the library that writes it is missing.
    """
    try:
        import shtab
    except ModuleNotFoundError:
        raise UsageError('--completion needs shtab: pip install "statelint[completion]"') from None

    completed = {
        "PATH": shtab.FILE,
        "FILE": shtab.FILE,
        "DIR": shtab.DIRECTORY,
        "RULE": _RULES,
        "RULES": _RULES,
    }
    for action in parser._actions:
        if isinstance(action.metavar, str) and action.metavar in completed:
            action.complete = completed[action.metavar]  # type: ignore[attr-defined]
    names = " ".join(rules)
    return shtab.complete(parser, shell, preamble=_PREAMBLES[shell].format(names=names))
