"""Visits of groups."""

import datetime

import factory
from factory.django import DjangoModelFactory

from citizens import models, tokens
from citizens.enums import GroupVisitState, Organiser
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
    UserFactory,
)


class GroupVisitFactory(DjangoModelFactory):
    """Asked for, and not decided yet; `planned` has a time and no places: GroupPlaceFactory makes those."""

    class Meta:
        model = models.GroupVisit

    class Params:
        decided = factory.Trait(
            decided_by=factory.SubFactory(UserFactory, office=factory.SelfAttribute("..office")),
            decided_at=MOMENT,
        )
        planned = factory.Trait(
            decided=True,
            state=GroupVisitState.PLANNED,
            starts_at=MOMENT + datetime.timedelta(days=7),
            ends_at=factory.LazyAttribute(lambda o: o.starts_at + 90 * MINUTE),
        )
        declined = factory.Trait(
            decided=True, state=GroupVisitState.DECLINED, reason="Loket penuh pada hari itu."
        )

    token = factory.LazyFunction(tokens.new)
    code = factory.LazyFunction(tokens.new_code)
    submission_key = factory.LazyFunction(tokens.new)
    organiser = Organiser.SCHOOL
    organiser_name = factory.Sequence(lambda n: f"SMA Contoh {n}")
    contact_name = "Ibu Contoh"
    phone = "+6281200000000"
    case = factory.SubFactory(ServiceCaseFactory)
    people = 20
    office = factory.SubFactory(OfficeFactory)
    wished_from = DAY + datetime.timedelta(days=3)
    wished_until = DAY + datetime.timedelta(days=10)
    requested_at = MOMENT
    state_at = MOMENT


class GroupPlaceFactory(DjangoModelFactory):
    class Meta:
        model = models.GroupPlace

    group_visit = factory.SubFactory(GroupVisitFactory, planned=True)
    slot = factory.SubFactory(
        SlotFactory,
        office=factory.SelfAttribute("..group_visit.office"),
        group=factory.SelfAttribute("..group_visit.case.service.group"),
        start=factory.SelfAttribute("..group_visit.starts_at"),
        internal_taken=1,
    )
    places = 1
