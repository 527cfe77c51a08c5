"""States that a layer's reset is given, assigned to the layer's variables, which both generations have."""

from __future__ import annotations

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.arguments import value_site
from statelint.fixes.code import Code, between, end_of
from statelint.fixes.names import free_name, name_of_module
from statelint.remedies import AssignStates

_TITLE = "assign to the layer's states"


def assign_states(code: Code, remedy: AssignStates) -> Fix | None:
    """The values assigned one by one, or the one that there is.

    Keras 2 takes an array, a list or lists in lists: `tf.nest.flatten` does to them what Keras 2 did.
    """
    call = code.find(remedy.at, cst.Call)
    if call is None or not isinstance(call.func, cst.Attribute) or len(call.args) != 1:
        return None
    (given,) = call.args
    if given.star or (given.keyword is not None and given.keyword.value != "states"):
        return None
    if isinstance(given.value, cst.Name) and given.value.value == "None":
        name = code.site(call.func.attr)
        return Fix("leave out the argument", (Edit(between(name, end_of(code.site(call))), "()"),), True)
    statement, site = code.statement(call), code.site(call)
    if statement is None or len(statement.body) != 1 or code.site(statement) != site:
        return None
    states, values = f"{code.text(call.func.value)}.states", code.text(value_site(code, given))
    if remedy.listed is False:
        return Fix(_TITLE, (Edit(site, f"{states}[0].assign({values})"),), True)
    variable, value = (free_name(code, call, name, f"state_{name}") for name in ("variable", "value"))
    indent = code.indent(site)
    if variable is None or value is None or indent is None:
        return None
    if remedy.listed is None:
        tensorflow = name_of_module(code, "tensorflow")
        if tensorflow is None:
            return None
        states, values = (f"{tensorflow}.nest.flatten({one})" for one in (states, values))
    unit = code.module_of(call).default_indent
    lines = f"for {variable}, {value} in zip({states}, {values}):\n{indent}{unit}{variable}.assign({value})"
    return Fix(_TITLE, (Edit(site, lines),), True)
