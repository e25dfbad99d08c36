"""Proposals in words: what they change, how they stand, and why something was not done."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citizens.domain import plan_edits, proposals, wording
from citizens.domain.plan_edits import Edit
from citizens.enums import ClosedDayKind, HoursKind, ProposalState
from citizens.models import Office, Proposal, ServiceGroup, Weekday

ONE_DAY = datetime.timedelta(days=1)
REFUSALS = (proposals.OutOfReach, plan_edits.Refused)
KIND_OF_STATE = {
    ProposalState.PROPOSED: "info",
    ProposalState.APPLIED: "success",
    ProposalState.WITHDRAWN: "",
    ProposalState.OUTDATED: "warning",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of offices and groups, by ids, in the order of all lists. Two queries."""

    offices: Mapping[int, str]
    groups: Mapping[int, str]

    @classmethod
    def read(cls) -> "Names":
        offices = Office.objects.order_by("sort_order", "pk")
        groups = ServiceGroup.objects.order_by("sort_order", "pk")
        return cls(
            {office.pk: str(office) for office in offices},
            {group.pk: group.local("name") for group in groups},
        )

    def office(self, pk: int | None) -> str:
        return _("Every office") if pk is None else self.offices.get(pk, "-")


@dataclass(slots=True)
class Change:
    """One edit as it is shown: facts (what, value), hours (when, from-to), counters of groups."""

    heading: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    hours: list[tuple[str, str]] = field(default_factory=list)
    counters: list[dict[str, Any]] = field(default_factory=list)
    confirmed: bool | None = None


def refusal(error: Exception) -> str:
    """In words, why a proposal could not be made or applied."""
    if isinstance(error, proposals.OutOfReach):
        return _("These days have passed, or they are more than %(days)s. Choose other days.") % {
            "days": proposals.LONGEST
        }
    return _("The calendar does not take it: %(why)s") % {"why": error}


def decided(proposal: Proposal) -> str:
    """Who decided a proposal, and when; empty while it is open."""
    if proposal.decided_at is None:
        return ""
    words = {
        ProposalState.APPLIED: _("Applied by %(staff)s, %(when)s."),
        ProposalState.WITHDRAWN: _("Withdrawn by %(staff)s, %(when)s. Nothing was changed."),
        ProposalState.OUTDATED: _(
            "Out of date since %(when)s: when %(staff)s wanted to apply it, something had changed."
        ),
    }[ProposalState(proposal.state)]
    return words % {"staff": proposal.decided_by, "when": wording.when(proposal.decided_at)}


def days(proposal: Proposal) -> str:
    """The days of a proposal, the last one included."""
    return span(proposal.first_day, proposal.until - ONE_DAY)


def span(first: datetime.date, last: datetime.date | None) -> str:
    """ "16 Mar 2027" or "16 Mar 2027 - 4 Apr 2027"."""
    short = date_format(first, "j M Y")
    if last is None:
        return _("from %(day)s on") % {"day": short}
    return short if first == last else f"{short} – {date_format(last, 'j M Y')}"  # noqa: RUF001 - as a span is written


def changes(edits: Iterable[Edit], names: Names) -> list[Change]:
    """What edits of the calendar change. Those of the rota and of outages are told by the title alone."""
    return [_WORDS[edit["op"]](edit, names) for edit in edits if edit["op"] in _WORDS]


def _close(edit: Edit, names: Names) -> Change:
    facts = [
        *_where(edit, names),
        (_("Reason"), edit["name"]),
        (_("Kind"), ClosedDayKind(edit["kind"]).label),
        (_("Source"), edit["source"]),
    ]
    return Change(_("Closed"), facts, confirmed=edit["confirmed"])


def _open(edit: Edit, names: Names) -> Change:
    return Change(_("Open again"), _where(edit, names))


def _special(edit: Edit, names: Names) -> Change:
    facts = [*_where(edit, names), (_("Reason"), edit["name"]), (_("Source"), edit["source"])]
    if edit["place"]:
        facts.append((_("Place"), ", ".join(filter(None, (edit["place"], edit["address"])))))
    if not edit["capacities"]:
        facts.append((_("Counters"), _("those of the week")))
    return Change(
        _("Hours of its own"),
        facts,
        hours=[(_("Open"), _hours(edit["hours"]))],
        counters=_counters(edit["capacities"], names),
        confirmed=edit["confirmed"],
    )


def _drop_special(edit: Edit, names: Names) -> Change:
    return Change(_("The hours of the week again"), _where(edit, names))


def _desks(edit: Edit, names: Names) -> Change:
    facts = [*_where(edit, names), (_("Service group"), names.groups.get(edit["group"], "-"))]
    facts += [
        (_("Counters"), str(edit["counters"])),
        (_("Places online a slot"), str(edit["online"])),
    ]
    if edit.get("source"):
        facts.append((_("Source"), edit["source"]))
    return Change(_("Counters of one day"), facts)


def _drop_desks(edit: Edit, names: Names) -> Change:
    group = (_("Service group"), names.groups.get(edit["group"], "-"))
    return Change(_("The counters of the week again"), [*_where(edit, names), group])


def _template(edit: Edit, names: Names) -> Change:
    first = datetime.date.fromisoformat(edit["valid_from"])
    until = datetime.date.fromisoformat(edit["valid_until"]) if edit["valid_until"] else None
    facts = [
        (_("Office"), names.office(edit["office"])),
        (_("Kind"), str(HoursKind(edit["kind"]).label)),
        (_("Name"), edit["name"]),
        (_("In force"), span(first, until - ONE_DAY if until else None)),
        (_("Source"), edit["source"]),
    ]
    hours = [
        (str(Weekday(day).label), _hours(edit["hours"].get(str(day), [])) or _("closed"))
        for day in range(7)
    ]
    counters = _counters(edit["capacities"], names)
    return Change(_("A week"), facts, hours, counters, confirmed=edit["confirmed"])


_WORDS = {
    "close_day": _close,
    "open_day": _open,
    "special_day": _special,
    "drop_special_day": _drop_special,
    "desks": _desks,
    "drop_desks": _drop_desks,
    "template": _template,
}


def _where(edit: Edit, names: Names) -> list[tuple[str, str]]:
    day = datetime.date.fromisoformat(edit["date"])
    return [(_("Office"), names.office(edit["office"])), (_("Day"), wording.day(day))]


def _hours(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in pairs)  # noqa: RUF001 - as a span is written


def _clock(text: str) -> str:
    return f"{datetime.time.fromisoformat(text):%H.%M}"


def _counters(rows: Iterable[Mapping[str, Any]], names: Names) -> list[dict[str, Any]]:
    return [{**row, "group": names.groups.get(row["group"], "-")} for row in rows]
