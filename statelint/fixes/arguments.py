"""Keyword arguments of calls: given another value, or put behind the others."""

from __future__ import annotations

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.code import Code, between, end_of, start_of
from statelint.remedies import DropCall, PassArgument, RemoveArgument, RenameArgument
from statelint.sites import Site

_ON_FOLDS = ("cross_val_score", "cross_validate", "cross_val_predict")
_LITERALS = (cst.BaseNumber, cst.SimpleString)


def pass_argument(code: Code, remedy: PassArgument) -> Fix | None:
    """The call with the argument; None where it comes in a way that can't be seen there."""
    call = code.find(remedy.at, cst.Call)
    if call is None:
        return None
    if (remedy.callees and callee(call) not in remedy.callees) or is_roundabout(code, call):
        return None
    title = f"pass `{remedy.name}={remedy.value}`"
    given = keyword(call, remedy.name)
    if remedy.given is None and given is None:
        return Fix(title, (appended(code, call, f"{remedy.name}={remedy.value}"),), remedy.safe)
    if given is None and remedy.given is not None:
        given = code.find(remedy.given, cst.Arg)
    if given is None or given.star or given not in call.args:
        return None
    if given.keyword is not None and given.keyword.value != remedy.name:
        return None
    edit = Edit(value_site(code, given), remedy.value)
    return Fix(title, (edit,), remedy.safe and is_literal(given.value))


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument that a call gives by this name."""
    return next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def callee(call: cst.Call) -> str:
    """The last name of what is called."""
    func = call.func
    if isinstance(func, cst.Attribute):
        func = func.attr
    return func.value if isinstance(func, cst.Name) else ""


def is_roundabout(code: Code, call: cst.Call) -> bool:
    """Whether a call may train a model, but not take what fit takes: `cross_val_score`, `pipeline.fit`."""
    wraps = bool({"Pipeline", "make_pipeline"} & code.names)
    return callee(call) in _ON_FOLDS or (wraps and callee(call) == "fit")


def remove_argument(code: Code, remedy: RemoveArgument) -> Fix | None:
    """The call without the arguments; None where a comment would go with them."""
    call = code.find(remedy.at, cst.Call)
    edits = None if call is None else removed(code, call, remedy.names)
    names = " and ".join(f"`{name}=`" for name in remedy.names)
    return None if edits is None else Fix(f"leave out {names}", tuple(edits), remedy.safe)


def rename_argument(code: Code, remedy: RenameArgument) -> Fix | None:
    """The call with the argument by its other name; None where it isn't given by name there."""
    call = code.find(remedy.at, cst.Call)
    given = None if call is None else keyword(call, remedy.name)
    if given is None or given.keyword is None:
        return None
    return Fix(f"call it `{remedy.wanted}=`", (Edit(code.site(given.keyword), remedy.wanted),), safe=True)


def removed(code: Code, call: cst.Call, names: tuple[str, ...]) -> list[Edit] | None:
    """The edits that take keyword arguments from a call; None where that isn't plain."""
    positions = [k for k, arg in enumerate(call.args) if arg.keyword and arg.keyword.value in names]
    if len(positions) != len(names):
        return None
    edits = []
    for first, last in _runs(positions):
        start, end = code.site(call.args[first]), code.site(call.args[last])
        if first:
            place = between(code.site(call.args[first - 1]), end_of(end))
        elif last + 1 < len(call.args):
            place = between(start_of(start), code.site(call.args[last + 1]))
        else:
            rest = code.rest(end)
            place = between(start_of(start), end_of(end, rest.startswith(",")))
        if "#" in code.text(place):
            # The comment before it stays, with the comma behind it or the one before that.
            rest = code.rest(end)
            place = between(start_of(start), end_of(end, rest.startswith(",")))
            if "#" in code.text(place):
                return None
        edits.append(Edit(place, ""))
    return edits


def _runs(positions: list[int]) -> list[tuple[int, int]]:
    """The first and the last of each run of neighbours."""
    runs: list[tuple[int, int]] = []
    for position in positions:
        if runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def drop_call(code: Code, remedy: DropCall) -> Fix | None:
    """The chain without the call; None where a comment would go with it."""
    call = code.find(remedy.at, cst.Call)
    if call is None or not isinstance(call.func, cst.Attribute) or call.func.attr.value != remedy.method:
        return None
    place = _lone(code, call) or between(code.site(call.func.value), end_of(code.site(call)))
    if "#" in code.text(place) or call.func.value.lpar:
        return None
    return Fix(f"leave out `.{remedy.method}()`", (Edit(place, ""),), True)


def _lone(code: Code, call: cst.Call) -> Site | None:
    """The line of `x = x.shuffle(n)`, which is nothing without the call."""
    statement, assign = code.statement(call), code.parent(call)
    if statement is None or not isinstance(assign, cst.Assign) or len(statement.body) != 1:
        return None
    block = code.parent(statement)
    site = code.site(statement)
    target = code.text(assign.targets[0].target)
    is_same = isinstance(call.func, cst.Attribute) and code.text(call.func.value) == target
    if not is_same or len(assign.targets) != 1 or code.rest(site).strip():
        return None
    if not isinstance(block, cst.IndentedBlock | cst.Module) or len(block.body) < 2:
        return None
    return code.whole_lines(site)


def is_literal(value: cst.BaseExpression) -> bool:
    """Whether the value is written where it is given."""
    names = ("True", "False", "None")
    return isinstance(value, _LITERALS) or (isinstance(value, cst.Name) and value.value in names)


def value_site(code: Code, arg: cst.Arg) -> Site:
    """Where the value of an argument stands, its parentheses included."""
    site = code.site(arg)
    if not isinstance(arg.equal, cst.AssignEqual):
        return site
    if not arg.value.lpar:
        return between(start_of(code.site(arg.value)), end_of(site))
    # A value's own place is inside its parentheses.  White space behind the sign stays.
    sign = code.site(arg.equal)
    after = code.text(between(sign, end_of(site)))
    return between(end_of(sign, len(after) - len(after.lstrip(" \t"))), end_of(site))


def appended(code: Code, call: cst.Call, text: str) -> Edit:
    """An argument put behind the others of a call, on a line of its own where the last one has one."""
    if not call.args:
        return Edit(end_of(code.site(call), -1), text)
    last = code.site(call.args[-1])
    rest, indent = code.rest(last), code.indent(last)
    behind = rest.removeprefix(",").lstrip()
    if rest.startswith(",") and (not behind or behind.startswith("#")) and indent is not None:
        # Behind the comment on the last one.
        return Edit(end_of(last, len(rest)), f"\n{indent}{text},")
    if not rest.strip():
        # The bracket closes on another line.
        return Edit(end_of(last), f",\n{code.margin(last)}{text}")
    return Edit(end_of(last), f", {text}")
