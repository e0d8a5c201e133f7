"""The engine behind its door: limits, start-up checks, recovery after an error, and nothing lost unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import durable_rules_engine as _durable
import pytest

from advisor import engine as engine_module
from advisor.certify import Certifier
from advisor.engine import MAX_PROPERTIES, MAX_RULES, Engine, fnv1a
from advisor.evidence import View
from advisor.infer import Reasoner
from advisor.inference import Answer, Firing, Inference
from advisor.model import CASE, All, Either
from advisor.problems import EngineError
from advisor.rulebase import Playbase
from tests.build import compiled, fact, playbase, rule, view, yes

COLLIDING = (693_596, 1_170_850)
"""Two column numbers whose names have the same hash."""


def wide(rules: int, facts: int = 3) -> Playbase:
    """A rule base of many rules over a few facts, all in one level."""
    names = [f"deal.f{n}" for n in range(facts)]
    chosen = [All((yes(names[n % facts]), yes(names[(n + 1) % facts]))) for n in range(rules)]
    return playbase([fact(n) for n in names], *(rule(f"r/{n}", when, "bid") for n, when in enumerate(chosen)))


def reasoner_of(base: Playbase) -> Reasoner:
    """Return a reasoner whose engine is ready."""
    reasoner = Reasoner(compiled(base), base.knowledge)
    engine_of(reasoner)
    return reasoner


def engine_of(reasoner: Reasoner) -> Engine:
    assert isinstance(reasoner.certifier, Certifier)
    return reasoner.certifier.engine


def shards(reasoner: Reasoner) -> list[Any]:
    levels = enumerate(reasoner.program.levels)
    rows = [(number, scope) for number, level in levels for scope in sorted({unit.scope for unit in level})]
    return [shard for number, scope in rows for shard in engine_of(reasoner).shards(number, scope)]


# --- limits -------------------------------------------------------------------------------------------------------


def test_the_limits_are_no_wider_than_what_was_measured_to_be_sound() -> None:
    assert MAX_RULES <= 60
    assert MAX_PROPERTIES <= 240


def test_rules_are_cut_into_shards_that_keep_within_the_measured_limit() -> None:
    reasoner = reasoner_of(wide(200))
    sizes = [len(shard.rules) for shard in shards(reasoner)]
    assert sum(sizes) == 200
    assert max(sizes) <= MAX_RULES
    assert len(sizes) == 4
    inference = reasoner.infer(view({f"deal.f{n}": True for n in range(3)}), "deal")
    assert set(inference.case) == {2}
    assert len(inference.firings) == 400
    reasoner.close()


def test_a_shard_holds_no_more_properties_than_was_measured() -> None:
    rules = [(number, 0, *(number * 50 + n for n in range(50))) for number in range(12)]
    parts = engine_module._cut(rules)
    assert [rule for part in parts for rule in part] == rules
    assert max(len({literal for rule in part for literal in rule[2:]}) for part in parts) <= MAX_PROPERTIES
    assert len(parts) == 3


def test_more_rules_or_properties_than_a_shard_holds_are_refused() -> None:
    many = [(n, 0, 1) for n in range(MAX_RULES + 1)]
    with pytest.raises(EngineError, match="exceeds"):
        engine_module._Shard(many)
    broad = (0, 0, *range(MAX_PROPERTIES + 1))
    with pytest.raises(EngineError, match="exceeds"):
        engine_module._Shard([broad])


def test_the_hash_is_the_engines_own() -> None:
    assert [fnv1a(text) for text in ("", "a", "foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]


def test_two_columns_that_the_engine_could_not_tell_apart_are_refused() -> None:
    assert len({fnv1a(f"c{n}") for n in COLLIDING}) == 1
    with pytest.raises(EngineError, match="hash"):
        engine_module._Shard([(0, 0, *(2 * n + 1 for n in COLLIDING))])


# --- start-up -----------------------------------------------------------------------------------------------------


def test_every_shard_answers_its_start_up_check_and_keeps_nothing() -> None:
    reasoner = reasoner_of(wide(100))
    for shard in shards(reasoner):
        assert json.loads(_durable.get_facts(shard.handle, "s")) == []
    reasoner.infer(view({"deal.f0": True, "deal.f1": True}), "deal")
    for shard in shards(reasoner):
        assert json.loads(_durable.get_facts(shard.handle, "s")) == []
    reasoner.close()


@pytest.mark.parametrize(
    ("function", "answer", "message"),
    [
        ("assert_fact", (1, 0), "did not answer"),
        ("start_action_for_state", None, "did not answer"),
        ("start_action_for_state", ("{}", '{"0":{"m":{}}}'), "did not answer"),
        ("complete_and_start_action", '{"w":{}}', "twice"),
        ("get_facts", '[{"id":"0"}]', "kept"),
    ],
)
def test_an_engine_that_fails_its_start_up_check_is_not_used(
    function: str, answer: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_durable, function, lambda *_: answer)
    with pytest.raises(EngineError, match=message):
        Engine(compiled(wide(1)))


# --- errors while running -----------------------------------------------------------------------------------------


class Once:
    """Stands in for one of the engine's functions: a wrong answer the n-th time, the right one otherwise."""

    def __init__(self, real: Callable[..., Any], answer: object, turn: int = 1) -> None:
        self.real, self.answer, self.turn = real, answer, turn

    def __call__(self, *arguments: Any) -> Any:
        self.turn -= 1
        if self.turn == 0:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer
        return self.real(*arguments)


