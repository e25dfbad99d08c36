"""One-time codes."""

import datetime

import factory
from factory.django import DjangoModelFactory

from citizens import models
from citizens.enums import ContactKind
from tests.factories.citizens import MINUTE, MOMENT, AppointmentFactory


class ContactCodeFactory(DjangoModelFactory):
    """A code of which nobody knows the digits, made two days before MOMENT; `used` and `guessed` are over."""

    class Meta:
        model = models.ContactCode

    class Params:
        used = factory.Trait(used_at=factory.LazyAttribute(lambda o: o.made_at + MINUTE))
        guessed = factory.Trait(attempts=5)

    appointment = factory.SubFactory(AppointmentFactory)
    kind = ContactKind.PHONE
    code_key = factory.Sequence(lambda n: f"{n:064d}")
    made_at = MOMENT - datetime.timedelta(days=2)
    expires_at = factory.LazyAttribute(lambda o: o.made_at + 10 * MINUTE)
