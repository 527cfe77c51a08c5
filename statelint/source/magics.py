"""What IPython runs, as Python: magics, shell lines and help stand where they were, as something neutral."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from statelint.source import grammar

# Cell magics whose body is Python that runs in the notebook's own namespace.
_RUNNING_CELLS = frozenset(
    {
        *("time", "timeit", "capture", "prun", "debug", "memit", "mprun", "lprun", "snakeviz", "scalene"),
        *("pyinstrument", "wandb", "mypy", "flake8", "pycodestyle", "notify"),
    }
)
# Cell magics whose body is another language, or Python that runs elsewhere.
_FOREIGN_CELLS = frozenset(
    {
        *("bash", "sh", "shell", "cmd", "powershell", "script", "system", "sx", "!", "perl", "ruby", "pypy"),
        *("python", "python2", "python3", "writefile", "file", "html", "HTML", "javascript", "js", "latex"),
        *("markdown", "svg", "SVG", "sql", "bigquery", "R", "julia", "cython", "cython_inline", "cu"),
        *("configure", "tikz", "mermaid", "tensorboard", "skip", "load_ext", "css"),
    }
)
# Line magics that run a statement: their flags, and their options with a value.
_RUNNING = {
    "time": ("", ""),
    "timeit": ("tcoqv", "nrp"),
    "prun": ("q", "lrsTD"),
    "memit": ("co", "rti"),
    "mprun": ("rc", "fT"),
    "lprun": ("rs", "fmDTu"),
}

_CELL = re.compile(r"%%(!|\w+)[ \t]*(.*)")
_LINE = re.compile(r"(?P<indent>\s*)(?P<sign>%%?|!!?|\?\??|[,;/](?=[^\W\d]))(?P<rest>.*)", re.DOTALL)
_ASSIGNED = re.compile(r"(?P<target>[^=#]*=[ \t]*)(?P<magic>!!?|%[^\W\d])")
_ENVIRONMENT = re.compile(r"(?:set_)?env\s+(?P<name>\w+)(?:\s*=\s*|\s+)(?P<value>.*)")
# IPython takes these for magics without a percent sign, where that is no Python.
_AUTOMAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:"
    r"(?:pip3?|conda|mamba|cd|ls|ll|cat|cp|mv|rm|mkdir|rmdir|matplotlib|load_ext|autoreload|pylab|clear|run)"
    r"[ \t]+[\w~./]"
    r"|(?:time|timeit|prun)[ \t]+[^\W\d])"
)
_OPERATORS = re.compile(r"[ \t]*\w+[ \t]+(?:in|is|and|or|not|if|else|for|as)\b")
_PROMPT = re.compile(r"(>>>|\.\.\.)( |$)")
_PIECE = re.compile(
    r"""#.*|(?P<quote>'{3}|"{3})|'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|[()\[\]{}]|(?P<continued>\\$)"""
)