BOTH = view({f"deal.f{n}": True for n in range(3)})


@pytest.mark.parametrize(
    ("function", "answer", "turn"),
    [
        ("assert_fact", (2, 0), 1),
        ("assert_fact", (303, 0), 1),
        ("assert_fact", OSError("could not assert"), 1),
        ("start_action_for_state", None, 1),
        ("start_action_for_state", OSError("could not start"), 1),
        ("start_action_for_state", ("{}", "no rule at all"), 1),
        ("start_action_for_state", ("{}", '{"99999":{}}'), 1),
        ("complete_and_start_action", OSError("could not complete"), 1),
        ("complete_and_start_action", OSError("could not complete"), 3),
        ("retract_fact", OSError("could not retract"), 1),
    ],
)
def test_after_an_error_in_the_engine_the_next_deal_is_judged_rightly(
    function: str, answer: object, turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasoner = reasoner_of(wide(4))
    before = outcome(reasoner.infer(BOTH, "deal"))
    with monkeypatch.context() as patch:
        patch.setattr(_durable, function, Once(getattr(_durable, function), answer, turn))
        with pytest.raises(EngineError):
            reasoner.infer(BOTH, "deal")
        assert outcome(reasoner.infer(BOTH, "deal")) == before
    for deal in (BOTH, view(), view({"deal.f0": True, "deal.f1": True})):
        reasoner.infer(deal, "deal")
    assert outcome(reasoner.infer(BOTH, "deal")) == before
    reasoner.close()


@pytest.mark.parametrize(
    ("function", "answer", "message"),
    [("assert_fact", (303, 0), "code 303"), ("start_action_for_state", None, "named no rule")],
)
def test_an_engine_error_says_what_the_engine_did(
    function: str, answer: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasoner = reasoner_of(wide(1))
    monkeypatch.setattr(_durable, function, Once(getattr(_durable, function), answer))
    with pytest.raises(EngineError, match=message):
        reasoner.infer(BOTH, "deal")
    reasoner.close()


# --- nothing is lost unseen ---------------------------------------------------------------------------------------

Run = Callable[[Any, tuple[int, ...], bool], list[Any]]


def losing(run: Run, number: int) -> Run:
    """Return a shard's `_ask` that loses every firing of one unit."""
    return lambda shard, row, certain: [fired for fired in run(shard, row, certain) if fired[0] != number]


def test_a_lost_firing_is_caught_and_names_the_rule_and_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    reasoner = reasoner_of(wide(4))
    unit = next(u for u in reasoner.program.units if u.name == "r/2")
    run = engine_module._Shard._ask
    with monkeypatch.context() as patch:
        patch.setattr(engine_module._Shard, "_ask", losing(run, unit.number))
        with pytest.raises(EngineError, match=r'"r/2" in case "acme"') as caught:
            reasoner.infer(BOTH, "acme")
        assert "no advice is given" in str(caught.value)
        reasoner.infer(view({"deal.f0": False, "deal.f1": False, "deal.f2": False}), "acme")
    assert reasoner.infer(BOTH, "acme").case == [2, 2, 2, 2]
    reasoner.close()


def test_what_a_search_found_is_confirmed_unit_by_unit() -> None:
    reasoner = reasoner_of(wide(3))
    found = dict(enumerate(reasoner.imagine(BOTH).case))
    reasoner.confirm(BOTH, found, "acme")
    reasoner.confirm(BOTH, {1: found[1]}, "acme")
    for number, value in found.items():
        for other in {0, 1, 2} - {value}:
            with pytest.raises(EngineError, match=rf'disagree on "r/{number}" in case "acme"; no advice is given'):
                reasoner.confirm(BOTH, found | {number: other}, "acme")
    reasoner.close()


def test_a_certain_firing_lost_beside_a_possible_one_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    reasoner = reasoner_of(wide(2))
    run = engine_module._Shard._ask
    monkeypatch.setattr(
        engine_module._Shard, "_ask", lambda shard, row, certain: [] if certain else run(shard, row, certain)
    )
    with pytest.raises(EngineError, match=r'"r/0", "r/1" in case "acme"'):
        reasoner.infer(BOTH, "acme")
    reasoner.close()


def test_an_invented_firing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    reasoner = reasoner_of(wide(2))
    monkeypatch.setattr(engine_module._Shard, "_ask", lambda shard, *_: list(shard.names))
    with pytest.raises(EngineError, match=r'"r/0", "r/1" in case "acme"'):
        reasoner.infer(view(), "acme")
    reasoner.close()


def test_a_firing_lost_beside_that_of_another_alternative_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    base = playbase([fact("deal.a"), fact("deal.b")], rule("r/x", Either((yes("deal.a"), yes("deal.b"))), "bid"))
    reasoner = reasoner_of(base)
    run = engine_module._Shard._ask
    monkeypatch.setattr(
        engine_module._Shard, "_ask", lambda shard, *asked: [fired for fired in run(shard, *asked) if fired[1] == 0]
    )
    with pytest.raises(EngineError, match=r'"r/x" in case "acme"'):
        reasoner.infer(view({"deal.a": True, "deal.b": True}), "acme")
    reasoner.close()


def test_a_firing_told_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    reasoner = reasoner_of(wide(1))
    run = engine_module._Shard._ask
    monkeypatch.setattr(engine_module._Shard, "_ask", lambda shard, *asked: run(shard, *asked) * 2)
    with pytest.raises(EngineError, match='case "acme"'):
        reasoner.infer(BOTH, "acme")
    reasoner.close()


def test_a_firing_lost_for_one_member_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    each = rule("r/each", yes("stakeholder.hostile"), finding="hostile", each="stakeholders")
    reasoner = reasoner_of(playbase([fact("stakeholder.hostile")], each))
    hostile = {"stakeholder.hostile": True}
    run = engine_module._Shard._ask
    rows: list[object] = []

    def lose_the_second(shard: Any, row: tuple[int, ...], certain: bool) -> list[Any]:
        rows.append(row)
        return [] if len(rows) == 2 else run(shard, row, certain)

    monkeypatch.setattr(engine_module._Shard, "_ask", lose_the_second)
    with pytest.raises(EngineError, match='"r/each" in case "acme"'):
        reasoner.infer(view(stakeholders=[hostile, hostile]), "acme")
    reasoner.close()


# --- firings and lifetime -----------------------------------------------------------------------------------------


def test_every_alternative_that_holds_is_recorded() -> None:
    base = playbase([fact("deal.a"), fact("deal.b")], rule("r/x", Either((yes("deal.a"), yes("deal.b"))), "bid"))
    reasoner = reasoner_of(base)
    firings = reasoner.infer(view({"deal.a": True}), "deal").firings
    assert sorted(firings, key=lambda f: (f.alternative, f.certain)) == [
        Firing(0, 0, False, "", -1),
        Firing(0, 0, True, "", -1),
        Firing(0, 1, False, "", -1),
    ]
    reasoner.close()


def test_a_level_without_rules_of_a_scope_runs_nothing() -> None:
    reasoner = reasoner_of(wide(1))
    record: list[Answer] = []
    engine_of(reasoner).run(0, "stakeholders", 0, [2, 2, 2], [0], record)
    assert record == []
    engine_of(reasoner).run(0, CASE, -1, [2, 2, 2], values := [0], record)
    assert values == [2]
    reasoner.close()


def test_a_closed_engine_has_given_back_its_rulesets_and_can_be_closed_again() -> None:
    reasoner = reasoner_of(wide(70))
    handles = [shard.handle for shard in shards(reasoner)]
    reasoner.close()
    reasoner.close()
    for handle in handles:
        with pytest.raises(Exception, match="error code: 111"):
            _durable.get_facts(handle, "s")
    with pytest.raises(Exception, match="error code"):
        reasoner.infer(BOTH, "deal")


def resident() -> int:
    """Return the megabytes of memory in use, 0 where the system does not tell."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * 4096 >> 20 if path.is_file() else 0


def test_opening_closing_and_running_leave_no_memory_behind() -> None:
    base = wide(60)
    program = compiled(base)

    def use(times: int) -> None:
        for _ in range(times):
            engine = Engine(program)
            for _ in range(20):
                engine.run(0, CASE, -1, [2, 2, 2], [0] * 60, [])
            engine.close()

    use(20)
    before = resident()
    use(150)
    assert resident() - before < 30


def test_two_engines_at_once_do_not_disturb_one_another() -> None:
    first, second = reasoner_of(wide(3)), reasoner_of(wide(5))
    alone = [outcome(first.infer(BOTH, "deal")), outcome(second.infer(view(), "deal"))]
    mixed: list[object] = []
    for _ in range(3):
        mixed = [outcome(first.infer(BOTH, "deal")), outcome(second.infer(view(), "deal"))]
    first.close()
    assert outcome(second.infer(view(), "deal")) == mixed[1]
    assert mixed == alone
    second.close()


def outcome(inference: Inference) -> tuple[list[int], list[Firing]]:
    return inference.case, inference.firings


def test_a_deal_without_facts_or_rules_is_judged_too() -> None:
    reasoner = reasoner_of(playbase([fact("deal.a")]))
    assert reasoner.infer(View({}, {}, {}), "deal").case == []
    reasoner.close()
