import datetime

import pytest
from django.db import transaction

from citizens import signals
from citizens.domain import appointments, booking, contact, rescheduling
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.enums import Actor, AppointmentState, ContactKind
from citizens.models import Appointment, GroupVisit, WaitlistOffer
from outreach.enums import MessageState, Purpose, Reason
from outreach.models import Message
from portal.celery import app
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    RequirementFactory,
    ServiceCaseFactory,
    SlotFactory,
)
from tests.factories.group_visit import GroupVisitFactory
from tests.factories.outreach import MessageFactory
from tests.factories.waitlist import WaitlistOfferFactory
from tests.outreach import doorbell

AT = MOMENT - datetime.timedelta(days=2)


@pytest.fixture
def rings():
    """Counts the doorbells that rang since."""

    def count():
        doorbell.settle()
        return queue.qsize()

    with doorbell.rings() as queue:
        yield count


@pytest.fixture
def no_broker():
    app.conf.update(broker_url="redis://127.0.0.1:1/0")
    yield
    app.conf.update(broker_url="memory://")


def held():
    """A hold on a place, two days ahead."""
    case = ServiceCaseFactory()
    RequirementFactory(case=case)
    slot = SlotFactory(group=case.service.group, start=MOMENT)
    return booking.hold(
        party=parties.of(case), office=slot.office.code, start=MOMENT, browser="browser", at=AT
    )


def book(hold):
    answers = Answers.of(
        full_name="Siti Aminah",
        birth_date=datetime.date(1990, 1, 1),
        phone="+6281200000000",
        email="warga@example.test",
    )
    return booking.book(hold=hold, answers=answers, at=AT)


def tell_booked(appointment):
    signals.appointment_booked.send(sender=Appointment, appointment=appointment, services=[], at=AT)


def fail_after_booking(appointment):
    with transaction.atomic():
        tell_booked(appointment)
        raise RuntimeError


@pytest.mark.django_db(transaction=True)
def test_the_doorbell_rings_only_after_the_commit(rings):
    appointment = AppointmentFactory()

    with transaction.atomic():
        tell_booked(appointment)
        assert Message.objects.count() == 6
        assert rings() == 0

    assert rings() == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_plans_nothing_and_rings_nothing(rings):
    appointment = AppointmentFactory()

    with pytest.raises(RuntimeError):
        fail_after_booking(appointment)

    assert Message.objects.count() == 0
    assert rings() == 0


@pytest.mark.django_db(transaction=True)
def test_without_an_address_nothing_rings(rings):
    tell_booked(AppointmentFactory(phone="", email=""))

    assert rings() == 0


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_stop_a_booking(no_broker):
    made = book(held())

    assert Appointment.objects.get() == made
    assert made.messages.filter(state=MessageState.PLANNED).count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_stop_a_cancellation(no_broker):
    appointment = AppointmentFactory(phone="")

    appointments.cancel(appointment=appointment, at=AT, actor=Actor.CITIZEN)

    assert appointment.messages.get().purpose == Purpose.CANCELLATION


@pytest.mark.django_db
def test_a_cancelled_appointment_drops_its_reminder_and_says_so():
    made = book(held())

    appointments.cancel(appointment=made, at=AT, actor=Actor.CITIZEN)

    planned = made.messages.filter(state=MessageState.PLANNED)
    assert {message.purpose for message in planned} == {Purpose.CANCELLATION}
    dropped = made.messages.filter(state=MessageState.CANCELLED)
    assert {message.reason for message in dropped} == {Reason.APPOINTMENT_CANCELLED}


@pytest.mark.django_db
def test_whoever_has_arrived_is_not_reminded():
    message = MessageFactory(reminder=True)

    with transaction.atomic():
        appointments.move(
            appointment=message.appointment,
            to=AppointmentState.CHECKED_IN,
            expected=AppointmentState.BOOKED,
            at=AT,
            actor=Actor.SYSTEM,
        )

    message.refresh_from_db()
    assert (message.state, message.reason) == (
        MessageState.CANCELLED,
        Reason.APPOINTMENT_ENDED,
    )


@pytest.mark.django_db
def test_a_moved_appointment_tells_the_new_time():
    made = book(held())
    start = MOMENT + datetime.timedelta(days=1)
    group = made.visitors.get().services.get().group
    SlotFactory(office=made.office, group=group, start=start)

    rescheduling.reschedule(
        appointment=made, office=made.office.code, start=start, at=AT, actor=Actor.CITIZEN
    )

    planned = made.messages.filter(state=MessageState.PLANNED)
    assert {message.purpose for message in planned} == {Purpose.MOVED, Purpose.REMINDER}
    assert {message.starts_at for message in planned} == {start}


@pytest.mark.django_db
def test_a_time_that_cannot_be_kept_is_told_once_and_no_longer_reminded_of():
    made = book(held())

    signals.appointment_needs_attention.send(sender=type(made), appointment=made, at=AT)

    planned = made.messages.filter(state=MessageState.PLANNED)
    assert {message.purpose for message in planned} == {Purpose.NO_PLACE}


@pytest.mark.django_db
def test_a_code_is_sent_to_the_contact_that_it_proves():
    appointment = AppointmentFactory()

    contact.send_code(appointment=appointment, kind=ContactKind.EMAIL, at=AT)

    message = appointment.messages.get()
    assert (message.purpose, message.address) == (Purpose.CODE, appointment.email)


@pytest.mark.django_db
def test_offers_and_decisions_are_told():
    offer, visit = WaitlistOfferFactory(), GroupVisitFactory(declined=True)

    signals.place_offered.send(sender=WaitlistOffer, offer=offer, at=MOMENT)
    signals.group_visit_decided.send(sender=GroupVisit, group_visit=visit, at=MOMENT)

    assert offer.messages.count() == 2
    assert visit.messages.count() == 1