@dataclass(slots=True)
class Translation:
    """The Python of a cell, line by line, and how many columns each moved line stood further to the right."""

    lines: list[str]
    shifts: dict[int, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return "\n".join(self.lines)

    def move(self, row: int, columns: int) -> None:
        """Note that the line at `row` (from 0) begins that many columns further to the left."""
        self.shifts[row + 1] = self.shifts.get(row + 1, 0) + columns


def to_python(text: str, shifts: Mapping[int, int] | None = None) -> Translation:
    """A cell's text as Python of the same lines; `shifts` are those that its lines already have."""
    translation = Translation(normalised(text).split("\n"), dict(shifts or {}))
    _unprompt(translation)
    _dedent(translation)
    row = _first(translation.lines, 0)
    while row is not None and (magic := _CELL.match(translation.lines[row])):
        name = magic[1]
        if name not in _RUNNING_CELLS:
            _drop_body(translation, row, name)
            return translation
        translation.lines[row] = _neutral(translation.lines[row])
        row = _first(translation.lines, row + 1)
    if row is not None:
        _translate_lines(translation, row)
    return translation


def normalised(text: str) -> str:
    """`text` with every line ended by a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first(lines: list[str], row: int) -> int | None:
    """The first line from `row` on that isn't blank."""
    return next((k for k in range(row, len(lines)) if lines[k].strip()), None)


def _unprompt(translation: Translation) -> None:
    """Take the prompts off a recorded session, and leave out what it printed."""
    lines = translation.lines
    row = _first(lines, 0)
    if row is None or not lines[row].lstrip().startswith(">>>"):
        return
    indent = len(lines[row]) - len(lines[row].lstrip())
    statement: list[str] = []
    for row, line in enumerate(lines):
        prompt = _PROMPT.match(line, indent)
        if prompt:
            translation.move(row, prompt.end())
            statement = [*(statement if prompt[1] == "..." else []), line[prompt.end() :]]
        elif _is_open(statement):
            # Its prompt was left out.
            statement.append(line)
        else:
            statement = []
        lines[row] = statement[-1] if statement else ""


def _is_open(statement: list[str]) -> bool:
    """Whether the last line of a statement leaves a bracket open."""
    lines = [*statement, ""]
    row = 0
    while row < len(statement):
        row = _end_of_statement(lines, row)
    return row > len(statement)


def _dedent(translation: Translation) -> None:
    """Take the first line's indentation off every line, as IPython does."""
    lines = translation.lines
    row = _first(lines, 0)
    indent = "" if row is None else lines[row][: len(lines[row]) - len(lines[row].lstrip())]
    if not indent:
        return
    for row, line in enumerate(lines):
        if line.startswith(indent):
            lines[row] = line.removeprefix(indent)
            translation.move(row, len(indent))


def _drop_body(translation: Translation, row: int, name: str) -> None:
    """Leave out the body of a cell magic; one that nobody knows may do anything with the names in it."""
    lines = translation.lines
    body = "\n".join(lines[row + 1 :])
    lines[row] = _neutral(lines[row]) if name in _FOREIGN_CELLS else f"exec({body!r})"
    lines[row + 1 :] = ["" for _ in lines[row + 1 :]]


def _translate_lines(translation: Translation, row: int) -> None:
    lines = translation.lines
    while row < len(lines):
        line = lines[row]
        if _translate_magic(translation, row):
            row += 1
            while line.endswith("\\") and row < len(lines):
                line = lines[row]
                lines[row] = f"#{line}"
                row += 1
        else:
            row = _end_of_statement(lines, row)


def _translate_magic(translation: Translation, row: int) -> bool:
    """Translate the magic, shell or help line at `row`; False where a statement (still) stands there."""
    lines = translation.lines
    line = lines[row]
    if not line.strip():
        return False
    found = _LINE.fullmatch(line)
    if found is None and _AUTOMAGIC.match(line) and not _OPERATORS.match(line) and not _is_statement(line):
        indent = len(line) - len(line.lstrip())
        line = f"{line[:indent]}%{line[indent:]}"
        translation.move(row, -1)
        found = _LINE.fullmatch(line)
    if found is not None:
        return _translate_escaped(translation, row, line, found)
    if _is_help(line):
        lines[row] = _neutral(line)
        return True
    assigned = _ASSIGNED.match(line)
    if assigned and _is_statement(f"{assigned['target'].strip()}0"):
        return _translate_assigned(translation, row, assigned)
    return False


def _translate_escaped(translation: Translation, row: int, line: str, found: re.Match[str]) -> bool:
    """The line that begins with %, !, ? or an auto-call's sign."""
    indent, sign, rest = found["indent"], found["sign"], found["rest"]
    if sign in (",", ";", "/"):
        translation.lines[row] = indent + _called(sign, rest)
        translation.move(row, 1)
        return True
    if sign == "%" and (statement := _statement_of(rest)) is not None:
        translation.lines[row] = indent + statement
        translation.move(row, len(line) - len(translation.lines[row]))
        return False
    translation.lines[row] = _neutral(line)
    if sign == "%":
        name = rest.partition(" ")[0]
        environment = _ENVIRONMENT.fullmatch(rest.strip())
        if environment:
            key, value = environment["name"], environment["value"]
            translation.lines[row] = f"{indent}import os as _os; _os.environ[{key!r}] = {value!r}"
        elif name in ("run", "runfile", "execfile"):
            translation.lines[row] = f"{indent}exec(open({rest.partition(' ')[2].strip()!r}))"
        elif name == "pylab":
            translation.lines[row] = f"{indent}import numpy as np; from matplotlib import pyplot as plt"
    return True


def _translate_assigned(translation: Translation, row: int, assigned: re.Match[str]) -> bool:
    """`x = !ls`, `x = %magic`: something unknown; `x = %time f()` is what f returns."""
    line = translation.lines[row]
    target, magic = assigned["target"], line[assigned.end("target") :]
    if magic.startswith("%time ") and (statement := _statement_of(magic[1:])):
        translation.lines[row] = target + " " * (len(magic) - len(statement)) + statement
        return False
    translation.lines[row] = f"{target}get_ipython()  #{magic}"
    return True


def _statement_of(magic: str) -> str | None:
    """The statement that a line magic (without its sign) runs; None where it runs none."""
    name, _, rest = magic.partition(" ")
    if name not in _RUNNING:
        return None
    flags, valued = _RUNNING[name]
    options = rf"\s*(?:-[{flags}]+\s+)" if flags else r"\s*(?!)"
    if valued:
        options = rf"(?:{options}|\s*-[{flags}]*[{valued}]\s*\S+\s*)"
    statement = re.sub(rf"^(?:{options})*", "", rest).strip(" \t")
    return statement or None


def _called(sign: str, rest: str) -> str:
    """The call that IPython makes of `/f a`, `,f a b` and `;f a b`."""
    function, _, given = rest.partition(" ")
    if sign == "/":
        return f"{function}({given})"
    arguments = given.split() if sign == "," else [given]
    return f"{function}({', '.join(map(repr, arguments))})"


def _neutral(line: str) -> str:
    """A statement that does nothing, with the line behind it as a comment."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  #{line.lstrip()}"


def _is_help(line: str) -> bool:
    """`model.fit?`, but not a question in a string or a comment."""
    line = line.rstrip()
    return line.endswith("?") and all(
        piece.end() < len(line) and not piece["quote"] for piece in _PIECE.finditer(line)
    )


def _is_statement(code: str) -> bool:
    try:
        grammar.parse(code.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _end_of_statement(lines: list[str], row: int) -> int:
    """The line behind the statement that begins at `row`."""
    depth, quote, position = 0, "", 0
    while row < len(lines):
        line = lines[row]
        is_continued = False
        while True:
            if quote:
                closing = re.compile(rf"\\.|{quote}")
                match = closing.search(line, position)
                while match is not None and match.group() != quote:
                    match = closing.search(line, match.end())
                if match is None:
                    break
                quote, position = "", match.end()
            piece = _PIECE.search(line, position)
            if piece is None:
                break
            position = piece.end()
            if piece["quote"]:
                quote = piece["quote"]
            elif piece.group() in ("(", "[", "{"):
                depth += 1
            elif piece.group() in (")", "]", "}"):
                depth -= 1
            is_continued = piece["continued"] is not None
        row, position = row + 1, 0
        if not quote and depth <= 0 and not is_continued:
            return row
    return row
