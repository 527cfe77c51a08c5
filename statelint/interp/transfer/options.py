"""Options of a program: what a command line or a flag leaves at its default is assumed to stay there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from statelint.interp import arguments as binding
from statelint.interp import calls, classes, loops
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Bound,
    Function,
    InstanceRecord,
    Library,
    Partial,
    Ref,
    Tuple,
)
from statelint.interp.transfer import Transfer
from statelint.trace.objects import Argument
from statelint.values import (
    FALSE,
    MAX_OPTIONS,
    NONE,
    Choice,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    is_,
    unknown,
)

NAMESPACE = Library("argparse.Namespace")
COMMANDS = Library("argparse._SubParsersAction")
FLAG_HOLDER = Library("absl.flags.FlagHolder")

_FLAG_MODULES = (
    "absl.flags",
    "gflags",
    "tensorflow.flags",
    "tensorflow.app.flags",
    "tensorflow.compat.v1.flags",
    "tensorflow.compat.v1.app.flags",
)
_APPS = ("absl.app", "tensorflow.app", "tensorflow.compat.v1.app")
_FLAG_KINDS = ("string", "integer", "float", "bool", "boolean", "enum", "list")


def _shown(value: Known) -> str:
    """A default as the finding shows it."""
    if isinstance(value.value, int | float | str | None):
        return repr(value.value)
    return "…"


def _assumed(value: Value, flag: str) -> Value:
    if not isinstance(value, Known):
        return unknown(Reason.PARAMETER, key=("argument", flag))
    return Known(value.value, (*value.assuming, f"{flag} keeps its default {_shown(value)}"), value.varies)


def _set(value: Value, flag: str) -> Value:
    """A default that is set for a name: no option gives a function."""
    is_function = isinstance(value, Known) and isinstance(value.value, Function | Bound)
    return value if is_function else _assumed(value, flag)


def _converted(value: Value, kind: Value | None) -> Value:
    """A default given as text, as the option's type makes it."""
    if isinstance(value, Known) and isinstance(value.value, str):
        try:
            if kind in (Known(Library("builtins.int")), Known("int")):
                return replace(value, value=int(value.value))
            if kind in (Known(Library("builtins.float")), Known("float")):
                return replace(value, value=float(value.value))
        except ValueError:
            return unknown(Reason.PARAMETER)
        if kind not in (None, NONE, Known(Library("builtins.str")), Known("string"), Known("str")):
            return unknown(Reason.PARAMETER)
    return value


# argparse, optparse


def _parser(machine: Machine, name: str, arguments: Arguments) -> Value:
    attributes: dict[str, Value] = {}
    parents = arguments.keywords.get("parents")
    for parent in (loops.items(loops.iterate(machine, parents.value)) or ()) if parents is not None else ():
        record = machine.record(parent)
        if isinstance(record, InstanceRecord):
            attributes.update(record.attributes)
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, attributes))


def parser_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of argparse's and optparse's parsers and groups; `attributes` are the options so far."""
    record = machine.record(receiver)
    assert isinstance(record, InstanceRecord) and isinstance(receiver, Known)
    assert isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    match name:
        case "add_subparsers":
            return machine.allocate(InstanceRecord(Known(COMMANDS), arguments.site, {"parser": receiver}))
        case "add_argument" | "add_option":
            _add_option(machine, id_, record, arguments)
            return NONE
        case "add_argument_group" | "add_mutually_exclusive_group":
            return receiver
        case "set_defaults":
            if arguments.open:
                classes.forget_attributes(machine, id_)
            given = {key: _set(a.value, f"--{key}") for key, a in arguments.keywords.items()}
            machine.update(id_, attributes={**machine.state.heap[id_].attributes, **given})  # type: ignore
            return NONE
        case "parse_args" | "parse_known_args":
            options = _parsed(machine, _with_commands(machine, receiver), arguments)
            is_pair = name == "parse_known_args" or record.type == Known(Library("optparse.OptionParser"))
            return Known(Tuple((options, machine.unknown(Reason.PARAMETER)))) if is_pair else options
    return machine.unknown(Reason.LIBRARY_CALL)


def commands_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`add_subparsers().add_parser(name)`: the parser of one command."""
    if name != "add_parser":
        return machine.unknown(Reason.LIBRARY_CALL)
    record = machine.record(receiver)
    assert isinstance(record, InstanceRecord) and isinstance(receiver, Known)
    parent = record.attributes["parser"]
    made = _parser(machine, "argparse.ArgumentParser", arguments)
    if isinstance(parent, Known) and isinstance(parent.value, Ref):
        machine.subparsers.setdefault(parent.value.id, []).append(made)
    return made


