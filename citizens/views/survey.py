"""The satisfaction survey: by the QR code at a desk, and by the link after a visit. Nobody is asked who they are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from citizens import tokens
from citizens.domain import limits, survey
from citizens.forms.survey import SurveyForm
from citizens.models import Office
from citizens.views.limited import limited
from citizens.views.personal import personal


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@limited(browser=limits.SURVEY, address=limits.SURVEY_ADDRESS)
def at_desk(request: HttpRequest, office: str) -> HttpResponse:
    """The sheet of an office. One query to show."""
    place = get_object_or_404(Office, code=office, active=True)
    form = _form(request)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, place)
    survey.answer_at_desk(
        office=place,
        marks=form.marks(),
        submission_key=form.cleaned_data["submission_key"],
        at=timezone.now(),
    )
    return redirect("survey_thanks")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@limited(browser=limits.SURVEY, address=limits.SURVEY_ADDRESS)
def after_visit(request: HttpRequest, token: str) -> HttpResponse:
    """The sheet of a visit that is over, once; sent twice, it leads twice to the thanks. One query to show."""
    at = timezone.now()
    ticket = survey.ticket_to_ask(token=token, at=at)
    if ticket is None:
        return render(request, "citizens/survey/over.html", status=404)
    if ticket.surveyed:
        return redirect("survey_thanks")
    form = _form(request)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, ticket.queue_day.office)
    try:
        survey.answer_after_visit(ticket=ticket, marks=form.marks(), at=at)
    except survey.LinkOver:  # at this moment, by a second press
        return redirect("survey_thanks")
    return redirect("survey_thanks")


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """What becomes of the answers. No query."""
    return render(request, "citizens/survey/thanks.html")


def _form(request: HttpRequest) -> SurveyForm:
    return SurveyForm(
        request.POST if request.method == "POST" else None,
        initial={"submission_key": tokens.new()},
    )


def _page(request: HttpRequest, form: SurveyForm, office: Office) -> HttpResponse:
    return render(
        request,
        "citizens/survey/sheet.html",
        {"form": form, "office": office.name},
        status=422 if form.errors else 200,
    )
