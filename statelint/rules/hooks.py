"""The hooks that Keras calls, with what, and when."""

from __future__ import annotations

from statelint.trace.objects import Callback, Hook
from statelint.trace.story import Call
from statelint.values import Ternary

# The hooks that Keras calls, and how many arguments it gives them.
HOOKS = {
    f"on_{what}_{edge}": given
    for what, given in {
        **dict.fromkeys(("train", "test", "predict"), 1),
        **dict.fromkeys(("epoch", "batch", "train_batch", "test_batch", "predict_batch"), 2),
    }.items()
    for edge in ("begin", "end")
}


def takes(hook: Hook, given: int) -> bool:
    """Whether the hook can be called with so many arguments."""
    return hook.required <= given and (hook.positional is None or given <= hook.positional)


def is_run(name: str, call: Call) -> bool:
    """Whether the call runs the hook."""
    if "test" in name:
        return call.method.startswith("evaluate") or call.validation is not None
    return call.method.startswith("predict" if "predict" in name else "fit")


def has_no_base(callback: Callback) -> bool:
    """Whether a class certainly lacks what Keras asks of a callback."""
    bare = callback.kind == "class" and not callback.parents and "set_model" not in callback.methods
    return bare and callback.base is Ternary.NO
