"""What would mend a program, in the words of its story: rules name a remedy, `fixes` makes edits of it.

`at` is where the remedy begins: the place in whose file all its edits lie.
"""

from __future__ import annotations

from dataclasses import dataclass

from statelint.sites import Site


@dataclass(frozen=True, slots=True)
class PassArgument:
    """Give the call at a place the keyword argument `name=value`; `given` is where it has one now.

    `callees` are the functions that take it, where the call may be of another.
    """

    at: Site
    name: str
    value: str
    given: Site | None = None
    safe: bool = True
    callees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveArgument:
    """Take keyword arguments from the call at a place."""

    at: Site
    names: tuple[str, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class RenameArgument:
    """Give a keyword argument of the call at a place by the name that is wanted."""

    at: Site
    name: str
    wanted: str


@dataclass(frozen=True, slots=True)
class DropCall:
    """Take a method's call, at a place, out of its chain."""

    at: Site
    method: str


@dataclass(frozen=True, slots=True)
class FullBatches:
    """Let the loop around the slice at a place end with the last full batch."""

    at: Site


@dataclass(frozen=True, slots=True)
class Trim:
    """Cut the arrays that the call at a place is given, or its validation's, to a multiple of `size` rows."""

    at: Site
    size: int
    validation: bool = False
    safe: bool = True


@dataclass(frozen=True, slots=True)
class SplitByHand:
    """Cut what the fit at a place splits off: `train` rows to train on, and `held` for the validation."""

    at: Site
    train: int
    held: int


@dataclass(frozen=True, slots=True)
class InputBefore:
    """Give the batch size, an argument of the layer at a place, to an Input before the layer.

    `nested`: the model that the layer begins is itself what another one begins with.
    """

    at: Site
    names: tuple[str, ...]
    nested: bool = False


@dataclass(frozen=True, slots=True)
class ResetBefore:
    """Reset the model that the call at a place runs: at the head of `loop`, or else before the call.

    Loops around the call in which nothing at `since` runs are reset before, not in each pass.  So are all
    loops inside the loop `across`, where the state was left in another pass of that one.
    """

    at: Site
    loop: Site | None = None
    since: Site | None = None
    across: Site | None = None
    safe: bool = True


@dataclass(frozen=True, slots=True)
class PassResetCallback:
    """Give the fit at a place a callback that resets the states in these hooks."""

    at: Site
    hooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassCallback:
    """Give the fit at a place a callback: the instance made at `made`, or a new one of the class `name`."""

    at: Site
    name: str
    made: Site | None = None


@dataclass(frozen=True, slots=True)
class GiveBatchSize:
    """Fix the batch size of the model that begins with the layer at a place, or above an Input."""

    at: Site
    size: int


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
    safe: bool = True


@dataclass(frozen=True, slots=True)
class ResetLayers:
    """Reset the model at a place, where its reset is called or only named, in a way that the targets have.

    `of_layer`: what is reset there is one of the model's layers.  `nested`: some may be in models within it.
    """

    at: Site
    of_layer: bool = False
    nested: bool = False


@dataclass(frozen=True, slots=True)
class AssignStates:
    """Assign the values that a layer's reset at a place is given to the layer's states.

    `listed` says whether they come in a list or tuple, and not as one array; None: not known.
    """

    at: Site
    listed: bool | None


@dataclass(frozen=True, slots=True)
class ReplaceLayer:
    """Make a layer of the class `name` where the call at a place makes one that is gone."""

    at: Site
    name: str


@dataclass(frozen=True, slots=True)
class RemoveStatement:
    """Leave out the statement at a place."""

    at: Site
    safe: bool = True


@dataclass(frozen=True, slots=True)
class GuardReset:
    """Ask, at a place, for what a model or a layer has on all targets, where it can be reset."""

    at: Site
    is_model: bool


@dataclass(frozen=True, slots=True)
class MoveBeforeLoop:
    """Do what the statement at a place does once, before the loop."""

    at: Site
    loop: Site


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


@dataclass(frozen=True, slots=True)
class OneOf:
    """The first of these that can be made."""

    choices: tuple[Remedy, ...]

    @property
    def at(self) -> Site:
        return self.choices[0].at


Remedy = (
    OneOf
    | PassArgument
    | RemoveArgument
    | RenameArgument
    | DropCall
    | FullBatches
    | Trim
    | SplitByHand
    | InputBefore
    | GiveBatchSize
    | PassCallback
    | ResetBefore
    | PassResetCallback
    | AddHook
    | RenameHook
    | ResetLayers
    | AssignStates
    | ReplaceLayer
    | RemoveStatement
    | GuardReset
    | MoveBeforeLoop
    | AddBase
    | MakeInstance
    | WrapInLambda
    | CallIt
)
