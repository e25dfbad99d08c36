import datetime

import pytest

from citizens.enums import TicketState
from outreach import sms_text
from outreach.domain import relevance, turn_messages
from outreach.enums import Channel, Purpose, Reason
from outreach.models import Message
from tests.factories.citizens import MINUTE, MOMENT, TicketFactory

PHONE = "+6281200000001"


@pytest.fixture
def ticket(db):
    return TicketFactory(
        number=17, prefix="B", phone=PHONE, queue_day__office__short_name="Kantor Utama"
    )


def plan(ticket):
    turn_messages.queue(ticket=ticket, at=MOMENT)
    return Message.objects.select_related(*relevance.ABOUT).get()


def test_a_near_turn_is_one_sms_with_number_and_place_and_no_name(ticket):
    message = plan(ticket)

    assert (message.channel, message.purpose, message.address) == (
        Channel.SMS,
        Purpose.TURN,
        PHONE,
    )
    assert message.ticket == ticket
    assert message.language == "id"
    assert "B-017" in message.body
    assert "Kantor Utama" in message.body
    assert sms_text.plan(message.body).parts == 1


def test_the_longest_place_still_fits_one_sms(ticket):
    office = ticket.queue_day.office
    office.short_name = "Kecamatan Taktakan dan Cipocok"[:30]

    assert sms_text.plan(plan(ticket).body).parts == 1


def test_a_booked_person_is_told_in_the_language_of_the_booking(db):
    ticket = TicketFactory(booked=True, appointment__language="en", appointment__phone=PHONE)

    message = plan(ticket)

    assert (message.address, message.language) == (PHONE, "en")
    assert "is called soon" in message.body


def test_the_phone_given_with_the_ticket_goes_before_that_of_the_appointment(db):
    assert plan(TicketFactory(booked=True, phone=PHONE)).address == PHONE


def test_it_is_good_for_twenty_minutes_and_planned_once(ticket):
    turn_messages.queue(ticket=ticket, at=MOMENT + MINUTE)

    message = plan(ticket)

    assert message.valid_until == MOMENT + MINUTE + datetime.timedelta(minutes=20)


def test_without_a_phone_nothing_is_planned(db):
    assert turn_messages.queue(ticket=TicketFactory(), at=MOMENT) == 0
    assert not Message.objects.exists()


def test_it_does_not_leave_once_the_number_was_called(ticket):
    message = plan(ticket)
    assert relevance.why_not(message=message, at=MOMENT) is None

    message.ticket.state = TicketState.CALLED

    assert relevance.why_not(message=message, at=MOMENT) == Reason.TICKET_CALLED
