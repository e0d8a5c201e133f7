"""The engine in a process beside: the same conclusions, and no word before it has agreed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from advisor import beside, cachefile, engine
from advisor.beside import Beside
from advisor.certify import Certifier
from advisor.cli.main import main
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.judge import Judge, open_judge
from advisor.load.cases import load_case
from advisor.model import Either
from advisor.opening import open_beside
from advisor.paths import Library
from advisor.problems import EngineError, InputError
from advisor.rulebase import Playbase
from advisor.rulecache import open_playbase
from tests.build import MINI, compiled, fact, mini_library, on_engine_alone, playbase, rule, view, yes
from tests.strategies import Generator, Shape

SEED = 20_300_000
SHAPE = Shape(rules=12, case_facts=14, members=4)
ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "cases" / "packaging-line-dairy-group.yaml"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be split in two here")


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "cores", lambda: 2)


@pytest.fixture
def base() -> Playbase:
    return playbase([fact("deal.a"), fact("deal.b")], rule("r/x", Either((yes("deal.a"), yes("deal.b"))), "bid"))


@pytest.fixture
def reasoner(base: Playbase) -> Iterator[Reasoner]:
    found = apart(base)
    yield found
    found.close()


def apart(base: Playbase) -> Reasoner:
    """Return what reasons with its engine beside."""
    program = compiled(base)
    return Reasoner(program, base.knowledge, beside.certifier(program, base.knowledge.lists, beside=True))


def process(reasoner: Reasoner) -> int:
    assert isinstance(reasoner.certifier, Beside)
    return reasoner.certifier._process


def told(inference: Inference) -> tuple[object, ...]:
    cells = inference.columns
    return cells.case, inference.case, inference.members, inference.firings


@pytest.mark.parametrize("seed", range(SEED, SEED + 15))
def test_conclusions_and_firings_are_those_of_one_process(seed: int) -> None:
    generator = Generator(Random(seed), SHAPE)
    base = generator.base()
    here = Reasoner(compiled(base), base.knowledge)
    there = apart(base)
    for _ in range(5):
        deal = generator.view(base)
        for one in (here, there):
            one.remember()
        for open_world in (False, True):
            assert told(there.infer(deal, "deal", open_world)) == told(here.infer(deal, "deal", open_world))
            alone = on_engine_alone(here, deal, open_world)
            assert there.infer(deal, "deal", open_world, whole=False).case == alone.case
        there.confirm(deal, dict(enumerate(on_engine_alone(here, deal).case)), "deal")
    there.assure()
    here.close()
    there.close()


def test_more_than_a_pipe_holds_can_be_told() -> None:
    crowd = [{"stakeholder.hostile": True}] * 200
    each = rule("r/e", yes("stakeholder.hostile"), finding="hostile", each="stakeholders")
    base = playbase([fact("stakeholder.hostile")], each)
    many = apart(base)
    inferences = [many.infer(view(stakeholders=crowd), "deal") for _ in range(3000)]
    assert len(inferences[-1].firings) == 400
    many.assure()
    many.close()


def lose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine lose what fires for certain."""
    run = engine._Shard._ask
    monkeypatch.setattr(
        engine._Shard, "_ask", lambda shard, values, certain: [] if certain else run(shard, values, certain)
    )


