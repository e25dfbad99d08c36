"""Who comes on a day, when, and for how long: drawn anew with the same seed, so that every run sees the same day."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

OPENS, CLOSES = 7.5 * 60, 16 * 60  # minutes after midnight
BREAK = (12 * 60, 12.5 * 60)  # nobody comes, and nobody is called
COUNTERS = (5, 2, 2, 1, 2, 1)  # of each service group, as at the main office: thirteen
BOOKED = 0.5  # of all; at most 55 % are booked online (docs/adr/0013)
PRIORITY = 0.15


@dataclass(frozen=True, slots=True)
class Profile:
    """A day: `visits` people, of whom `by_noon` come before the break; it runs `speed` times as fast.

    `minutes` is the mean time at the counter.
    """

    name: str
    visits: int
    by_noon: int
    minutes: float
    speed: float

    @property
    def title(self) -> str:
        """Which day it is, and how fast it passes."""
        return f"{self.name}, {self.speed:.0f} times as fast"

    @property
    def seconds(self) -> float:
        """How long the opening hours last."""
        return self.after(CLOSES)

    def after(self, minute: float) -> float:
        """Seconds from the start of the run to a minute of the day."""
        return (minute - OPENS) * 60 / self.speed


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who comes at a minute of the day for the `group`-th service group."""

    minute: float
    group: int
    booked: bool
    priority: bool


ORDINARY = Profile("450 visits", visits=450, by_noon=260, minutes=10.5, speed=100)
# 340 people by noon and 700 in all: more than thirteen counters serve at the ordinary pace.
LEBARAN = Profile("700 visits after Lebaran", visits=700, by_noon=340, minutes=7.5, speed=140)


def arrivals(profile: Profile) -> list[Arrival]:
    """Everybody of the day in the order of coming, as many for a service as it has counters."""
    chance = random.Random(profile.name)  # noqa: S311 - a day, no secret
    early = [chance.uniform(OPENS, BREAK[0]) for _n in range(profile.by_noon)]
    late = [chance.uniform(BREAK[1], CLOSES) for _n in range(profile.visits - profile.by_noon)]
    groups = shares(profile.visits, COUNTERS)
    chance.shuffle(groups)
    return [
        Arrival(minute, group, chance.random() < BOOKED, chance.random() < PRIORITY)
        for minute, group in zip(sorted(early + late), groups, strict=True)
    ]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` places in the list of weights, each as often as its weight says."""
    ends = [sum(weights[: place + 1]) for place in range(len(weights))]
    return [
        next(place for place, end in enumerate(ends) if (number + 0.5) / total * ends[-1] < end)
        for number in range(total)
    ]


def at_the_counter(profile: Profile, chance: random.Random) -> float:
    """Seconds of one visit at the counter: between half and one and a half times the mean."""
    return profile.minutes * chance.uniform(0.5, 1.5) * 60 / profile.speed
