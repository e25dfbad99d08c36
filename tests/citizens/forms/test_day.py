import pytest

from citizens.domain.visits import Offer
from citizens.enums import OfferResult, Outcome, PriorityGroup
from citizens.forms.day import CheckInForm, FinishForm, OpenCounterForm, WalkInForm
from tests.factories.citizens import (
    CounterFactory,
    OfferReasonFactory,
    RequirementFactory,
    ServiceCaseFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def papers(db):
    return [RequirementFactory(), RequirementFactory()]


@pytest.fixture
def reasons(db):
    return [OfferReasonFactory()]


@pytest.fixture
def people(db):
    return [VisitorFactory(full_name="Siti"), VisitorFactory(full_name="Budi")]


@pytest.fixture
def finish(papers, people, reasons):
    """Builds the form for two people with what was chosen."""

    def build(**data):
        chosen = {"outcome": "done", "offer_0": "not_asked", "offer_1": "not_asked"} | data
        return FinishForm(chosen, requirements=papers, people=people, reasons=reasons)

    return build


def test_an_empty_code_is_asked_for():
    assert CheckInForm({"code": " "}).errors == {
        "code": ["Type or scan the code, or write the name."]
    }


def test_a_refused_code_is_said_at_the_field():
    form = CheckInForm({"code": "ABC"})

    form.refuse("No such code.")

    assert form.errors == {"code": ["No such code."]}
    assert form["code"].value() == "ABC"


def test_a_walk_in_names_a_case_and_perhaps_a_priority_group(db):
    case = ServiceCaseFactory()
    data = {"case": str(case.pk), "priority_group": "elderly", "submission_key": "k"}

    form = WalkInForm(data, cases=[case])

    assert form.is_valid()
    assert (form.chosen_case, form.chosen_priority) == (case, PriorityGroup.ELDERLY)


def test_a_walk_in_without_priority_has_none(db):
    case = ServiceCaseFactory()

    form = WalkInForm({"case": str(case.pk), "submission_key": "k"}, cases=[case])

    assert form.is_valid()
    assert form.chosen_priority is None


def test_cases_are_offered_under_their_service(db):
    case = ServiceCaseFactory(service__name_en="Identity card", name_en="Lost")

    form = WalkInForm(cases=[case])

    assert list(form.fields["case"].choices)[1:] == [
        ("Identity card", [(str(case.pk), "Lost")]),
    ]


def test_a_counter_is_chosen_among_those_offered(db):
    counter = CounterFactory(number=4, label="KTP-el")

    form = OpenCounterForm({"counter": str(counter.pk)}, counters=[counter])

    assert form.is_valid()
    assert form.chosen_counter == counter
    assert list(form.fields["counter"].choices)[1:] == [(str(counter.pk), "4 · KTP-el")]


def test_a_finish_without_answers_was_not_asked(finish, people):
    form = finish()

    assert form.is_valid()
    assert form.chosen_outcome() == Outcome.DONE
    assert form.missing_papers() == []
    assert form.offers() == [Offer(person, OfferResult.NOT_ASKED) for person in people]


def test_the_outcome_has_to_be_chosen(finish):
    assert finish(outcome="").errors == {"outcome": ["Choose how the visit ended."]}


def test_papers_missing_says_which(finish, papers):
    form = finish(outcome="papers_missing", papers=[str(papers[1].pk)])

    assert form.is_valid()
    assert form.missing_papers() == [papers[1]]


def test_papers_missing_without_a_paper_is_refused(finish):
    assert finish(outcome="papers_missing").errors == {
        "papers": ["Tick the papers that are missing."]
    }


def test_a_case_without_papers_can_still_have_papers_missing(people, reasons):
    data = {"outcome": "papers_missing", "offer_0": "not_asked", "offer_1": "not_asked"}

    form = FinishForm(data, requirements=[], people=people, reasons=reasons)

    assert form.is_valid()


def test_ticked_papers_beside_another_outcome_are_asked_about(finish, papers):
    form = finish(outcome="done", papers=[str(papers[0].pk)])

    assert list(form.errors) == ["outcome"]
    assert form["papers"].value() == [str(papers[0].pk)]


@pytest.mark.parametrize("result", ["declined", "not_possible"])
def test_a_refusal_asks_for_the_reason_of_that_person(finish, result):
    form = finish(offer_1=result)

    assert form.errors == {"reason_1": ["Choose why; “Another reason” is in the list too."]}


def test_a_refusal_with_its_reason_is_kept(finish, people, reasons):
    form = finish(offer_1="declined", reason_1=str(reasons[0].pk))

    assert form.is_valid()
    assert form.offers()[1] == Offer(people[1], OfferResult.DECLINED, reasons[0])


def test_a_reason_left_beside_another_answer_is_dropped(finish, people, reasons):
    form = finish(offer_0="activated", reason_0=str(reasons[0].pk))

    assert form.is_valid()
    assert form.offers()[0] == Offer(people[0], OfferResult.ACTIVATED)


def test_each_person_is_asked_about_by_name(finish):
    assert [person.name for person in finish().present()] == ["Siti", "Budi"]


def test_a_walk_in_is_asked_about_without_a_name(reasons):
    form = FinishForm(requirements=[], people=[None], reasons=reasons)

    [person] = form.present()

    assert person.name == "The person at the counter"
    assert person.result.value() == OfferResult.NOT_ASKED
