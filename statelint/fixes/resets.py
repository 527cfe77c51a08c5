"""Resets put in where they are missing, and spelled so that they reset on the targeted Keras."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.code import Code, between, encloses, end_of, start_of
from statelint.fixes.names import binds, dotted, free_name, is_defined, keras_name, put_in_header
from statelint.remedies import CallIt, GuardReset, ResetBefore, ResetLayers
from statelint.trace.story import OVER_BATCHES

_NESTED = "reset_stateful_layers"


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
    since, across = remedy.since, remedy.across
    if place is None or since is None:
        return place
    for above in code.ancestors(place):
        if isinstance(above, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            break
        if isinstance(above, cst.For | cst.While):
            site = code.site(above)
            if site == across or (across is None and encloses(site, since)):
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
        if method in OVER_BATCHES or method.endswith("_on_batch"):
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
    model = _owner(named.value) if remedy.of_layer else dotted(named.value)
    if model is None or _is_drawn_from_layers(code, node, model):
        return None
    title = "reset the layers one by one" if 3 in targets else "reset the model"
    if remedy.nested and 3 in targets:
        return _reset_nested(code, node, model, targets)
    statement = code.statement(node)
    site = code.site(node)
    alone = statement is not None and len(statement.body) == 1 and code.site(statement) == site
    if isinstance(node, cst.Call) and isinstance(code.parent(node), cst.Assign) and statement is not None:
        # `hidden = model.reset_states()`, which is None.
        lines = reset_lines(code, node, model, targets) if len(statement.body) == 1 else None
        before = None if lines is None else code.before(statement, lines)
        edits = () if before is None else (before, Edit(site, "None"))
        return Fix(title, edits, not remedy.of_layer) if edits else None
    if not alone:
        is_value = any(isinstance(above, cst.Lambda) for above in code.ancestors(node))
        if not is_value and not _is_lone_suite(code, node):
            return None
        return Fix(title, (Edit(site, reset_expression(model, targets)),), not remedy.of_layer)
    lines = reset_lines(code, node, model, targets)
    indent = code.indent(site)
    if lines is None or indent is None:
        return None
    return Fix(title, (Edit(site, f"\n{indent}".join(lines)),), not remedy.of_layer)


def _reset_nested(code: Code, node: cst.BaseExpression, model: str, targets: tuple[int, ...]) -> Fix | None:
    """A call of a function, put at the head of the program, that resets what lies in nested models too."""
    named = keras_name(code, "Model", "models.Model")
    if named is None or not isinstance(node, cst.Call):
        return None
    indent = named.module.default_indent
    text = "\n".join(
        [
            f"def {_NESTED}(model):",
            f'{indent}"""Lets the stateful layers begin anew, those of nested models too."""',
            f"{indent}for layer in model.layers:",
            f'{indent * 2}if hasattr(layer, "layers"):',
            f"{indent * 3}{_NESTED}(layer)",
            f'{indent * 2}elif getattr(layer, "stateful", False):',
            f"{indent * 3}layer.{_method(targets)}()",
        ]
    )
    header: list[Edit] | None = []
    if not is_defined(code, _NESTED, text):
        header = None if _NESTED in code.names else put_in_header(code, replace(named, imported=None), text)
    if header is None:
        return None
    title = "reset the layers one by one, nested ones too"
    return Fix(title, (*header, Edit(code.site(node), f"{_NESTED}({model})")), True)


def _owner(node: cst.BaseExpression) -> str | None:
    """The model in `model.layers[0]` and `model.get_layer(name)`."""
    if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Attribute):
        return dotted(node.value.value) if node.value.attr.value == "layers" else None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return dotted(node.func.value) if node.func.attr.value == "get_layer" else None
    return None


def _is_drawn_from_layers(code: Code, node: cst.CSTNode, name: str) -> bool:
    """Whether a loop around a place draws it from the layers of a model, some of which may be no models."""
    loops = (above for above in code.ancestors(node) if isinstance(above, cst.For))
    return any(dotted(loop.target) == name and "layers" in code.text(loop.iter) for loop in loops)


def guard_reset(code: Code, remedy: GuardReset, targets: tuple[int, ...]) -> Fix | None:
    """The reset behind a condition, where that holds; without one for a model, which always can be reset."""
    guard = code.find(remedy.at, cst.Call)
    branch = None if guard is None else code.parent(guard)
    if guard is None or not isinstance(branch, cst.If) or branch.test is not guard or not guard.args:
        return None
    thing = dotted(guard.args[0].value)
    reset = _lone_reset(branch)
    if thing is None or reset is None or dotted(reset.value) != thing:
        return None
    if not remedy.is_model:
        edits = [Edit(code.site(guard), f'getattr({thing}, "stateful", False)')]
        if reset.attr.value != _method(targets):
            edits.append(Edit(code.site(reset.attr), _method(targets)))
        return Fix("ask whether it is stateful", tuple(edits), True)
    call = code.parent(reset)
    lines = reset_lines(code, branch, thing, targets)
    if lines is None or len(lines) != 3 or call is None or branch.orelse is not None:
        return None
    indent = code.indent(code.site(call))
    if indent is None:
        return None
    loop, question, action = lines
    head = between(start_of(code.site(branch)), end_of(code.site(guard)))
    body = f"{question.strip()}\n{indent}{code.module_of(branch).default_indent}{action.strip()}"
    edits = [Edit(head, loop.removesuffix(":")), Edit(code.site(call), body)]
    return Fix("reset the layers one by one", tuple(edits), True)


def _lone_reset(branch: cst.If) -> cst.Attribute | None:
    """`layer.reset_states` where the branch calls that and does nothing else."""
    inner = branch.body.body
    if len(inner) != 1:
        return None
    statement = inner[0]
    if isinstance(statement, cst.SimpleStatementLine):
        if len(statement.body) != 1:
            return None
        statement = statement.body[0]
    if not isinstance(statement, cst.Expr) or not isinstance(statement.value, cst.Call):
        return None
    func = statement.value.func
    is_plain = isinstance(func, cst.Attribute) and not statement.value.args
    return func if is_plain and isinstance(func, cst.Attribute) else None


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
