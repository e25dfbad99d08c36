"""Who has a place in slots that a change of the plan takes away, and what is needed to find another one."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.party import Part
from citizens.enums import AppointmentState, AttentionReason, PlaceShare
from citizens.models import (
    Appointment,
    AppointmentPlace,
    Attention,
    GroupPlace,
    HouseholdVisit,
    Outage,
    VisitorService,
)


@dataclass(slots=True, eq=False)
class Person:
    """An appointment that may have to move. `places` are ids of slots with the share of each."""

    pk: int
    office: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    booked_at: datetime.datetime
    has_contact: bool
    household: str
    places: list[tuple[int, PlaceShare]] = field(default_factory=list)
    parts: tuple[Part, ...] = ()
    services: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Stop:
    """An outage: no `office` is every office, no `services` are all of them; no `ends` is the rest of its day."""

    pk: int
    office: int | None
    services: frozenset[int]
    begins: datetime.datetime
    ends: datetime.datetime

    def touches(
        self,
        *,
        office: int,
        services: Collection[int],
        start: datetime.datetime,
        end: datetime.datetime,
    ) -> bool:
        """Whether a visit cannot be served because of it."""
        return (
            self.office in (None, office)
            and self.begins < end
            and start < self.ends
            and (not self.services or not self.services.isdisjoint(services))
        )


def in_slots(
    slots: Collection[int], *, withdrawn: Collection[int], at: datetime.datetime
) -> list[tuple[int, int, datetime.datetime]]:
    """Who is booked into slots, by ids: appointment, slot, when it was booked. One query.

    Whoever has arrived, or whose visit has begun, is in the hall and is served there. Whoever is overbooked stays so,
    but for slots that are `withdrawn`; who has needed attention there ever since keeps needing it.
    """
    forsaken = Attention.objects.open().filter(
        appointment=OuterRef("appointment"), reason=AttentionReason.NO_PLACE
    )
    beyond = Q(share=PlaceShare.OVERBOOKED)
    rows = AppointmentPlace.objects.filter(
        ~beyond | Q(slot__in=list(withdrawn)) & ~Exists(forsaken),
        slot__in=list(slots),
        appointment__state=AppointmentState.BOOKED,
        appointment__starts_at__gt=at,
    )
    return list(rows.values_list("appointment", "slot", "appointment__booked_at"))


def forsaken_in(slots: Collection[int], *, at: datetime.datetime) -> set[int]:
    """The appointments (ids) that need another time and still have a marked place in slots. One query."""
    rows = Attention.objects.open().filter(
        reason=AttentionReason.NO_PLACE,
        appointment__state=AppointmentState.BOOKED,
        appointment__starts_at__gt=at,
        appointment__places__slot__in=list(slots),
        appointment__places__share=PlaceShare.OVERBOOKED,
    )
    return set(rows.values_list("appointment", flat=True))


def groups_in(slots: Collection[int]) -> list[str]:
    """The codes of group visits that have places in slots (ids). One query."""
    rows = GroupPlace.objects.filter(slot__in=list(slots)).order_by("group_visit")
    return list(rows.values_list("group_visit__code", flat=True).distinct())


def read(appointments: Collection[int]) -> list[Person]:
    """The people of appointments, by ids, in the order in which they are moved. Three queries."""
    rows = Appointment.objects.filter(pk__in=list(appointments), state=AppointmentState.BOOKED)
    people = {
        pk: Person(pk, office, starts, ends, booked, bool(phone or email), household)
        for pk, office, starts, ends, booked, phone, email, household in rows.values_list(
            "pk",
            "office",
            "starts_at",
            "ends_at",
            "booked_at",
            "phone",
            "email",
            "household_key",
        )
    }
    places = AppointmentPlace.objects.filter(appointment__in=list(people))
    for appointment, slot, share in places.values_list("appointment", "slot", "share"):
        people[appointment].places.append((slot, PlaceShare(share)))
    _read_parts(people)
    return sorted(
        people.values(), key=lambda person: (person.starts_at, person.booked_at, person.pk)
    )


def _read_parts(people: dict[int, Person]) -> None:
    minutes: dict[int, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    services: dict[int, set[int]] = defaultdict(set)
    rows = VisitorService.objects.filter(visitor__appointment__in=list(people))
    for appointment, order, group, service, needed in rows.values_list(
        "visitor__appointment", "group__sort_order", "group", "case__service", "minutes"
    ):
        minutes[appointment][order, group] += needed
        services[appointment].add(service)
    for pk, person in people.items():
        person.parts = tuple(
            Part(group, needed) for (_order, group), needed in sorted(minutes[pk].items())
        )
        person.services = frozenset(services[pk])


def lock(appointments: Collection[int]) -> None:
    """Locks appointments behind the locks of their slots: nobody arrives while they are moved."""
    rows = Appointment.objects.select_for_update(of=("self",)).filter(pk__in=list(appointments))
    list(rows.order_by("pk").values_list("pk"))


def household_days(households: Collection[str]) -> dict[tuple[str, int, datetime.date], int]:
    """Which days families have a visit on, as (family, group, day), with the appointment. One query."""
    rows = HouseholdVisit.objects.filter(household_key__in=list(households), active=True)
    return {
        (key, group, date): appointment
        for key, group, date, appointment in rows.values_list(
            "household_key", "group", "date", "appointment"
        )
    }


def stops(*, at: datetime.datetime) -> list[Stop]:
    """The outages of today and later. Two queries.

    Without an expected end one lasts until the midnight after it begins, or of today, as citizens.domain.obstacles says.
    """
    found = Outage.objects.filter(
        Q(expected_end=None) | Q(expected_end__gt=at), ended_at=None
    ).prefetch_related("services")
    return [
        Stop(
            pk=outage.pk,
            office=outage.office_id,
            services=frozenset(service.pk for service in outage.services.all()),
            begins=outage.starts_at,
            ends=outage.expected_end
            or local_midnight(local_date(max(at, outage.starts_at)) + datetime.timedelta(days=1)),
        )
        for outage in found
    ]


def touched_by(
    stop: Stop,
    *,
    offices: Collection[int],
    after: datetime.datetime,
    until: datetime.datetime,
) -> list[int]:
    """The appointments (ids) of offices that an outage touches and that begin after one moment, before another.

    One query.
    """
    rows = Appointment.objects.filter(
        office__in=list(offices),
        state=AppointmentState.BOOKED,
        starts_at__gt=after,
        starts_at__lt=min(stop.ends, until),
        ends_at__gt=stop.begins,
    )
    if stop.office is not None:
        rows = rows.filter(office=stop.office)
    if stop.services:
        rows = rows.filter(visitors__services__case__service__in=list(stop.services))
    return list(rows.distinct().values_list("pk", flat=True))
