"""An Input with the batch size, before the layer that can't take it."""

from __future__ import annotations

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.arguments import appended, callee, keyword, removed, value_site
from statelint.fixes.code import Code, start_of
from statelint.fixes.names import Named, dotted, keras_name, put_in_header
from statelint.remedies import GiveBatchSize, InputBefore
from statelint.source.python import walk

_WHOLE = ("batch_input_shape", "batch_shape")


def input_before(code: Code, remedy: InputBefore, targets: tuple[int, ...]) -> Fix | None:
    """The first layer of a Sequential behind an Input that has its shape.

    Keras 2 looks for the shape of a model among the arguments of the innermost layer that it begins with,
    and not at an Input there: a model around that one needs an Input of its own.
    """
    layer = code.find(remedy.at, cst.Call)
    named = None if layer is None else keras_name(code, "Input", "layers.Input") or _beside(code, layer)
    if layer is None or named is None:
        return None
    shape = _shape(code, layer, remedy.names)
    nested = remedy.nested and 2 in targets
    if shape is None:
        return None
    arguments, names = shape
    cut = removed(code, layer, names)
    put = _put(code, layer, f"{named.expression}({arguments})")
    outer = _put_around(code, layer, f"{named.expression}({arguments})") if nested else None
    header = put_in_header(code, named)
    if cut is None or put is None or header is None or (nested and outer is None):
        return None
    title = f"begin the model with `{named.expression}({arguments})`"
    return Fix(title, (*header, put, *([] if outer is None else [outer]), *cut), True)


def _beside(code: Code, layer: cst.Call) -> Named | None:
    """The Input of the module that the layer is taken from, where a program imports several of Keras."""
    module = dotted(layer.func.value) if isinstance(layer.func, cst.Attribute) else None
    return None if module is None else Named(f"{module}.Input", None, code.module_of(layer))


def give_batch_size(code: Code, remedy: GiveBatchSize) -> Fix | None:
    """The batch size where the shape of the input is given."""
    layer = code.find(remedy.at, cst.Call)
    if layer is None:
        return None
    title = "fix the batch size where the shape is given"
    shape = keyword(layer, "input_shape")
    if shape is not None:
        named = keras_name(code, "Input", "layers.Input")
        if named is None:
            return None
        given = f"shape={code.text(value_site(code, shape))}, batch_size={remedy.size}"
        put = _put(code, layer, f"{named.expression}({given})")
        cut, header = removed(code, layer, ("input_shape",)), put_in_header(code, named)
        if put is None or cut is None or header is None:
            return None
        return Fix(title, (*header, put, *cut), False)
    edit = _open_size(code, layer, str(remedy.size))
    return None if edit is None else Fix(title, (edit,), False)


def _open_size(code: Code, layer: cst.Call, size: str) -> Edit | None:
    """The size put where the only shape that can be meant leaves it open."""
    scope = code.function(layer)
    calls = [node for node in walk(scope) if isinstance(node, cst.Call)]
    shaped = [call for call in calls if callee(call) in ("Input", "build") and call.args]
    if len(shaped) != 1:
        return None
    (call,) = shaped
    whole = keyword(call, "batch_shape") or (call.args[0] if callee(call) == "build" else None)
    if whole is None:
        return None if keyword(call, "batch_size") is not None else appended(code, call, f"batch_size={size}")
    if not isinstance(whole.value, cst.Tuple | cst.List) or not whole.value.elements:
        return None
    first = whole.value.elements[0].value
    is_none = isinstance(first, cst.Name) and first.value == "None"
    is_open = is_none or (callee(call) == "Input" and isinstance(first, cst.Name))
    return Edit(code.site(first), size) if is_open else None


def _shape(code: Code, layer: cst.Call, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The arguments of the Input, and those of the layer that they take the place of."""
    whole = [name for name in names if name in _WHOLE]
    if len(whole) == 1 and len(names) == 1:
        given = keyword(layer, whole[0])
        shape = keyword(layer, "input_shape")
        if given is None or shape is not None:
            return None
        return f"batch_shape={code.text(value_site(code, given))}", (whole[0],)
    if names == ("batch_size",):
        size, shape = keyword(layer, "batch_size"), keyword(layer, "input_shape")
        if size is None or shape is None:
            return None
        parts = [code.text(value_site(code, arg)) for arg in (shape, size)]
        text = f"shape={parts[0]}, batch_size={parts[1]}"
        return text, ("batch_size", "input_shape")
    return None


def _put(code: Code, layer: cst.Call, text: str) -> Edit | None:
    """The Input in the Sequential that the layer begins: in its list, or added before it."""
    holder = code.parent(layer)
    if isinstance(holder, cst.Assign) and len(holder.targets) == 1:
        name = dotted(holder.targets[0].target)
        uses = [] if name is None else _uses(code, name)
        if len(uses) != 1 or name is None or "." in name:
            return None
        holder = uses[0]
    if isinstance(holder, cst.Element):
        return _in_list(code, holder, text)
    if isinstance(holder, cst.Arg):
        return _added(code, holder, text)
    return None


def _put_around(code: Code, layer: cst.Call, text: str) -> Edit | None:
    """The Input in the one Sequential that begins with the model of the layer."""
    holder = code.parent(layer)
    call = None if holder is None else code.parent(holder)
    if isinstance(holder, cst.Arg) and isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute):
        name = dotted(call.func.value)
    else:
        above = (node for node in code.ancestors(layer) if isinstance(node, cst.Assign))
        assign = next(above, None)
        name = None if assign is None or len(assign.targets) != 1 else dotted(assign.targets[0].target)
    uses = [] if name is None else _uses(code, name)
    if len(uses) != 1 or code.function(uses[0]) is not code.function(layer):
        return None
    (use,) = uses
    return _in_list(code, use, text) if isinstance(use, cst.Element) else _added(code, use, text)


def _uses(code: Code, name: str) -> list[cst.Element | cst.Arg]:
    """Where a layer of this name begins a list of layers, or is added to a model."""
    found: list[cst.Element | cst.Arg] = []
    for module in code.source.modules:
        for node in walk(module):
            if isinstance(node, cst.Name) and node.value == name:
                holder = code.parent(node)
                if isinstance(holder, cst.Element) or (isinstance(holder, cst.Arg) and _is_add(code, holder)):
                    found.append(holder)
    return found


def _is_add(code: Code, arg: cst.Arg) -> bool:
    call = code.parent(arg)
    return isinstance(call, cst.Call) and callee(call) in ("add", "append") and len(call.args) == 1


def _in_list(code: Code, element: cst.Element, text: str) -> Edit | None:
    layers = code.parent(element)
    holder = None if layers is None else code.parent(layers)
    model = None if holder is None else code.parent(holder)
    if not isinstance(layers, cst.List) or layers.elements[0] is not element:
        return None
    if not isinstance(model, cst.Call) or callee(model) != "Sequential":
        return None
    site = code.site(element.value)
    indent = code.indent(site)
    return Edit(start_of(site), f"{text}, " if indent is None else f"{text},\n{indent}")


def _added(code: Code, arg: cst.Arg, text: str) -> Edit | None:
    call = code.parent(arg)
    if not isinstance(call, cst.Call) or not _is_add(code, arg) or not isinstance(call.func, cst.Attribute):
        return None
    model, statement = dotted(call.func.value), code.statement(call)
    if model is None or statement is None or not isinstance(code.parent(call), cst.Expr):
        return None
    return code.before(statement, [f"{model}.{callee(call)}({text})"])
