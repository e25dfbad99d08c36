"""Rows of booking that stand beside slots and appointments."""

import datetime

import factory
from factory.django import DjangoModelFactory

from citizens import models
from tests.factories.citizens import (
    DAY,
    MOMENT,
    AppointmentFactory,
    RequirementFactory,
    ServiceGroupFactory,
    SlotFactory,
)


class ReleaseFactory(DjangoModelFactory):
    """One place of a slot that is not open yet."""

    class Meta:
        model = models.Release

    slot = factory.SubFactory(SlotFactory, released=1)
    places = 1
    due_at = factory.LazyAttribute(lambda o: o.slot.start - datetime.timedelta(days=2))


class HouseholdVisitFactory(DjangoModelFactory):
    class Meta:
        model = models.HouseholdVisit

    appointment = factory.SubFactory(AppointmentFactory)
    household_key = factory.Sequence(lambda n: f"{n:064d}")
    group = factory.SubFactory(ServiceGroupFactory)
    date = DAY


class PaperTickFactory(DjangoModelFactory):
    class Meta:
        model = models.PaperTick

    appointment = factory.SubFactory(AppointmentFactory)
    requirement = factory.SubFactory(RequirementFactory)
    ticked_at = MOMENT
