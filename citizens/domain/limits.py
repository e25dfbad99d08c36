"""How often somebody may do something: counted in PostgreSQL, where a flushed cache resets nothing.

A browser and a code are counted strictly. A network address is counted too, but generously: with carrier NAT a
whole village shares one. Who is counted stands in the table as a keyed hash only.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from citizens import crypto
from citizens.domain.office_time import local_date, local_midnight
from citizens.models import AttemptCount

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts in each window of `per` (at most a day) by whoever is counted.

    Windows follow each other from midnight on the office's clock. settings.LIMITS may put another number in the
    place of `most`, by the limit's name.
    """

    name: str
    most: int
    per: datetime.timedelta

    @property
    def allowed(self) -> int:
        """How many attempts a window has, by the settings or else as shipped."""
        return settings.LIMITS.get(self.name, self.most)

    def window(self, *, at: datetime.datetime) -> datetime.datetime:
        """When the window began that `at` is in."""
        midnight = local_midnight(local_date(at))
        return midnight + (at - midnight) // self.per * self.per


# Sources of the numbers: reference limits of booking.md section 9 (SiolaQ, ZMS) for a browser and a code.
HOLD = Limit("hold", 10, 10 * MINUTE)
HOLD_ADDRESS = Limit("hold.address", 300, 10 * MINUTE)
BOOK = Limit("book", 5, HOUR)
BOOK_ADDRESS = Limit("book.address", 150, HOUR)
LOOKUP_CODE = Limit("lookup.code", 8, 2 * MINUTE)
# Four digits are soon tried: 8 in two minutes alone would be 5,760 a day.
LOOKUP_CODE_DAY = Limit("lookup.code.day", 40, DAY)
LOOKUP = Limit("lookup", 8, 2 * MINUTE)
LOOKUP_ADDRESS = Limit("lookup.address", 60, 2 * MINUTE)
CONTACT_CODE = Limit("contact-code", 3, HOUR)  # by contact: nobody's phone is flooded
CONTACT_CODE_APPOINTMENT = Limit("contact-code.appointment", 3, HOUR)
CONTACT_CODE_ADDRESS = Limit("contact-code.address", 90, HOUR)
# A kiosk is one device for the whole hall: about one person every 15 seconds.
KIOSK_NUMBER = Limit("kiosk.number", 40, 10 * MINUTE)
KIOSK_LOOKUP = Limit("kiosk.lookup", 20, 5 * MINUTE)
WAITLIST = Limit("waitlist", 5, HOUR)
WAITLIST_ADDRESS = Limit("waitlist.address", 150, HOUR)
GROUP_REQUEST = Limit("group-request", 3, DAY)
GROUP_REQUEST_ADDRESS = Limit("group-request.address", 30, DAY)
SURVEY = Limit("survey", 10, HOUR)
# The office's own network may carry many phones.
SURVEY_ADDRESS = Limit("survey.address", 120, HOUR)

LIMITS = {limit.name: limit for limit in list(vars().values()) if isinstance(limit, Limit)}


class TooMany(Exception):
    """A limit is reached: nothing may be tried before `retry_at`."""

    def __init__(self, limit: Limit, retry_at: datetime.datetime) -> None:
        super().__init__(f"{limit.name}: {limit.allowed} in {limit.per}")
        self.limit = limit
        self.retry_at = retry_at


def check(*, limit: Limit, whom: str, at: datetime.datetime) -> None:
    """Counts one attempt of `whom` (an address, a browser, a code). Raises TooMany beyond the limit."""
    check_all(counted={limit: whom}, at=at)


# Rows come in order of their key, so that two statements never wait for each other in a ring.
COUNT = """
    INSERT INTO citizens_attemptcount (key, "window", count)
    SELECT key, "window", 1 FROM unnest(%(keys)s::text[], %(windows)s::timestamptz[]) AS one (key, "window")
    ON CONFLICT (key, "window") DO UPDATE SET count = citizens_attemptcount.count + 1
    RETURNING key, count
"""


def check_all(*, counted: Mapping[Limit, str], at: datetime.datetime) -> None:
    """Counts one attempt for each limit with whom it counts, in one statement; an empty name is not counted.

    Call it before the verb it guards and outside its transaction: an attempt counts whatever becomes of it, a
    refused one too. Raises TooMany with the moment when all of these limits allow another attempt.
    """
    rows = sorted((_key(limit, whom), limit) for limit, whom in counted.items() if whom)
    if not rows:
        return
    parameters: dict[str, Any] = {
        "keys": [key for key, _limit in rows],
        "windows": [limit.window(at=at) for _key, limit in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, parameters)
        counts = dict(cursor.fetchall())
    beyond = [limit for key, limit in rows if counts[key] > limit.allowed]
    if beyond:
        last = max(beyond, key=lambda limit: limit.window(at=at) + limit.per)
        raise TooMany(last, last.window(at=at) + last.per)


FIRST = """
    INSERT INTO citizens_attemptcount (key, "window", count) VALUES (%(key)s, %(until)s, 1)
    ON CONFLICT (key, "window") DO UPDATE SET count = citizens_attemptcount.count + 1
    RETURNING count
"""


def is_first_use(*, name: str, of: str, until: datetime.datetime) -> bool:
    """Marks `of` as used and says whether it was not used before; remembered for a day after `until`.

    `until` must belong to the thing itself: the same thing always comes with the same moment.
    """
    key = f"{name}:{crypto.keyed_hash(of, purpose='limit')}"
    with connection.cursor() as cursor:
        cursor.execute(FIRST, {"key": key, "until": until})
        [count] = cursor.fetchone()
    return bool(count == 1)


def purge(*, at: datetime.datetime) -> int:
    """Deletes the counts of windows that began more than a day ago; returns how many went."""
    return AttemptCount.objects.filter(window__lt=at - DAY).delete()[0]


def _key(limit: Limit, whom: str) -> str:
    return f"{limit.name}:{crypto.keyed_hash(whom, purpose='limit')}"
