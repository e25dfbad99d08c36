"""What stands in the way of services."""

import factory
from factory.django import DjangoModelFactory

from citizens import models
from citizens.enums import OutageCause
from tests.factories.citizens import MINUTE, MOMENT, OfficeFactory, UserFactory


class OutageFactory(DjangoModelFactory):
    """Everything stops at one office; `everywhere` at all of them, `services=[...]` those alone."""

    class Meta:
        model = models.Outage
        skip_postgeneration_save = True

    class Params:
        everywhere = factory.Trait(office=None)
        over = factory.Trait(
            ended_at=factory.LazyAttribute(lambda o: o.starts_at + 60 * MINUTE),
            ended_by=factory.SelfAttribute("reported_by"),
        )

    office = factory.SubFactory(OfficeFactory)
    cause = OutageCause.CENTRAL_SYSTEM
    starts_at = MOMENT
    reported_at = factory.SelfAttribute("starts_at")
    reported_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def services(self, create, services, **kwargs):
        if create and services:
            self.services.set(services)


class CardStockFactory(DjangoModelFactory):
    class Meta:
        model = models.CardStock

    office = factory.SubFactory(OfficeFactory)
    cards = 100
    counted_at = MOMENT
    counted_by = factory.SubFactory(UserFactory)
