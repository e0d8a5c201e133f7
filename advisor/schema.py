"""JSON Schemas of the case file, the rule file and the result document, generated from what is declared."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any, Literal

from advisor import model, result, rule
from advisor.model import CASE, GRADES, Fact
from advisor.rulebase import Knowledge

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {
    "type": "object",
    "required": ["en", "zh"],
    "additionalProperties": False,
    "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
}
_WORDS: Schema = {"type": ["string", "number"]}
"""Words of a case: an editor takes a name such as 360 for a number."""
_LOOSE: Schema = {"anyOf": [_WORDS, _TEXT]}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def case_schema(knowledge: Knowledge) -> Schema:
    """Return the schema of a case file: every declared fact with its values, labels as descriptions."""
    lists = {name: _list_schema(knowledge, name) for name in knowledge.lists}
    complete = {f"{name}_complete": _flag() for name in knowledge.lists}
    content: Schema = {"facts": _facts_schema(knowledge), **lists, **complete}
    act = {
        "type": "object",
        "required": ["on", "title"],
        "additionalProperties": False,
        "properties": {"on": _DAY, "title": _LOOSE, **content},
    }
    return {
        "$schema": _DIALECT,
        "title": "A case of the deal advisor",
        "type": "object",
        "required": ["case", "title", "as_of"],
        "additionalProperties": False,
        "dependentSchemas": {"deals": {"required": ["kind"], "properties": {"kind": {"const": "account"}}}},
        "properties": {
            "case": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
            "title": _LOOSE,
            "about": _LOOSE,
            "kind": {"enum": ["deal", "account"]},
            "as_of": _DAY,
            "currency": {"type": "string"},
            "deals": {"type": "array", "items": {"type": "string"}},
            **content,
            "history": {"type": "array", "items": act},
        },
    }


def _facts_schema(knowledge: Knowledge) -> Schema:
    """Facts by path, or nested by the part before the dot."""
    facts = {path: fact for path, fact in knowledge.facts.items() if fact.scope == CASE}
    groups: dict[str, Schema] = {}
    for path, fact in facts.items():
        group, _, short = path.partition(".")
        entry = groups.setdefault(group, {"type": "object", "additionalProperties": False, "properties": {}})
        entry["properties"][short] = _fact_schema(knowledge, fact)
    flat = {path: _fact_schema(knowledge, fact) for path, fact in facts.items()}
    return {"type": "object", "additionalProperties": False, "properties": {**flat, **groups}}


def _list_schema(knowledge: Knowledge, name: str) -> Schema:
    decl = knowledge.lists[name]
    own = {"id": _WORDS, "name": _WORDS, decl.titled_by: _LOOSE}
    facts = {path.partition(".")[2]: _fact_schema(knowledge, fact) for path, fact in knowledge.members(name).items()}
    member = {"type": "object", "additionalProperties": False, "properties": {**own, **facts}}
    return {"type": "array", "description": decl.label.en, "items": member}


def _flag() -> Schema:
    return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no"]}]}


def _fact_schema(knowledge: Knowledge, fact: Fact) -> Schema:
    value = {"anyOf": _value_schemas(fact)}
    statement = {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {
            "value": value,
            "evidence": {"enum": list(GRADES)},
            "by": _WORDS,
            "on": _DAY,
            "how": {"enum": list(knowledge.evidence.how)},
        },
    }
    several = {"type": "array", "items": {"anyOf": [value, statement]}}
    return {"description": f"{fact.label.en} / {fact.label.zh}", "anyOf": [value, statement, several]}


def _value_schemas(fact: Fact) -> list[Schema]:
    words = ["unknown", *(["none"] if fact.absent else [])]
    if fact.type == "enum":
        return [{"enum": [*fact.values, *words]}]
    if fact.type == "bool":
        return [{"type": "boolean"}, {"enum": ["yes", "no", *words]}]
    if fact.type == "int":
        return [{"type": "integer"}, {"type": "string", "pattern": r"^[+-]?\d[\d,_]*$"}, {"enum": words}]
    if fact.type == "money":
        return [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?\d[\d,_]*(\.\d+)?$"}, {"enum": words}]
    return [_DAY if fact.type == "date" else _WORDS, {"enum": words}]


def rule_schema(knowledge: Knowledge) -> Schema:
    """Return the schema of a rule file."""
    names: Schema = {"type": "array", "items": {"type": "string"}}
    condition: Schema = {"$ref": "#/$defs/condition"}
    text: Schema = {"$ref": "#/$defs/text"}
    example = _object(
        {"name": {"type": "string"}, "given": {"type": "object"}, "expect": _enum(rule.Outcome), "missing": names},
        ("name", "given", "expect"),
    )
    source = {
        "type": "array",
        "minItems": 1,
        "items": {
            "anyOf": [
                _object({"passage": {"type": "string"}, "quote": {"type": "string"}}, ("passage",)),
                _object({"ours": text}, ("ours",)),
            ]
        },
    }
    one = _object(
        {
            "id": {"type": "string"},
            "each": {"enum": list(knowledge.lists)},
            "title": text,
            "status": _enum(rule.Status),
            "source": source,
            "when": condition,
            "then": _then_schema(knowledge),
            "because": text,
            "examples": {"type": "array", "items": example},
        },
        ("id", "title", "status", "when", "then", "because", "examples"),
    )
    file = _object(
        {
            "id": {"type": "string"},
            "item": {"type": "integer"},
            "title": text,
            "idea": text,
            "source": source,
            "findings": {"type": "object", "additionalProperties": text},
            "rules": {"type": "array", "items": one},
        },
        ("id", "title", "idea", "source", "rules"),
    )
    defs = {"text": _TEXT, "condition": _condition_schema(knowledge)}
    return {"$schema": _DIALECT, "title": "A rule file of the deal advisor", **file, "$defs": defs}


def _then_schema(knowledge: Knowledge) -> Schema:
    verdicts = _several(list(knowledge.verdicts))
    names: Schema = {"type": "array", "items": {"type": "string"}}
    text: Schema = {"$ref": "#/$defs/text"}
    candidate = {"verdict": {"enum": list(knowledge.verdicts)}, "tier": {"type": "string"}, "defeats": names}
    classify = [
        _object({"scheme": {"const": scheme.id}, "as": {"enum": list(scheme.values)}}, ("scheme", "as"))
        for scheme in knowledge.schemes.values()
    ]
    approach = _object({"slot": {"enum": list(knowledge.slots)}, "say": text}, ("slot", "say"))
    guard = {
        "level": _enum(rule.GuardLevel),
        "law": {"enum": list(knowledge.laws)},
        "instead": text,
        "only_through": _several(list(knowledge.their_roles)),
        "keeps_off": _flag(),
    }
    then = {
        "finding": {"type": "string"},
        "candidate": _object(candidate, ("verdict", "tier")),
        "classify": {"anyOf": classify},
        "supports": verdicts,
        "opposes": verdicts,
        "grave": _flag(),
        "defeats": names,
        "approach": {"type": "array", "items": approach},
        "actions": {"type": "array", "items": _action_schema(knowledge, verdicts, text)},
        "ask": _several(list(knowledge.facts)),
        "warning": text,
        "guard": _object(guard, ("level", "law", "instead")),
    }
    if not classify:
        del then["classify"]
    return _object(then, ())


def _several(allowed: list[str]) -> Schema:
    return {"type": "array", "items": {"enum": allowed}}


def _object(properties: Schema, required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
    }


def _enum(literal: Any) -> Schema:
    return {"enum": list(typing.get_args(literal))}


def _action_schema(knowledge: Knowledge, verdicts: Schema, text: Schema) -> Schema:
    return _object(
        {
            "do": text,
            "who": {"enum": list(knowledge.our_roles)},
            "to": {"enum": list(knowledge.their_roles)},
            "by": {"enum": list(knowledge.horizons)},
            "serves": verdicts,
        },
        ("do", "who", "by"),
    )


def _condition_schema(knowledge: Knowledge) -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    several = {"type": "array", "minItems": 1, "items": condition}
    fact: Schema = {"enum": list(knowledge.facts)}
    operand: Schema = {
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            _object({"fact": fact}, ("fact",)),
            _object({"setting": {"enum": list(knowledge.settings)}}, ("setting",)),
        ]
    }
    tests = [
        _object({"fact": fact, op: {"type": "array"} if op == "in" else operand}, ("fact", op))
        for op in typing.get_args(model.Operator)
    ]
    asked = [_object({ask: {"type": "string"}}, (ask,)) for ask in ("known", "unknown", "stale", "contradicted")]
    lists: Schema = {"enum": list(knowledge.lists)}
    quantified = [
        _object({word: lists, "where": condition, "as": {"type": "string"}}, (word, "where"))
        for word in typing.get_args(model.Quantifier)
    ]
    evidence = _object({"evidence": fact, "at_least": {"enum": list(GRADES)}}, ("evidence", "at_least"))
    nested = [_object({"all": several}, ("all",)), _object({"either": several}, ("either",))]
    need: Schema = {
        "anyOf": [{"type": "integer"}, _object({"setting": {"enum": list(knowledge.settings)}}, ("setting",))]
    }
    nested.append(_object({"at_least": need, "of": several}, ("at_least", "of")))
    simple = [_object({"not": condition}, ("not",)), _object({"finding": {"type": "string"}}, ("finding",))]
    return {"anyOf": [*nested, *simple, *tests, *quantified, *asked, evidence]}


def result_schema() -> Schema:
    """Return the schema of the JSON that `advisor review` writes."""
    defs: dict[str, Schema] = {}
    root = _type_schema(result.Review, defs)
    return {"$schema": _DIALECT, "title": "A review of the deal advisor", **root, "$defs": defs}


def _type_schema(kind: Any, defs: dict[str, Schema]) -> Schema:
    origin = typing.get_origin(kind)
    if origin is Literal:
        return _enum(kind)
    if origin is tuple:
        return {"type": "array", "items": _type_schema(typing.get_args(kind)[0], defs)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_type_schema(part, defs) for part in typing.get_args(kind)]}
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in defs:
            defs[kind.__name__] = {}
            defs[kind.__name__] = _dataclass_schema(kind, defs)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    simple: dict[Any, Schema] = {
        str: {"type": "string"},
        int: {"type": "integer"},
        bool: {"type": "boolean"},
        date: _DAY,
        type(None): {"type": "null"},
    }
    return simple[kind]


def _dataclass_schema(kind: type, defs: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(kind)
    listed = fields(kind)
    properties = {f.name: _type_schema(hints[f.name], defs) for f in listed}
    assert all(f.default_factory is MISSING for f in listed)
    return _object(properties, tuple(properties))
