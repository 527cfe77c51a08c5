"""Resets put in where they are missing, and spelled so that they reset on the targeted Keras."""

from __future__ import annotations

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.code import Code, encloses, end_of
from statelint.fixes.names import binds, dotted, free_name
from statelint.remedies import CallIt, ResetBefore, ResetLayers

_RUNS = ("fit", "fit_generator", "evaluate", "evaluate_generator", "predict", "predict_generator")


def reset_lines(code: Code, place: cst.CSTNode, model: str, targets: tuple[int, ...]) -> list[str] | None:
    """Statements that reset a model, to stand beside a place.

    Models have `reset_states` in Keras 2 alone; recurrent layers have it in both generations.
    """
    if targets == (2,):
        return [f"{model}.reset_states()"]
    layer = free_name(code, place, "layer", "each_layer", "stateful_layer")
    if layer is None:
        return None
    indent = code.module_of(place).default_indent
    return [
        f"for {layer} in {model}.layers:",
        f'{indent}if getattr({layer}, "stateful", False):',
        f"{indent * 2}{layer}.{_method(targets)}()",
    ]


def reset_expression(model: str, targets: tuple[int, ...]) -> str:
    """An expression that resets a model."""
    if targets == (2,):
        return f"{model}.reset_states()"
    return f'[layer.{_method(targets)}() for layer in {model}.layers if getattr(layer, "stateful", False)]'


def _method(targets: tuple[int, ...]) -> str:
    return "reset_state" if targets == (3,) else "reset_states"


def reset_before(code: Code, remedy: ResetBefore, targets: tuple[int, ...]) -> Fix | None:
    """A reset of the model that runs, at the head of a loop or before the statement that runs it."""
    call = code.find(remedy.at, cst.Call)
    model = None if call is None else model_of(call)
    if call is None or model is None:
        return None
    place = _outside(code, remedy, call, model)
    title = "reset before it"
    if remedy.loop is not None:
        place = _head(code, remedy, call, model)
        title = "reset at the top of the loop"
    lines = None if place is None else reset_lines(code, place, model, targets)
    edit = None if place is None or lines is None else code.before(place, lines)
    return None if edit is None else Fix(title, (edit,), remedy.safe)


def _outside(code: Code, remedy: ResetBefore, call: cst.Call, model: str) -> cst.CSTNode | None:
    """The statement with the call, or the outermost loop around it that begins after the state was left."""
    place: cst.CSTNode | None = code.statement(call)
    since = remedy.since
    if place is None or since is None:
        return place
    for above in code.ancestors(place):
        if isinstance(above, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            break
        if isinstance(above, cst.For | cst.While):
            if encloses(code.site(above), since):
                break
            if binds(above, model.partition(".")[0]):
                return None
            place = above
    return place


def _head(code: Code, remedy: ResetBefore, call: cst.Call, model: str) -> cst.CSTNode | None:
    """The statement to put a reset before, so that each pass of the loop begins with it."""
    assert remedy.loop is not None
    loop = code.find(remedy.loop, cst.For) or code.find(remedy.loop, cst.While)
    around = list(code.ancestors(call))
    if loop is None or loop not in around or code.function(loop) is not code.function(call):
        return None
    if binds(loop, model.partition(".")[0]):
        # The loop makes the model: it must be there, and nothing may have run in between.
        inner = next(above for above in around if isinstance(above, cst.For | cst.While))
        return code.statement(call) if inner is loop else None
    return loop.body.body[0] if isinstance(loop.body, cst.IndentedBlock) else None


def model_of(call: cst.Call) -> str | None:
    """The name of the model that a call runs."""
    func = call.func
    if isinstance(func, cst.Attribute):
        method = func.attr.value
        if method in _RUNS or method.endswith("_on_batch"):
            func = func.value
    return dotted(func)


def reset_layers(code: Code, remedy: ResetLayers, targets: tuple[int, ...]) -> Fix | None:
    """The reset of a model, written as one that the targets have."""
    node: cst.BaseExpression | None = code.find(remedy.at, cst.Call) or code.find(remedy.at, cst.Attribute)
    named = node.func if isinstance(node, cst.Call) else node
    if node is None or not isinstance(named, cst.Attribute):
        return None
    if isinstance(node, cst.Call) and node.args:
        return None
    model = dotted(named.value)
    if model is None:
        return None
    title = "reset the layers one by one" if 3 in targets else "reset the model"
    statement = code.statement(node)
    site = code.site(node)
    alone = statement is not None and len(statement.body) == 1 and code.site(statement) == site
    if not alone:
        is_value = any(isinstance(above, cst.Lambda) for above in code.ancestors(node))
        if not is_value and not _is_lone_suite(code, node):
            return None
        return Fix(title, (Edit(site, reset_expression(model, targets)),), True)
    lines = reset_lines(code, node, model, targets)
    indent = code.indent(site)
    if lines is None or indent is None:
        return None
    return Fix(title, (Edit(site, f"\n{indent}".join(lines)),), True)


def _is_lone_suite(code: Code, node: cst.CSTNode) -> bool:
    """Whether an expression is a statement on the line of its `if` or `for`."""
    parent = code.parent(node)
    return isinstance(parent, cst.Expr) and isinstance(code.parent(parent), cst.SimpleStatementSuite)


def call_it(code: Code, remedy: CallIt) -> Fix | None:
    """Parentheses behind a name."""
    node = code.find(remedy.at, cst.Attribute) or code.find(remedy.at, cst.Name)
    if node is None:
        return None
    return Fix("add the parentheses", (Edit(end_of(code.site(node)), "()"),), True)
