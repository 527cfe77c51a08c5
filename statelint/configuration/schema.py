"""The JSON schema of the configuration, for editors to check and complete it by."""

from __future__ import annotations

from typing import Any

from statelint.configuration.keys import KEYS, Key, Kind
from statelint.findings import Severity
from statelint.report import FORMATS, rulebook
from statelint.selection import ADVICE

_PATTERNS = {"type": "array", "items": {"type": "string", "minLength": 1}}
_RULE = {"$ref": "#/definitions/rule"}
_RULES = {"type": "array", "items": _RULE}


def schema() -> dict[str, Any]:
    """The schema of `[tool.statelint]` and of `statelint.toml`."""
    properties: dict[str, Any] = {}
    for key in KEYS:
        table, _, name = key.name.rpartition(".")
        place = properties
        if table:
            place = properties.setdefault(table, _table({}))["properties"]
        place[name] = {"description": key.text.replace("`", ""), **_value(key)}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "statelint",
        "description": "What is set in [tool.statelint] of pyproject.toml, or in statelint.toml.",
        **_table(properties),
        "definitions": {"rule": {"type": "string", "enum": _words()}},
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _value(key: Key) -> dict[str, Any]:
    match key.kind:
        case Kind.RULES:
            return _RULES
        case Kind.PATTERNS:
            return _PATTERNS
        case Kind.RULES_BY_PATTERN:
            return {"type": "object", "additionalProperties": _RULES}
        case Kind.SEVERITIES:
            severities = {"type": "string", "enum": [str(severity) for severity in Severity]}
            return {"type": "object", "propertyNames": _RULE, "additionalProperties": severities}
        case Kind.KERAS:
            return {"enum": [2, 3, "2", "3", "auto"]}
        case Kind.FORMAT:
            return {"type": "string", "enum": list(FORMATS)}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.SECONDS:
            return {"type": "number", "exclusiveMinimum": 0}
        case Kind.COUNT:
            return {"type": "integer", "minimum": 1}
        case Kind.PATH:
            return {"type": "string", "minLength": 1}


def _words() -> list[str]:
    """What a rule or a group of rules can be called; the names too, so that editors complete them."""
    rules = rulebook.listed()
    codes = {rule.code[:length] for rule in rules for length in range(3, 7)}
    return [ADVICE, *sorted(codes), *(rule.name for rule in rules)]
