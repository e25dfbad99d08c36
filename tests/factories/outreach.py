"""One factory a model of outreach. Rows are plain; situations are traits."""

import datetime
import uuid

import factory
from factory.django import DjangoModelFactory

from citizens import tokens
from citizens.enums import Language
from outreach import models
from outreach.enums import AttemptOutcome, Channel, MessageState, Purpose, Reason, Urgency
from tests.factories.citizens import MINUTE, AppointmentFactory

# The day before citizens.MOMENT, at nine: when its reminder is due.
DUE = datetime.datetime(2027, 3, 15, 2, 0, tzinfo=datetime.UTC)


class MessageFactory(DjangoModelFactory):
    """An SMS that is due at DUE; `email`, `reminder` and the states are traits."""

    class Meta:
        model = models.Message

    class Params:
        email = factory.Trait(
            channel=Channel.EMAIL, address="warga@example.test", subject="Janji temu"
        )
        reminder = factory.Trait(purpose=Purpose.REMINDER, urgency=Urgency.REMINDER)
        claimed = factory.Trait(
            state=MessageState.CLAIMED,
            claim_token=factory.LazyFunction(uuid.uuid4),
            lease_until=factory.LazyAttribute(lambda o: o.state_at + 2 * MINUTE),
            attempt_count=1,
        )
        submitting = factory.Trait(claimed=True, state=MessageState.SUBMITTING)
        unknown = factory.Trait(
            state=MessageState.UNKNOWN, reason=Reason.NO_ANSWER, attempt_count=1
        )
        accepted = factory.Trait(state=MessageState.ACCEPTED, attempt_count=1)

    appointment = factory.SubFactory(AppointmentFactory)
    channel = Channel.SMS
    purpose = Purpose.CONFIRMATION
    address = "+6281200000000"
    language = Language.INDONESIAN
    body = "Disdukcapil Kota Serang: janji temu."
    unique_key = factory.Sequence(lambda n: f"test:{n}")
    urgency = Urgency.TRANSACTION
    due_at = DUE
    valid_until = factory.LazyAttribute(lambda o: o.due_at + datetime.timedelta(hours=12))
    state = MessageState.PLANNED
    state_at = factory.SelfAttribute("created_at")
    created_at = factory.SelfAttribute("due_at")


class AttemptFactory(DjangoModelFactory):
    """An attempt that is running; `accepted` has ended."""

    class Meta:
        model = models.Attempt

    class Params:
        accepted = factory.Trait(
            outcome=AttemptOutcome.ACCEPTED,
            finished_at=factory.LazyAttribute(lambda o: o.started_at + MINUTE),
        )

    message = factory.SubFactory(MessageFactory, submitting=True)
    number = factory.LazyAttribute(lambda o: o.message.attempts.count() + 1)
    reference = factory.LazyFunction(tokens.new)
    provider = "file"
    parts = 1
    started_at = DUE


class SweepFactory(DjangoModelFactory):
    class Meta:
        model = models.Sweep

    name = factory.Sequence(lambda n: f"sweep-{n}")
    ran_at = DUE
