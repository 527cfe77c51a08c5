"""Keyword arguments of calls: given another value, or put behind the others."""

from __future__ import annotations

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.code import Code, between, end_of, start_of
from statelint.remedies import PassArgument
from statelint.sites import Site

_LITERALS = (cst.BaseNumber, cst.SimpleString)


def pass_argument(code: Code, remedy: PassArgument) -> Fix | None:
    """The call with the argument; None where it comes in a way that can't be seen there."""
    call = code.find(remedy.at, cst.Call)
    if call is None:
        return None
    title = f"pass `{remedy.name}={remedy.value}`"
    if remedy.given is None:
        if keyword(call, remedy.name) is not None:
            return None
        return Fix(title, (appended(code, call, f"{remedy.name}={remedy.value}"),), remedy.safe)
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


def is_literal(value: cst.BaseExpression) -> bool:
    """Whether the value is written where it is given."""
    names = ("True", "False", "None")
    return isinstance(value, _LITERALS) or (isinstance(value, cst.Name) and value.value in names)


def value_site(code: Code, arg: cst.Arg) -> Site:
    """Where the value of an argument stands, its parentheses included."""
    site = code.site(arg)
    if not isinstance(arg.equal, cst.AssignEqual):
        return site
    after = between(code.site(arg.equal), end_of(site))
    # White space behind the sign stays.
    value = code.site(arg.value)
    return between(start_of(value), end_of(site)) if code.text(after)[:1].isspace() else after


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
