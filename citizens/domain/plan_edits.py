"""Edits of the calendar as data: what a proposal keeps, shows, and performs when it is applied.

An edit is a dict of plain values with "op" and what the functions below name; ids stand for rows, dates and times are
ISO text, and days run from a first one until one that is not meant (half-open). perform() writes the rows of the
calendar and nothing else: slots and people follow by citizens.domain.plan_effect.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from citizens.domain import rota
from citizens.enums import HoursKind
from citizens.models import (
    Absence,
    ClosedDay,
    DayDesks,
    Office,
    OpeningCapacity,
    OpeningPeriod,
    OpeningTemplate,
    Outage,
    PresenceOrder,
    Shift,
    SpecialCapacity,
    SpecialDay,
    SpecialPeriod,
    User,
)

logger = logging.getLogger(__name__)

Edit = Mapping[str, Any]
ONE_DAY = datetime.timedelta(days=1)


class Refused(ValueError):
    """The calendar cannot be edited so; the text says why, for whoever made the edit."""


def perform(edits: Iterable[Edit], *, staff: User, at: datetime.datetime) -> None:
    """Writes edits in order, in the caller's transaction. Raises Refused; the caller's transaction is then spent."""
    for edit in edits:
        try:
            with transaction.atomic():
                _OPS[edit["op"]](edit, staff, at)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        except (IntegrityError, DataError, ObjectDoesNotExist) as error:
            logger.info(
                "An edit of the calendar was refused", extra={"op": edit["op"]}, exc_info=True
            )
            raise Refused(
                _("Something that it needs was changed meanwhile, or a value does not fit.")
            ) from error


def close_day(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office` (None: every one), `date`, `name`, `kind`, `source`, `confirmed`. An amended decree may say it anew."""
    ClosedDay.objects.update_or_create(
        office_id=edit["office"],
        date=_day(edit["date"]),
        defaults={name: edit[name] for name in ("name", "kind", "source", "confirmed")},
    )


