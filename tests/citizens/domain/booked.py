"""Short ways to a booked party, for tests of what comes after booking."""

import datetime

from citizens import tokens
from citizens.domain import booking
from citizens.domain import party as parties
from citizens.domain.answers import Answers, PersonAnswers
from tests.factories.citizens import MINUTE, MOMENT, SlotFactory

AT = MOMENT - datetime.timedelta(days=3)


def row(case, office, *, start=MOMENT, count=1, online=1, **values):
    """`count` slots of a case's group that follow each other, with one online place each."""
    return [
        SlotFactory(
            office=office,
            group=case.service.group,
            start=start + index * 15 * MINUTE,
            online=online,
            **{"capacity": online} | values,
        )
        for index in range(count)
    ]


def person(number):
    """What an invented person typed; the demo NIK begins with 00."""
    return PersonAnswers(
        f"Siti Aminah {number}", datetime.date(1990, 1, 1), f"001001010190{number:04d}"
    )


def answers(*numbers, **shared):
    people = tuple(person(number) for number in numbers or (1,))
    return Answers(people=people, **{"phone": "+6281200000000"} | shared)


def book(case, slot, *numbers, at=AT, **shared):
    """An appointment from `slot` on for each of the people of these numbers, all for the same case."""
    party = parties.Party(tuple((case,) for _ in numbers or (1,)))
    held = booking.hold(
        party=party, office=slot.office.code, start=slot.start, browser=tokens.new(), at=at
    )
    return booking.book(hold=held, answers=answers(*numbers, **shared), at=at)
