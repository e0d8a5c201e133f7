"""The three JSON Schemas: valid themselves, and in agreement with what the loader takes and the review writes.

An editor reads YAML by the rules of YAML 1.2: `yes` and days are words to it, `true`, `null` and numbers are not.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft202012Validator

from advisor.checks.examples import run_examples
from advisor.judge import Judge
from advisor.load.cases import BANNED, CaseReader, load_case
from advisor.load.reader import Reader
from advisor.model import GRADES, Fact, FactType
from advisor.paths import shipped, yaml_files
from advisor.problems import InputError, Problems
from advisor.render.data import to_json
from advisor.render.mark import marked
from advisor.result_schema import result_schema
from advisor.review import review
from advisor.rulebase import Knowledge
from advisor.schema import case_schema, rule_schema
from tests.test_cli import BLOCKED, OPEN, SETTLED, UNREADABLE

TESTS = Path(__file__).resolve().parent
BROKEN = TESTS / "broken"


class EditorLoader(yaml.BaseLoader):
    """Reads YAML as an editor's language server does: by the core schema of YAML 1.2."""


EditorLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789.")),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)
EditorLoader.add_constructor("tag:yaml.org,2002:null", lambda *_: None)
EditorLoader.add_constructor("tag:yaml.org,2002:bool", lambda _, node: node.value.lower() == "true")
EditorLoader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
EditorLoader.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))


def in_editor(text: str) -> Any:
    """Return a file's content as an editor's language server sees it."""
    return yaml.load(text, Loader=EditorLoader)


def problems_of(schema: dict[str, Any], text: str) -> list[str]:
    """Return what an editor would underline."""
    return [error.message for error in Draft202012Validator(schema).iter_errors(in_editor(text))]


@pytest.fixture(scope="module")
def knowledge(_mini: Judge) -> Knowledge:
    return _mini.knowledge


@pytest.fixture(scope="module")
def of_cases(knowledge: Knowledge) -> dict[str, Any]:
    return case_schema(knowledge)


@pytest.fixture(scope="module")
def of_rules(knowledge: Knowledge) -> dict[str, Any]:
    return rule_schema(knowledge)


def test_an_editor_reads_words_as_words() -> None:
    seen = in_editor("[yes, No, on, 2026-03-01, true, 12, '12', 1.5, 1,200, ~, 0x1F, 1_000, none, unknown]")
    assert seen == [
        "yes",
        "No",
        "on",
        "2026-03-01",
        True,
        12,
        "12",
        1.5,
        1,
        200,
        None,
        "0x1F",
        "1_000",
        "none",
        "unknown",
    ]


def test_the_schemas_are_schemas(of_cases: dict[str, Any], of_rules: dict[str, Any]) -> None:
    for schema in (of_cases, of_rules, result_schema()):
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["title"]
        assert json.loads(json.dumps(schema)) == schema


def test_the_schemas_of_the_shipped_rules_are_schemas(shipped_judge: Judge) -> None:
    for schema in (case_schema(shipped_judge.knowledge), rule_schema(shipped_judge.knowledge)):
        Draft202012Validator.check_schema(schema)


# Cases

GOOD_FACTS = [
    "deal.phase: late",
    "deal.phase: unknown",
    "deal.phase: {value: late, evidence: written, by: buyer, on: 2026-02-20, how: published}",
    "deal.phase: [{value: late, by: coach}, {value: early, by: buyer}]",
    "deal.phase: [late, early]",
    "deal.public: yes",
    "deal.public: no",
    "deal.public: true",
    "deal.public: 'no'",
    "deal.public: unknown",
    "deal.criteria: none",
    "deal.price: 5",
    "deal.price: 5.25",
    "deal.price: -5",
    "deal.price: 1200000",
    "deal.price: 1,200,000",
    "deal.price: '1_200_000.50'",
    "deal.price: unknown",
    "deal: {phase: late, public: yes, price: 5}",
    "deal: {phase: {value: late, evidence: told}}",
]
BAD_FACTS = [
    "deal.phase: lat",
    "deal.phase: none",
    "deal.phase: null",
    "deal.phase: {evidence: told}",
    "deal.phase: {value: late, evidence: rumour}",
    "deal.phase: {value: late, on: 20 February}",
    "deal.phase: {value: late, how: gossip}",
    "deal.phase: {value: late, said: coach}",
    "deal.phase: [[late]]",
    "deal.public: maybe",
    "deal.public: none",
    "deal.public: 1",
    "deal.price: cheap",
    "deal.price: 1.5 million",
    "deal.size: 5",
    "stakeholder.stance: for",
    "deal: {fase: late}",
]


