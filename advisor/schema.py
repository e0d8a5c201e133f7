"""JSON Schemas of the case file and the rule file, generated from what is declared."""

from __future__ import annotations

import typing
from typing import Any

from advisor import model, rule
from advisor.model import CASE, GRADES, Fact
from advisor.rulebase import Knowledge
from advisor.teaching import MAX_CHOICES

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {
    "type": "object",
    "required": ["en", "zh"],
    "additionalProperties": False,
    "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
}
_WORDS: Schema = {"type": ["string", "number"]}
"""Words of a case: an editor takes a name such as 360 for a number."""
_LOOSE: Schema = {"anyOf": [_WORDS, _TEXT]}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def case_schema(knowledge: Knowledge) -> Schema:
    """Return the schema of a case file: every declared fact with its values, labels as descriptions."""
    lists = {name: _list_schema(knowledge, name) for name in knowledge.lists}
    complete = {f"{name}_complete": _flag() for name in knowledge.lists}
    content: Schema = {"facts": _facts_schema(knowledge), **lists, **complete}
    act = {
        "type": "object",
        "required": ["on", "title"],
        "additionalProperties": False,
        "properties": {"on": DAY, "title": _LOOSE, **content},
    }
    return {
        "$schema": DIALECT,
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
            "as_of": DAY,
            "currency": {"type": "string"},
            "deals": {"type": "array", "items": {"type": "string"}},
            **content,
            "history": {"type": "array", "items": act},
            "teaching": _teaching_schema(knowledge),
        },
    }


def _teaching_schema(knowledge: Knowledge) -> Schema:
    """The block that makes a case an exercise as well."""
    tempting = object_of({"verdict": {"enum": list(knowledge.verdicts)}, "why": _TEXT}, ("verdict", "why"))
    item: Schema = {"type": "integer", "minimum": 1, "maximum": 999}
    wrong = object_of({"text": _TEXT, "why": _TEXT, "item": item}, ("text", "why", "item"))
    step = object_of({"do": _TEXT, "why": _TEXT, "law": {"enum": list(knowledge.laws)}}, ("do", "why"))
    few = {"type": "array", "maxItems": MAX_CHOICES}
    parts: Schema = {
        "story": _TEXT,
        "tempting": tempting,
        "wrong": {**few, "items": wrong},
        "steps": {**few, "items": step},
        "notes": _TEXT,
    }
    texts: Schema = {"playbook": _TEXT, "authored": _TEXT, "lesson": _TEXT}
    acts = {"type": "array", "items": object_of(parts, ("story", "wrong", "steps", "notes"))}
    block: Schema = {"begins": DAY, "items": {"type": "array", "items": item}, **texts, "acts": acts}
    return object_of(block, tuple(block))


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
            "on": DAY,
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
    return [DAY if fact.type == "date" else _WORDS, {"enum": words}]


def rule_schema(knowledge: Knowledge) -> Schema:
    """Return the schema of a rule file."""
    names: Schema = {"type": "array", "items": {"type": "string"}}
    condition: Schema = {"$ref": "#/$defs/condition"}
    text: Schema = {"$ref": "#/$defs/text"}
    example = object_of(
        {"name": {"type": "string"}, "given": {"type": "object"}, "expect": enum_of(rule.Outcome), "missing": names},
        ("name", "given", "expect"),
    )
    source = {
        "type": "array",
        "minItems": 1,
        "items": {
            "anyOf": [
                object_of({"passage": {"type": "string"}, "quote": {"type": "string"}}, ("passage",)),
                object_of({"ours": text}, ("ours",)),
            ]
        },
    }
    one = object_of(
        {
            "id": {"type": "string"},
            "each": {"enum": list(knowledge.lists)},
            "title": text,
            "status": enum_of(rule.Status),
            "source": source,
            "when": condition,
            "then": _then_schema(knowledge),
            "because": text,
            "examples": {"type": "array", "items": example},
        },
        ("id", "title", "status", "when", "then", "because", "examples"),
    )
    file = object_of(
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
    return {"$schema": DIALECT, "title": "A rule file of the deal advisor", **file, "$defs": defs}


def _then_schema(knowledge: Knowledge) -> Schema:
    verdicts = _several(list(knowledge.verdicts))
    names: Schema = {"type": "array", "items": {"type": "string"}}
    text: Schema = {"$ref": "#/$defs/text"}
    candidate = {"verdict": {"enum": list(knowledge.verdicts)}, "tier": {"type": "string"}, "defeats": names}
    classify = [
        object_of({"scheme": {"const": scheme.id}, "as": {"enum": list(scheme.values)}}, ("scheme", "as"))
        for scheme in knowledge.schemes.values()
    ]
    approach = object_of({"slot": {"enum": list(knowledge.slots)}, "say": text}, ("slot", "say"))
    guard = {
        "level": enum_of(rule.GuardLevel),
        "law": {"enum": list(knowledge.laws)},
        "instead": text,
        "only_through": _several(list(knowledge.their_roles)),
        "keeps_off": _flag(),
    }
    then = {
        "finding": {"type": "string"},
        "candidate": object_of(candidate, ("verdict", "tier")),
        "classify": {"anyOf": classify},
        "supports": verdicts,
        "opposes": verdicts,
        "grave": _flag(),
        "defeats": names,
        "approach": {"type": "array", "items": approach},
        "actions": {"type": "array", "items": _action_schema(knowledge, verdicts, text)},
        "ask": _several(list(knowledge.facts)),
        "warning": text,
        "guard": object_of(guard, ("level", "law", "instead")),
    }
    if not classify:
        del then["classify"]
    return object_of(then, ())


def _several(allowed: list[str]) -> Schema:
    return {"type": "array", "items": {"enum": allowed}}


def object_of(properties: Schema, required: tuple[str, ...]) -> Schema:
    """Return the schema of an object with these properties and no others."""
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
    }


def enum_of(literal: Any) -> Schema:
    """Return the schema of the values of a Literal."""
    return {"enum": list(typing.get_args(literal))}


def _action_schema(knowledge: Knowledge, verdicts: Schema, text: Schema) -> Schema:
    return object_of(
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
            object_of({"fact": fact}, ("fact",)),
            object_of({"setting": {"enum": list(knowledge.settings)}}, ("setting",)),
        ]
    }
    tests = [
        object_of({"fact": fact, op: {"type": "array"} if op == "in" else operand}, ("fact", op))
        for op in typing.get_args(model.Operator)
    ]
    asked = [object_of({ask: {"type": "string"}}, (ask,)) for ask in ("known", "unknown", "stale", "contradicted")]
    lists: Schema = {"enum": list(knowledge.lists)}
    quantified = [
        object_of({word: lists, "where": condition, "as": {"type": "string"}}, (word, "where"))
        for word in typing.get_args(model.Quantifier)
    ]
    evidence = object_of({"evidence": fact, "at_least": {"enum": list(GRADES)}}, ("evidence", "at_least"))
    nested = [object_of({"all": several}, ("all",)), object_of({"either": several}, ("either",))]
    need: Schema = {
        "anyOf": [{"type": "integer"}, object_of({"setting": {"enum": list(knowledge.settings)}}, ("setting",))]
    }
    nested.append(object_of({"at_least": need, "of": several}, ("at_least", "of")))
    simple = [object_of({"not": condition}, ("not",)), object_of({"finding": {"type": "string"}}, ("finding",))]
    return {"anyOf": [*nested, *simple, *tests, *quantified, *asked, evidence]}
