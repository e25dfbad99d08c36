import datetime
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from outreach.enums import AttemptOutcome, Channel, MessageState, Purpose, Reason
from outreach.models import Message
from tests.factories.citizens import MINUTE
from tests.factories.outreach import DUE, AttemptFactory, MessageFactory

pytestmark = pytest.mark.django_db

LATER = DUE + MINUTE


def test_a_move_writes_the_state_its_time_and_its_reason():
    message = MessageFactory()

    moved = Message.objects.all().move(
        MessageState.EXPIRED, expected=[MessageState.PLANNED], at=LATER, reason=Reason.TOO_LATE
    )

    message.refresh_from_db()
    assert moved == 1
    assert (message.state, message.state_at, message.reason) == ("expired", LATER, "too_late")


def test_a_move_from_another_state_than_expected_changes_nothing():
    message = MessageFactory(accepted=True)

    moved = Message.objects.all().move(
        MessageState.EXPIRED, expected=[MessageState.PLANNED], at=LATER, reason=Reason.TOO_LATE
    )

    message.refresh_from_db()
    assert moved == 0
    assert message.state == MessageState.ACCEPTED


def test_a_move_backwards_is_refused():
    with pytest.raises(ValueError, match="does not move"):
        Message.objects.all().move(
            MessageState.ACCEPTED, expected=[MessageState.DELIVERED], at=LATER
        )


def test_what_is_planned_again_has_neither_claim_nor_lease():
    message = MessageFactory(claimed=True)

    Message.objects.all().move(MessageState.PLANNED, expected=[MessageState.CLAIMED], at=LATER)

    message.refresh_from_db()
    assert (message.claim_token, message.lease_until) == (None, None)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("message_is_due_while_valid", {"valid_until": DUE}),
        ("message_in_flight_has_claim_and_lease", {"state": MessageState.CLAIMED}),
        (
            "message_in_flight_has_claim_and_lease",
            {"accepted": True, "lease_until": LATER, "claim_token": uuid.uuid4()},
        ),
        ("message_planned_has_no_claim", {"claim_token": uuid.uuid4()}),
        ("message_repeated_once_if_a_reminder", {"repeats": 1}),
        (
            "message_repeated_once_if_a_reminder",
            {"purpose": Purpose.REMINDER, "repeats": 2},
        ),
        ("message_end_has_a_reason", {"state": MessageState.UNKNOWN}),
        ("message_sms_has_no_subject", {"subject": "Halo"}),
        ("message_has_address_and_text", {"address": ""}),
        ("message_has_address_and_text", {"body": ""}),
    ],
)
def test_postgresql_refuses_a_message_that_makes_no_sense(constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MessageFactory(**fields)


def test_one_row_for_one_occasion():
    MessageFactory(unique_key="once")

    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(unique_key="once")


def test_attempts_are_numbered_once():
    attempt = AttemptFactory()

    with pytest.raises(IntegrityError, match="attempt_number_once"), transaction.atomic():
        AttemptFactory(message=attempt.message, number=attempt.number)


def test_an_attempt_has_an_outcome_when_it_is_over():
    with pytest.raises(IntegrityError, match="attempt_finished"), transaction.atomic():
        AttemptFactory(outcome=AttemptOutcome.ACCEPTED)


@pytest.mark.parametrize(
    ("channel", "address", "shown"),
    [
        (Channel.SMS, "+6281234567890", "0812-****-7890"),
        (Channel.EMAIL, "siti@example.test", "s***@example.test"),
    ],
)
def test_an_address_is_shown_masked(channel, address, shown):
    message = Message(channel=channel, purpose=Purpose.REMINDER, address=address)

    assert message.masked_address == shown
    assert address not in str(message)


def test_what_is_due_is_found_by_its_index_however_much_waits_for_later():
    MessageFactory.create_batch(3)
    rows = Message.objects.due(at=DUE).filter(channel=Channel.SMS, urgency=10)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")

    plan = rows.filter(due_at__lte=DUE - datetime.timedelta(days=1)).explain()

    assert "message_due" in plan


CODE = {"purpose": Purpose.CODE, "body": "Kode Anda 012345, berlaku 10 menit."}


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ({}, MessageState.CANCELLED),
        ({}, MessageState.EXPIRED),
        ({"submitting": True}, MessageState.ACCEPTED),
        ({"submitting": True}, MessageState.PERMANENTLY_FAILED),
        ({"submitting": True}, MessageState.UNKNOWN),
    ],
)
def test_the_digits_of_a_code_are_wiped_once_it_need_not_be_sent(settings, begin, end):
    settings.TRYING_OUT = False
    message = MessageFactory(**CODE, **begin)
    other = MessageFactory(body="Angka 012345 saja.", **begin)

    Message.objects.all().move(end, expected=[message.state], at=LATER, reason=Reason.TOO_LATE)

    message.refresh_from_db()
    other.refresh_from_db()
    assert message.body == "Kode Anda ******, berlaku 10 menit."
    assert other.body == "Angka 012345 saja."


@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.PLANNED])
def test_the_digits_of_a_code_stay_as_long_as_it_may_still_be_sent(settings, state):
    settings.TRYING_OUT = False
    message = MessageFactory(**CODE, claimed=state == MessageState.PLANNED)
    columns = {} if state == MessageState.PLANNED else {"claim_token": uuid.uuid4()}
    columns |= {} if state == MessageState.PLANNED else {"lease_until": LATER}

    Message.objects.all().move(state, expected=[message.state], at=LATER, **columns)

    message.refresh_from_db()
    assert message.body == CODE["body"]


def test_in_a_trial_the_page_of_outgoing_messages_still_shows_a_code(settings):
    settings.TRYING_OUT = True
    message = MessageFactory(**CODE, submitting=True)

    Message.objects.all().move(MessageState.ACCEPTED, expected=[message.state], at=LATER)

    message.refresh_from_db()
    assert message.body == CODE["body"]
    assert "012345" not in message.text_without_code
