"""Callbacks that reset: made and passed, given another hook, or mended where Keras can't call them."""

from __future__ import annotations

import textwrap

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.arguments import appended, is_literal, is_roundabout, keyword, value_site
from statelint.fixes.code import Code, between, end_of, start_of
from statelint.fixes.names import Named, dotted, is_defined, keras_name, put_in_header
from statelint.fixes.resets import reset_lines
from statelint.remedies import (
    AddBase,
    AddHook,
    MakeInstance,
    PassCallback,
    PassResetCallback,
    RenameHook,
    WrapInLambda,
)
from statelint.source.python import walk

# fit(x, y, batch_size, epochs, verbose, callbacks, …)
_BEFORE_CALLBACKS = 5
_NAMES = {("on_epoch_begin",): "ResetStatesEachEpoch", ("on_epoch_begin", "on_test_begin"): "ResetStates"}


def pass_reset_callback(code: Code, remedy: PassResetCallback, targets: tuple[int, ...]) -> Fix | None:
    """A callback class at the head of the program, and an instance of it given to the fit."""
    call = code.find(remedy.at, cst.Call)
    base = keras_name(code, "callbacks.Callback")
    if call is None or base is None:
        return None
    name = _NAMES[remedy.hooks]
    text = _class(code, base, name, remedy.hooks, targets)
    if text is None:
        return None
    passed = _passed(code, call, f"{name}()")
    header: list[Edit] | None = []
    if not is_defined(code, name, text):
        if name in code.names:
            return None
        header = put_in_header(code, base, text)
    if passed is None or header is None:
        return None
    return Fix(f"pass a callback that resets: `{name}()`", (passed, *header), True)


def pass_callback(code: Code, remedy: PassCallback) -> Fix | None:
    """An instance of a callback among those of a fit."""
    call = code.find(remedy.at, cst.Call)
    instance: str | None = f"{remedy.name}()"
    if remedy.made is not None:
        made = code.find(remedy.made, cst.Call)
        assign = None if made is None else code.parent(made)
        is_plain = isinstance(assign, cst.Assign) and len(assign.targets) == 1
        instance = dotted(assign.targets[0].target) if is_plain and isinstance(assign, cst.Assign) else None
        place = None if made is None else code.function(made)
        if call is None or place not in (code.function(call), code.module_of(call)):
            return None
    edit = None if call is None or instance is None else _passed(code, call, instance)
    return None if edit is None else Fix(f"pass the callback: `{instance}`", (edit,), True)


def _passed(code: Code, call: cst.Call, instance: str) -> Edit | None:
    """The callback among those of a call, where they are listed there or there are none."""
    if is_roundabout(code, call) or any(arg.star for arg in call.args):
        return None
    if not all(arg.keyword for arg in call.args[_BEFORE_CALLBACKS:]):
        return None
    given = keyword(call, "callbacks")
    if given is None:
        return appended(code, call, f"callbacks=[{instance}]")
    if isinstance(given.value, cst.List):
        elements = given.value.elements
        if not elements:
            return Edit(value_site(code, given), f"[{instance}]")
        return Edit(end_of(code.site(elements[-1].value)), f", {instance}")
    if is_literal(given.value):
        return Edit(value_site(code, given), f"[{instance}]")
    if isinstance(given.value, cst.Name):
        return Edit(value_site(code, given), f"[*{given.value.value}, {instance}]")
    return None


def _class(
    code: Code, base: Named, name: str, hooks: tuple[str, ...], targets: tuple[int, ...]
) -> str | None:
    indent = base.module.default_indent
    lines = reset_lines(code, base.module, "self.model", targets)
    if lines is None:
        return None
    parts = [f"class {name}({base.expression}):", f'{indent}"""Lets the stateful layers begin anew."""']
    for hook in hooks:
        parts += ["", f"{indent}def {hook}(self, {_parameters(hook)}):"]
        parts += [f"{indent * 2}{line}" for line in lines]
    return "\n".join(parts)


def _parameters(hook: str) -> str:
    if "epoch" in hook:
        return "epoch, logs=None"
    return "batch, logs=None" if "batch" in hook else "logs=None"


def add_hook(code: Code, remedy: AddHook, targets: tuple[int, ...]) -> Fix | None:
    """Another method at the end of a callback class."""
    class_ = code.find(remedy.at, cst.ClassDef)
    if class_ is None or not isinstance(class_.body, cst.IndentedBlock):
        return None
    last = class_.body.body[-1]
    indent = code.indent(code.site(class_.body.body[0]))
    lines = reset_lines(code, last, "self.model", targets)
    if indent is None or lines is None:
        return None
    unit = code.module_of(class_).default_indent
    method = [f"def {remedy.hook}(self, {_parameters(remedy.hook)}):", *(f"{unit}{line}" for line in lines)]
    site = code.site(last)
    text = "\n\n" + textwrap.indent("\n".join(method), indent)
    edit = Edit(end_of(site, len(code.rest(site))), text)
    return Fix(f"reset in `{remedy.hook}` too", (edit,), True)


