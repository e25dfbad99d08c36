import pytest

from citizens.enums import ContactKind
from outreach.domain import claims, code_messages
from outreach.enums import Channel, MessageState, Purpose, Reason, Urgency
from outreach.models import Message
from tests.factories.citizens import MINUTE
from tests.factories.contact import ContactCodeFactory
from tests.factories.outreach import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "channel"), [(ContactKind.PHONE, Channel.SMS), (ContactKind.EMAIL, Channel.EMAIL)]
)
def test_a_code_goes_to_the_one_contact_that_it_proves_for_as_long_as_it_is_good(kind, channel):
    code = ContactCodeFactory(kind=kind)

    assert code_messages.queue(contact_code=code, digits="012345", at=code.made_at) == 1

    message = Message.objects.get()
    assert (message.channel, message.purpose) == (channel, Purpose.CODE)
    assert message.urgency == Urgency.TRANSACTION
    assert (message.due_at, message.valid_until) == (code.made_at, code.expires_at)
    assert (message.contact_code, message.appointment) == (code, code.appointment)
    assert "012345" in message.body
    assert "012345" not in message.subject + message.unique_key


def message_of(code):
    return MessageFactory(purpose=Purpose.CODE, contact_code=code)


def test_a_good_code_leaves_and_one_that_ended_does_not():
    code = ContactCodeFactory()
    message = message_of(code)

    assert code_messages.why_not(message, at=code.expires_at - MINUTE) is None
    assert code_messages.why_not(message, at=code.expires_at) == Reason.CODE_OVER


@pytest.mark.parametrize("trait", ["used", "guessed"])
def test_a_code_that_was_used_or_guessed_at_too_often_does_not_leave(trait):
    code = ContactCodeFactory(**{trait: True})

    assert code_messages.why_not(message_of(code), at=code.made_at) == Reason.CODE_OVER


def test_a_code_of_which_nothing_is_left_does_not_leave():
    code = ContactCodeFactory()
    message = message_of(code)
    code.delete()
    message.refresh_from_db()

    assert code_messages.why_not(message, at=message.due_at) == Reason.CODE_OVER


def test_a_replaced_code_ends_at_claim_time_and_takes_its_digits_along(settings):
    settings.TRYING_OUT = False
    code = ContactCodeFactory(used=True)
    code_messages.queue(contact_code=code, digits="012345", at=code.made_at)

    claims.claim(channel=Channel.SMS, provider="file", at=code.made_at, limit=9)

    message = Message.objects.get()
    assert (message.state, message.reason) == (MessageState.CANCELLED, Reason.CODE_OVER)
    assert "012345" not in message.body
