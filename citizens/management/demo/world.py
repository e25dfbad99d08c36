"""What the demo works with: the reference data at hand, one source of chance, and rows on their way."""

import datetime
import random
from collections import defaultdict
from dataclasses import dataclass

from citizens.domain.office_time import local_midnight
from citizens.management.demo.bookings import Booker
from citizens.management.demo.people import People
from citizens.management.demo.rows import Rows
from citizens.models import (
    Counter,
    OfferReason,
    Office,
    Requirement,
    ServiceCase,
    ServiceGroup,
    Slot,
    Subdistrict,
    User,
)


@dataclass(frozen=True, slots=True)
class World:
    """Read once; everything in it is keyed the way it is looked up."""

    rng: random.Random
    rows: Rows
    people: People
    booker: Booker
    offices: dict[int, Office]
    groups: dict[int, ServiceGroup]
    counters: dict[tuple[int, str], list[Counter]]  # by office and code of the service group
    desks: dict[int, User]  # who works at a counter
    papers: dict[int, list[Requirement]]  # by case
    reasons: dict[str, OfferReason]

    def slots(self, first: datetime.date, last: datetime.date) -> list[Slot]:
        """The slots from the day `first` to the day `last`, in order of time."""
        begin, end = local_midnight(first), local_midnight(last + datetime.timedelta(days=1))
        found = list(Slot.objects.filter(start__gte=begin, start__lt=end).order_by("start", "pk"))
        for slot in found:
            slot.office, slot.group = self.offices[slot.office_id], self.groups[slot.group_id]
        return found

    def staff(self, counter: Counter) -> User:
        """Who works at this counter."""
        return self.desks[counter.pk]

    def reception(self, office: Office) -> User:
        """Who checks people in at this office: whoever works at its first counter."""
        first = min(
            (counters[0] for (pk, _), counters in self.counters.items() if pk == office.pk),
            key=lambda counter: counter.number,
        )
        return self.desks[first.pk]


def build(*, rng: random.Random, desks: dict[int, User]) -> World:
    """Reads the reference data. `desks` says who works at which counter."""
    rows = Rows()
    subdistricts = Subdistrict.objects.order_by("code").values_list("code", flat=True)
    people = People(rng, subdistricts=list(subdistricts))
    cases = ServiceCase.objects.select_related("service").order_by("pk")
    by_code = {(case.service.code, case.code): case for case in cases}
    counters: dict[tuple[int, str], list[Counter]] = defaultdict(list)
    for counter in Counter.objects.prefetch_related("groups").order_by("office_id", "number"):
        for group in counter.groups.all():
            counters[counter.office_id, group.code].append(counter)
    papers: dict[int, list[Requirement]] = defaultdict(list)
    for paper in Requirement.objects.order_by("case_id", "sort_order"):
        papers[paper.case_id].append(paper)
    return World(
        rng=rng,
        rows=rows,
        people=people,
        booker=Booker(rng, people=people, cases=by_code, rows=rows),
        groups={group.pk: group for group in ServiceGroup.objects.order_by("pk")},
        offices={office.pk: office for office in Office.objects.order_by("pk")},
        counters=dict(counters),
        desks=desks,
        papers=dict(papers),
        reasons={reason.code: reason for reason in OfferReason.objects.order_by("pk")},
    )
