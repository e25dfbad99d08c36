"""Changes of the rota as wishes: what citizens.domain.proposals counts first, and applies when somebody says so.

Days run from a first one until one that is not meant (half-open). The title says all: it is what is read later.
"""

import datetime
from collections.abc import Collection, Iterable, Sequence

from citizens.domain.plan_edits import Edit
from citizens.domain.proposals import LONGEST, Wish
from citizens.enums import AbsenceKind
from citizens.models import Absence, Counter, Office, PresenceOrder, Shift, User

REACH = datetime.timedelta(days=LONGEST)
LONGEST_TITLE = 160
ONE_DAY = datetime.timedelta(days=1)


def shift(
    *,
    title: str,
    staff: User,
    counter: Counter,
    weekdays: Collection[int],
    first: datetime.date,
    until: datetime.date | None,
    instead_of: Iterable[Shift] = (),
) -> Wish:
    """Somebody at a counter on weekdays; the shifts of `instead_of` end when it begins."""
    others = list(instead_of)
    edits = [_end(other, first) for other in others]
    edits += [
        {
            "op": "shift",
            "staff": staff.pk,
            "counter": counter.pk,
            "weekday": weekday,
            "valid_from": first.isoformat(),
            "valid_until": until.isoformat() if until else None,
        }
        for weekday in sorted(weekdays)
    ]
    # Where others end for good, more days change than those of the new shift.
    ends = [until, *(other.valid_until for other in others)]
    return _wish(title, edits, first, ends, [counter, *(other.counter for other in others)])


def end_shifts(*, title: str, shifts: Sequence[Shift], until: datetime.date) -> Wish:
    """Shifts are over; `until` is the first day without them."""
    edits = [_end(shift, until) for shift in shifts]
    return _wish(
        title,
        edits,
        until,
        [shift.valid_until for shift in shifts],
        [shift.counter for shift in shifts],
    )


def absence(
    *,
    title: str,
    staff: User,
    kind: AbsenceKind,
    first: datetime.date,
    until: datetime.date,
    note: str,
    offices: Collection[int],
) -> Wish:
    """Somebody is not at the counter. `offices` are those where the person has shifts."""
    edit = _absence(staff.pk, kind, first, until, note)
    return Wish(title[:LONGEST_TITLE], (edit,), first, _near(first, [until]), tuple(offices))


def take_back(
    *, title: str, absence: Absence, today: datetime.date, offices: Collection[int]
) -> Wish:
    """An absence does not come, or ends today: the days that have passed stay what they were."""
    edits: list[Edit] = [{"op": "drop_absence", "absence": absence.pk}]
    if absence.first_day < today:
        edits.append(
            _absence(
                absence.staff_id,
                AbsenceKind(absence.kind),
                absence.first_day,
                today,
                absence.note,
            )
        )
    first = max(absence.first_day, today)
    until = _near(first, [absence.until])
    return Wish(title[:LONGEST_TITLE], tuple(edits), first, until, tuple(offices))


def presence(
    *,
    title: str,
    office: Office | None,
    first: datetime.date,
    until: datetime.date,
    source: str,
) -> Wish:
    """Nobody of an office (None: of any) works from home, by the circular `source`."""
    edit: Edit = {
        "op": "presence",
        "office": office.pk if office else None,
        "first_day": first.isoformat(),
        "until": until.isoformat(),
        "source": source,
    }
    offices = (office.pk,) if office else ()
    return Wish(title[:LONGEST_TITLE], (edit,), first, _near(first, [until]), offices)


def lift(*, title: str, order: PresenceOrder, today: datetime.date) -> Wish:
    """An order that everybody is present does not hold any more, from today on."""
    edits: list[Edit] = [{"op": "drop_presence", "order": order.pk}]
    if order.first_day < today:
        edits.append(
            {
                "op": "presence",
                "office": order.office_id,
                "first_day": order.first_day.isoformat(),
                "until": today.isoformat(),
                "source": order.source,
            }
        )
    first = max(order.first_day, today)
    offices = (order.office_id,) if order.office_id else ()
    return Wish(title[:LONGEST_TITLE], tuple(edits), first, _near(first, [order.until]), offices)


def offices_of(staff: User, *, first: datetime.date, until: datetime.date) -> list[int]:
    """The offices (ids) where somebody has shifts on days from `first` until `until`. One query."""
    days = min((until - first).days, 7)
    rows = Shift.objects.filter(
        staff=staff,
        valid_from__lt=until,
        weekday__in={(first + offset * ONE_DAY).weekday() for offset in range(days)},
    ).exclude(valid_until__lte=first)
    return sorted(set(rows.values_list("counter__office", flat=True)))


def _end(shift: Shift, until: datetime.date) -> Edit:
    return {"op": "end_shift", "shift": shift.pk, "until": until.isoformat()}


def _absence(
    staff: int, kind: AbsenceKind, first: datetime.date, until: datetime.date, note: str
) -> Edit:
    return {
        "op": "absence",
        "staff": staff,
        "kind": kind.value,
        "first_day": first.isoformat(),
        "until": until.isoformat(),
        "note": note,
    }


def _near(first: datetime.date, ends: Iterable[datetime.date | None]) -> datetime.date:
    """The last of the ends; what has none reaches as far as one proposal may."""
    farthest = first + REACH
    return min(max(end or farthest for end in ends), farthest)


def _wish(
    title: str,
    edits: Sequence[Edit],
    first: datetime.date,
    ends: Sequence[datetime.date | None],
    counters: Iterable[Counter],
) -> Wish:
    offices = tuple(sorted({counter.office_id for counter in counters}))
    return Wish(title[:LONGEST_TITLE], tuple(edits), first, _near(first, ends), offices)
