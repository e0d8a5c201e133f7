"""Any bytes as a case, rule or knowledge file: a result, or problems that each name a place; nothing else, and soon.

The inputs follow from their number alone, so that a failure, which names it, can be had again:
`outcome_of_case(judge, folder, 123)`. How many are tried depends on the time that there is.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from advisor.explain.builder import explainer
from advisor.explain.report import report
from advisor.explain.why import why, why_not
from advisor.judge import Judge, open_judge
from advisor.load.cases import load_case
from advisor.paths import Library
from advisor.problems import InputError
from advisor.render.layout import advice
from advisor.render.layout.pack import pack_page
from advisor.render.layout.review import review_page
from advisor.render.output import render
from advisor.result import Review
from tests.test_cli import SETTLED

TESTS = Path(__file__).resolve().parent
SECONDS = 12.0
"""How long each of the tests with many inputs goes on, in seconds of this process."""
SLOWEST = 10.0
"""No single input may take longer, in seconds of this process."""
FEWEST = 100
"""A machine on which fewer inputs fit into the time is too slow to tell anything."""

WHOLE_FILE = {"file-empty", "file-too-large", "file-unreadable", "not-utf8"}
"""Problems that need not name a line."""

WORDS = [
    "", "~", "null", "none", "unknown", "yes", "No", "true", "on", "NaN", ".inf", "-0", "0x1F", "1_0", "1e999",
    "9" * 400, "9" * 5000, "-" + "9" * 30, "0.0000001", "1,2,3", "1,000,00", "٣", "１２", "½", "∞",
    "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "2026-13-01", "２０２６-０１-０１", "12026-01-01",
    "[]", "{}", "[[]]", "{a: b}", "[late, early]", "- x", "? x", ": x", "&a x", "*a", "!t x", "!!set {a}", "|", ">",
    "'", '"', '"\\0"', '"\\e[31m"', '"\\ud800"', '"\\x9b"', "%TAG", "@x", "`x", "#", "---", "...", "<<", "<<: {a: b}",
    "late", "middle", "deal.phase", "stakeholder.stance", "stakeholders", "{fact: deal.price}", "{setting: x}",
    "{self}", "{deal.price}", "{who}", "{", "}", "x" * 5000, "需求" * 3000, "👩‍👩‍👧",
    "e\u0301", "\u202e", "\u2028", "\ufeff",
]  # fmt: skip
"""What a value may be replaced by."""

Mutation = Callable[[random.Random, bytes], bytes]


def flipped(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def replaced(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + rng.randbytes(rng.randint(1, 4)) + data[place + rng.randint(0, 20) :]


def cut(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] if rng.random() < 0.5 else data[start:]


def by_lines(change: Callable[[random.Random, list[bytes]], None]) -> Mutation:
    def mutate(rng: random.Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        change(rng, lines)
        return b"\n".join(lines)

    return mutate


def without_a_line(rng: random.Random, lines: list[bytes]) -> None:
    del lines[rng.randrange(len(lines))]


def with_a_line_twice(rng: random.Random, lines: list[bytes]) -> None:
    line = rng.choice(lines)
    lines[rng.randrange(len(lines)) : 0] = [line] * rng.choice([1, 1, 2, 300])


def with_lines_swapped(rng: random.Random, lines: list[bytes]) -> None:
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def indented_otherwise(rng: random.Random, lines: list[bytes]) -> None:
    number = rng.randrange(len(lines))
    lines[number] = rng.choice([b" ", b"  ", b"\t", b"", b"\xc2\xa0", b"- "]) + lines[number].lstrip(
        rng.choice([b" ", b""])
    )


def a_colon(rng: random.Random, data: bytes) -> int:
    return rng.choice([i for i, byte in enumerate(data) if byte == ord(":")] or [0])


def with_another_value(rng: random.Random, data: bytes) -> bytes:
    place = a_colon(rng, data) + 1
    end = min((e for sign in b",}\n]" if (e := data.find(sign, place)) >= 0), default=len(data))
    return data[:place] + b" " + rng.choice(WORDS).encode("utf-8", "surrogatepass") + data[end:]


def with_another_key(rng: random.Random, data: bytes) -> bytes:
    place = a_colon(rng, data)
    start = max(data.rfind(sign, 0, place) for sign in (b" ", b"{", b"\n")) + 1
    return data[:start] + rng.choice(WORDS).encode("utf-8", "surrogatepass") + data[place:]


def with_values_swapped(rng: random.Random, data: bytes) -> bytes:
    words = data.split(b" ")
    a, b = rng.randrange(len(words)), rng.randrange(len(words))
    words[a], words[b] = words[b], words[a]
    return b" ".join(words)


def with_a_sign(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    sign = rng.choice(
        [*map(chr, range(0x20)), "\x7f", "\x85", "\x9b", "\u2029", "\u202e", "\ufffe", "\U0001f600", "{", "'"]
    )
    return data[:place] + sign.encode() + data[place:]


def nested(rng: random.Random, data: bytes) -> bytes:
    place, depth = rng.randrange(len(data)), rng.choice([3, 39, 41, 2000])
    opening, closing = rng.choice([(b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"{all: [", b"]}"), (b"{not: ", b"}")])
    return data[:place] + opening * depth + b"x" + closing * depth + data[place:]


def repeated(rng: random.Random, data: bytes) -> bytes:
    return data * rng.choice([2, 3, 50])


def encoded_otherwise(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return rng.choice(
        [
            b"\xef\xbb\xbf" + data,
            data.replace(b"\n", b"\r\n"),
            data.replace(b"\n", b"\r"),
            text.encode("utf-16"),
            text.encode("utf-32"),
            text.encode("gb18030"),
            text.encode("latin-1", "replace"),
        ]
    )


MUTATIONS: list[Mutation] = [
    flipped,
    replaced,
    cut,
    by_lines(without_a_line),
    by_lines(with_a_line_twice),
    by_lines(with_lines_swapped),
    by_lines(indented_otherwise),
    with_another_value,
    with_another_value,
    with_another_value,
    with_another_key,
    with_values_swapped,
    with_a_sign,
    nested,
    repeated,
    encoded_otherwise,
]
SIGNS = [
    ":",
    " ",
    "\n",
    "- ",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    '"',
    "#",
    "|",
    ">",
    "&a",
    "*a",
    "!",
    "?",
    "\t",
    "case",
    "facts",
]


def mutated(number: int, good: bytes) -> bytes:
    """Return the input with this number: mostly a good file changed in a few places, now and then mere noise."""
    rng = random.Random(number)
    if number % 20 == 0:
        return rng.randbytes(rng.randrange(300))
    if number % 20 == 1:
        return "".join(rng.choice(SIGNS) for _ in range(rng.randrange(200))).encode()
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        good = rng.choice(MUTATIONS)(rng, good or b":")
    return good


@contextlib.contextmanager
def soon(number: int) -> Iterator[None]:
    """Fail when an input takes too long."""
    started = time.process_time()
    yield
    took = time.process_time() - started
    assert took < SLOWEST, f"input {number} took {took:.1f} s"


def problems_are_placed(error: InputError, number: int) -> None:
    assert error.problems, f"input {number} was refused without a reason"
    for problem in error.problems:
        assert problem.at.file, f"input {number}: {problem}"
        assert problem.at.line or problem.id in WHOLE_FILE, f"input {number}: {problem}"
        assert "\n" not in str(problem), f"input {number}: {problem}"
        assert len(str(problem)) < 2000, f"input {number}: {problem}"


def draw(judge: Judge, path: Path) -> None:
    """Judge a case and draw everything that there is to draw."""
    judgement = judge.judge(load_case(path, judge.knowledge))
    whole = report(judge, judgement, names=True)
    words = explainer(judge, judgement)
    review = Review("2.0", judge.knowledge.disclaimer, (whole,), (), (), None)
    for lang in ("en", "zh"):
        for format_ in ("text", "markdown", "json"):
            assert render(format_, lang, lambda page: review_page(page, review), review)
        assert render("markdown", lang, lambda page: pack_page(page, review), review)
    for verdict in judge.knowledge.verdicts:
        for argument in (why(judge, judgement, words, verdict), why_not(judge, judgement, words, verdict)):
            assert render("text", "en", partial(advice.argument_page, argument=argument), argument)


def outcome_of_case(judge: Judge, folder: Path, number: int) -> bool:
    """Try an input as a case; tell whether it was taken."""
    path = folder / "case.yaml"
    path.write_bytes(mutated(number, SETTLED.encode()))
    with soon(number):
        try:
            draw(judge, path)
        except InputError as error:
            problems_are_placed(error, number)
            return False
        except Exception as error:
            raise AssertionError(f"input {number}: {type(error).__name__}: {error}") from error
    return True


TARGETS = ["rules/deals/001-timing.yaml"] * 6 + [
    "rules/verdicts/order.yaml",
    "knowledge/facts/all.yaml",
    "knowledge/evidence.yaml",
    "knowledge/settings.yaml",
    "knowledge/lists.yaml",
    "knowledge/items.yaml",
    "knowledge/playbooks/book.yaml",
]


def outcome_of_rules(folder: Path, number: int) -> bool:
    """Try an input as one file of a rule base; tell whether it was taken."""
    target = TARGETS[random.Random(-number - 1).randrange(len(TARGETS))]
    good = (TESTS / "mini" / target).read_bytes()
    (folder / target).write_bytes(mutated(number, good))
    try:
        with soon(number):
            judge = open_judge(Library(folder / "rules", folder / "knowledge"))
            try:
                _judge_anyhow(judge, folder)
            finally:
                judge.close()
    except InputError as error:
        problems_are_placed(error, number)
        return False
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"input {number} ({target}): {type(error).__name__}: {error}") from error
    finally:
        (folder / target).write_bytes(good)
    return True


def _judge_anyhow(judge: Judge, folder: Path) -> None:
    with contextlib.suppress(InputError):
        draw(judge, folder / "case.yaml")


def many(try_one: Callable[[int], bool]) -> None:
    """Try one input after the other until the time is over; both outcomes must come up."""
    taken: list[bool] = []
    end = time.process_time() + SECONDS
    while time.process_time() < end:
        taken.append(try_one(len(taken)))
    assert len(taken) > FEWEST
    assert FEWEST / 20 < sum(taken) < len(taken) - FEWEST / 20


def test_any_bytes_as_a_case(mini_judge: Judge, tmp_path: Path) -> None:
    many(lambda number: outcome_of_case(mini_judge, tmp_path, number))


def test_any_bytes_as_a_file_of_the_rule_base(tmp_path: Path) -> None:
    shutil.copytree(TESTS / "mini", tmp_path, dirs_exist_ok=True)
    (tmp_path / "case.yaml").write_text(SETTLED, encoding="utf-8")
    many(lambda number: outcome_of_rules(tmp_path, number))


def test_the_inputs_follow_from_their_number() -> None:
    data = SETTLED.encode()
    assert [mutated(n, data) for n in range(50)] == [mutated(n, data) for n in range(50)]
    assert len({mutated(n, data) for n in range(200)}) > 150


HEAD = "case: big\ntitle: Big\nas_of: 2026-03-01\n"
BIG = {
    "values": HEAD + "facts: {deal.phase: [" + "late, " * 150_000 + "]}\n",
    "wrong values": HEAD + "facts: {deal.phase: [" + "x," * 400_000 + "]}\n",
    "keys": HEAD + "".join(f"k{n}: x\n" for n in range(90_000)),
    "one key": HEAD + "a: b\n" * 190_000,
    "facts": HEAD + "facts:\n" + "".join(f"  deal.phas{n}: x\n" for n in range(50_000)),
    "members": HEAD + "stakeholders:\n" + " - {}\n" * 150_000,
    "acts": HEAD + "history:\n" + " - {on: 2026-01-01, title: t}\n" * 33_000,
    "lists": HEAD + "facts: " + "[" * 900_000,
    "mappings": HEAD + "facts: " + "{a: " * 240_000,
    "dashes": HEAD + "- " * 450_000,
    "questions": HEAD + "? " * 450_000,
    "one line": HEAD + "about: " + "word " * 190_000,
    "one quote": HEAD + 'about: "' + "x\\n" * 300_000 + '"\n',
    "one word": HEAD + "about: " + "x" * 900_000,
    "comments": HEAD + "#\n" * 450_000,
    "empty lines": "\n" * 900_000,
    "tags": HEAD + "about: " + "!" * 900_000,
    "anchors": HEAD + "about: " + "&a " * 300_000,
    "percent": "%" * 900_000,
    "noughts": "\x00" * 900_000,
    "digits": HEAD + "facts: {deal.price: " + "9" * 900_000 + "}\n",
    "commas": HEAD + "facts: {deal.price: '" + "1," * 1900 + "x'}\n",
}


@pytest.mark.parametrize("name", BIG)
def test_a_big_input_is_no_worse(mini_judge: Judge, tmp_path: Path, name: str) -> None:
    (tmp_path / "case.yaml").write_text(BIG[name])
    with soon(0):
        try:
            load_case(tmp_path / "case.yaml", mini_judge.knowledge)
        except InputError as error:
            problems_are_placed(error, 0)


def test_as_many_members_as_there_may_be_are_judged_soon(mini_judge: Judge, tmp_path: Path) -> None:
    members = "".join(f"  - {{role: coach, stance: {'for' if n % 2 else 'against'}}}\n" for n in range(100))
    facts = "facts: {deal.phase: late, deal.needs_known: yes, deal.criteria: ours}\n"
    (tmp_path / "case.yaml").write_text(f"{HEAD}{facts}stakeholders:\n{members}")
    with soon(0):
        draw(mini_judge, tmp_path / "case.yaml")


CONDITION = "{fact: deal.needs_known, is: yes}"


def several(count: int, start: int = 0) -> str:
    """Write so many different conditions."""
    return ", ".join(f"{{fact: deal.price, below: {start + n}}}" for n in range(count))


def of_many(outer: str, inner: str, count: int) -> str:
    """Write conditions of conditions: `outer` and `inner` are how their lists begin."""
    parts = (f"{{{inner}: [{several(count, 100 * n)}]}}" for n in range(count))
    return f"{{{outer}: [{', '.join(parts)}]}}"


DEEP = {
    "not": "{not: " * 12 + CONDITION + "}" * 12,
    "all": "{all: [" * 12 + CONDITION + "]}" * 12,
    "a count": f"{{at_least: 10, of: [{several(20)}]}}",
    "counts of counts": of_many("at_least: 2, of", "at_least: 2, of", 5),
    "all of either": of_many("all", "either", 9),
    "not all of either": f"{{not: {of_many('all', 'either', 9)}}}",
    "either of counts": of_many("either", "at_least: 3, of", 7),
    "a wide either": f"{{either: [{several(200)}]}}",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_condition_that_branches_much_is_compiled_soon(tmp_path: Path, name: str) -> None:
    shutil.copytree(TESTS / "mini", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "rules" / "deals" / "001-timing.yaml"
    text = file.read_text(encoding="utf-8")
    old = "when: {fact: deal.price, below: {fact: deal.floor}}"
    assert old in text
    for printed in ("{deal.price} under {deal.floor}.", "{deal.price}低于{deal.floor}。"):
        text = text.replace(printed, "x")
    file.write_text(text.replace(old, f"when: {DEEP[name]}"), encoding="utf-8")
    (tmp_path / "case.yaml").write_text(SETTLED, encoding="utf-8")
    with soon(0):
        judge = open_judge(Library(tmp_path / "rules", tmp_path / "knowledge"))
        draw(judge, tmp_path / "case.yaml")
        judge.close()
