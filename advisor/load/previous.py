"""An earlier review, read back from the JSON that `advisor review` wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from advisor import paths, yamlfile
from advisor.evidence import MemberView, Place, State
from advisor.load.reader import Reader
from advisor.load.values import typed_value
from advisor.model import GRADES, Text
from advisor.problems import InputError, Location, Problem, Problems
from advisor.result import footing
from advisor.rule import STOPPING
from advisor.rulebase import Knowledge
from advisor.sheet import Footing
from advisor.yamlfile import Scalar

T = TypeVar("T")
MAX_BYTES = 500_000_000
"""Of a review: some thousand deals."""


class _NotAReviewError(Exception):
    """What was read is not the JSON of a review."""


@dataclass(frozen=True)
class PreviousList:
    """A list of an earlier case: whether everybody on it was known, and who was on it."""

    complete: bool
    members: tuple[MemberView, ...]


@dataclass(frozen=True)
class PreviousCase:
    """A deal as an earlier review judged it, with all facts that were on file."""

    id: str
    title: Text
    verdict: str
    settled: bool
    footing: Footing
    facts: Mapping[Place, State]
    lists: Mapping[str, PreviousList]


def load_previous(path: Path, knowledge: Knowledge) -> dict[str, PreviousCase]:
    """Read the deals of an earlier review by their ids; raise InputError if the file is not one.

    Facts and verdicts that the rule base no longer has are left out: nothing can be inferred from them now.
    """
    problems, name = Problems(), paths.display(path)
    raw = yamlfile.read_bytes(path, name, problems, MAX_BYTES)
    problems.raise_if_any()
    try:
        document = json.loads(raw or b"")
        found = [_case(each, knowledge) for each in _get(document, "cases", list)]
    except (ValueError, RecursionError, _NotAReviewError) as error:
        message = "this is not a review; give the JSON that `advisor review --output FILE.json` wrote"
        raise InputError([Problem(Location(name), "not-a-review", message)]) from error
    return {case.id: case for case in found}


def _case(node: Any, knowledge: Knowledge) -> PreviousCase:
    sheet = _get(node, "sheet", dict)
    told = [line for line in _get(sheet, "facts", list) if _get(line, "path", str) in knowledge.facts]
    facts = {(_member(line), line["path"]): _line_state(line, knowledge) for line in told}
    return PreviousCase(
        id=_get(node, "id", str),
        title=_text(_get(node, "title", dict)),
        verdict=_get(_get(node, "verdict", dict), "id", str),
        settled=_get(node, "settled", bool),
        footing=_footing(node),
        facts=facts,
        lists={
            _get(line, "name", str): _list(line, facts)
            for line in _get(sheet, "lists", list)
            if _get(line, "name", str) in knowledge.lists
        },
    )


def _footing(node: Any) -> Footing:
    guards = [(_get(line, "level", str), _get(line, "answer", str)) for line in _get(node, "compliance", list)]
    blocked = any(level in STOPPING and answer == "yes" for level, answer in guards)
    return footing(blocked, _get(node, "settled", bool), _get(_get(node, "proof", dict), "same", bool))


def _list(line: Any, facts: Mapping[Place, State]) -> PreviousList:
    members = (
        MemberView(
            _get(one, "id", str),
            _text(_get(one, "who", dict)),
            None,
            {path: state for (member, path), state in facts.items() if member == one["id"]},
        )
        for one in _get(line, "members", list)
    )
    return PreviousList(_get(line, "complete", bool), tuple(members))


def _line_state(line: Any, knowledge: Knowledge) -> State:
    known = _get(line, "standing", str) == "known"
    raw = _get(line, "raw", str) if known else None
    return earlier_state(knowledge, line["path"], line["standing"], raw, line.get("grade"), _get(line, "stale", bool))


def earlier_state(
    knowledge: Knowledge, path: str, standing: str, raw: str | None, grade: str | None, stale: bool
) -> State:
    """Return a state as it was; a value that the dictionary no longer allows counts as unknown."""
    rank = GRADES.index(grade) if grade in GRADES else -1
    if standing == "absent":
        return State("absent", None, rank, stale)
    if standing != "known" or raw is None:
        return State(contradicted=standing == "contradicted")
    problems = Problems()
    value = typed_value(Reader(problems), knowledge.facts[path], Scalar(raw, Location("review")))
    return State() if problems else State("value", value, rank, stale)


def _member(line: Any) -> str | None:
    return _get(line, "member", str) if line.get("member") is not None else None


def _text(node: Any) -> Text:
    return Text(_get(node, "en", str), _get(node, "zh", str))


def _get(node: Any, key: str, kind: type[T]) -> T:
    found = node.get(key) if isinstance(node, dict) else None
    if not isinstance(found, kind):
        raise _NotAReviewError(key)
    return found
