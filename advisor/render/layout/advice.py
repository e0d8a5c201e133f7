"""Pages for one deal at a time: next best action, flips, what-if, why and why not."""

from __future__ import annotations

from advisor.explain.wording import labelled
from advisor.lexicon import say
from advisor.lines import Action, BoxLine, FactLine, QuestionLine, SourceLine
from advisor.model import Text
from advisor.render.blocks import Branch, Bullet, Bullets, Line, Page, Table, Tree
from advisor.render.layout.case import (
    QUESTIONS,
    REASONS,
    compliance_briefly,
    flips,
    hangs,
    openness_word,
    question_effect,
    source,
    verdict_line,
    warnings,
)
from advisor.result import Advice, Argument, Crosswalk, DealReport, Node

WARNINGS = 1
MESSAGE = ("ask", "argue", "win", "proof")
"""Slots of knowledge/approach.yaml: what to bring up with a person, the first of these that a rule has words for."""


def next_page(page: Page, case: Advice) -> None:
    """Write what a rep does next, on one screen: the verdict and why, actions, questions, and the error in sight."""
    page.head("next.title", 1, title=case.title)
    verdict_line(page, "next.verdict", case)
    page.line("next.because", text=case.because)
    hangs_on = hangs(page, case)
    if hangs_on:
        page.line("next.hangs", "warn", facts=hangs_on)
    warnings(page, case.warnings, WARNINGS)
    _steps(page, case)
    page.head("head.questions")
    bullets = tuple(
        Bullet(page.words("next.ask", whom=_first(q.who), ask=q.ask), _effect(page, q))
        for q in case.questions[:REASONS]
    )
    page.add(Bullets(bullets, numbered=True) if bullets else Line(page.words("questions.none"), "quiet"))
    compliance_briefly(page, case.compliance, case.quarantined)


def _steps(page: Page, case: Advice) -> None:
    """Write the next actions: who does what with whom by when, and what to bring up or to ask there."""
    page.head("head.actions")
    notes = {_note(page, case, action.to): action for action in reversed(case.actions[:REASONS]) if action.to}
    met = {action: note for note, action in notes.items()}
    bullets = tuple(Bullet(_step(page, action), met.get(action, "")) for action in case.actions[:REASONS])
    page.add(Bullets(bullets, numbered=True) if bullets else Line(page.words("actions.none"), "quiet"))


def _step(page: Page, action: Action) -> str:
    by = action.by.isoformat()
    if action.to is None:
        return page.words("next.step", who=action.who, by=by, do=action.do)
    return page.words("next.step-to", who=action.who, to=action.to, by=by, do=action.do)


def _note(page: Page, case: Advice, whom: Text) -> str:
    """Say what to bring up with somebody, or else what to ask; empty if no rule tells."""
    person = next((p for p in case.people if p.who == whom), None)
    lines = {line.slot: line for line in person.approach} if person else {}
    line = next((lines[slot] for slot in MESSAGE if slot in lines), None)
    if line is not None:
        return page.words("person.approach", label=line.label, text=line.say)
    further = case.questions[REASONS:QUESTIONS]
    ask = next((question.ask for question in further if whom in question.who), None)
    return page.words("next.ask-there", ask=ask) if ask else ""


def _effect(page: Page, question: QuestionLine) -> str:
    """Say which answers would turn the verdict; that nobody knows goes without saying."""
    return question_effect(page, question) if question.turns or question.why != "unknown" else ""


def _first(who: tuple[Text, ...]) -> Text:
    return who[0] if who else say("dash")


def flips_page(page: Page, case: DealReport) -> None:
    """Write the flip card of one case."""
    state = openness_word(page, case)
    page.head("head.case", 1, title=case.title)
    page.add(Line(page.words("verdict.title", verdict=case.verdict.label, state=state), "strong"))
    flips(page, case.flips)


