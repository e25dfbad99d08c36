"""Rows that say who did what how often, and who looked at what."""

import factory
from factory.django import DjangoModelFactory

from citizens import models
from citizens.enums import Revealed
from tests.factories.citizens import MOMENT, AppointmentFactory, UserFactory


class AttemptCountFactory(DjangoModelFactory):
    class Meta:
        model = models.AttemptCount

    key = factory.Sequence(lambda n: f"hold:{n:064d}")
    window = MOMENT


class AccessLogFactory(DjangoModelFactory):
    class Meta:
        model = models.AccessLog

    staff = factory.SubFactory(UserFactory)
    at = MOMENT
    field = Revealed.PHONE
    appointment = factory.SubFactory(AppointmentFactory)
    reason = "warga minta dicek"