def case(facts: str) -> str:
    return f"case: one\ntitle: One\nas_of: 2026-03-01\nfacts:\n  {facts}\n"


def loads(text: str, knowledge: Knowledge, folder: Path) -> bool:
    """Whether the loader takes a case."""
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    try:
        load_case(folder / "case.yaml", knowledge)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("facts", GOOD_FACTS)
def test_editor_and_loader_take_the_same_facts(
    of_cases: dict[str, Any], knowledge: Knowledge, tmp_path: Path, facts: str
) -> None:
    assert loads(case(facts), knowledge, tmp_path)
    assert not problems_of(of_cases, case(facts))


@pytest.mark.parametrize("facts", BAD_FACTS)
def test_editor_and_loader_refuse_the_same_facts(
    of_cases: dict[str, Any], knowledge: Knowledge, tmp_path: Path, facts: str
) -> None:
    assert not loads(case(facts), knowledge, tmp_path)
    assert problems_of(of_cases, case(facts))


TEACHING = (TESTS / "mini" / "cases" / "toll-gates.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [SETTLED, OPEN, BLOCKED, TEACHING])
def test_good_cases_are_valid(of_cases: dict[str, Any], text: str) -> None:
    assert not problems_of(of_cases, text)


UNSEEN = {
    # What a schema cannot see: it knows neither the order of days, nor ids that must differ, nor YAML's own traps.
    "after-as-of",
    "control-character",
    "control-character.direction",
    "duplicate-id",
    "duplicate-id.lists",
    "duplicate-key",
    "duplicate-key.fact",
    "empty-value",
    "not-a-date.calendar",
    "value-not-allowed.quoted",
    "yaml-alias",
}


@pytest.mark.parametrize("path", sorted((BROKEN / "cases").iterdir()), ids=lambda p: p.stem)
def test_broken_cases_are_invalid(of_cases: dict[str, Any], path: Path) -> None:
    try:
        found = bool(problems_of(of_cases, path.read_text(encoding="utf-8")))
    except yaml.YAMLError:
        found = True
    assert found is (path.stem not in UNSEEN)


DOCS = TESTS.parent / "docs" / "case-files.md"


def test_the_case_in_the_docs_loads(shipped_judge: Judge, tmp_path: Path) -> None:
    """It says what stands below it: evidence, a contradiction, an incomplete list, an act."""
    (text,) = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "ferry.yaml").write_text(text, encoding="utf-8")
    read = load_case(tmp_path / "ferry.yaml", shipped_judge.knowledge)
    before, after = (shipped_judge.judge(read, day).view for day in (None, read.history[0].on))
    assert before.states["criteria.favours"].contradicted
    assert before.states["us.disruptive_offer"].known == "absent"
    assert after.states["criteria.favours"].value == "rival"
    assert not after.is_complete("stakeholders")
    assert [len(view.lists["competitors"]) for view in (before, after)] == [0, 1]
    assert not problems_of(case_schema(shipped_judge.knowledge), text)


def test_the_docs_explain_every_key(of_cases: dict[str, Any]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    statement = {"value", "evidence", "by", "on", "how"}
    for key in (set(of_cases["properties"]) | statement | {"id", "name", *BANNED}) - {"competitors_complete"}:
        assert re.search(rf"\b{key}\b", text), key
    assert all(f"`{word}`" in text for word in GRADES)


def test_the_schema_tells_what_each_fact_means(of_cases: dict[str, Any]) -> None:
    facts = of_cases["properties"]["facts"]["properties"]
    assert facts["deal.phase"]["description"] == "deal phase / deal phase"
    assert facts["deal"]["properties"]["phase"] == facts["deal.phase"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("int", "12"), ("int", "12,000"), ("int", "-3"), ("date", "2026-03-01"), ("text", "360"), ("text", "some words")],
)
def test_values_of_every_kind_are_valid(knowledge: Knowledge, kind: str, value: str) -> None:
    fact = dataclasses.replace(knowledge.facts["deal.price"], path="deal.size", type=cast(FactType, kind))
    schema = case_schema(dataclasses.replace(knowledge, facts={"deal.size": fact}))
    assert not problems_of(schema, case(f"deal.size: {value}"))
    assert problems_of(schema, case("deal.size: [[]]"))


def test_a_name_may_be_a_number(of_cases: dict[str, Any], knowledge: Knowledge, tmp_path: Path) -> None:
    text = (
        "case: one\ntitle: 2026\nas_of: 2026-03-01\ncompetitors: [{name: 360}]\nstakeholders: [{post: 2, name: 58}]\n"
    )
    assert loads(text, knowledge, tmp_path)
    assert not problems_of(of_cases, text)