def what_if_page(page: Page, before: DealReport, after: DealReport, changes: list[tuple[FactLine, FactLine]]) -> None:
    """Write a case before and after some facts change."""
    page.head("what-if.title", 1, title=before.title)
    page.add(
        Bullets(
            tuple(
                Bullet(page.words("flip.change", fact=labelled(old), was=old.value, to=new.value))
                for old, new in changes
            )
        )
    )
    rows = tuple(
        (page.words(key), page.text(case.verdict.label), page.words("state.settled" if case.settled else "state.open"))
        for key, case in (("what-if.before", before), ("what-if.after", after))
    )
    page.add(Table(tuple(map(page.words, ("column.when", "column.verdict", "column.state"))), rows))
    page.head("what-if.reasons")
    page.add(Bullets(tuple(Bullet(page.text(r.text)) for r in after.reasons_for[:REASONS])))
    old, new = ({page.text(a.do) for a in case.actions} for case in (before, after))
    for key, found in (("what-if.new-actions", new - old), ("what-if.dropped-actions", old - new)):
        if found:
            page.head(key)
            page.add(Bullets(tuple(Bullet(text) for text in sorted(found))))


def crosswalk_page(page: Page, crosswalk: Crosswalk) -> None:
    """Write a deal through a method: each box, how far it is filled, by which facts, and what is missing."""
    page.head("view.title", 1, title=crosswalk.title, method=crosswalk.label)
    page.add(Line(page.text(crosswalk.note), "quiet"))
    columns = ("column.box", "column.state", "column.filled", "column.missing")
    page.add(Table(tuple(map(page.words, columns)), tuple(_box_row(page, box) for box in crosswalk.boxes)))


def _box_row(page: Page, box: BoxLine) -> tuple[str, ...]:
    semicolon = page.words("list.semicolon")
    known = [page.words("box.fact", fact=labelled(f), value=f.value, grade=_grade(f)) for f in box.known]
    missing = [*map(labelled, box.unknown), *(say("box.nobody", list=label) for label in box.nobody)]
    return (
        page.words("box.label", label=box.label, asks=box.asks),
        page.words(f"filling.{box.filling}"),
        semicolon.join(known) or page.words("dash"),
        semicolon.join(map(page.text, missing)) or page.words("dash"),
    )


def _grade(fact: FactLine) -> Text:
    return say("evidence.stale") if fact.stale or not fact.grade_label else fact.grade_label


def argument_page(page: Page, argument: Argument) -> None:
    """Write a why or why-not: one tree for each rule, and the facts that are missing."""
    page.add(Line(page.text(argument.heading), "strong"))
    seen: set[Node] = set()
    for node in argument.trees:
        page.add(Tree(_branch(page, node, seen, top=True)))
    if argument.missing:
        page.head("why-not.missing")
        page.add(Bullets(tuple(Bullet(page.text(labelled(f))) for f in argument.missing)))


def _branch(page: Page, node: Node, seen: set[Node], top: bool = False) -> Branch:
    """Tell a passage in full for the rule at the top, name it for rules below, and a finding only once."""
    if node.kind == "finding" and node.children:
        if node in seen:
            return Branch(page.words("why.above", text=node.text), node.answer)
        seen.add(node)
    notes = [page.text(node.because)] if node.because else []
    if node.fact is not None:
        notes.append(_evidence(page, node.fact))
    if top:
        notes.extend(page.words("source.in", source=source(page, s), says=s.says) for s in node.sources)
    elif node.sources:
        notes.append(page.words("source.named", sources=page.words("list.semicolon").join(_named(page, node.sources))))
    children = tuple(_branch(page, child, seen) for child in node.children)
    return Branch(page.text(node.text), node.answer, "\n".join(n for n in notes if n), children)


def _named(page: Page, sources: tuple[SourceLine, ...]) -> list[str]:
    return list(dict.fromkeys(source(page, s) for s in sources))


def _evidence(page: Page, fact: FactLine) -> str:
    if fact.standing == "unknown":
        return page.words("evidence.unknown")
    parts = [page.words("evidence.value", value=fact.value)]
    if fact.grade_label:
        parts.append(page.text(fact.grade_label))
    if fact.by:
        parts.append(page.words("evidence.by", by=fact.by))
    if fact.on:
        parts.append(fact.on.isoformat())
    if fact.stale:
        parts.append(page.words("evidence.stale"))
    return page.words("list.clause").join(parts)
