"""`advisor interview`: ask what a verdict needs, one question after the other, and keep the answers in a case file."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from advisor import paths
from advisor.casefile import new_case, set_day, titled
from advisor.cli import options
from advisor.cli.keeping import Kept
from advisor.explain.builder import Builder
from advisor.explain.report import advice
from advisor.explain.wording import labelled
from advisor.interview import ENOUGH, ROWS, Interviewer, answers
from advisor.judge import Judge
from advisor.lexicon import listed, say
from advisor.load.cases import parse_case
from advisor.load.reader import MAX_TEXT, is_slug
from advisor.model import FALLBACK, Text
from advisor.problems import UNPRINTABLE, InputError, Location, Problem, visible
from advisor.render.blocks import Page
from advisor.render.layout.advice import next_page
from advisor.render.output import show
from advisor.render.terminal import wrapped
from advisor.session import LISTS, Reply, Step, understand


@click.command("interview")
@options.case
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the answers; asked for a new case.",
)
@options.lang
@options.rules
def interview_command(case: Path, on: datetime | None, lang: str, rules: Path | None) -> None:
    """Ask what a verdict needs, one screen after the other, and keep the answers in the case file.

    A file that is not there yet is begun. After each answer the file is written; stop whenever you like.

    Example: advisor interview cases/wastewater-dye-works.yaml
    """
    with closing(options.judge(rules)) as judge:
        asking = _Asking(judge, case, lang, options.day(on, "--on"))
        asking.close(asking.hold(asking.begin()))


class _Asking:
    """Holds one interview on a terminal: prompts on standard error, what came of it on standard output."""

    def __init__(self, judge: Judge, path: Path, lang: str, on: date | None) -> None:
        self.judge = judge
        self.path = path
        self.file = visible(paths.display(path))
        self.lang = lang
        self.on = on
        self.kept = Kept(path)

    def say(self, key: str, **parts: Text | str | int) -> None:
        """Tell something."""
        click.echo(wrapped(say(key, **parts).get(self.lang), sys.stderr), err=True)

    def prompt(self, key: str, default: str = "", suffix: str = ": ") -> str:
        """Ask for a line."""
        words = wrapped(say(key).get(self.lang), sys.stderr)
        typed = click.prompt(words, default=default, show_default=bool(default), prompt_suffix=suffix, err=True)
        return str(typed).strip() or default

    def begin(self) -> Step:
        """Return the first step: of the file that is there, or of one that is begun now."""
        if self.kept.is_there:
            self.kept.text = self.kept.read()
        else:
            self._new()
        return self._step()

    def _step(self) -> Step:
        """Return the step of the file as it is, on the day of the answers."""
        on, step = self.on, Step(Interviewer(self.judge), self.kept.text, self.file)
        if step.case.kind == "account":
            raise self._wrong("account-not-deal", "this file is an account, and an interview is about a deal")
        if on is None or on == step.case.as_of:
            return step
        if on < step.case.as_of:
            raise self._wrong("before-as-of", f"the case stands as of {step.case.as_of}, after {on}; give a later day")
        return replace(step, text=set_day(step.text, on))

    def _wrong(self, id_: str, message: str) -> InputError:
        return InputError([Problem(Location(self.file), id_, message)])

    def _new(self) -> None:
        """Ask for what a case begins with, and write it."""
        id_ = self.path.stem
        if not is_slug(id_) or self.path.suffix not in paths.YAML_SUFFIXES:
            message = "name the new file after the deal: small letters, digits and dashes, and .yaml"
            raise self._wrong("bad-name", message)
        title = self._words("interview.title", id_)
        day = self.on or self._day()
        currency = self._words("interview.currency")
        given = {
            list_: {f"{kind}-{n}": titled(key, name) for n, name in enumerate(self._names(f"interview.{kind}s"), 1)}
            for kind, (list_, key) in LISTS.items()
        }
        lists = {list_: members for list_, members in given.items() if members}
        text = new_case(id_, Text(title, title), day, {}, currency=currency, lists=lists)
        parse_case(text, self.file, self.judge.knowledge)
        self.kept.begin(text)

    def _words(self, key: str, default: str = "") -> str:
        """Ask for words until they are some that a file can hold."""
        while True:
            typed = self.prompt(key, default)
            if len(typed) <= MAX_TEXT and not re.search(UNPRINTABLE, typed):
                return typed
            self.say("interview.unkeepable")

    def _day(self) -> date:
        while True:
            typed = self.prompt("interview.day", date.today().isoformat())
            try:
                return date.fromisoformat(typed)
            except ValueError:
                self.say("interview.bad-day")

    def _names(self, key: str) -> list[str]:
        names = (name.strip() for name in re.split("[;；]", self._words(key)))
        return list(dict.fromkeys(filter(None, names)))

    def hold(self, step: Step) -> Step:
        """Ask until the verdict is settled, nothing is left to ask, or the user stops: once, when it is enough."""
        self.say("interview.help")
        offered = False
        while step.places:
            if step.outlook.reached == "enough" and not offered:
                offered = True
                if not self._goes_on(step):
                    break
            self._ask(step)
            typed = self.prompt("interview.prompt", suffix=" ")
            reply = understand(step.facts, typed)
            found = self._as_it_is(step)
            if reply is not None and reply.command == "quit":
                return found
            if found is not step:
                step = found
            elif reply is None:
                self._refuse(step)
            else:
                step = self._take(step, reply)
        return step

    def _as_it_is(self, step: Step) -> Step:
        """Return the step if the file is as it was left, or else one of what others have made of it meanwhile."""
        if not self.kept.is_there:
            self.say("interview.gone", file=self.file)
            self.kept.begin(self.kept.text)
            return step
        found = self.kept.read()
        if found == self.kept.text:
            return step
        self.kept.text = found
        self.say("interview.changed", file=self.file)
        return replace(self._step(), asked=step.asked, screens=step.screens)

    def _take(self, step: Step, reply: Reply) -> Step:
        """Go one step on or back, keep it, and say what it did; what cannot be read again must not be written."""
        if reply.command == "back" and step.before is None:
            self.say("interview.first")
            return step
        if reply.command in LISTS and not reply.words:
            self.say("interview.nameless")
            return step
        if reply.words and step.knows(reply.command, reply.words):
            self.say("interview.known", words=reply.words)
            return step
        try:
            after = _after(step, reply)
            after.case  # noqa: B018 - reads the text
        except InputError:
            self.say("interview.unkeepable")
            return step
        if after.text != step.text and not self.kept.try_to_write(after.text):
            return self._as_it_is(step)
        self._moved(step, after)
        return after

    def _goes_on(self, step: Step) -> bool:
        """Say that it is enough to act on, what is left to find out, and ask whether to go on."""
        outlook = step.outlook
        self.say("interview.enough", verdict=self._verdict(step))
        left = "interview.find-still" if outlook.turning else "interview.firm"
        self.say("interview.find-first" if outlook.missing else left)
        builder = Builder(self.judge, step.judgement, False)
        for place in (outlook.missing or outlook.turning)[:ROWS]:
            found = builder.plain_question(place)
            self.say("interview.find-out", whom=found.who[0] if found.who else say("dash"), ask=found.ask)
        while True:
            typed = self.prompt("interview.go-on").lower()
            if typed in ("", "n", "q", "否"):
                return False
            if typed in ("y", "是"):
                return True

    def _ask(self, step: Step) -> None:
        """Put a question, or several that take the same answers."""
        builder, number = Builder(self.judge, step.judgement, False), step.screens + 1
        labels = [labelled(builder.wording.fact(place)) for place in step.places]
        choices = [[builder.wording.value(fact, value) for value in answers(fact)] for fact in step.facts]
        click.echo("", err=True)
        if len(labels) == 1:
            self.say("interview.question", number=number, label=labels[0])
            self.say("interview.ask", ask=builder.question(step.places[0])[2])
        else:
            self.say("interview.each", number=number)
        if any(words != choices[0] for words in choices):
            for label, words in zip(labels, choices, strict=True):
                self.say("interview.row-choices", label=label, choices=_numbered(words))
            return
        for label in labels if len(labels) > 1 else ():
            self.say("interview.row", label=label)
        for number, word in enumerate(choices[0], start=1):
            self.say("interview.choice", number=number, label=word)
        if not choices[0]:
            kind, currency = say(f"facts.{step.facts[0].type}"), step.case.currency
            paid = step.facts[0].type == "money" and currency
            self.say("interview.free", kind=say("interview.in-full", kind=kind, currency=currency) if paid else kind)

    def _refuse(self, step: Step) -> None:
        """Say what can be answered."""
        fact, count = step.facts[0], len(step.facts)
        if count > 1:
            example = "".join("12?"[n % 3] for n in range(count))
            self.say("interview.pick-each", count=count, most=len(answers(fact)), example=example)
        elif answers(fact):
            self.say("interview.pick", most=len(answers(fact)))
        else:
            self.say("interview.kind", kind=say(f"facts.{fact.type}"))

    def _verdict(self, step: Step) -> Text:
        return self.judge.knowledge.verdicts[step.judgement.decision.verdict].label

    def _moved(self, before: Step, after: Step) -> None:
        """Say what an answer did to the verdict, and what is still open."""
        was, now = self._verdict(before), self._verdict(after)
        state = say("state.settled" if after.outlook.reached == "settled" else "state.open")
        if was == now:
            self.say("interview.stays", verdict=now, state=state)
        else:
            self.say("interview.moved", was=was, verdict=now, state=state)
        turning = after.outlook.turning
        if turning:
            wording = Builder(self.judge, after.judgement, False).wording
            facts = listed([labelled(wording.fact(place)) for place in turning[:ENOUGH]])
            more = len(turning) - ENOUGH
            shown = say("list.and-more", facts=facts, more=more) if more > 0 else facts
            begun = after.judgement.decision.verdict == FALLBACK
            self.say("interview.nearest" if begun else "interview.turning", facts=shown)

    def close(self, step: Step) -> None:
        """Say where the deal stands now, what to do and what to find out, and where the answers are kept."""
        found = advice(self.judge, step.judgement)

        def lay_out(page: Page) -> None:
            next_page(page, found)

        if not step.places and step.outlook.reached == "open":
            self.say("interview.nothing-left")
        show("text", self.lang, lay_out, found)
        count = len(step.asked)
        click.echo(say("interview.kept", file=self.file, count=count).get(self.lang), err=True)


def _numbered(words: list[Text]) -> Text:
    """List choices in one line, each behind the number that picks it; facts may take the same values in other words."""
    return listed([say("interview.pair", number=number, label=word) for number, word in enumerate(words, start=1)])


def _after(step: Step, reply: Reply) -> Step:
    if reply.command == "back":
        return step.back()
    if reply.command == "unknown":
        return step.skip()
    if reply.command == "answer":
        return step.answer(reply.said, reply.grade)
    return step.meet(reply.command, reply.words)
