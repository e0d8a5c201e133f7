"""From the cells of a table to what is known of each fact, and which cells are wrong.

Cells are text without blanks around it, as in case files: a value, `none` (there is none), `unknown` or nothing. Most
are empty, which is asked first. What is allowed is what
advisor.load.values and advisor.load.reader allow; of numbers, only those that a column can hold.
"""

from __future__ import annotations

from operator import and_

import ibis
import ibis.expr.types as ir

from advisor.load.reader import FIRST_YEAR, LAST_YEAR, MAX_DIGITS, MAX_TEXT
from advisor.model import GRADES, Fact
from advisor.portfolio import encode
from advisor.portfolio.fold import fold
from advisor.portfolio.slice import Slice

AS_OF = "as_of"
EVIDENCE, BY, ON, HOW = ".evidence", ".by", ".on", ".how"
COMPANIONS = (EVIDENCE, BY, ON, HOW)
"""Columns beside that of a fact: how well it is known, by whom, since when, and how it was obtained."""
YES, NO = ("yes", "true"), ("no", "false")
_GROUPED = r"^[+-]?[0-9]{1,3}([,_]?[0-9]{3})*([.][0-9]{1,6})?$"
_PLAIN = rf"^[+-]?[0-9]{{1,{MAX_DIGITS}}}([.][0-9]{{1,6}})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class Cells:
    """The cells of one table: of the deals, or of the members of a list. None is null."""

    def __init__(self, table: ir.Table, sheet: Slice, as_of: ir.DateValue) -> None:
        self.table = table
        self.sheet = sheet
        self.as_of = as_of

    def states(self, scope: str) -> dict[str, ir.Value]:
        """Return the states of the facts that have a column, as far as rules and the quarantine ask for them."""
        found: dict[str, ir.Value] = {}
        for fact in self._facts(scope):
            if fact.path in self.sheet.paths:
                found |= self._state(fact)
            found |= self._origin(fact)
        return found

    def wrong(self, scope: str) -> dict[str, ir.BooleanValue]:
        """Return for each column whether its cell is wrong."""
        found: dict[str, ir.BooleanValue] = {}
        for fact in self._facts(scope):
            found[fact.path] = self._wrong_value(fact)
            for ending, allowed in ((EVIDENCE, GRADES), (HOW, tuple(self.sheet.knowledge.evidence.how))):
                text = self._companion(fact, ending)
                if text is not None:
                    found[fact.path + ending] = ibis.ifelse(text == "", False, ~text.isin(list(allowed)))
            on = self._companion(fact, ON)
            if on is not None:
                found[fact.path + ON] = ibis.ifelse(on == "", False, ~(day(on) <= self.as_of).fill_null(False))
            by = self._companion(fact, BY)
            if by is not None:
                found[fact.path + BY] = longer(by, MAX_TEXT)
        return found

    def _facts(self, scope: str) -> list[Fact]:
        facts = self.sheet.knowledge.facts.values()
        return [fact for fact in facts if fact.scope == scope and fact.path in self.table.columns]

    def _companion(self, fact: Fact, ending: str) -> ir.StringValue | None:
        name = fact.path + ending
        return self.table[name] if name in self.table.columns else None

    def _text(self, fact: Fact) -> ir.StringValue:
        return self.table[fact.path]

    def _told(self, fact: Fact) -> ir.BooleanValue:
        return ~self._text(fact).isin(["", "unknown"])

    def _wrong_value(self, fact: Fact) -> ir.BooleanValue:
        """Tell whether a cell holds neither a value of its fact nor one of the words that every fact takes."""
        free = ["", "unknown", *(["none"] if fact.absent is not None else [])]
        text = self._text(fact)
        if fact.type == "text":
            return text.isin(["null", "~", *(["none"] if fact.absent is None else [])]) | longer(text, MAX_TEXT)
        return ibis.ifelse(text == "", False, ~text.isin(free[1:]) & self._value(fact).isnull())

    def _state(self, fact: Fact) -> dict[str, ir.Value]:
        path, asked = fact.path, self.sheet.asked(fact.path)
        found: dict[str, ir.Value] = {path: self._value(fact)}
        if fact.absent is not None:
            found[path + encode.NONE] = self._text(fact) == "none"
        evidence, on = self._companion(fact, EVIDENCE), self._companion(fact, ON)
        if "evidence" in asked and evidence is not None:
            told = ibis.literal(GRADES.index("told"), "int8")
            grades = [(evidence == grade, ibis.literal(n, "int8")) for n, grade in enumerate(GRADES)]
            found[path + encode.GRADE] = ibis.cases(*grades, else_=told)
        if "stale" in asked and on is not None and fact.stale_after is not None:
            limit = day(on) + ibis.interval(days=fact.stale_after)
            found[path + encode.STALE] = self._told(fact) & (limit.cast("date") < self.as_of).fill_null(False)
        return found

    def _origin(self, fact: Fact) -> dict[str, ir.BooleanValue]:
        """Say whether a fact was obtained improperly, or is sensitive and does not say how it was obtained."""
        rule, how, evidence = (
            self.sheet.knowledge.evidence.quarantine,
            self._companion(fact, HOW),
            self._companion(fact, EVIDENCE),
        )
        found: dict[str, ir.BooleanValue] = {}
        if how is not None:
            found[fact.path + encode.IMPROPER] = self._told(fact) & how.isin(list(rule.how))
        if rule.sensitive_without_how and fact.sensitive is not None:
            silent = self._told(fact) if how is None else self._told(fact) & (how == "")
            found[fact.path + encode.SILENT] = silent if evidence is None else silent & (evidence != "assumed")
        return found

    def _value(self, fact: Fact) -> ir.Value:
        """Return what a cell says in the type of its fact; null where it says nothing, or nothing that is allowed."""
        text = self._text(fact)
        if fact.type == "bool":
            word = text.lower()
            nothing = ibis.null("boolean")
            return ibis.cases((text == "", nothing), (word.isin(YES), True), (word.isin(NO), False), else_=nothing)
        if fact.type == "enum":
            places = [(text == word, ibis.literal(n, "int16")) for n, word in enumerate(fact.values)]
            return ibis.cases((text == "", ibis.null("int16")), *places, else_=ibis.null("int16"))
        if fact.type == "date":
            return day(text)
        if fact.type == "text":
            return ibis.ifelse(text.isin(["", "unknown", "none", "null", "~"]), ibis.null("boolean"), True)
        number = amount(text)
        if fact.type == "money":
            return number
        return ibis.ifelse(number == number.cast("int64"), number.cast("int64"), ibis.null("int64"))


