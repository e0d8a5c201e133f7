"""Whom at the customer an action or a question may reach now, and by what name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from advisor.evidence import MemberView, State
from advisor.explain.argument import Explainer
from advisor.explain.people import Holding
from advisor.lexicon import say
from advisor.model import Text


class Contact:
    """Who is out of bounds, through whom alone anything may go, and who holds a role or stands in for it."""

    def __init__(self, explainer: Explainer, holding: Sequence[Holding]) -> None:
        self.wording = explainer.wording
        self.knowledge = explainer.base.knowledge
        limits = [rule.then.guard.only_through for rule, _ in holding if rule.then.guard]
        named = [set(roles) for roles in limits if roles]
        self._channel = set.intersection(*named) if named else None
        barring = ((rule, index) for rule, index in holding if rule.then.guard and rule.then.guard.keeps_off)
        barred = (explainer.member_view(rule.scope, index) for rule, index in barring)
        self._kept_off = frozenset(member[1].id for member in barred if member)
        self._playing: dict[str, list[str]] = {}
        self._all_known = self.wording.view.is_complete("stakeholders")

    def out_of_bounds(self, member: MemberView) -> bool:
        """Tell whether nothing may reach this person now."""
        return member.id in self._kept_off

    def with_person(self, member: MemberView) -> bool:
        """Tell whether one person may be approached now."""
        if self.out_of_bounds(member):
            return False
        return self._channel is None or any(_plays(member.states, role) for role in self._channel)

    def with_role(self, role: str) -> bool:
        """Tell whether whoever holds a role may be approached; not where it is declared that nobody stands in."""
        nobody = self.knowledge.stand_ins.get(role) == () and self._all_known and not self._people(role)
        return self._in_channel(role) and self._somebody_left(role) and not nobody

    def _may_answer(self, role: str) -> bool:
        """Tell whether a role of ours or of theirs may be asked now."""
        return (self._in_channel(role) or role in self.knowledge.our_roles) and self._somebody_left(role)

    def name(self, role: str) -> Text:
        """Name the only one known in a role or standing in for it, else the role, and say so where it is unfilled."""
        people = self._holders(role)
        if not people and "stakeholders" in self.wording.view.lists:
            return say("role.unfilled", role=self.knowledge.their_roles[role])
        if len(people) != 1:
            return self.knowledge.their_roles[role]
        list_, member = self.wording.members[people[0]]
        return self.wording.member(member, list_)

    def answerers(self, roles: Iterable[str], partial: set[str | None]) -> list[Text]:
        """Name who in these roles may be asked and is not partial: people of the case, then roles that nobody fills.

        Whoever is against us is asked last of the people.
        """
        people, others = list[MemberView](), list[Text]()
        for role in filter(self._may_answer, roles):
            found = [id_ for id_ in self._people(role) if id_ not in partial and id_ not in self._kept_off]
            people += [self.wording.members[id_][1] for id_ in found]
            if not found:
                others.append(self.wording.role(role) or Text(role, role))
        people.sort(key=_is_enemy)
        return [*(self.wording.member(view, "stakeholders") for view in people), *others]

    def _in_channel(self, role: str) -> bool:
        return self._channel is None or role in self._channel

    def _somebody_left(self, role: str) -> bool:
        """Tell whether a role may be reached: through one who is not out of bounds, or whom nobody named yet."""
        people = self._people(role)
        return not people or any(id_ not in self._kept_off for id_ in people)

    def _holders(self, role: str) -> list[str]:
        """Return the people who hold a role, or who stand in for it where everybody is known and nobody does."""
        roles = [role]
        if self._all_known:
            roles.extend(filter(self._in_channel, self.knowledge.stand_ins.get(role, ())))
        found = ([id_ for id_ in self._people(r) if id_ not in self._kept_off] for r in roles)
        return next(filter(None, found), [])

    def _people(self, role: str) -> list[str]:
        if role not in self._playing:
            self._playing[role] = self._players(role)
        return self._playing[role]

    def _players(self, role: str) -> list[str]:
        return [id_ for id_, (_, view) in self.wording.members.items() if _plays(view.states, role)]


def _is_enemy(member: MemberView) -> bool:
    stance = member.states.get("stakeholder.stance")
    return stance is not None and stance.value == "enemy"


def _plays(states: Mapping[str, State], role: str) -> bool:
    state, coach = states.get("stakeholder.role"), states.get("stakeholder.coach")
    return bool(state and state.value == role) or (role == "coach" and bool(coach and coach.value is True))
