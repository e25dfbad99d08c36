"""Words with a fixed meaning, and which change of a message's state may follow which."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")


class Purpose(TextChoices):
    CONFIRMATION = "confirmation", _("Confirmation")
    REMINDER = "reminder", _("Reminder")
    CANCELLATION = "cancellation", _("Cancellation")
    MOVED = "moved", _("Another time or place")
    NO_PLACE = "no_place", _("The time cannot be kept")
    OFFER = "offer", _("Offer from the waiting list")
    CODE = "code", _("One-time code")
    GROUP = "group", _("Group visit")
    TURN = "turn", _("The turn is near")


class Urgency(IntegerChoices):
    """What is sent first while more is due than can be sent: the lowest number."""

    TRANSACTION = 10, _("Answer to something that was just done")
    REMINDER = 20, _("Reminder")


class MessageState(TextChoices):
    """How far a message came. "Accepted" is what the provider says; it is never called "delivered"."""

    PLANNED = "planned", _("Planned")
    CLAIMED = "claimed", _("Taken up")
    SUBMITTING = "submitting", _("Being sent")
    UNKNOWN = "unknown", _("Not known")
    ACCEPTED = "accepted", _("Accepted by the provider")
    SENT_NO_RECEIPT = "sent_no_receipt", _("Sent, no receipt came")
    TEMPORARILY_FAILED = "temporarily_failed", _("Failed for now")
    PERMANENTLY_FAILED = "permanently_failed", _("Failed")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    SUPPRESSED = "suppressed", _("Suppressed")


# Forward only: what is known about a message never becomes less. An end without sending has no rank.
RANK: dict[MessageState, int] = {
    MessageState.PLANNED: 0,
    MessageState.CLAIMED: 10,
    MessageState.SUBMITTING: 20,
    MessageState.UNKNOWN: 25,
    MessageState.ACCEPTED: 30,
    MessageState.SENT_NO_RECEIPT: 40,
    MessageState.TEMPORARILY_FAILED: 50,
    MessageState.PERMANENTLY_FAILED: 60,
    MessageState.DELIVERED: 70,
}
IN_FLIGHT = (MessageState.CLAIMED, MessageState.SUBMITTING)
ENDS_WITHOUT_SENDING = (MessageState.CANCELLED, MessageState.EXPIRED, MessageState.SUPPRESSED)
# Nothing was handed over for good yet: the words are still needed.
STILL_TO_SEND = (MessageState.PLANNED, *IN_FLIGHT)
# A state that asks "why?": the reason is compulsory.
STATES_WITH_REASON = (
    *ENDS_WITHOUT_SENDING,
    MessageState.UNKNOWN,
    MessageState.TEMPORARILY_FAILED,
    MessageState.PERMANENTLY_FAILED,
)


def _later(state: MessageState) -> tuple[MessageState, ...]:
    return tuple(other for other in RANK if RANK[other] > RANK[state])


# The three ways back to planned: a lease that ran out before anything was sent, an attempt of which it is
# certain that nothing left, and the one repetition of a reminder.
MESSAGE_MOVES: dict[MessageState, tuple[MessageState, ...]] = {
    MessageState.PLANNED: (MessageState.CLAIMED, *ENDS_WITHOUT_SENDING),
    MessageState.CLAIMED: (
        MessageState.PLANNED,
        MessageState.SUBMITTING,
        MessageState.PERMANENTLY_FAILED,
    ),
    MessageState.SUBMITTING: (MessageState.PLANNED, *_later(MessageState.SUBMITTING)),
    MessageState.UNKNOWN: (MessageState.PLANNED, *_later(MessageState.UNKNOWN)),
    MessageState.ACCEPTED: _later(MessageState.ACCEPTED),
    MessageState.SENT_NO_RECEIPT: _later(MessageState.SENT_NO_RECEIPT),
    MessageState.TEMPORARILY_FAILED: _later(MessageState.TEMPORARILY_FAILED),
    MessageState.PERMANENTLY_FAILED: _later(MessageState.PERMANENTLY_FAILED),
    MessageState.DELIVERED: (),
    MessageState.CANCELLED: (),
    MessageState.EXPIRED: (),
    MessageState.SUPPRESSED: (),
}


class Reason(TextChoices):
    """Why a message is in its state, in words that a person can use."""

    APPOINTMENT_CANCELLED = "appointment_cancelled", _("The appointment was cancelled")
    APPOINTMENT_ENDED = "appointment_ended", _("The visit has begun or is over")
    APPOINTMENT_MOVED = "appointment_moved", _("The visit has another time or place now")
    OFFER_CLOSED = "offer_closed", _("The offer is no longer open")
    CODE_OVER = "code_over", _("The code was used, replaced, or is too old")
    GROUP_VISIT_CHANGED = "group_visit_changed", _("The group visit is no longer planned")
    TICKET_CALLED = "ticket_called", _("The number was called already, or waits no more")
    TOO_LATE = "too_late", _("Too late: it would only confuse now")
    REFUSED = "refused", _("Refused by the provider")
    GAVE_UP = "gave_up", _("Could not be sent in time")
    NO_ANSWER = "no_answer", _("The provider did not answer")
    SENDER_STOPPED = "sender_stopped", _("The sender stopped before the result was known")


class AttemptOutcome(TextChoices):
    """What became of one attempt."""

    RUNNING = "running", _("Running")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused for good")
    REFUSED_FOR_NOW = "refused_for_now", _("Refused for now")
    NOT_SENT = "not_sent", _("Certainly not sent")
    UNKNOWN = "unknown", _("Not known")
    ABANDONED = "abandoned", _("Abandoned before anything was sent")