def _with_commands(machine: Machine, parser: Known) -> InstanceRecord:
    """A parser with the options of its commands, of which one is given."""
    assert isinstance(parser.value, Ref)
    record = machine.record(parser)
    assert isinstance(record, InstanceRecord)
    found: dict[str, list[Value]] = {}
    of_commands = [
        _with_commands(machine, command)
        for command in machine.subparsers.get(parser.value.id, ())
        if isinstance(command, Known)
    ]
    for one in of_commands:
        for dest, value in one.attributes.items():
            found.setdefault(dest, []).append(value)
    attributes = {dest: _whichever(dest, values, parser.value.id) for dest, values in found.items()}
    is_open = record.open or any(one.open for one in of_commands)
    return replace(record, attributes={**record.attributes, **attributes}, open=is_open)


def _whichever(dest: str, values: list[Value], parser: int) -> Value:
    """An option that several commands have: what is known of all of them, or the function of each."""
    first = values[0]
    if all(value.key == first.key for value in values):
        return first
    functions = tuple(
        value for value in values if isinstance(value, Known) and isinstance(value.value, Function | Bound)
    )
    if len(functions) == len(values) <= MAX_OPTIONS:
        return Choice(functions, ("command", parser))
    return unknown(Reason.PARAMETER, key=("argument", dest))


def _add_option(machine: Machine, id_: int, record: InstanceRecord, arguments: Arguments) -> None:
    names = (a.value.value for a in arguments.positional if isinstance(a.value, Known))
    flags = [name for name in names if isinstance(name, str)]
    given = arguments.keywords.get("dest")
    if given is not None and isinstance(given.value, Known):
        dest = str(given.value.value)
    elif flags:
        dest = _destination(flags)
    else:
        # An option of which not even the name is known.
        classes.forget_attributes(machine, id_)
        return
    value = _of_option(machine, f"--{dest}", _default(arguments, flags))
    machine.update(id_, attributes={**record.attributes, dest: value})


def _of_option(machine: Machine, name: str, default: Value) -> Value:
    """What an option stands for where its default is assumed, unless another value is asked for."""
    if not isinstance(default, Known) or not isinstance(default.value, str | bool | None):
        return default
    machine.options.update((text, (name, default.value)) for text in default.assuming)
    return machine.given.get(name, default)


def _destination(flags: list[str]) -> str:
    return next((f for f in flags if f.startswith("--")), flags[0]).lstrip("-").replace("-", "_")


def _default(arguments: Arguments, flags: list[str]) -> Value:
    flag = next((f for f in flags if f.startswith("--")), flags[0] if flags else "")
    keywords = {name: argument.value for name, argument in arguments.keywords.items()}
    action, default = keywords.get("action"), keywords.get("default")
    is_optional = keywords.get("nargs") in (Known("?"), Known("*"))
    is_needed = not flag.startswith("-") and not is_optional
    if arguments.open or is_needed or is_(keywords.get("required", FALSE), False) is not Ternary.YES:
        return unknown(Reason.PARAMETER, key=("argument", flag))
    if default is None and action in (Known("store_true"), Known("store_false")):
        default = Known(action == Known("store_false"))
    if default is None or default == Known(Library("argparse.SUPPRESS")):
        return unknown(Reason.PARAMETER, key=("argument", flag))
    return _assumed(_converted(default, keywords.get("type")), flag)


def _parsed(machine: Machine, record: InstanceRecord, arguments: Arguments) -> Value:
    """The options as the command line leaves them; a list in its place says which are given."""
    attributes: Mapping[str, Value] = record.attributes
    given = arguments.get(0, "args")
    words = loops.items(loops.iterate(machine, given)) if _is_list(machine, given) and given else None
    if words is not None:
        texts = [word.value if isinstance(word, Known) else None for word in words]
        attributes = {dest: _told(value, dest, texts) for dest, value in attributes.items()}
    elif _is_list(machine, given):
        attributes = {dest: unknown(Reason.PARAMETER) for dest in attributes}
    return machine.allocate(InstanceRecord(Known(NAMESPACE), arguments.site, attributes, record.open))


