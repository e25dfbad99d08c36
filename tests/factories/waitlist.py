"""Rows of the waiting list."""

import datetime

import factory
from factory.django import DjangoModelFactory

from citizens import models, tokens
from citizens.enums import WaitlistState
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    HoldFactory,
    OfficeFactory,
)


class WaitlistEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.WaitlistEntry

    token = factory.LazyFunction(tokens.new)
    appointment = factory.SubFactory(AppointmentFactory, with_visitor=True)
    party = "ktp.hilang"
    person_key = factory.Sequence(lambda n: f"{n:064d}")
    not_before = factory.LazyAttribute(lambda o: o.joined_at.date())
    before = factory.LazyAttribute(lambda o: o.joined_at + datetime.timedelta(days=10))
    joined_at = MOMENT
    state_at = factory.SelfAttribute("joined_at")


class WaitlistOfferFactory(DjangoModelFactory):
    class Meta:
        model = models.WaitlistOffer

    entry = factory.SubFactory(WaitlistEntryFactory, state=WaitlistState.OFFERED)
    hold = factory.SubFactory(HoldFactory)
    office = factory.SubFactory(OfficeFactory)
    starts_at = factory.LazyAttribute(lambda o: o.made_at + datetime.timedelta(days=1))
    made_at = MOMENT
    expires_at = factory.LazyAttribute(lambda o: o.made_at + 120 * MINUTE)
    state_at = factory.SelfAttribute("made_at")
