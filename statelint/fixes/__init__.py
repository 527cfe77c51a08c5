"""Mending programs: a rule's remedy as edits of the text, and the edits in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statelint.findings import Fix
    from statelint.fixes.code import Code
    from statelint.remedies import Remedy


def fix_for(code: Code, remedy: Remedy, targets: tuple[int, ...]) -> Fix | None:
    """The edits that a remedy asks for, spelled for the targeted generations of Keras.

    None where the program isn't written in a way that they can be made in.
    """
    from statelint import remedies
    from statelint.fixes import arguments

    match remedy:
        case remedies.PassArgument():
            return arguments.pass_argument(code, remedy)