def test_a_lost_firing_is_told_when_it_is_asked_for(base: Playbase, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(monkeypatch)
    reasoner = apart(base)
    inference = reasoner.infer(view({"deal.a": True}), "acme")
    reasoner.infer(view({"deal.a": False}), "acme")
    for ask in (reasoner.assure, lambda: inference.record):
        fresh = apart(base)
        said = fresh.infer(view({"deal.a": True}), "acme")
        with pytest.raises(EngineError, match=r'disagree on "r/x" in case "acme"; no advice is given'):
            fresh.assure() if ask == reasoner.assure else said.record
        fresh.close()
    with pytest.raises(EngineError, match='"r/x"'):
        reasoner.assure()
    reasoner.close()


def test_what_a_search_found_wrongly_is_told_in_the_end(base: Playbase) -> None:
    reasoner = apart(base)
    said = reasoner.infer(view({"deal.a": True}), "acme").case
    reasoner.confirm(view({"deal.a": True}), dict(enumerate(said)), "acme")
    reasoner.confirm(view({"deal.a": False}), dict(enumerate(said)), "other")
    with pytest.raises(EngineError, match=r'disagree on "r/x" in case "other"; no advice is given'):
        reasoner.assure()
    reasoner.close()


def test_an_engine_that_cannot_be_made_is_told(base: Playbase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine._Shard, "_warm_up", lambda _: 1 / 0)
    reasoner = apart(base)
    reasoner.infer(view(), "acme")
    with pytest.raises(EngineError, match="the engine failed: ZeroDivisionError"):
        reasoner.assure()
    reasoner.close()


def use(reasoner: Reasoner) -> None:
    """Have more certified than a pipe holds."""
    for _ in range(2000):
        reasoner.infer(view({"deal.a": True}), "acme")
    reasoner.assure()


def test_a_process_that_dies_is_an_error(reasoner: Reasoner) -> None:
    os.kill(process(reasoner), signal.SIGKILL)
    with pytest.raises(EngineError, match="has ended; no advice is given"):
        use(reasoner)


def test_nothing_is_certified_after_the_end(reasoner: Reasoner) -> None:
    use(reasoner)
    with pytest.raises(EngineError, match="has ended; no advice is given"):
        use(reasoner)


def test_closing_ends_the_process_and_can_be_done_again(reasoner: Reasoner) -> None:
    number = process(reasoner)
    reasoner.close()
    reasoner.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_it_outlives_neither_an_interrupt_nor_its_owner(base: Playbase) -> None:
    """An interrupt goes to both processes of a command; the one beside leaves it to the other."""
    reading, writing = os.pipe()
    owner = os.fork()
    if not owner:
        reasoner = apart(base)
        reasoner.infer(view(), "acme")
        reasoner.certifier._ask("record", 0)  # type: ignore[union-attr]
        os.kill(process(reasoner), signal.SIGINT)
        reasoner.assure()
        os._exit(0)
    os.close(writing)
    assert os.waitpid(owner, 0)[1] == 0
    assert os.read(reading, 1) == b"", "whoever held the other end has gone"
    os.close(reading)


@pytest.mark.parametrize("cause", ["one core", "no process to be had"])
def test_where_there_is_no_second_process_one_does(base: Playbase, monkeypatch: pytest.MonkeyPatch, cause: str) -> None:
    def none_left() -> int:
        raise BlockingIOError

    if cause == "one core":
        monkeypatch.setattr(beside, "cores", lambda: 1)
    else:
        monkeypatch.setattr(os, "fork", none_left)
    before = os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else []
    reasoner = apart(base)
    assert isinstance(reasoner.certifier, Certifier)
    assert len(os.listdir("/dev/fd") if before else []) == len(before)
    reasoner.close()


COMMANDS = (
    ["next", str(CASE)],
    ["next", str(CASE), "--person", "decision-maker"],
    ["next", str(CASE), "--format", "json"],
    ["next", str(ROOT / "cases" / "accounts")],
    ["why", str(CASE)],
    ["why-not", str(CASE), "negotiate"],
    ["flips", str(CASE)],
    ["what-if", str(CASE), "--set", "us.rank=level"],
    ["view", str(CASE)],
    ["review", str(CASE), "--format", "json"],
    ["record", str(CASE), "--ledger", "ledger.jsonl"],
)
"""What is said of a single case."""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join([command[0], *command[2:]]))
def test_no_command_says_a_word_of_what_is_not_certified(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    if command[1].endswith("accounts"):
        command = [command[0], str(next(Path(command[1]).glob("*.yaml")))]
    right = CliRunner().invoke(main, command)
    assert right.exit_code == 0, right.output
    for file in tmp_path.iterdir():
        file.unlink()
    lose(monkeypatch)
    wrong = CliRunner().invoke(main, command)
    assert "no advice is given" in (str(wrong.exception) if wrong.exception else wrong.output)
    if command[0] != "review":  # which lists the file, with the reason
        assert wrong.stdout == ""
    assert '"verdict"' not in wrong.output
    assert not list(tmp_path.iterdir())


def test_only_a_single_case_has_it_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bool] = []
    right = Judge.__init__

    def noted(self: Judge, base: Any, program: Any, engine: Any = None) -> None:
        made.append(isinstance(engine, Beside))
        right(self, base, program, engine)

    monkeypatch.setattr(Judge, "__init__", noted)
    CliRunner().invoke(main, ["review", str(CASE)])
    CliRunner().invoke(main, ["review", str(CASE), str(CASE.with_name("annealing-line-copper-strip.yaml"))])
    assert made == [True, False]


@pytest.mark.parametrize("cache", ["kept", "empty", "off"])
def test_a_rule_base_is_opened_with_its_engine_beside_wherever_its_rules_are(
    cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cachefile.VARIABLE, "off" if cache == "off" else str(tmp_path))
    library = mini_library()
    if cache == "kept":
        open_playbase(library)
    judge = open_beside(library)
    process(judge.reasoner)
    case = load_case(next(iter(sorted((MINI / "cases").glob("*.yaml")))), judge.knowledge)
    with judge.certified():
        verdict = judge.judge(case).decision.verdict
    assert verdict == open_judge(library).judge(case).decision.verdict
    judge.close()


def test_rules_that_cannot_be_read_are_told_and_no_process_stays(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("{")
    library = mini_library()
    with pytest.raises(InputError):
        open_beside(Library(library.rules, library.knowledge, tmp_path))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)


@pytest.mark.parametrize("looks", [["mine"], ["nothing", "mine"], ["another", "mine"], ["another"], ["nothing"]])
def test_the_engine_goes_by_the_same_rules(base: Playbase, looks: list[str]) -> None:
    """It may look for them before they are written, or after others were; what is not the same certifies nothing."""
    program, left = compiled(base), list(looks)

    def source() -> tuple[bytes, Certifier] | None:
        found = left.pop(0) if len(left) > 1 else left[0]
        return None if found == "nothing" else (found.encode(), Certifier(program, base.knowledge.lists))

    engine = beside.begun(source)
    assert engine is not None
    engine.agree(b"mine")
    reasoner = Reasoner(program, base.knowledge, engine)
    reasoner.infer(view({"deal.a": True}), "acme")
    if looks[-1] == "mine":
        reasoner.assure()
    else:
        with pytest.raises(EngineError, match="changed while they were opened; no advice is given"):
            reasoner.assure()
    reasoner.close()
