"""A stolen dump of the database tells nobody's NIK."""

import datetime
import os
import subprocess

import pytest
from django.db import connection

from citizens.domain import booking
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from portal import embedded
from tests.factories.citizens import MOMENT, ServiceCaseFactory, SlotFactory

NIK = "0010010101907531"
AT = MOMENT - datetime.timedelta(hours=2)


@pytest.fixture
def dumped(transactional_db):
    """The dump of a database in which one person typed a NIK and another booked with one."""
    case = ServiceCaseFactory(minutes=15)
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=4, capacity=4)
    place = {"party": parties.of(case), "office": slot.office.code, "start": slot.start, "at": AT}
    answers = Answers.of(
        full_name="Siti Aminah",
        birth_date=datetime.date(1990, 1, 1),
        nik=NIK,
        phone="+6281200000000",
    )
    booking.keep_answers(hold=booking.hold(**place, browser="a"), answers=answers)
    booking.book(hold=booking.hold(**place, browser="b"), answers=answers, at=AT)
    database = connection.settings_dict
    return subprocess.run(
        [
            *(embedded.binary("pg_dump"), "--inserts", "--no-password"),
            *("--host", database["HOST"], "--username", database["USER"]),
            *(("--port", str(database["PORT"])) if database["PORT"] else ()),
            database["NAME"],
        ],
        env={"PATH": os.environ["PATH"], "PGPASSWORD": database["PASSWORD"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def test_the_dump_holds_the_booking_and_no_nik_in_clear(dumped):
    assert "Siti Aminah" in dumped
    assert NIK not in dumped
    # bytea columns are dumped in hexadecimal.
    assert NIK.encode().hex() not in dumped
