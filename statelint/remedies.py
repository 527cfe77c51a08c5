"""What would mend a program, in the words of its story: rules name a remedy, `fixes` makes edits of it.

`at` is where the remedy begins: the place in whose file all its edits lie.
"""

from __future__ import annotations

from dataclasses import dataclass

from statelint.sites import Site


@dataclass(frozen=True, slots=True)
class PassArgument:
    """Give the call at a place the keyword argument `name=value`; `given` is where it has one now."""

    at: Site
    name: str
    value: str
    given: Site | None = None
    safe: bool = True


@dataclass(frozen=True, slots=True)
class ResetBefore:
    """Reset the model that the call at a place runs: at the head of `loop`, or else before the call.

    Loops around the call in which nothing at `since` runs are reset before, not in each pass.
    """

    at: Site
    loop: Site | None = None
    since: Site | None = None
    safe: bool = True


@dataclass(frozen=True, slots=True)
class PassResetCallback:
    """Give the fit at a place a callback that resets the states in these hooks."""

    at: Site
    hooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddHook:
    """Give the callback class at a place another hook that resets the states."""

    at: Site
    hook: str


@dataclass(frozen=True, slots=True)
class RenameHook:
    """Give the hook at a place, a method or a keyword, the name and the parameters that Keras knows."""

    at: Site
    name: str


@dataclass(frozen=True, slots=True)
class ResetLayers:
    """Write the reset of a model, called or only named at a place, so that it is one on the targets."""

    at: Site


@dataclass(frozen=True, slots=True)
class AddBase:
    """Derive the class at a place from Keras's Callback."""

    at: Site


@dataclass(frozen=True, slots=True)
class MakeInstance:
    """Make an instance of the class of this name that the argument at a place passes."""

    at: Site
    name: str


@dataclass(frozen=True, slots=True)
class WrapInLambda:
    """Hand over a function where the value of the keyword at a place is computed at once."""

    at: Site


@dataclass(frozen=True, slots=True)
class CallIt:
    """Put parentheses behind what is only named at a place."""

    at: Site


Remedy = (
    PassArgument
    | ResetBefore
    | PassResetCallback
    | AddHook
    | RenameHook
    | ResetLayers
    | AddBase
    | MakeInstance
    | WrapInLambda
    | CallIt
)
