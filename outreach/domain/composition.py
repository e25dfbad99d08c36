"""The words of a message, in the person's language. No message ever holds a NIK or a name."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from citizens import tokens
from citizens.domain import roadshow
from citizens.domain.office_time import local_date
from citizens.enums import GroupVisitState
from citizens.models import (
    Appointment,
    AppointmentEvent,
    GroupVisit,
    Office,
    Requirement,
    ServiceCase,
    Ticket,
    VisitorService,
    WaitlistOffer,
)
from outreach.domain import short_texts
from outreach.enums import Channel, Purpose

PAPERS_KEPT = 10  # seconds: as long as the page of a case is kept


@dataclass(frozen=True, slots=True)
class Text:
    """Words ready to send; an SMS has no subject."""

    body: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What messages tell of an appointment, read once for all of them.

    `change` is how it came to be moved or cancelled.
    """

    appointment: Appointment
    services: Sequence[VisitorService] = ()
    papers: Sequence[Requirement] = ()
    change: AppointmentEvent | None = None

    @property
    def office_caused(self) -> bool:
        return self.change is not None and self.change.office_caused


def facts_of(
    appointment: Appointment,
    services: Sequence[VisitorService] | None = None,
    change: AppointmentEvent | None = None,
) -> Facts:
    """Reads what the people come for (unless given), and the papers in force on the day of the visit."""
    booked = services
    if booked is None:
        rows = VisitorService.objects.filter(visitor__appointment=appointment)
        booked = list(rows.select_related("case__service").order_by("visitor__position", "pk"))
    cases = tuple(sorted({service.case_id for service in booked}))
    return Facts(appointment, booked, _papers(cases, on=local_date(appointment.starts_at)), change)


def _papers(cases: tuple[int, ...], *, on: datetime.date) -> list[Requirement]:
    """The papers of some cases (their ids) in force on a day; read once in some seconds for many bookings."""

    def read() -> list[Requirement]:
        papers = Requirement.objects.filter(case__in=cases).in_force(on=on)
        return list(papers.order_by("optional", "case_id", "sort_order", "pk"))

    return (
        caches["local"].get_or_set(f"papers-{cases}-{on}".replace(" ", ""), read, PAPERS_KEPT) or []
    )


def of_appointment(*, facts: Facts, purpose: Purpose, channel: Channel, asks: bool = False) -> Text:
    """A message about an appointment; `asks` makes a reminder the question whether the people will come."""
    with translation.override(facts.appointment.language):
        if channel == Channel.SMS:
            return Text(short_texts.fitting(_short(facts, purpose, asks=asks)))
        return _mail(purpose, _told(facts) | {"asks": asks})


def of_offer(*, offer: WaitlistOffer, channel: Channel, language: str) -> Text:
    """The place that is kept for somebody of the waiting list, with the way to take it."""
    link = f"{settings.PUBLIC_URL.rstrip('/')}/tunggu/{offer.entry.token}/"
    with translation.override(language):
        visit = _visit("", offer.starts_at, offer.office)
        until = _local(offer.expires_at)
        if channel == Channel.SMS:
            same_day = local_date(offer.expires_at) == local_date(offer.made_at)
            deadline = date_format(until, "H.i" if same_day else "D H.i")
            return Text(
                short_texts.fitting(short_texts.offer(visit, until=deadline, link=_bare(link)))
            )
        context = {"until": date_format(until, "l, j F Y H.i T"), "link": link}
        address = roadshow.address_on(office=offer.office, starts_at=offer.starts_at)
        where = {"office": offer.office, "address": address}
        return _mail(Purpose.OFFER, _moment(offer.starts_at) | where | context)


def of_code(*, digits: str, minutes: int, channel: Channel, language: str) -> Text:
    """The one-time code that proves a contact."""
    with translation.override(language):
        if channel == Channel.SMS:
            words = short_texts.one_time_code(digits=digits, minutes=minutes)
            return Text(short_texts.fitting(words))
        return _mail(Purpose.CODE, {"digits": digits, "minutes": minutes})


def of_turn(*, ticket: Ticket, language: str) -> Text:
    """That a number is called soon; an SMS, for an e-mail is not read in time."""
    with translation.override(language):
        office = ticket.queue_day.office.short_name
        words = short_texts.turn_is_near(label=ticket.label, office=office)
        return Text(short_texts.fitting(words))


def of_group_visit(*, group_visit: GroupVisit, channel: Channel) -> Text:
    """What became of a group's request: planned, declined or withdrawn."""
    with translation.override(group_visit.language):
        code = tokens.display_code(group_visit.code)
        if channel == Channel.SMS:
            return Text(short_texts.fitting(_short_of_group(group_visit, code)))
        link = f"{settings.PUBLIC_URL.rstrip('/')}/kunjungan-kelompok/{group_visit.token}/"
        context = {
            "visit": group_visit,
            "code": code,
            "case": _case(group_visit.case),
            "link": link,
        }
        if group_visit.starts_at:
            context |= _moment(group_visit.starts_at)
        return _mail(Purpose.GROUP, context)


