"""The papers of a visit as one checklist: each paper once, with for whom, and what the citizen has ticked."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from citizens.domain.appointments import StaleAppointment
from citizens.domain.office_time import local_date
from citizens.models import Appointment, PaperTick, Requirement, VisitorService


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper to bring. Several cases of a visit may ask for it, each in words of its own."""

    requirements: tuple[Requirement, ...]
    for_whom: tuple[str, ...]  # full names, in the order of the visitors
    ticked: bool

    @property
    def key(self) -> str:
        """What names the paper in the form of this one appointment."""
        return str(self.requirements[0].pk)

    @property
    def first(self) -> Requirement:
        return self.requirements[0]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The texts that ask for it, in the language at work, each once."""
        return tuple(dict.fromkeys(paper.local("text") for paper in self.requirements))

    @property
    def optional(self) -> bool:
        """Whether it is to be brought only if it applies."""
        return all(paper.optional for paper in self.requirements)


def needed(*, appointment: Appointment, services: Sequence[VisitorService]) -> list[Paper]:
    """The papers in force on the day of the visit, in the order of its services. One query.

    Two cases ask for the same paper when its code and its short text are the same: one family card serves
    everybody on it. `services` are those of the appointment, with their visitors read.
    """
    order = {
        case: place for place, case in enumerate(dict.fromkeys(row.case_id for row in services))
    }
    ticks = PaperTick.objects.filter(appointment=appointment, requirement=OuterRef("pk"))
    rows = (
        Requirement.objects.in_force(on=local_date(appointment.starts_at))
        .filter(case__in=order)
        .annotate(ticked=Exists(ticks))
        .order_by("sort_order", "pk")
    )
    # Any: requirements with `ticked`, which the annotation adds.
    merged: dict[tuple[str, str], list[Any]] = {}
    for row in sorted(rows, key=lambda row: order[row.case_id]):
        merged.setdefault((row.code, row.short_text), []).append(row)
    return [
        Paper(
            requirements=tuple(found),
            for_whom=_names(services, {row.case_id for row in found}),
            # A tick stands for the whole paper, so one is enough: a case may be newer than the tick.
            ticked=any(row.ticked for row in found),
        )
        for found in merged.values()
    ]


@transaction.atomic
def tick(
    *,
    appointment: Appointment,
    services: Sequence[VisitorService],
    keys: Collection[str],
    at: datetime.datetime,
) -> None:
    """Keeps the papers of `keys` as ticked, and no others; a key of no paper of this visit is ignored.

    Sent twice it changes nothing more. Raises StaleAppointment when nobody waits for the visit any more.
    """
    # Two forms of one appointment come one after the other.
    locked = Appointment.objects.active().select_for_update().filter(pk=appointment.pk)
    if locked.first() is None:
        raise StaleAppointment
    wanted = {
        row.pk
        for paper in needed(appointment=appointment, services=services)
        if paper.key in keys
        for row in paper.requirements
    }
    ticked = PaperTick.objects.filter(appointment=appointment)
    ticked.exclude(requirement__in=wanted).delete()
    kept = set(ticked.values_list("requirement", flat=True))
    PaperTick.objects.bulk_create(
        PaperTick(appointment=appointment, requirement_id=pk, ticked_at=at)
        for pk in sorted(wanted - kept)
    )


def _names(services: Sequence[VisitorService], cases: Collection[int]) -> tuple[str, ...]:
    """Whose cases these are, each visitor once."""
    found = {row.visitor_id: row.visitor.full_name for row in services if row.case_id in cases}
    return tuple(found.values())
