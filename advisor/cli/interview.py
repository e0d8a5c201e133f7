"""`advisor interview`: ask what a verdict needs, one question after the other, and keep the answers in a case file."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import click

from advisor import paths, yamlfile
from advisor.casefile import new_case, titled
from advisor.cli import options
from advisor.explain.builder import Builder
from advisor.explain.report import report
from advisor.judge import Judge
from advisor.lexicon import say
from advisor.load.reader import is_slug
from advisor.model import Fact, Text
from advisor.problems import InputError, Location, Problem, Problems
from advisor.render.blocks import Page
from advisor.render.layout.advice import next_page
from advisor.render.output import show, write_file
from advisor.session import Step, answers, understand


@click.command("interview")
@options.case
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of a new case; asked for if left out.")
@options.lang
@options.rules
def interview_command(case: Path, on: datetime | None, lang: str, rules: Path | None) -> None:
    """Ask what a verdict needs, one question after the other, and keep the answers in the case file.

    A file that is not there yet is begun. After each answer the file is written; stop whenever you like.

    Example: advisor interview cases/wastewater-dye-works.yaml
    """
    with closing(options.judge(rules)) as judge:
        asking = _Asking(judge, case, lang)
        step = Step(judge, asking.begin(options.day(on)), paths.display(case))
        if step.case.kind == "account":
            message = "this file is an account, and an interview is about a deal"
            raise InputError([Problem(Location(step.name), "account-not-deal", message)])
        asking.close(asking.hold(step))


class _Asking:
    """Holds one interview on a terminal: prompts on standard error, what came of it on standard output."""

    def __init__(self, judge: Judge, path: Path, lang: str) -> None:
        self.judge = judge
        self.path = path
        self.lang = lang

    def say(self, key: str, **parts: Text | str | int) -> None:
        """Tell something."""
        click.echo(say(key, **parts).get(self.lang), err=True)

    def prompt(self, key: str, default: str = "") -> str:
        """Ask for a line."""
        words = say(key).get(self.lang)
        return str(click.prompt(words, default=default, show_default=bool(default), err=True)).strip()

    def begin(self, on: date | None) -> str:
        """Return the text of the case: of the file, or of one that is begun now."""
        if self.path.exists():
            problems = Problems()
            text = yamlfile.read_text(self.path, paths.display(self.path), problems)
            problems.raise_if_any()
            return text or ""
        id_ = self.path.stem
        if not is_slug(id_) or self.path.suffix not in paths.YAML_SUFFIXES:
            message = "name the new file after the deal: small letters, digits and dashes, and .yaml"
            raise InputError([Problem(Location(str(self.path)), "bad-name", message)])
        title = self.prompt("interview.title", id_)
        day = on or self._day()
        currency = self.prompt("interview.currency")
        lists = {
            "stakeholders": self._members("interview.people", "person", "post"),
            "competitors": self._members("interview.rivals", "rival", "name"),
        }
        given = {name: members for name, members in lists.items() if members}
        text = new_case(id_, Text(title, title), day, {}, currency=currency, lists=given)
        write_file(self.path, text)
        return text

    def _day(self) -> date:
        while True:
            typed = self.prompt("interview.day", date.today().isoformat())
            try:
                return date.fromisoformat(typed)
            except ValueError:
                self.say("interview.bad-day")

    def _members(self, key: str, word: str, title: str) -> dict[str, str]:
        names = [name.strip() for name in re.split("[;；]", self.prompt(key)) if name.strip()]
        return {f"{word}-{number}": titled(title, name) for number, name in enumerate(names, start=1)}

    def hold(self, step: Step) -> Step:
        """Ask until the verdict is settled, nothing is left to ask, or the user stops."""
        self.say("interview.help")
        while step.place is not None:
            self._ask(step)
            reply = understand(step.fact, self.prompt("interview.prompt"))
            if reply.command == "quit":
                break
            if reply.problem:
                self._refuse(step.fact)
                continue
            after = self._after(step, reply.command, reply.value, reply.grade)
            if after.text != step.text:
                write_file(self.path, after.text)
            self._moved(step, after)
            step = after
        return step

    def _after(self, step: Step, command: str, value: object, grade: str) -> Step:
        if command == "back":
            return step.back()
        if command == "unknown":
            return step.skip()
        return step.answer(value, grade)  # type: ignore[arg-type]

    def _ask(self, step: Step) -> None:
        assert step.place is not None
        builder = Builder(self.judge, step.judgement, False)
        _, declared, ask = builder.question(step.place)
        click.echo("", err=True)
        self.say("interview.question", number=len(step.asked) + 1, ask=ask)
        for number, value in enumerate(answers(declared), start=1):
            self.say("interview.choice", number=number, label=builder.wording.value(declared, value))
        if not answers(declared):
            self.say("interview.free", kind=say(f"facts.{declared.type}"))

    def _refuse(self, fact: Fact) -> None:
        """Say what can be answered."""
        picked = answers(fact)
        if picked:
            self.say("interview.pick", most=len(picked))
        else:
            self.say("interview.kind", kind=say(f"facts.{fact.type}"))

    def _moved(self, before: Step, after: Step) -> None:
        """Say what an answer did to the verdict, and what is still open."""
        labels = [self.judge.knowledge.verdicts[s.judgement.decision.verdict].label for s in (before, after)]
        state = say("state.settled" if after.judgement.settlement.settled else "state.open")
        hangs = len(after.judgement.settlement.places)
        if labels[0] == labels[1]:
            self.say("interview.stays", verdict=labels[1], state=state, hangs=hangs)
        else:
            self.say("interview.moved", was=labels[0], verdict=labels[1], state=state, hangs=hangs)

    def close(self, step: Step) -> None:
        """Say where the deal stands now, what to do and what to find out, and where the answers are kept."""
        found = report(self.judge, step.judgement)

        def lay_out(page: Page) -> None:
            next_page(page, found)

        show("text", self.lang, lay_out, found)
        click.echo(say("interview.kept", file=paths.display(self.path), count=len(step.asked)).get(self.lang), err=True)
