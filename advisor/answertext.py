"""Answer sheets as text: an empty form, and one with answers."""

from __future__ import annotations

from advisor.answers import Answer, AnswerSheet
from advisor.casetext import word
from advisor.exercise import Exercise
from advisor.lexicon import say


def sheet_text(sheet: AnswerSheet, of: Exercise, lang: str) -> str:
    """Write a sheet with one entry for each act; what is not answered stays empty, to be filled in."""
    lines = [
        f"# {say('sheet.head', title=of.lesson.case.title).get(lang)}",
        f"# {say('sheet.how').get(lang)}",
        f"exercise: {sheet.exercise}",
        f"learner: {word(sheet.learner)}",
        "acts:",
    ]
    answers = [*sheet.answers, *[Answer()] * (len(of.acts) - len(sheet.answers))]
    for act, answer in zip(of.acts, answers, strict=True):
        lines.append(f"  # {say('sheet.act', number=act.number, on=act.told.on.isoformat()).get(lang)}")
        lines += _answer(answer)
    return "\n".join(lines) + "\n"


def _answer(answer: Answer) -> list[str]:
    confidence = "" if answer.confidence is None else str(answer.confidence)
    parts = {
        "verdict": answer.verdict or "",
        "confidence": confidence,
        "reasons": f"[{', '.join(answer.reasons)}]",
        "step": answer.step or "",
        **({"seal": f'"{answer.seal}"'} if answer.seal else {}),
    }
    lines = [f"{key}: {value}".rstrip() for key, value in parts.items()]
    return [f"  - {lines[0]}", *(f"    {line}" for line in lines[1:])]
