"""Proving a phone or an e-mail address: a code is sent there and typed here. An invitation, never a barrier."""

import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from citizens import masking
from citizens.domain import contact, limits, wording
from citizens.enums import ContactKind
from citizens.forms.contact_code import ContactCodeForm
from citizens.models import Appointment
from citizens.views import own
from citizens.views.limited import network_of, too_many
from citizens.views.personal import personal

ADDRESSES = {ContactKind.PHONE: "prove_phone", ContactKind.EMAIL: "prove_email"}
MASKS = {ContactKind.PHONE: masking.phone, ContactKind.EMAIL: masking.email}


def invitations(appointment: Appointment) -> list[dict[str, object]]:
    """What citizens/appointments/contact_proof.html shows: each contact that nobody has proved, and where to."""
    return [
        {
            "is_phone": kind == ContactKind.PHONE,
            "address": MASKS[kind](contact.address(appointment, kind=kind)),
            "url": reverse(ADDRESSES[kind], args=[appointment.token]),
        }
        for kind in contact.unproved(appointment)
    ]


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, token: str, kind: ContactKind) -> HttpResponse:
    """GET shows how it stands; POST sends a code or, with a field `kode`, checks one. Three queries to show."""
    at = timezone.now()
    found = own.find_or_404(token).appointment
    if not contact.address(found, kind=kind):
        raise Http404
    if not found.is_active:
        return redirect("appointment", token)
    if request.method != "POST" or contact.is_proved(found, kind=kind):
        return _page(request, found, kind, at=at)
    if "kode" in request.POST:
        return _check(request, found, kind, at)
    counted = {
        limits.CONTACT_CODE: contact.address(found, kind=kind),
        limits.CONTACT_CODE_APPOINTMENT: token,
        limits.CONTACT_CODE_ADDRESS: network_of(request),
    }
    try:
        limits.check_all(counted=counted, at=at)
        contact.send_code(appointment=found, kind=kind, at=at)
    except limits.TooMany as refused:
        return too_many(request, refused, at=at)
    except contact.NoContact:
        return redirect("appointment", token)
    return redirect(ADDRESSES[kind], token)


def _check(
    request: HttpRequest, found: Appointment, kind: ContactKind, at: datetime.datetime
) -> HttpResponse:
    form = ContactCodeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, kind, at=at, form=form)
    try:
        contact.prove(appointment=found, kind=kind, digits=form.cleaned_data["kode"], at=at)
    except contact.WrongCode as error:
        if error.left:
            form.say_wrong(error.left)
            return _page(request, found, kind, at=at, form=form)
        return _page(request, found, kind, at=at, over="guesses")
    except contact.TooManyGuesses:
        return _page(request, found, kind, at=at, over="guesses")
    except contact.NoCode:
        found.refresh_from_db(fields=[contact.PROVED_AT[kind]])
        if not contact.is_proved(found, kind=kind):  # else it was pressed twice
            return _page(request, found, kind, at=at, over="time")
    return redirect(ADDRESSES[kind], found.token)


def _page(
    request: HttpRequest,
    found: Appointment,
    kind: ContactKind,
    *,
    at: datetime.datetime,
    form: ContactCodeForm | None = None,
    over: str = "",
) -> HttpResponse:
    """`over` says why no code can be typed any more: "guesses" or "time"."""
    proved = contact.is_proved(found, kind=kind)
    code = None if proved or over else contact.last_code(found, kind=kind)
    good = code is not None and contact.is_good(code, at=at)
    context = {
        "is_phone": kind == ContactKind.PHONE,
        "address": MASKS[kind](contact.address(found, kind=kind)),
        "proved": proved,
        "form": (form or ContactCodeForm()) if good else None,
        "until": wording.clock(code.expires_at) if code and good else "",
        "over": over,
        "own_url": reverse("appointment", args=[found.token]),
    }
    status = 422 if over or (good and form and form.errors) else 200
    return render(request, "citizens/appointments/prove.html", context, status=status)
