"""The words of a message, in the person's language. No message ever holds a NIK or a name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from citizens import tokens
from citizens.models import Appointment, Requirement, VisitorService
from outreach import sms_text
from outreach.enums import Channel, Purpose


@dataclass(frozen=True, slots=True)
class Text:
    """Words ready to send; an SMS has no subject."""

    body: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What messages tell of an appointment, read once for all of them."""

    appointment: Appointment
    services: Sequence[VisitorService] = ()
    papers: Sequence[Requirement] = ()


def facts_of(appointment: Appointment, services: Sequence[VisitorService] | None = None) -> Facts:
    """Reads what the person comes for (unless given), and the papers in force on the day of the visit."""
    booked = services
    if booked is None:
        rows = VisitorService.objects.filter(visitor__appointment=appointment)
        booked = list(rows.select_related("case__service").order_by("visitor__position", "pk"))
    papers = Requirement.objects.filter(case__visitorservice__visitor__appointment=appointment)
    day = timezone.localdate(appointment.starts_at, timezone.get_default_timezone())
    return Facts(
        appointment,
        booked,
        list(
            papers.in_force(on=day).order_by("optional", "case_id", "sort_order", "pk").distinct()
        ),
    )


def compose(*, facts: Facts, purpose: Purpose, channel: Channel) -> Text:
    """Writes one message about an appointment in its language."""
    with translation.override(facts.appointment.language):
        return _sms(facts, purpose) if channel == Channel.SMS else _mail(facts, purpose)


def html_of(*, body: str, subject: str, language: str) -> str:
    """The HTML alternative of an e-mail: the same words with paragraphs and links."""
    context = {"body": body, "subject": subject, "language": language}
    return render_to_string("outreach/mail/frame.html", context)


def _mail(facts: Facts, purpose: Purpose) -> Text:
    context = _common(facts.appointment) | {
        "link": _own_page(facts.appointment),
        "site": settings.PUBLIC_URL,
        "services": [
            f"{booked.case.service.local('name')}: {booked.case.local('name')}"
            for booked in facts.services
        ],
        "papers": [(paper.local("text"), paper.optional) for paper in _once(facts.papers, "text")],
    }
    subject = render_to_string(f"outreach/mail/{purpose}/subject.txt", context)
    body = render_to_string(f"outreach/mail/{purpose}/body.txt", context)
    return Text(
        body=re.sub(r"\n{3,}", "\n\n", body).strip() + "\n", subject=" ".join(subject.split())
    )


def _sms(facts: Facts, purpose: Purpose) -> Text:
    """The fullest text that is one GSM-7 part: long texts are not joined reliably by Indonesian operators."""
    text = ""
    for extras in _fullest_first(facts):
        rendered = render_to_string(
            f"outreach/sms/{purpose}.txt", _common(facts.appointment) | extras
        )
        text = _gsm7(" ".join(rendered.split()))
        if sms_text.plan(text).parts == 1:
            break
    return Text(body=text)


def _fullest_first(facts: Facts) -> Iterator[dict[str, Any]]:
    """What may be left out of an SMS, in the order in which it is missed least."""
    names = [
        f"{paper.short_text} ({gettext('if it applies')})" if paper.optional else paper.short_text
        for paper in _once(facts.papers, "short_text")
    ]
    host = urlsplit(settings.PUBLIC_URL).netloc
    own_page = _own_page(facts.appointment).partition("://")[2]
    for count in range(len(names), -1, -1):
        papers = {"papers": ", ".join(names[:count]), "more_papers": count < len(names)}
        for link in (own_page, host, ""):
            yield papers | {"link": link, "host": host if link else ""}


def _common(appointment: Appointment) -> dict[str, Any]:
    start = timezone.localtime(appointment.starts_at, timezone.get_default_timezone())
    return {
        "code": tokens.display_code(appointment.code),
        "date": date_format(start, "l, j F Y"),
        "short_date": date_format(start, "D d-m-Y"),
        "time": date_format(start, "H.i T"),
        "office": appointment.office,
    }


def _own_page(appointment: Appointment) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/j/{appointment.token}/"


def _once(papers: Sequence[Requirement], field: str) -> list[Requirement]:
    """Several people may need the same paper."""
    return list({getattr(paper, field): paper for paper in reversed(papers)}.values())[::-1]


def _gsm7(text: str) -> str:
    """Drops what has no plain equivalent: one foreign letter would halve the room for all the others."""
    text = sms_text.normalise(text)
    foreign = sms_text.plan(text).offending
    return "".join(char for char in text if char not in foreign)
