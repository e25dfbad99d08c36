import datetime

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from citizens.enums import AppointmentState
from citizens.models import AttemptCount, Hold
from portal import tasks
from tests.factories.citizens import AppointmentFactory, HoldFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def sign_ins():
    """One that ran out, one that is good."""
    for key, expires in (("old", -DAY), ("new", DAY)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=timezone.now() + expires
        )


def test_sign_ins_that_ran_out_are_forgotten():
    tasks.clear_sessions()

    assert Session.objects.get().session_key == "new"


def test_one_command_does_all_the_housekeeping():
    missed = AppointmentFactory(starts_at=timezone.now() - 3 * DAY)
    HoldFactory(created_at=timezone.now() - 3 * DAY)
    AttemptCount.objects.create(key="old", window=timezone.now() - 3 * DAY)

    call_command("housekeep")

    missed.refresh_from_db()
    assert missed.state == AppointmentState.NO_SHOW
    assert not Hold.objects.exists()
    assert not AttemptCount.objects.exists()
    assert Session.objects.get().session_key == "new"