def amount(text: ir.StringValue) -> ir.DecimalValue:
    """Return the number that a text is; null if it is none, or has more digits than a column holds."""
    digits = text.re_replace("[,_]", "")
    short = digits.re_search(rf"^[+-]?[0-9]{{1,{MAX_DIGITS}}}([.][0-9]*)?$")
    is_number = (text.re_search(_GROUPED) | text.re_search(_PLAIN)) & short
    return ibis.ifelse(is_number, digits, ibis.null("string")).cast("decimal(21, 6)")


def day(text: ir.StringValue) -> ir.DateValue:
    """Return the day that a text is, written YYYY-MM-DD; null if it is none."""
    shaped = ibis.ifelse(text.re_search(_DAY), text, ibis.null("string"))
    year, month, number = (shaped.substr(*at).cast("int32") for at in ((0, 4), (5, 2), (8, 2)))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    short = (month != 2) | (number < 29) | ((number == 29) & leap)
    rules = [
        year.between(FIRST_YEAR, LAST_YEAR),
        month.between(1, 12),
        number.between(1, 31),
        ~month.isin([4, 6, 9, 11]) | (number < 31),
        short,
    ]
    return ibis.ifelse(fold(and_, rules), shaped, ibis.null("string")).cast("date")


def longer(text: ir.StringValue, limit: int) -> ir.BooleanValue:
    """Tell whether a text has more characters; what databases call its length counts bytes in some."""
    return text.substr(limit, 1) != ""
