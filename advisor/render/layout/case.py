"""The parts of a page about one case: verdict, reasons, flips, actions, questions, limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.explain.wording import labelled
from advisor.lexicon import join, say
from advisor.lines import Action, FactLine, FlipLine, GuardLine, QuestionLine, Reason, SourceLine, Warning
from advisor.model import Text
from advisor.render.blocks import Bullet, Bullets, Line, Page, Panel, Table, Tone
from advisor.result import Advice, DealReport, blocks

REASONS = 3
QUESTIONS = 5
ACTIONS = 8
WARNINGS = 5
_GUARD_TONE: dict[str, Tone] = {"refuse": "bad", "hold": "bad", "reword": "warn", "note": "plain"}

Told = DealReport | Advice
"""What says of a deal what its verdict is and what it hangs on."""


def deal_anchor(id_: str) -> str:
    """Name the place of a deal in a document."""
    return f"deal-{id_}"


def heading(page: Page, case: DealReport, anchor: str = "") -> None:
    """Write what the case is, and the phase that it is judged to be in."""
    page.head("head.case", 1, anchor, title=case.title)
    page.line("case.line", "quiet", id=case.id, as_of=case.as_of.isoformat(), file=case.file)
    for phase in case.phases:
        page.line("case.phase", "quiet", phase=phase.label, because=phase.because)
    if case.about:
        page.add(Line(page.text(case.about), "quiet"))


def verdict(page: Page, case: DealReport) -> None:
    """Write the verdict, whether it is settled, and whether it holds as proven."""
    lines = [_limit(page, guard) for guard in case.compliance if blocks(guard)]
    lines.append(Line(page.text(case.verdict.meaning)))
    lines.append(Line(page.words("verdict.decision", text=case.asks)))
    lines.extend(openness(page, case))
    if not case.proof.same:
        shown = case.proof.carriers[:REASONS]
        claims = page.listed(say("fact.contradicted", fact=labelled(f), values=f.value) for f in shown)
        lines.append(Line(page.words("verdict.gap", verdict=case.proof.verdict.label, claims=claims), "warn"))
    if len(case.standing) > 1:
        others = join([v.label for v in case.standing if v.id != case.verdict.id])
        lines.append(Line(page.words("verdict.others", verdicts=others), "quiet"))
    state = openness_word(page, case)
    title = page.words("verdict.title", verdict=case.verdict.label, state=state)
    page.add(Panel(title, tuple(lines), tone(case)))


def verdict_line(page: Page, key: str, case: Told) -> None:
    """Write the verdict in one line: what it is, whether it is settled, and what it means."""
    state, verdict = openness_word(page, case), case.verdict
    page.line(key, "strong", verdict=verdict.label, state=state, means=verdict.meaning)


def openness_word(page: Page, case: Told) -> str:
    """Say in a word whether the verdict is settled, and whether only as far as what was told holds."""
    if not case.settled:
        return page.words("verdict.open")
    return page.words("verdict.settled" if case.proof.same else "verdict.settled-told")


def openness(page: Page, case: DealReport) -> Iterable[Line]:
    """Say what is still possible and what it hangs on; nothing when the verdict is settled."""
    if not case.settled:
        others = join([v.label for v in case.possible if v.id != case.verdict.id], "list.or")
        shown, more = _hangs(case, QUESTIONS)
        key = "verdict.hangs-first" if case.hangs_first else "verdict.hangs-more"
        facts = page.words("list.semicolon").join(map(page.text, shown))
        yield Line(page.words(key if more else "verdict.hangs", others=others, facts=facts, more=more), "warn")


def hangs(page: Page, case: Told) -> str:
    """Name what an open verdict hangs on first; empty when it is settled."""
    shown, _ = _hangs(case, REASONS)
    return page.words("list.semicolon").join(map(page.text, shown))


def _hangs(case: Told, most: int) -> tuple[list[Text], int]:
    """Return what a verdict hangs on, what can settle it first, and how many more there are."""
    every = [*map(labelled, case.hangs_on), *case.hangs_on_lists]
    first = [labelled(f) for f in case.hangs_first[:REASONS]]
    shown = first or [*_kinds(case), *case.hangs_on_lists][:most]
    return shown, len(every) - len(shown)


def _kinds(case: Told) -> list[Text]:
    """Return the facts that a verdict hangs on, those first that are worth asking first, and of members one a kind."""
    found: dict[str, FactLine] = {}
    hanging = frozenset(case.hangs_on)
    for fact in (*(q.fact for q in case.questions if q.fact in hanging), *case.hangs_on):
        found.setdefault(fact.path, fact)
    return list(map(labelled, found.values()))


def tone(case: DealReport) -> Tone:
    """Colour a verdict: red for a legal block, yellow while it is open or unproven, green else."""
    if case.blocked:
        return "bad"
    return "good" if case.settled and case.proof.same else "warn"


def reasons(page: Page, key: str, found: Iterable[Reason]) -> None:
    """Write reasons, each with the weakest evidence behind it and its source."""
    shown = tuple(found)[:REASONS]
    page.head(key)
    if not shown:
        page.line("reasons.none", "quiet")
        return
    page.add(Bullets(tuple(Bullet(page.text(r.text), _reason_note(page, r)) for r in shown)))


def _reason_note(page: Page, reason: Reason) -> str:
    """Say how good the weakest evidence is and how old, and where the rule comes from."""
    parts = [_evidence(page, reason, reason.weakest_label)] if reason.weakest_label else []
    parts.extend(page.words("reason.stale") for _ in [0] if reason.stale)
    parts.extend(_sources(page, reason.sources))
    return page.words("list.semicolon").join(parts)


def _evidence(page: Page, reason: Reason, grade: Text) -> str:
    days = [fact.on for fact in reason.facts if fact.on and fact.grade == reason.weakest]
    if not days:
        return page.words("reason.evidence", grade=grade)
    return page.words("reason.evidence-on", grade=grade, on=min(days).isoformat())


def source(page: Page, line: SourceLine) -> str:
    """Name a source: the playbook and item, or that it is ours."""
    if line.passage is None or line.playbook is None:
        return page.words("source.ours")
    return page.words("source.passage", playbook=line.playbook, item=line.item or 0)


def _sources(page: Page, lines: Iterable[SourceLine]) -> Iterable[str]:
    """Name sources, each playbook once."""
    books: dict[Text | None, dict[int, SourceLine]] = {}
    for line in lines:
        books.setdefault(line.playbook if line.passage else None, {}).setdefault(line.item or 0, line)
    for book, items in books.items():
        if book is None or len(items) == 1:
            yield source(page, next(iter(items.values())))
        else:
            shown = page.words("list.comma").join(map(str, items))
            yield page.words("source.items", playbook=book, items=shown)


def warnings(page: Page, found: Sequence[Warning], most: int) -> None:
    """Write the seller's errors that the rules see, at most so many."""
    bullets = tuple(Bullet(page.text(w.text), page.text(w.because), "warn") for w in found[:most])
    if bullets:
        page.head("head.warnings")
        page.add(Bullets(bullets))
        _more(page, len(found) - most)


