import pytest

from citizens.enums import GroupVisitState
from outreach.domain import group_messages
from outreach.enums import MessageState, Purpose, Reason
from outreach.models import Message
from tests.factories.citizens import MOMENT
from tests.factories.group_visit import GroupVisitFactory
from tests.factories.outreach import MessageFactory

pytestmark = pytest.mark.django_db


def planned_messages():
    return Message.objects.filter(state=MessageState.PLANNED)


def test_a_planned_visit_is_told_until_it_begins():
    visit = GroupVisitFactory(planned=True, email="sekolah@example.test")

    assert group_messages.queue(group_visit=visit, at=MOMENT) == 2

    for message in Message.objects.all():
        assert message.purpose == Purpose.GROUP
        assert (message.due_at, message.valid_until) == (MOMENT, visit.starts_at)
        assert (message.starts_at, message.office) == (visit.starts_at, visit.office)
        assert (message.group_visit, message.appointment) == (visit, None)


def test_what_was_decided_before_is_not_told_after_a_new_decision():
    visit = GroupVisitFactory(planned=True)
    group_messages.queue(group_visit=visit, at=MOMENT)
    visit.state, visit.reason = GroupVisitState.DECLINED, "Loket penuh."
    visit.save()

    group_messages.queue(group_visit=visit, at=MOMENT)

    message = planned_messages().get()
    assert "Loket penuh." in message.body
    assert message.starts_at is None
    dropped = Message.objects.get(state=MessageState.CANCELLED)
    assert dropped.reason == Reason.GROUP_VISIT_CHANGED


@pytest.mark.parametrize("state", [GroupVisitState.DECLINED, GroupVisitState.WITHDRAWN])
def test_that_a_group_does_not_come_is_told_for_a_day(state):
    visit = GroupVisitFactory(state=state, reason="Loket penuh.")

    assert group_messages.queue(group_visit=visit, at=MOMENT) == 1

    assert Message.objects.get().valid_until == MOMENT + group_messages.OFF_ENDS


def test_a_decision_is_told_once():
    visit = GroupVisitFactory(declined=True)

    for _ in range(2):
        group_messages.queue(group_visit=visit, at=MOMENT)

    assert Message.objects.count() == 1


def test_a_request_and_a_visit_that_has_begun_are_not_told():
    begun = GroupVisitFactory(planned=True, starts_at=MOMENT)

    for visit in (begun, GroupVisitFactory()):
        assert group_messages.queue(group_visit=visit, at=MOMENT) == 0


def test_a_planned_visit_that_was_declined_since_does_not_leave():
    visit = GroupVisitFactory(planned=True)
    message = MessageFactory(
        appointment=None, purpose=Purpose.GROUP, group_visit=visit, starts_at=visit.starts_at
    )

    assert group_messages.why_not(message) is None
    visit.state = GroupVisitState.DECLINED
    assert group_messages.why_not(message) == Reason.GROUP_VISIT_CHANGED


def test_that_a_visit_is_declined_stays_true():
    visit = GroupVisitFactory(declined=True)
    message = MessageFactory(appointment=None, purpose=Purpose.GROUP, group_visit=visit)

    assert group_messages.why_not(message) is None
