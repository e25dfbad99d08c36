"""What the decision about a group's request makes us say: planned, declined or withdrawn."""

import datetime

from citizens.enums import GroupVisitState
from citizens.models import GroupVisit
from outreach.domain import composition, plans
from outreach.domain.plans import Occasion, Person
from outreach.enums import MessageState, Purpose, Reason
from outreach.models import Message

# How long it helps to know that a visit is off, at the least.
OFF_ENDS = datetime.timedelta(days=1)


def queue(*, group_visit: GroupVisit, at: datetime.datetime) -> int:
    """Plans the message about a decision and drops the one before; returns how many rows.

    Call it in the transaction of the decision.
    """
    group_visit.messages.move(
        MessageState.CANCELLED,
        expected=[MessageState.PLANNED],
        at=at,
        reason=Reason.GROUP_VISIT_CHANGED,
    )
    planned = group_visit.state == GroupVisitState.PLANNED
    if group_visit.state == GroupVisitState.REQUESTED or (planned and _begins(group_visit) <= at):
        return 0
    until = _begins(group_visit) if planned else at + OFF_ENDS
    key = f"group:{group_visit.pk}:{group_visit.state}"
    occasion = Occasion(Purpose.GROUP, key, at, until)
    person = Person(group_visit.phone, group_visit.email, group_visit.language)
    return plans.plan(
        plans.row(
            occasion,
            composition.of_group_visit(group_visit=group_visit, channel=channel),
            person=person,
            channel=channel,
            address=address,
            at=at,
            group_visit=group_visit,
            starts_at=group_visit.starts_at if planned else None,
            office=group_visit.office,
        )
        for channel, address in person.addresses
    )


def why_not(message: Message) -> Reason | None:
    """Why a planned visit must not be told now: it was declined or withdrawn since."""
    visit = message.group_visit
    tells_a_time = message.starts_at is not None
    if tells_a_time and (visit is None or visit.state != GroupVisitState.PLANNED):
        return Reason.GROUP_VISIT_CHANGED
    return None


def _begins(group_visit: GroupVisit) -> datetime.datetime:
    assert group_visit.starts_at is not None  # noqa: S101 - a constraint gives a planned visit a time
    return group_visit.starts_at
