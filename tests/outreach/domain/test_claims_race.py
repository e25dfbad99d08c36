import threading
from collections import Counter

import pytest
from django.db import IntegrityError

from outreach.domain import claims
from outreach.enums import Channel, MessageState
from outreach.models import Attempt, Message
from outreach.models.message import MessageQuerySet
from tests.factories.citizens import AppointmentFactory
from tests.factories.outreach import DUE, MessageFactory
from tests.racing import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PUMPS = 8


def claim_everything():
    """What one pump takes, ten at a time, until nothing is left that it could take."""
    taken = []
    while found := claims.claim(channel=Channel.SMS, provider="file", at=DUE, limit=10).attempts:
        taken += [attempt.message_id for attempt in found]
    return taken


def test_pumps_at_once_never_claim_one_message_twice():
    messages = MessageFactory.create_batch(200, appointment=AppointmentFactory())

    taken = Counter(pk for pump in at_once(*[claim_everything] * PUMPS) for pk in pump)

    assert set(taken) == {message.pk for message in messages}
    assert set(taken.values()) == {1}
    assert Attempt.objects.count() == 200
    assert set(Message.objects.values_list("attempt_count", flat=True)) == {1}


def test_without_the_row_lock_two_pumps_want_the_same_message(monkeypatch):
    """The control: the lock is what keeps pumps apart. Behind it, PostgreSQL refuses the second attempt."""
    MessageFactory.create_batch(3, appointment=AppointmentFactory())
    both_have_read = threading.Barrier(2)
    take = claims._take

    def take_when_both_have_read(messages, **options):
        assert len(messages) == 3
        both_have_read.wait(timeout=10)
        return take(messages, **options)

    monkeypatch.setattr(MessageQuerySet, "select_for_update", lambda rows, **options: rows)
    monkeypatch.setattr(claims, "_take", take_when_both_have_read)

    def claim():
        return claims.claim(channel=Channel.SMS, provider="file", at=DUE, limit=9)

    found = at_once(claim, claim)

    assert {type(result) for result in found} == {claims.Claim, IntegrityError}
    assert Attempt.objects.count() == 3


def test_two_sweeps_at_once_settle_each_message_once():
    appointment = AppointmentFactory()
    MessageFactory.create_batch(50, appointment=appointment, claimed=True)
    MessageFactory.create_batch(50, appointment=appointment, submitting=True)

    def sweep():
        return claims.release_expired(at=DUE + claims.LEASE)

    assert sum(at_once(*[sweep] * 4)) == 100
    assert Message.objects.filter(state=MessageState.PLANNED).count() == 50
    assert Message.objects.filter(state=MessageState.UNKNOWN).count() == 50
