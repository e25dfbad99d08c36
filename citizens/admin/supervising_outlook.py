"""What the rest of the day will bring if nothing changes: projected waits and finish, room for walk-ins, who is left over."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from citizens.domain import estimate, told_waits, walk_in_room, wording
from citizens.domain.estimate import Estimate, Unknown
from citizens.models import Office, QueueDay, Ticket

NUMBERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Outlook:
    """In words of the page. `newcomers` tells by service group what a walk-in would be told, in minutes.

    `room` is how many walk-in numbers can still be given, and by group in `rooms`; None where nobody can know.
    """

    finish: str
    closes: str
    room: int | None
    unserved: int
    is_measured: bool
    held: told_waits.Held
    labels: list[str] = field(default_factory=list)
    newcomers: dict[int, str] = field(default_factory=dict)
    rooms: dict[int, int | None] = field(default_factory=dict)

    @property
    def more(self) -> int:
        return self.unserved - len(self.labels)


def outlook(
    office: Office, day: QueueDay | None, groups: Iterable[int], *, at: datetime.datetime
) -> Outlook:
    """The rest of the office's day as seen at `at`. The number of queries is constant."""
    seen = estimate.forecast(office=office, at=at)
    room = walk_in_room.remaining(office=office, at=at)
    rows = Ticket.objects.filter(queue_day=day, number__in=seen.unserved)
    labels = {ticket.number: ticket.label for ticket in rows}
    return Outlook(
        finish=_finish(seen),
        closes=wording.clock(seen.closes_at) if seen.closes_at else "",
        room=room.total,
        unserved=len(seen.unserved),
        is_measured=seen.is_measured,
        held=told_waits.held_share(office=office, at=at),
        labels=[labels[number] for number in seen.unserved if number in labels][:NUMBERS_SHOWN],
        newcomers={group: told(one) for group, one in seen.newcomers.items()},
        rooms={group: room.of_group(group) for group in groups},
    )


def told(one: Estimate) -> str:
    """A wait as a range of minutes, or why there is none."""
    if one.unknown == Unknown.NO_COUNTER:
        return _("no counter open")
    if one.unknown == Unknown.NOT_MEASURED:
        return _("not measured yet")
    return f"{one.low}-{one.high}"


def _finish(seen: estimate.Forecast) -> str:
    if seen.finish_low is None or seen.finish_high is None:
        return ""
    first, last = wording.clock(seen.finish_low), wording.clock(seen.finish_high)
    return first if first == last else f"{first}-{last}"
