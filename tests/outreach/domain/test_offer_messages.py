import datetime

import pytest

from citizens.domain.answers import Answers
from citizens.enums import OfferState
from outreach.domain import offer_messages
from outreach.enums import Purpose, Reason, Urgency
from outreach.models import Message
from tests.factories.citizens import MINUTE, MOMENT
from tests.factories.outreach import MessageFactory
from tests.factories.waitlist import WaitlistOfferFactory

pytestmark = pytest.mark.django_db


def waiting_without_appointment(**contact):
    answers = Answers.of(full_name="Siti", birth_date=datetime.date(1990, 1, 1), **contact)
    return WaitlistOfferFactory(entry__appointment=None, entry__answers=answers.to_json())


def test_an_offer_is_told_at_once_and_good_until_it_ends():
    offer = WaitlistOfferFactory()

    assert offer_messages.queue(offer=offer, at=MOMENT) == 2

    for message in Message.objects.all():
        assert (message.purpose, message.urgency) == (Purpose.OFFER, Urgency.TRANSACTION)
        assert (message.due_at, message.valid_until) == (MOMENT, offer.expires_at)
        assert (message.starts_at, message.office) == (offer.starts_at, offer.office)
        assert (message.offer, message.appointment) == (offer, offer.entry.appointment)
        assert f"/tunggu/{offer.entry.token}/" in message.body


def test_whoever_waits_without_an_appointment_is_told_as_they_typed():
    offer = waiting_without_appointment(phone="+6281234567890", language="en")

    offer_messages.queue(offer=offer, at=MOMENT)

    message = Message.objects.get()
    assert (message.address, message.language) == ("+6281234567890", "en")
    assert (message.appointment, message.offer) == (None, offer)
    assert "until" in message.body


def test_whoever_left_no_contact_or_nothing_at_all_is_not_written_to():
    forgotten = WaitlistOfferFactory(entry__appointment=None, entry__answers=None)

    for offer in (waiting_without_appointment(), forgotten):
        assert offer_messages.queue(offer=offer, at=MOMENT) == 0


def test_an_offer_told_twice_is_sent_once():
    offer = WaitlistOfferFactory()

    for _ in range(2):
        offer_messages.queue(offer=offer, at=MOMENT)

    assert Message.objects.count() == 2


@pytest.mark.parametrize("state", [state for state in OfferState if state != OfferState.OPEN])
def test_an_offer_that_was_answered_or_lapsed_does_not_leave(state):
    message = MessageFactory(purpose=Purpose.OFFER, offer=WaitlistOfferFactory(state=state))

    assert offer_messages.why_not(message, at=MOMENT) == Reason.OFFER_CLOSED


def test_an_open_offer_leaves_until_it_ends():
    offer = WaitlistOfferFactory()
    message = MessageFactory(purpose=Purpose.OFFER, offer=offer)

    assert offer_messages.why_not(message, at=offer.expires_at - MINUTE) is None
    assert offer_messages.why_not(message, at=offer.expires_at) == Reason.OFFER_CLOSED


def test_an_offer_of_which_nothing_is_left_does_not_leave():
    message = MessageFactory(purpose=Purpose.OFFER, offer=None)

    assert offer_messages.why_not(message, at=MOMENT) == Reason.OFFER_CLOSED