def open_day(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office` (None: every one), `date`: takes a closed day back."""
    ClosedDay.objects.filter(office=edit["office"], date=_day(edit["date"])).delete()


def special_day(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office`, `date`, `name`, `place`, `address`, `district`, `source`, `confirmed`, `hours` as pairs of times,
    `capacities` as rows of `group`, `counters`, `online`, `slot_minutes` (none: those of the week)."""
    own = ("name", "place", "address", "source", "confirmed")
    day, _is_new = SpecialDay.objects.update_or_create(
        office_id=edit["office"],
        date=_day(edit["date"]),
        defaults={name: edit[name] for name in own} | {"district_id": edit.get("district")},
    )
    day.periods.all().delete()
    day.capacities.all().delete()
    if not edit["hours"]:
        raise Refused(_("A special day needs hours."))
    for opens, closes in edit["hours"]:
        _save(SpecialPeriod(day=day, opens=_time(opens), closes=_time(closes)))
    for row in edit["capacities"]:
        _save(SpecialCapacity(day=day, group_id=row["group"], **_numbers(row)))


def drop_special_day(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office`, `date`."""
    SpecialDay.objects.filter(office=edit["office"], date=_day(edit["date"])).delete()


def desks(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office`, `date`, `group`, `counters`, `online`, `source`: of that day alone; no counters close the group."""
    row, _is_new = DayDesks.objects.update_or_create(
        office_id=edit["office"],
        date=_day(edit["date"]),
        group_id=edit["group"],
        defaults={
            "counters": edit["counters"],
            "online": min(edit["online"], edit["counters"]),
            "source": edit.get("source", ""),
            "set_at": at,
            "set_by": staff,
        },
    )
    row.full_clean(validate_unique=False)


def drop_desks(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office`, `date`, `group`: the numbers of the week again."""
    DayDesks.objects.filter(
        office=edit["office"], date=_day(edit["date"]), group=edit["group"]
    ).delete()


def template(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office`, `kind`, `name`, `valid_from`, `valid_until` (None: open), `source`, `confirmed`, `hours` by weekday
    ("0" is Monday) as pairs of times, `capacities` as in special_day().

    The template of the kind that was in force ends where this one begins, and begins again where this one ends.
    """
    kind = HoursKind(edit["kind"])
    first, until = _day(edit["valid_from"]), _day_or_none(edit["valid_until"])
    _make_room(Office.objects.get(pk=edit["office"]), kind, first, until)
    made = OpeningTemplate(
        office_id=edit["office"],
        kind=kind,
        name=edit["name"],
        valid_from=first,
        valid_until=until,
        source=edit["source"],
        confirmed=edit["confirmed"],
    )
    _save(made)
    for weekday, hours in edit["hours"].items():
        for opens, closes in hours:
            _save(
                OpeningPeriod(
                    template=made, weekday=int(weekday), opens=_time(opens), closes=_time(closes)
                )
            )
    for row in edit["capacities"]:
        _save(OpeningCapacity(template=made, group_id=row["group"], **_numbers(row)))


def absence(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`staff`, `kind`, `first_day`, `until`, `note`."""
    _save(
        Absence(
            staff_id=edit["staff"],
            kind=edit["kind"],
            first_day=_day(edit["first_day"]),
            until=_day(edit["until"]),
            note=edit.get("note", ""),
            entered_at=at,
            entered_by=staff,
        )
    )


def drop_absence(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`absence`: its id."""
    Absence.objects.filter(pk=edit["absence"]).delete()


def presence(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`office` (None: every one), `first_day`, `until`, `source`: the circular."""
    _save(
        PresenceOrder(
            office_id=edit["office"],
            first_day=_day(edit["first_day"]),
            until=_day(edit["until"]),
            source=edit["source"],
            entered_at=at,
            entered_by=staff,
        )
    )


def drop_presence(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`order`: its id."""
    PresenceOrder.objects.filter(pk=edit["order"]).delete()


def shift(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`staff`, `counter`, `weekday`, `valid_from`, `valid_until` (None: open)."""
    first, until = _day(edit["valid_from"]), _day_or_none(edit["valid_until"])
    clash = rota.clashing(staff=edit["staff"], weekdays=[edit["weekday"]], first=first, until=until)
    if clash:
        raise Refused(_("This would be a second counter: %(shift)s.") % {"shift": clash[0]})
    _save(
        Shift(
            staff_id=edit["staff"],
            counter_id=edit["counter"],
            weekday=edit["weekday"],
            valid_from=first,
            valid_until=until,
        )
    )


def end_shift(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`shift`: its id, `until`: the first day without it."""
    found = Shift.objects.get(pk=edit["shift"])
    until = _day(edit["until"])
    if found.valid_until is not None and found.valid_until <= until:
        return  # somebody has ended it before that
    if until <= found.valid_from:
        found.delete()
    else:
        found.valid_until = until
        _save(found)


def move_outage(edit: Edit, staff: User, at: datetime.datetime) -> None:
    """`outage`: its id. Nothing of the calendar changes: the people whom it touches get other times."""
    outage = Outage.objects.get(pk=edit["outage"])
    if outage.is_over(at=at) or (outage.expected_end is not None and outage.expected_end <= at):
        raise Refused(_("The outage is over."))


_OPS: dict[str, Callable[[Edit, User, datetime.datetime], None]] = {
    op.__name__: op
    for op in (
        close_day,
        open_day,
        special_day,
        drop_special_day,
        desks,
        drop_desks,
        template,
        absence,
        drop_absence,
        presence,
        drop_presence,
        shift,
        end_shift,
        move_outage,
    )
}


def outages_of(edits: Sequence[Edit]) -> tuple[int, ...]:
    """The outages whose people the edits move, by ids."""
    return tuple(edit["outage"] for edit in edits if edit["op"] == "move_outage")


def _make_room(
    office: Office, kind: HoursKind, first: datetime.date, until: datetime.date | None
) -> None:
    """Ends what is in force on the first day, and lets it go on where the new template ends."""
    old = OpeningTemplate.objects.in_force(on=first).filter(office=office, kind=kind).first()
    if old is None:
        return
    goes_on = until is not None and (old.valid_until is None or old.valid_until > until)
    periods, capacities = list(old.periods.all()), list(old.capacities.all())
    ends = old.valid_until
    if old.valid_from == first:
        old.delete()
    else:
        old.valid_until = first
        old.save(update_fields=["valid_until"])
    if goes_on and until is not None:
        again = OpeningTemplate.objects.create(
            office=office,
            kind=kind,
            name=old.name,
            valid_from=until,
            valid_until=ends,
            source=old.source,
            confirmed=old.confirmed,
        )
        for period in periods:
            period.pk, period.template = None, again
            period.save(force_insert=True)
        for capacity in capacities:
            capacity.pk, capacity.template = None, again
            capacity.save(force_insert=True)


def _save(row: Any) -> None:
    row.full_clean()
    row.save()


def _numbers(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in ("counters", "online", "slot_minutes")}


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _day_or_none(text: str | None) -> datetime.date | None:
    return _day(text) if text else None


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)