def _more(page: Page, left: int) -> None:
    if left > 0:
        page.line("list.more", "quiet", count=left)


def doubtful_facts(page: Page, contradictions: Iterable[FactLine], stale: Iterable[FactLine]) -> None:
    """Write contradictions and stale facts."""
    bullets = [
        Bullet(page.words("fact.contradicted", fact=labelled(f), values=f.value), tone="warn") for f in contradictions
    ]
    bullets.extend(
        Bullet(page.words("fact.stale", fact=labelled(f), value=f.value, on=str(f.on)), tone="warn") for f in stale
    )
    if bullets:
        page.head("head.doubtful")
        page.add(Bullets(tuple(bullets)))


def flips(page: Page, found: Iterable[FlipLine]) -> None:
    """Write the flip card: what would turn the verdict."""
    rows = tuple(
        (
            page.words("list.semicolon").join(
                page.words("flip.change", fact=labelled(c.fact), was=c.fact.value, to=c.to) for c in flip.changes
            ),
            page.words("list.comma").join(dict.fromkeys(page.words(f"change.{c.change}") for c in flip.changes)),
            page.text(flip.verdict.label),
        )
        for flip in found
    )
    page.head("head.flips")
    if rows:
        page.add(Table(tuple(page.words(k) for k in ("column.if", "column.whose", "column.then")), rows))
    else:
        page.line("flips.none", "quiet")