def html_of(*, body: str, subject: str, language: str) -> str:
    """The HTML alternative of an e-mail: the same words with paragraphs and links."""
    context = {"body": body, "subject": subject, "language": language}
    return render_to_string("outreach/mail/frame.html", context)


def _mail(purpose: Purpose, context: dict[str, Any]) -> Text:
    subject = render_to_string(f"outreach/mail/{purpose}/subject.txt", context)
    body = render_to_string(f"outreach/mail/{purpose}/body.txt", context)
    return Text(
        body=re.sub(r"\n{3,}", "\n\n", body).strip() + "\n", subject=" ".join(subject.split())
    )


def _told(facts: Facts) -> dict[str, Any]:
    """What the e-mails about an appointment say; services and papers that several people share, once."""
    appointment = facts.appointment
    told = _moment(appointment.starts_at) | {
        "code": tokens.display_code(appointment.code),
        "office": appointment.office,
        "address": roadshow.address_on(office=appointment.office, starts_at=appointment.starts_at),
        "link": _own_page(appointment),
        "site": settings.PUBLIC_URL,
        "services": list(dict.fromkeys(_case(booked.case) for booked in facts.services)),
        "papers": [(paper.local("text"), paper.optional) for paper in _once(facts.papers, "text")],
        "office_caused": facts.office_caused,
    }
    if facts.change and facts.change.from_starts_at:
        told["before"] = _moment(facts.change.from_starts_at)
        told["office_before"] = facts.change.from_office
    return told


def _short(facts: Facts, purpose: Purpose, *, asks: bool) -> Iterator[str]:
    appointment = facts.appointment
    visit = _visit(
        tokens.display_code(appointment.code),
        appointment.starts_at,
        appointment.office,
        [_short_paper(paper) for paper in _once(facts.papers, "short_text")],
    )
    links = short_texts.Links(
        own=_bare(_own_page(appointment)), front=urlsplit(settings.PUBLIC_URL).netloc
    )
    match purpose:
        case Purpose.CONFIRMATION:
            yield from short_texts.confirmation(visit, links=links)
        case Purpose.REMINDER:
            answer = f"{links.own}pasti/" if asks else ""
            yield from short_texts.reminder(visit, links=links, answer=answer)
        case Purpose.MOVED:
            old = facts.change.from_starts_at if facts.change else None
            before = _moment(old)["short"] if old else ""
            caused = facts.office_caused
            yield from short_texts.moved(visit, before=before, office_caused=caused, links=links)
        case Purpose.NO_PLACE:
            yield from short_texts.no_place(visit, link=links.own)
        case _:
            caused = facts.office_caused
            yield from short_texts.cancellation(visit, office_caused=caused, front=links.front)


def _short_of_group(group_visit: GroupVisit, code: str) -> Iterator[str]:
    match group_visit.state:
        case GroupVisitState.PLANNED:
            assert group_visit.starts_at is not None  # noqa: S101 - held by a constraint
            yield from short_texts.group_planned(
                _visit(code, group_visit.starts_at, group_visit.office)
            )
        case GroupVisitState.DECLINED:
            yield from short_texts.group_declined(code=code, reason=group_visit.reason)
        case _:
            yield from short_texts.group_withdrawn(code=code)


def _visit(
    code: str, start: datetime.datetime, office: Office, papers: Sequence[str] = ()
) -> short_texts.Visit:
    moment = _moment(start)
    return short_texts.Visit(
        code=code,
        short_date=moment["short_date"],
        time=moment["time"],
        short=moment["short"],
        office=office.short_name,
        papers=papers,
    )


def _moment(start: datetime.datetime) -> dict[str, str]:
    """Day and time on the office's clock, in full and short, in the language at work."""
    return _moment_in(start, translation.get_language())


@lru_cache(maxsize=1024)  # the visits of some weeks begin at so many moments
def _moment_in(start: datetime.datetime, language: str) -> dict[str, str]:
    here = _local(start)
    with translation.override(language):
        return {
            "date": date_format(here, "l, j F Y"),
            "time": date_format(here, "H.i T"),
            "short_date": date_format(here, "D d-m-Y"),
            "short": date_format(here, "D d-m H.i"),
        }


def _local(moment: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())


def _own_page(appointment: Appointment) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/j/{appointment.token}/"


def _bare(link: str) -> str:
    """Without the scheme: phones make a link of it all the same, and every letter counts."""
    return link.partition("://")[2]


def _case(case: ServiceCase) -> str:
    return f"{case.service.local('name')}: {case.local('name')}"


def _short_paper(paper: Requirement) -> str:
    note = gettext("if it applies")
    return f"{paper.short_text} ({note})" if paper.optional else paper.short_text


def _once(papers: Sequence[Requirement], field: str) -> list[Requirement]:
    """Several people may need the same paper."""
    return list({getattr(paper, field): paper for paper in reversed(papers)}.values())[::-1]