def plain_values(fact: Fact) -> list[str]:
    return [*fact.values, "unknown", *(["none"] if fact.absent else [])] if fact.type == "enum" else []


def test_every_value_of_the_shipped_facts_is_a_word_to_an_editor(shipped_judge: Judge) -> None:
    """A value such as `true` or `1` would be underlined although it is right."""
    for fact in shipped_judge.knowledge.facts.values():
        for value in plain_values(fact):
            assert in_editor(value) == value, f"{fact.path}: {value}"


# Rules


def rule_files(folder: Path) -> list[Path]:
    return [path for path in yaml_files(folder) if path.name != "order.yaml"]


@pytest.mark.parametrize("path", rule_files(TESTS / "mini" / "rules"), ids=lambda p: p.stem)
def test_good_rules_are_valid(of_rules: dict[str, Any], path: Path) -> None:
    assert not problems_of(of_rules, path.read_text(encoding="utf-8"))


def test_the_shipped_cases_and_rules_are_valid(shipped_judge: Judge) -> None:
    schema = case_schema(shipped_judge.knowledge)
    for path in yaml_files(TESTS.parent / "cases"):
        assert not problems_of(schema, path.read_text(encoding="utf-8")), path
    schema = rule_schema(shipped_judge.knowledge)
    for path in rule_files(shipped().rules):
        assert not problems_of(schema, path.read_text(encoding="utf-8")), path


SEEN_IN_RULES = {
    "bad-test",
    "bad-test.other",
    "empty-condition",
    "missing-key",
    "missing-key.count",
    "missing-language",
    "missing-source",
    "missing-source.both",
    "not-a-condition",
    "not-a-condition.mixed",
    "not-a-condition.typo",
    "unknown-fact",
    "unknown-fact.ask",
    "unknown-horizon",
    "unknown-key",
    "unknown-law",
    "unknown-list",
    "unknown-role",
    "unknown-scheme",
    "unknown-setting",
    "unknown-slot",
    "unknown-verdict",
    "yaml-syntax",
}
"""Problems of a rule file that an editor can underline; the rest needs the whole rule base."""


@pytest.mark.parametrize("path", sorted((BROKEN / "rules").iterdir()), ids=lambda p: p.stem)
def test_broken_rules_are_invalid(of_rules: dict[str, Any], path: Path) -> None:
    seen = {name.replace(".", "-") for name in SEEN_IN_RULES}
    try:
        found = bool(problems_of(of_rules, path.read_text(encoding="utf-8")))
    except yaml.YAMLError:
        found = True
    assert found is (path.stem in seen)


def test_every_example_of_the_small_rules_reads_as_a_case(mini_judge: Judge) -> None:
    """The schema leaves `given` open; the loader does not."""
    problems = Problems()
    assert list(run_examples(mini_judge, problems))
    assert not problems
    reader = CaseReader(Reader(problems), mini_judge.knowledge)
    assert reader.list_keys == ["stakeholders", "stakeholders_complete", "competitors", "competitors_complete"]


# The result


@pytest.fixture(scope="module")
def written(_mini: Judge, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A review as JSON, with everything in it that the small rule base can give."""
    folder = tmp_path_factory.mktemp("cases")
    for name, text in {"harbour": SETTLED, "mill": OPEN, "dock": BLOCKED, "gate": UNREADABLE}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return json.loads(to_json(review(_mini, yaml_files(folder), names=True)))


def test_the_review_is_valid(written: Any) -> None:
    validator = Draft202012Validator(result_schema())
    assert [error.message for error in validator.iter_errors(written)] == []
    assert validator.is_valid(json.loads(b"".join(marked("json", to_json(written) + "\n")))), (
        "a file has a mark besides"
    )
    assert len(written["cases"]) == 3
    assert len(written["unreadable"]) == 1


def test_the_schema_of_the_result_is_strict(written: Any) -> None:
    validator = Draft202012Validator(result_schema())
    (first, *_) = written["cases"]
    assert not validator.is_valid({**written, "more": 1})
    assert not validator.is_valid({key: value for key, value in written.items() if key != "cases"})
    assert not validator.is_valid({**written, "cases": [{**first, "settled": "yes"}]})
    assert not validator.is_valid({**written, "cases": [{**first, "as_of": "1 March"}]})


def test_every_part_of_the_result_has_a_schema_of_its_own() -> None:
    schema = result_schema()
    used = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert used == set(schema["$defs"])
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values())
