"""Entering the numbers that were written on paper while the system was down: many rows, all of them or none."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citizens.admin import supervising, supervising_words, who
from citizens.admin.day_page import walk_in_cases
from citizens.domain import paper_numbers, wording
from citizens.forms.supervising import SlipFormSet
from citizens.models import Office


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, office: str) -> HttpResponse:
    """Rows to fill in; with a mistake they are shown again with everything that was typed."""
    place = supervising.office_to_steer(request, office)
    at = timezone.now()
    given: dict[str, Any] = {"form_kwargs": {"cases": walk_in_cases()}, "prefix": "slip"}
    if request.method != "POST":
        return _show(request, place, SlipFormSet(**given), at=at)
    rows = SlipFormSet(request.POST, **given)
    if not rows.is_valid() or not _enter(request, place, rows, at=at):
        return _show(request, place, rows, at=at)
    return supervising.back(place)


def _enter(request: HttpRequest, office: Office, rows: Any, *, at: datetime.datetime) -> bool:
    """Whether every row that was filled in is entered; else the wrong one says why."""
    filled = [(form.slip(at=at), form) for form in rows if form.has_changed()]
    try:
        entered = paper_numbers.enter(
            office=office, slips=[slip for slip, _form in filled], at=at, staff=who.staff(request)
        )
    except paper_numbers.SlipRefused as error:
        wrong = next(form for slip, form in filled if slip is error.slip)
        wrong.add_error(None, supervising_words.slip(error, at=at))
        return False
    if not entered:
        messages.error(request, _("Write at least one number."))
        return False
    words = ngettext(
        "%(count)s number from paper is entered, in the order of the written times.",
        "%(count)s numbers from paper are entered, in the order of the written times.",
        len(entered),
    )
    messages.success(request, words % {"count": len(entered)})
    return True


def _show(
    request: HttpRequest, office: Office, rows: Any, *, at: datetime.datetime
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Numbers from paper"),
        "office": office,
        "day": wording.day(at),
        "rows": rows,
        "wrong": rows.is_bound and any(form.errors for form in rows),
    }
    return TemplateResponse(request, "admin/citizens/supervising/paper.html", context)
