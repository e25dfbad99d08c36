import datetime

import pytest

from citizens import tokens
from citizens.domain import survey
from citizens.enums import SurveyElement, SurveySource, TicketState
from citizens.models import SurveyAnswer, Ticket
from tests.factories.citizens import DAY, MOMENT, OfficeFactory, QueueDayFactory, TicketFactory

ONE_DAY = datetime.timedelta(days=1)
# A different mark next to each other, so that a mixed-up column is seen.
MARKS = {element: place % 4 + 1 for place, element in enumerate(SurveyElement)}


@pytest.fixture
def ticket(db):
    return TicketFactory(finished=True)


def test_a_sheet_from_the_desk_names_place_and_day_alone(db):
    office = OfficeFactory()

    assert survey.answer_at_desk(office=office, marks=MARKS, submission_key=tokens.new(), at=MOMENT)

    sheet = SurveyAnswer.objects.get()
    assert (sheet.office, sheet.group, sheet.date, sheet.source) == (
        *(office, None, DAY),
        SurveySource.DESK,
    )
    assert {element: getattr(sheet, element.value) for element in SurveyElement} == MARKS


def test_a_sheet_sent_twice_is_one(db):
    office, key = OfficeFactory(), tokens.new()

    kept = [
        survey.answer_at_desk(office=office, marks=MARKS, submission_key=key, at=MOMENT)
        for _ in range(2)
    ]

    assert kept == [True, False]
    assert SurveyAnswer.objects.count() == 1


def test_a_link_gives_one_sheet_with_the_service_and_marks_the_ticket(ticket):
    survey.answer_after_visit(ticket=ticket, marks=MARKS, at=MOMENT)

    sheet = SurveyAnswer.objects.get()
    assert (sheet.office, sheet.group, sheet.source) == (
        *(ticket.queue_day.office, ticket.group),
        SurveySource.LINK,
    )
    assert Ticket.objects.get().surveyed


def test_a_used_link_gives_no_second_sheet(ticket):
    survey.answer_after_visit(ticket=ticket, marks=MARKS, at=MOMENT)

    with pytest.raises(survey.LinkOver):
        survey.answer_after_visit(ticket=ticket, marks=MARKS, at=MOMENT)

    assert SurveyAnswer.objects.count() == 1


@pytest.mark.parametrize(
    "state", [TicketState.WAITING, TicketState.MISSED, TicketState.ABSENT, TicketState.UNSERVED]
)
def test_only_a_finished_visit_is_asked_about(db, state):
    found = TicketFactory(finished=True)
    Ticket.objects.update(state=state)

    assert survey.ticket_to_ask(token=found.token, at=MOMENT) is None
    with pytest.raises(survey.LinkOver):
        survey.answer_after_visit(ticket=found, marks=MARKS, at=MOMENT)
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize(("days", "asked"), [(0, True), (7, True), (8, False)])
def test_a_link_is_good_for_seven_days(db, days, asked):
    ticket = TicketFactory(finished=True, queue_day=QueueDayFactory(date=DAY - days * ONE_DAY))

    assert (survey.ticket_to_ask(token=ticket.token, at=MOMENT) is not None) == asked
    if not asked:
        with pytest.raises(survey.LinkOver):
            survey.answer_after_visit(ticket=ticket, marks=MARKS, at=MOMENT)


def test_a_sheet_that_cannot_be_kept_leaves_the_link_unused(ticket):
    with pytest.raises(KeyError):
        survey.answer_after_visit(ticket=ticket, marks={}, at=MOMENT)

    assert not Ticket.objects.get().surveyed


def test_no_column_of_a_sheet_leads_to_a_person():
    columns = {field.name for field in SurveyAnswer._meta.get_fields()}

    assert columns == {"id", "office", "group", "date", "source"} | {
        element.value for element in SurveyElement
    }
