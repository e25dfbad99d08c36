"""Outages: reporting one, ending it, and what people are told meanwhile."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from citizens.enums import OutageCause
from citizens.models import Office, Outage, Service, User

# Nobody reports an outage of another year: a typed year that is wrong would stop the office.
REACH = datetime.timedelta(days=366)


class EndsTooEarly(Exception):
    """The expected end is not after the start, or has passed already."""


class OutOfReach(Exception):
    """The start or the expected end is more than a year away."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told about an outage. No `office` means every office, no `services` every service."""

    pk: int
    cause: OutageCause
    note: str
    expected_end: datetime.datetime | None
    office: str = ""
    services: tuple[Service, ...] = ()


def check_times(
    *, starts_at: datetime.datetime, expected_end: datetime.datetime | None, at: datetime.datetime
) -> None:
    """Raises EndsTooEarly or OutOfReach when an outage cannot last so."""
    if not at - REACH <= starts_at <= at + REACH:
        raise OutOfReach
    if expected_end is None:
        return
    if expected_end <= max(starts_at, at):
        raise EndsTooEarly
    if expected_end > at + REACH:
        raise OutOfReach


@transaction.atomic
def report(
    *,
    office: Office | None,
    services: Collection[Service],
    cause: OutageCause,
    note: str,
    starts_at: datetime.datetime,
    expected_end: datetime.datetime | None,
    staff: User,
    at: datetime.datetime,
) -> Outage:
    """Stops new bookings for `services` (none: every one) at `office` (None: every one) from `starts_at`.

    Bookings begin again at `expected_end`, or when end() is called; with no expected end the outage touches each
    day on which it is still open. Raises EndsTooEarly or OutOfReach.
    """
    check_times(starts_at=starts_at, expected_end=expected_end, at=at)
    made = Outage.objects.create(
        office=office,
        cause=cause,
        note=note,
        starts_at=starts_at,
        expected_end=expected_end,
        reported_at=at,
        reported_by=staff,
    )
    made.services.set(services)
    return made


def expect_end(
    *, outage: Outage, expected_end: datetime.datetime | None, note: str, at: datetime.datetime
) -> None:
    """Tells people another expected end and another note. One that was ended stays as it is.

    Raises EndsTooEarly or OutOfReach.
    """
    check_times(starts_at=outage.starts_at, expected_end=expected_end, at=at)
    still_open = Outage.objects.filter(pk=outage.pk, ended_at=None)
    still_open.update(expected_end=expected_end, note=note)
    outage.refresh_from_db()


def end(*, outage: Outage, at: datetime.datetime, staff: User) -> None:
    """What was out of order works again. Ended twice, it keeps its first end; called off, it ends as it begins."""
    still_open = Outage.objects.filter(pk=outage.pk, ended_at=None)
    still_open.update(ended_at=max(at, outage.starts_at), ended_by=staff)
    outage.refresh_from_db()


def current(*, at: datetime.datetime) -> list[Notice]:
    """Every outage that people meet at `at`, the newest first. One query."""
    names = (
        Service.objects.filter(outage=OuterRef("pk"))
        .order_by("group__sort_order", "sort_order", "pk")
        .values(named=JSONObject(id="pk", name="name", name_en="name_en"))
    )
    return [
        Notice(
            pk=pk,
            cause=OutageCause(cause),
            note=note,
            expected_end=expected_end,
            office=office or "",
            services=tuple(Service(**name) for name in named),
        )
        for pk, cause, note, expected_end, office, named in _told(at).values_list(
            "pk", "cause", "note", "expected_end", "office__name", ArraySubquery(names)
        )
    ]


def touching(service: str, *, at: datetime.datetime) -> ArraySubquery:
    """What to annotate a queryset with to learn of the outages of its services without another query.

    `service` is the path from a row to its service. notices() reads the result.
    """
    found = _told(at).filter(Q(services=None) | Q(services=OuterRef(service)))
    return ArraySubquery(
        found.values(
            told=JSONObject(
                pk="pk",
                cause="cause",
                note="note",
                expected_end="expected_end",
                office="office__name",
            )
        )
    )


def notices(*found: Iterable[dict[str, Any]]) -> list[Notice]:
    """The notices of one or more annotations by touching(), each outage once. They name no services."""
    once = {row["pk"]: row for rows in found for row in rows}
    return [
        Notice(
            pk=row["pk"],
            cause=OutageCause(row["cause"]),
            note=row["note"],
            expected_end=row["expected_end"]
            and datetime.datetime.fromisoformat(row["expected_end"]),
            office=row["office"] or "",
        )
        for row in once.values()
    ]


def _told(at: datetime.datetime) -> Any:
    """Outages that people meet, the newest first; what a closed office cannot do is no news."""
    served = Q(office=None) | Q(office__active=True)
    return Outage.objects.current(at=at).filter(served).order_by(F("starts_at").desc(), "pk")
