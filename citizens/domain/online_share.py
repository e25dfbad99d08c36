"""How much of a day may be booked online (docs/adr/0013-the-online-share.md). Numbers only: no rows, no clock.

The rule, for one office and day: the minutes of its online places are at most `percent` of its planned desk
minutes. One place a slot is always allowed, for each group: without that, a service point with a single desk could
not be booked at all. So where the online places take more than their share, no slot has more than one.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Desks:
    """A slot, or many that are alike: `minutes` of them all, desks planned, and places online in each."""

    minutes: int
    counters: int
    online: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What a day comes to, in desk minutes."""

    planned: int
    online: int
    allowed: int

    @property
    def fits(self) -> bool:
        return self.online <= self.allowed

    @property
    def percent(self) -> int:
        """The online share, rounded up: 55 % and a little is not 55 %."""
        return -(-100 * self.online // self.planned) if self.planned else 0


def total(day: Mapping[Key, Desks], *, percent: int) -> Sum:
    """What the slots of one office and day come to; `percent` is settings.ONLINE_SHARE_PERCENT."""
    planned = sum(desks.minutes * desks.counters for desks in day.values())
    least = sum(desks.minutes * min(desks.online, 1) for desks in day.values())
    return Sum(
        planned=planned,
        online=sum(desks.minutes * desks.online for desks in day.values()),
        allowed=max(planned * percent // 100, least),
    )


def capped(day: Mapping[Key, Desks], *, percent: int) -> dict[Key, Desks]:
    """The same day with as many places online as the rule allows.

    Places go one by one from whoever has the largest part of its desks online, the last of equals first, and
    never the last one of a slot.
    """
    fitting = dict(day)
    while not total(fitting, percent=percent).fits:
        key = max(
            (key for key, desks in fitting.items() if desks.online > 1),
            key=lambda key: (fitting[key].online / fitting[key].counters, list(day).index(key)),
        )
        fitting[key] = replace(fitting[key], online=fitting[key].online - 1)
    return fitting
