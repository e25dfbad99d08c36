"""What was sent, for whoever tries the portal out."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outreach.enums import MessageState
from outreach.models import Message

SHOWN = 50
KINDS = {
    MessageState.ACCEPTED: "success",
    MessageState.SENT_NO_RECEIPT: "success",
    MessageState.DELIVERED: "success",
    MessageState.UNKNOWN: "warning",
    MessageState.TEMPORARILY_FAILED: "warning",
    MessageState.PERMANENTLY_FAILED: "danger",
    MessageState.PLANNED: "info",
    MessageState.CLAIMED: "info",
    MessageState.SUBMITTING: "info",
}


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """The newest messages as their receivers read them; only with DEBUG or DEMO. One query."""
    if not settings.TRYING_OUT:
        raise Http404
    newest = list(Message.objects.order_by("-pk")[:SHOWN])
    # What was planned together stands in the order in which it was planned.
    newest.sort(key=lambda message: (-message.created_at.timestamp(), message.pk))
    shown = [(message, KINDS.get(MessageState(message.state), "")) for message in newest]
    return render(request, "outreach/outbox.html", {"shown": shown})