def actions(page: Page, found: Sequence[Action], most: int) -> None:
    """Write the next actions in order, at most so many."""
    rows = tuple(
        (a.by.isoformat(), page.text(a.do), page.text(a.who), page.text(a.to) if a.to else page.words("dash"))
        for a in found[:most]
    )
    page.head("head.actions")
    if rows:
        page.add(Table(tuple(page.words(k) for k in ("column.by", "column.do", "column.who", "column.to")), rows))
        _more(page, len(found) - most)
    else:
        page.line("actions.none", "quiet")


def questions(page: Page, found: Iterable[QuestionLine]) -> None:
    """Write the open questions, whom to ask, and the answers that would turn the verdict."""
    rows = tuple((page.text(q.ask), _whom(page, q), question_effect(page, q)) for q in found)
    page.head("head.questions")
    if rows:
        page.add(Table(tuple(page.words(k) for k in ("column.ask", "column.whom", "column.effect")), rows))
    else:
        page.line("questions.none", "quiet")


def _whom(page: Page, question: QuestionLine) -> str:
    return page.words("list.comma").join(page.text(w) for w in question.who[:2])


def question_effect(page: Page, question: QuestionLine) -> str:
    """Say why a question matters: the answers that turn the verdict, or that it only firms it up."""
    state = page.words(f"question.{question.why}", value=question.fact.value)
    by_verdict: dict[str, list[Text]] = {}
    for turn in question.turns:
        by_verdict.setdefault(page.text(turn.verdict.label), []).append(turn.value)
    turns = [
        page.words(
            "question.turn", answers=join([say("value.quoted", value=v) for v in values], "list.or"), verdict=label
        )
        for label, values in by_verdict.items()
    ]
    return page.words("list.semicolon").join([state, *turns])


def compliance(page: Page, guards: Iterable[GuardLine], quarantined: Sequence[Text] = ()) -> None:
    """Write the compliance box; it is always there."""
    found = tuple(guards)
    lines = [line for guard in found if guard.answer == "yes" for line in _guard(page, guard)]
    possible = [page.text(guard.because) for guard in found if guard.answer != "yes"]
    if possible:
        lines.append(Line(page.words("guard.undecided", texts=page.clauses(possible)), "quiet"))
    if quarantined:
        lines.append(Line(page.words("compliance.quarantined", facts=join(list(quarantined))), "bad"))
    if not lines:
        lines.append(Line(page.words("compliance.empty"), "quiet"))
    page.add(Panel(page.words("head.compliance"), tuple(lines), "bad" if any(map(blocks, found)) else "plain"))


def compliance_briefly(page: Page, guards: Iterable[GuardLine], quarantined: Sequence[Text] = ()) -> None:
    """Write the limits that hold in a line each, and the first of the notes; the report has them all."""
    holding = [guard for guard in guards if guard.answer == "yes"]
    notes = [guard for guard in holding if guard.level == "note"]
    found = [guard for guard in holding if guard.level != "note"] + notes[:1]
    lines = [
        Line(
            page.words(
                "guard.brief" if guard.level == "note" else "guard.brief-law",
                level=page.words(f"guard.{guard.level}"),
                text=guard.because,
                law=guard.law,
                instead=guard.instead,
            ),
            _GUARD_TONE[guard.level],
        )
        for guard in found
    ]
    if quarantined:
        lines.append(Line(page.words("compliance.quarantined", facts=join(list(quarantined))), "bad"))
    if not lines:
        lines.append(Line(page.words("compliance.empty"), "quiet"))
    page.head("head.compliance")
    page.add(*lines)
    _more(page, len(holding) - len(found))


def _limit(page: Page, guard: GuardLine) -> Line:
    level = page.words(f"guard.{guard.level}")
    return Line(page.words("guard.line", level=level, text=guard.because), _GUARD_TONE[guard.level])


def _guard(page: Page, guard: GuardLine) -> Iterable[Line]:
    yield _limit(page, guard)
    yield Line(page.words("guard.law", law=guard.law, instead=guard.instead))
