import pytest

from outreach.domain import claims
from outreach.enums import Channel, MessageState, Purpose, Reason, Urgency
from outreach.models import Message
from tests.factories.contact import ContactCodeFactory
from tests.factories.group_visit import GroupVisitFactory
from tests.factories.outreach import DUE, MessageFactory
from tests.factories.waitlist import WaitlistOfferFactory

pytestmark = pytest.mark.django_db


def claim():
    return claims.claim(channel=Channel.SMS, provider="file", at=DUE, limit=20)


@pytest.mark.parametrize(
    ("purpose", "about", "reason"),
    [
        (
            Purpose.OFFER,
            lambda: {"offer": WaitlistOfferFactory(state="lapsed")},
            Reason.OFFER_CLOSED,
        ),
        (
            Purpose.CODE,
            lambda: {"contact_code": ContactCodeFactory(used=True)},
            Reason.CODE_OVER,
        ),
        (
            Purpose.GROUP,
            lambda: {"group_visit": GroupVisitFactory(declined=True), "starts_at": DUE},
            Reason.GROUP_VISIT_CHANGED,
        ),
        (Purpose.MOVED, lambda: {"starts_at": DUE}, Reason.APPOINTMENT_MOVED),
    ],
)
def test_each_purpose_is_judged_anew_when_it_is_taken_up(purpose, about, reason):
    message = MessageFactory(purpose=purpose, **about())

    assert claim().attempts == []

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.CANCELLED, reason)


def test_what_is_still_true_leaves():
    MessageFactory(purpose=Purpose.OFFER, offer=WaitlistOfferFactory(made_at=DUE))
    MessageFactory(purpose=Purpose.CODE, contact_code=ContactCodeFactory(made_at=DUE))
    MessageFactory(purpose=Purpose.GROUP, group_visit=GroupVisitFactory(declined=True))
    MessageFactory(purpose=Purpose.CANCELLATION, appointment__cancelled=True)

    assert len(claim().attempts) == 4


def test_judging_costs_no_query_more_for_three_of_each(django_assert_num_queries):
    for _ in range(3):
        MessageFactory(purpose=Purpose.OFFER, offer=WaitlistOfferFactory(made_at=DUE))
        MessageFactory(purpose=Purpose.CODE, contact_code=ContactCodeFactory(made_at=DUE))
        MessageFactory(purpose=Purpose.GROUP, group_visit=GroupVisitFactory(declined=True))

    with django_assert_num_queries(2 + len(Urgency) + 2):  # a savepoint, selects, UPDATE, INSERT
        claim()

    assert Message.objects.filter(state=MessageState.CLAIMED).count() == 9