def _is_list(machine: Machine, given: Value | None) -> bool:
    if isinstance(given, Unknown) or given is None or given == NONE:
        return False
    return isinstance(given, Known) and (isinstance(given.value, Tuple) or machine.record(given) is not None)


def _told(value: Value, dest: str, words: list[object]) -> Value:
    """An option under a command line that is known: only what it doesn't name keeps its default."""
    if not words and isinstance(value, Known):
        return replace(value, assuming=())
    names = [
        word.lstrip("-").partition("=")[0].replace("-", "_") if isinstance(word, str) else ""
        for word in words
    ]
    # Options may be shortened.
    is_named = any(not name or dest.startswith(name) or len(name) == 1 for name in names)
    return unknown(Reason.PARAMETER) if is_named else value


# absl


def _define_flag(machine: Machine, name: str, arguments: Arguments) -> Value:
    flag, default = arguments.get(0, "name"), arguments.get(1, "default")
    if not isinstance(flag, Known) or default is None or default == NONE:
        return machine.unknown(Reason.PARAMETER)
    value = _of_option(machine, f"--{flag.value}", _assumed(default, f"--{flag.value}"))
    machine.flags[str(flag.value)] = value
    attributes = {"value": value, "default": default, "name": flag}
    return machine.allocate(
        InstanceRecord(Known(Library("absl.flags.FlagHolder")), arguments.site, attributes)
    )


def _run_app(machine: Machine, name: str, arguments: Arguments) -> Value:
    """absl.app.run: calls `main` with the rest of the command line, and ends the program."""
    main = arguments.get(0, "main") or machine.state.frames.get(machine.root_frame, {}).get("main")
    if isinstance(main, Known) and isinstance(main.value, Function | Bound | Partial):
        rest = Argument(machine.unknown(Reason.PARAMETER), arguments.site)
        takes = main.value.node.params.params if isinstance(main.value, Function) else (None,)
        calls.call_value(machine, main, Arguments((rest,) if takes else (), {}, False, arguments.site))
        machine.die()
    return NONE


# click, typer, fire


def _run_command(machine: Machine, name: str, arguments: Arguments) -> Value:
    """typer.run, fire.Fire: the command line gives a function its arguments."""
    function = arguments.get(0, "component")
    if isinstance(function, Known) and isinstance(function.value, Function):
        return calls.call_value(machine, function, binding.unknown_arguments(arguments.site))
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _typer_option(machine: Machine, name: str, arguments: Arguments) -> Value:
    """typer.Option(default, …) as a parameter's default."""
    value = arguments.get(0, "default")
    return value if value is not None and value != Known(...) else machine.unknown(Reason.PARAMETER)


def option_defaults(name: str, given: Arguments | None) -> dict[str, Value]:
    """The default that a click decorator gives a parameter."""
    if given is None or name not in ("click.option", "click.argument"):
        return {}
    names = (a.value.value for a in given.positional if isinstance(a.value, Known))
    flags = [flag for flag in names if isinstance(flag, str)]
    keywords = {key: argument.value for key, argument in given.keywords.items()}
    plain = [flag for flag in flags if not flag.startswith("-")]
    default = keywords.get("default")
    if default is None and keywords.get("is_flag") == Known(True):
        default = FALSE
    is_needed = is_(keywords.get("required", FALSE), False) is not Ternary.YES
    if not flags or default is None or is_needed or given.open:
        return {}
    dest = plain[0] if plain else _destination([flag.partition("/")[0] for flag in flags])
    return {dest: _converted(default, keywords.get("type"))}


TRANSFERS: dict[str, Transfer] = {
    "argparse.ArgumentParser": _parser,
    "optparse.OptionParser": _parser,
    **{f"{module}.DEFINE_{kind}": _define_flag for module in _FLAG_MODULES for kind in _FLAG_KINDS},
    **{f"{module}.run": _run_app for module in _APPS},
    "typer.run": _run_command,
    "fire.Fire": _run_command,
    "typer.Option": _typer_option,
    "typer.Argument": _typer_option,
}
