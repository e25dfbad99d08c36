"""What the pages of a person's own appointment share: how it is found, and how it is told in rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.translation import gettext as _

from citizens import masking
from citizens.domain import roadshow
from citizens.domain.papers import Paper
from citizens.domain.party import Party
from citizens.enums import AttentionReason
from citizens.models import Appointment, Attention, VisitorService
from citizens.views import way


@dataclass(frozen=True, slots=True)
class Own:
    """An appointment with its office, and what is booked, person by person."""

    appointment: Appointment
    services: Sequence[VisitorService]
    needs_new_time: bool = False  # the office cannot keep this one
    elsewhere: str = ""  # where the office is on that day, if not at its own address

    @property
    def address(self) -> str:
        """Where to come to."""
        return self.elsewhere or self.appointment.office.address

    @property
    def people(self) -> list[list[VisitorService]]:
        """The services of each visitor."""
        found: dict[int, list[VisitorService]] = {}
        for row in self.services:
            found.setdefault(row.visitor_id, []).append(row)
        return list(found.values())

    @property
    def is_party(self) -> bool:
        return len(self.people) > 1

    @property
    def party(self) -> Party:
        """Who comes for what, as the pages of free times ask."""
        return Party(tuple(tuple(row.case for row in person) for person in self.people))


def find_or_404(token: str) -> Own:
    """The appointment of a token. One query."""
    forsaken = Attention.objects.open().filter(
        appointment=OuterRef("visitor__appointment"), reason=AttentionReason.NO_PLACE
    )
    rows = roadshow.with_place(
        VisitorService.objects.filter(visitor__appointment__token=token),
        office="visitor__appointment__office",
        starts="visitor__appointment__starts_at",
    )
    services: list[Any] = list(
        rows.select_related("visitor__appointment__office", "case__service__group")
        .annotate(no_place=Exists(forsaken))
        .order_by("visitor__position", "pk")
    )
    if not services:
        raise Http404
    first = services[0]
    return Own(
        first.visitor.appointment,
        services,
        needs_new_time=first.no_place,
        elsewhere=", ".join(filter(None, (first.stop_place, first.stop_address))),
    )


def headline(mine: Own) -> str:
    """What is booked in a few words: the case, or of a party how many people and services."""
    return way.caption(mine.party)


def rows(mine: Own) -> list[dict[str, object]]:
    """Rows for components/summary_list.html: each person with what is booked, then what concerns them all."""
    found = appointment_rows(mine)
    return [*(_person(person) for person in mine.people), _attendance(mine), *found]


def _person(services: Sequence[VisitorService]) -> dict[str, object]:
    visitor = services[0].visitor
    lines = [way.title(row.case) for row in services]
    if visitor.nik:
        lines.append(_("NIK %(nik)s") % {"nik": visitor.masked_nik})
    return {"label": visitor.full_name, "value": lines[0], "lines": lines[1:]}


def _attendance(mine: Own) -> dict[str, object]:
    """Who must come; with several people, for whom."""
    whom: dict[str, list[str]] = {}
    for row in mine.services:
        whom.setdefault(row.case.get_attendance_display(), []).append(row.visitor.full_name)
    lines = [
        _("%(names)s: %(words)s") % {"names": names_of(names), "words": words}
        if mine.is_party
        else words
        for words, names in whom.items()
    ]
    return {"label": _("Who must come"), "value": lines[0], "lines": lines[1:]}


def appointment_rows(mine: Own) -> list[dict[str, object]]:
    """Guardian, booker, family and the like: only what was said."""
    appointment = mine.appointment
    said = [
        (_("Parent or guardian who comes"), appointment.guardian_name),
        (_("Booked by"), appointment.booker_name),
        (
            _("Family card"),
            _("One family card. Its number is not kept.") if appointment.household_key else "",
        ),
        (
            _("To be served first"),
            appointment.get_priority_group_display() if appointment.priority_group else "",
        ),
    ]
    return [{"label": label, "value": value} for label, value in said if value]


def names_of(names: Iterable[str]) -> str:
    """Names in a row, each once."""
    return ", ".join(dict.fromkeys(names))


def paper_rows(papers: Sequence[Paper], *, mine: Own) -> list[dict[str, object]]:
    """Rows for components/checklist.html: each paper once, with its key, its tick and for whom."""
    return [_paper(paper, mine) for paper in papers]


def _paper(paper: Paper, mine: Own) -> dict[str, object]:
    notes = [_("Only if it applies to you.")] if paper.optional else []
    notes += [_("Also: %(paper)s") % {"paper": words} for words in paper.wordings[1:]]
    if mine.is_party:
        notes.append(_("For %(names)s") % {"names": ", ".join(paper.for_whom)})
    return {
        "value": paper.key,
        "ticked": paper.ticked,
        "title": paper.wordings[0],
        "notes": notes,
        "law": "; ".join(
            dict.fromkeys(_law(row.legal_reference, row.confirmed) for row in paper.requirements)
        ),
    }


def _law(reference: str, confirmed: bool) -> str:
    if confirmed:
        return reference
    return _("%(law)s (to be confirmed by the office)") % {"law": reference}


def contacts(mine: Own) -> str:
    """Where our messages go, masked: whoever looks over a shoulder learns no number."""
    appointment = mine.appointment
    found = [masking.phone(appointment.phone)] if appointment.phone else []
    found += [masking.email(appointment.email)] if appointment.email else []
    return ", ".join(found)
