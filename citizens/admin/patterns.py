"""The report of cancel-and-rebook patterns: something to look into, never a penalty."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens import tokens
from citizens.admin import who
from citizens.domain import patterns, reconfirmation, wording
from citizens.domain.office_time import local_date
from citizens.domain.patterns import Row

SEE = "citizens.view_patterns"


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Four lists with links to the appointments, and whether people answered that they will come."""
    who.require(request, SEE)
    at = timezone.now()
    office = who.staff(request).office
    found = patterns.report(at=at, office=office)
    answers = reconfirmation.count(
        since=local_date(at - patterns.PERIOD), until=local_date(at), office=office
    )
    context = {
        **admin.site.each_context(request),
        "title": _("Patterns of cancelling and booking again"),
        "where": office.name if office else _("All places together"),
        "since": wording.day(at - patterns.PERIOD),
        "until": wording.when(at),
        "lists": _lists(found),
        "answers": answers,
        "may_open": who.staff(request).has_perm("citizens.view_appointment"),
    }
    return TemplateResponse(request, "admin/citizens/patterns/patterns.html", context)


def _lists(found: patterns.Report) -> list[dict[str, Any]]:
    """The lists with their headings, what each means and what an innocent reason may be."""
    return [
        {
            "id": "contacts",
            "title": _("One phone or e-mail, many people"),
            "text": _(
                "At least %(persons)s people in several bookings. Often a village officer, a teacher or a relative"
                " who helps people without a phone."
            )
            % {"persons": patterns.MANY_PERSONS},
            "head": _("Contact"),
            "rows": _shown(found.contacts),
        },
        {
            "id": "cancellers",
            "title": _("One person, many cancellations"),
            "text": _(
                "At least %(times)s cancellations of one's own. Illness, shift work or papers that came late are"
                " common reasons."
            )
            % {"times": patterns.MANY_CANCELLATIONS},
            "head": _("Name"),
            "rows": _shown(found.cancellers),
        },
        {
            "id": "swaps",
            "title": _("A place given up and taken again for somebody else"),
            "text": _(
                "Within %(minutes)s minutes, in the same slot, with the same contact. A family may have changed"
                " its mind about who goes; often repeated, it may be trade with places."
            )
            % {"minutes": int(patterns.SOON.total_seconds() // 60)},
            "head": _("Contact"),
            "rows": _shown(found.swaps),
        },
        {
            "id": "bookers",
            "title": _("One name that books for many others"),
            "text": _(
                "At least %(persons)s people, with consent noted. Officers of RT, RW and kelurahan do this every"
                " day."
            )
            % {"persons": patterns.MANY_PERSONS},
            "head": _("Booked by"),
            "rows": _shown(found.bookers),
        },
    ]


def _shown(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    return [
        {
            "who": row.who,
            "persons": row.persons,
            "bookings": row.bookings,
            "appointments": [(pk, tokens.display_code(code)) for pk, code in row.appointments],
            "more": max(0, row.bookings - len(row.appointments)),
        }
        for row in rows
    ]