def add_base(code: Code, remedy: AddBase) -> Fix | None:
    """Keras's Callback as the base of a class that has none."""
    class_ = code.find(remedy.at, cst.ClassDef)
    base = keras_name(code, "callbacks.Callback")
    if class_ is None or base is None or class_.bases or class_.keywords:
        return None
    name = code.site(class_.name)
    rest = code.rest(name)
    brackets = rest[: rest.find(":")]
    if brackets.replace(" ", "") not in ("", "()"):
        return None
    edit = Edit(between(name, end_of(name, len(brackets))), f"({base.expression})")
    header = put_in_header(code, base)
    return None if header is None else Fix(f"derive it from `{base.expression}`", (edit, *header), True)


def make_instance(code: Code, remedy: MakeInstance) -> Fix | None:
    """Parentheses behind a class in the list that a call is given."""
    arg = code.find(remedy.at, cst.Arg)
    named = [] if arg is None else [n for n in walk(arg.value) if isinstance(n, cst.Name)]
    mine = [node for node in named if node.value == remedy.name]
    if len(mine) != 1 or isinstance(code.parent(mine[0]), cst.Call | cst.Attribute):
        return None
    return Fix(f"pass an instance: `{remedy.name}()`", (Edit(end_of(code.site(mine[0])), "()"),), True)


def rename_hook(code: Code, remedy: RenameHook) -> Fix | None:
    """The hook under the name, and with the parameters, that Keras calls it with."""
    title = f"make it `{remedy.name}`"
    keyword_ = code.find(remedy.at, cst.Arg)
    if keyword_ is not None and keyword_.keyword is not None:
        edits = _renamed(code, keyword_.keyword, remedy.name)
        if isinstance(keyword_.value, cst.Lambda):
            more = _parameters_for(code, keyword_.value, keyword_.value.params, remedy.name, own=0)
        else:
            more = [Edit(code.site(keyword_.value), _called_later(code, keyword_.value, remedy.name))]
        return None if more is None else Fix(title, (*edits, *more), remedy.safe)
    method = code.find(remedy.at, cst.FunctionDef)
    if method is None or method.decorators:
        return None
    more = _parameters_for(code, method, method.params, remedy.name, own=1)
    return (
        None if more is None else Fix(title, (*_renamed(code, method.name, remedy.name), *more), remedy.safe)
    )


def _renamed(code: Code, name: cst.Name, wanted: str) -> list[Edit]:
    return [] if name.value == wanted else [Edit(code.site(name), wanted)]


def _called_later(code: Code, value: cst.BaseExpression, hook: str) -> str:
    return f"lambda {_arguments(hook)}: {code.text(value)}()"


def _arguments(hook: str) -> str:
    return _parameters(hook).replace("=None", "")


def _parameters_for(
    code: Code, node: cst.CSTNode, parameters: cst.Parameters, hook: str, own: int
) -> list[Edit] | None:
    """The edits that give a function the parameters of a hook; None where it has others."""
    given = list(parameters.params)
    has_more = parameters.kwonly_params or parameters.posonly_params or parameters.star_kwarg
    if isinstance(parameters.star_arg, cst.Param):
        return []
    if has_more or len(given) < own:
        return None
    wanted = (_parameters(hook) if own else _arguments(hook)).split(", ")
    names = [param.name.value for param in given[own:]]
    if len(names) >= len(wanted):
        return [] if len(names) == len(wanted) else None
    if names == ["logs"]:
        # The epoch comes before them.
        return [Edit(start_of(code.site(given[own])), f"{wanted[0]}, ")]
    missing = ", ".join(wanted[len(names) :])
    if given:
        return [Edit(end_of(code.site(given[-1])), f", {missing}")]
    return [Edit(end_of(start_of(code.site(node)), len("lambda")), f" {missing}")]


def wrap_in_lambda(code: Code, remedy: WrapInLambda) -> Fix | None:
    """A function around what the value of a keyword calls at once."""
    arg = code.find(remedy.at, cst.Arg)
    if arg is None or arg.keyword is None or not isinstance(arg.value, cst.Call):
        return None
    edit = Edit(start_of(code.site(arg.value)), f"lambda {_arguments(arg.keyword.value)}: ")
    return Fix("hand over a function", (edit,), True)
