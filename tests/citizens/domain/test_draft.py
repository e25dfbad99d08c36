import datetime
import json

import pytest

from citizens.domain import draft as drafts
from citizens.domain.answers import Answers, PersonAnswers
from citizens.domain.draft import CONTACT, Page
from citizens.models import Hold
from tests.factories.citizens import HoldFactory

BORN = datetime.date(1990, 1, 1)
SITI = PersonAnswers("Siti Aminah", BORN, "0010010101900001")
BUDI = PersonAnswers("Budi", BORN)
SHARED = {"phone": "+6281234567890", "subdistrict": "36.73.01.1001", "household_key": "ab12"}


def whole(*people):
    draft = drafts.read(None, people=len(people))
    for number, person in enumerate(people, 1):
        draft = draft.with_person(number, person)
    return draft.with_shared(SHARED)


def again(draft):
    """The draft as it comes back from a hold."""
    return drafts.read(draft.to_text(), people=len(draft.people))


def test_nothing_is_finished_at_first():
    draft = drafts.read(None, people=2)

    assert draft.answers is None
    assert draft.first_unfinished == "1"


def test_pages_come_one_after_the_other_and_the_contact_last():
    draft = drafts.read(None, people=2)

    assert draft.with_person(1, SITI).first_unfinished == "2"
    assert draft.with_person(1, SITI).with_person(2, BUDI).first_unfinished == CONTACT
    assert whole(SITI, BUDI).first_unfinished == ""


def test_a_finished_draft_is_the_answers_and_is_kept_as_they_are():
    draft = whole(SITI, BUDI)

    assert draft.answers == Answers(people=(SITI, BUDI), **SHARED)
    assert Answers.from_json(draft.to_text()) == draft.answers
    assert again(draft).answers == draft.answers


def test_an_unfinished_draft_comes_back_as_it_was():
    wrong = Page({"full_name": "Budi", "nik": "12"}, wrong=True)
    draft = drafts.read(None, people=2).with_person(1, SITI).with_page("2", wrong)

    assert again(draft) == draft
    assert again(draft).answers is None


def test_a_page_that_was_right_and_is_now_wrong_must_be_put_right_first():
    draft = again(whole(SITI).with_page("1", Page({"full_name": ""}, wrong=True)))

    assert draft.answers is None
    assert draft.first_unfinished == "1"
    assert draft.with_person(1, BUDI).answers.people == (BUDI,)


def test_the_same_party_keeps_everything():
    draft = whole(SITI)

    assert draft.carried(came="ktp.hilang", comes="ktp.hilang") is draft


def test_another_party_knows_its_people_by_their_services_and_asks_again():
    draft = whole(SITI, BUDI)

    carried = draft.carried(came="ktp.hilang,kk.ubah", comes="kk.ubah~ikd.aktivasi,kia.baru-anak")

    assert carried.answers is None
    assert carried.pages["1"].typed["full_name"] == "Budi"
    assert "2" not in carried.pages
    assert carried.shared == SHARED
    assert carried.first_unfinished == "1"


def test_what_was_typed_wrong_goes_along_too():
    draft = drafts.read(None, people=1).with_page("1", Page({"full_name": "Sit"}, wrong=True))

    carried = draft.carried(came="ktp.hilang", comes="ktp.hilang,kk.ubah")

    assert carried.pages["1"] == Page({"full_name": "Sit"}, wrong=False)


@pytest.mark.django_db
def test_a_hold_keeps_the_draft_encrypted():
    held = HoldFactory()

    drafts.keep(hold=held, draft=drafts.read(None, people=1).with_person(1, SITI))

    kept = Hold.objects.get()
    assert drafts.read(kept.answers, people=1).people == (SITI,)
    assert json.loads(kept.answers).keys() == {"draft"}


def test_a_draft_never_shows_what_it_holds():
    assert "Siti" not in repr(whole(SITI))
    assert "12" not in repr(Page({"nik": "12"}, wrong=True))
