"""How a city comes to its registry office: how many a day, for what, when, and how it ends.

Anchors: 300 to 350 people on an ordinary day and about 450 on a peak, mostly for the KTP (Kota Serang, press
of 2023 to 2025); about one booked person in five does not come. Everything else is a plausible guess.
"""

import datetime
import random
from collections.abc import Mapping
from typing import TypeVar

from citizens.enums import OfferResult, Outcome

Choice = TypeVar("Choice")

WEEKDAY_MEAN = (346, 330, 320, 318, 302)  # Monday to Friday, main office
SURGE = 1.3  # the first Monday of a month, and the first day after a long closure
LONG_CLOSURE_DAYS = 4  # more than a weekend

# Share of the day by service group at the main office.
GROUP_SHARE = {"ktp": 0.455, "ikd": 0.13, "kk": 0.17, "kia": 0.08, "akta": 0.11, "pindah": 0.055}
DISTRICT_SHARE = {"ktp": 0.65, "ikd": 0.35}
DISTRICT_VISITS = (5, 10)
VAN_VISITS = (9, 16)

# How often a case is what somebody comes for, within its group.
CASES: dict[str, dict[tuple[str, str], float]] = {
    "ktp": {
        ("KTP", "pertama"): 27,
        ("KTP", "hilang"): 25,
        ("KTP", "rusak"): 18,
        ("KTP", "ubah"): 30,
    },
    "ikd": {("IKD", "aktivasi"): 85, ("IKD", "ulang"): 15},
    "kk": {
        ("KK", "baru"): 28,
        ("KK", "ubah"): 48,
        ("KK", "hilang"): 12,
        ("BIODATA", "sinkron"): 12,
    },
    "kia": {("KIA", "baru-balita"): 52, ("KIA", "baru-anak"): 40, ("KIA", "hilang"): 8},
    "akta": {
        ("AKTA_LAHIR", "tepat-waktu"): 52,
        ("AKTA_LAHIR", "terlambat"): 26,
        ("AKTA_MATI", "biasa"): 22,
    },
    "pindah": {("PINDAH", "keluar"): 55, ("DATANG", "masuk"): 45},
}

# Chance that a place of a past day was booked, by group at the main office.
PAST_FILL = {"ktp": 0.86, "ikd": 0.45, "kk": 0.9, "kia": 0.4, "akta": 0.9, "pindah": 0.4}
DISTRICT_FILL = 0.07
VAN_FILL = 0.2
CANCELLED = 0.06
NO_SHOW = 0.2  # of those who did not cancel
LEFT = 0.025  # of those who came: absent when called

ELIGIBLE: dict[OfferResult, float] = {
    OfferResult.NOT_ASKED: 50,
    OfferResult.ACTIVATED: 17,
    OfferResult.DECLINED: 18,
    OfferResult.NOT_POSSIBLE: 10,
    OfferResult.APPOINTMENT_MADE: 5,
}
FIRST_CARD: dict[OfferResult, float] = {
    OfferResult.NOT_ASKED: 35,
    OfferResult.ACTIVATED: 12,
    OfferResult.DECLINED: 8,
    OfferResult.NOT_POSSIBLE: 45,
}
CAME_FOR_IT: dict[OfferResult, float] = {
    OfferResult.ACTIVATED: 88,
    OfferResult.NOT_POSSIBLE: 9,
    OfferResult.DECLINED: 3,
}
DECLINED_BECAUSE = {
    "prefers_card": 28,
    "no_benefit": 18,
    "others_want_card": 15,
    "in_a_hurry": 14,
    "distrust": 10,
    "not_used_to_apps": 8,
    "shared_phone": 4,
    "lost_phone_fear": 3,
}
NOT_POSSIBLE_BECAUSE = {
    "no_phone": 24,
    "old_phone": 22,
    "phone_left_home": 14,
    "no_data": 12,
    "memory_full": 10,
    "no_email": 9,
    "shared_phone": 6,
    "system_down": 3,
}


def chance(seed: int) -> random.Random:
    """The one source of chance: the same seed gives the same city."""
    return random.Random(seed)  # noqa: S311 - invented people, which should be the same every time


def choose(rng: random.Random, weights: Mapping[Choice, float]) -> Choice:
    """One of the keys, by weight."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def visits_on(day: datetime.date, *, closed_before: int, rng: random.Random) -> int:
    """How many people come to the main office on `day`, after `closed_before` days without service."""
    mean = WEEKDAY_MEAN[min(day.weekday(), 4)]
    first_monday = day.weekday() == 0 and day.day <= 7
    if first_monday or closed_before >= LONG_CLOSURE_DAYS:
        return round(mean * SURGE * rng.uniform(0.97, 1.03))
    return min(350, max(300, round(rng.gauss(mean, 9))))


def walk_in_at(
    opens: datetime.datetime, closes: datetime.datetime, rng: random.Random
) -> datetime.datetime:
    """When somebody without an appointment takes a number: mostly in the morning, from half an hour early."""
    first = opens - datetime.timedelta(minutes=30)
    last = closes - datetime.timedelta(minutes=20)
    return first + (last - first) * rng.betavariate(1.3, 2.8)


def booked_arrival(due: datetime.datetime, rng: random.Random) -> datetime.datetime:
    """When a booked person checks in: some minutes early, seldom late."""
    return due - datetime.timedelta(minutes=min(28.0, max(-9.0, rng.gauss(10, 8))))


def outcome(*, needs_print: bool, booked: bool, rng: random.Random) -> Outcome:
    """How a visit ends. Booked people saw the list of papers before, and miss fewer of them."""
    weights = {
        Outcome.DONE: 62 if needs_print else 86,
        Outcome.AWAITING_PRINT: 24 if needs_print else 0,
        Outcome.PAPERS_MISSING: 5 if booked else 11,
        Outcome.SENT_ELSEWHERE: 2,
        Outcome.SYSTEM_DOWN: 1,
    }
    return choose(rng, weights)


def offer(
    *, service: str, case: str, ended: Outcome, rng: random.Random
) -> tuple[OfferResult, str | None]:
    """What became of the digital-ID offer, and the code of the reason where there is one."""
    if ended in (Outcome.SYSTEM_DOWN, Outcome.SENT_ELSEWHERE):
        return OfferResult.NOT_ASKED, None
    first_card = (service, case) == ("KTP", "pertama")
    result = choose(
        rng, CAME_FOR_IT if service == "IKD" else FIRST_CARD if first_card else ELIGIBLE
    )
    if result == OfferResult.DECLINED:
        return result, choose(rng, DECLINED_BECAUSE)
    if result == OfferResult.NOT_POSSIBLE:
        return result, "not_eligible" if first_card else choose(rng, NOT_POSSIBLE_BECAUSE)
    return result, None


def upcoming_fill(group: str, *, working_days: int, hour: int, rng: random.Random) -> float:
    """Chance that a place is booked already, so many working days ahead, at an hour of the office's day.

    The next two working days are full for what most people want.
    """
    if group in {"ktp", "kk"} and working_days <= 1:
        return 1.0
    wanted = PAST_FILL[group] / 0.9
    nearness = max(0.12, 1.05 - 0.1 * working_days)
    return min(1.0, wanted * nearness * (1.2 if hour < 10 else 0.85) * rng.uniform(0.8, 1.2))
