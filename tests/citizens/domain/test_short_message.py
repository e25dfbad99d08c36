import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import short_message
from citizens.domain.papers import Paper
from citizens.models import Requirement
from outreach import sms_text
from tests.factories.citizens import MOMENT, AppointmentFactory, OfficeFactory


def paper(short_text, *, optional=False):
    row = Requirement(pk=1, short_text=short_text, text=short_text, optional=optional)
    return Paper(requirements=(row,), for_whom=("Siti",), ticked=False)


def appointment(short_name="Kantor Dinas"):
    return AppointmentFactory.build(
        office=OfficeFactory.build(short_name=short_name), code="ABCD2345", starts_at=MOMENT
    )


def test_it_says_when_where_the_code_the_papers_and_that_it_is_free():
    with translation.override("id"):
        text = short_message.text(appointment=appointment(), papers=[paper("KK"), paper("KTP")])

    for part in ("Sel 16 Mar", "09.20 WIB", "Kantor Dinas", "ABCD-2345", "KK, KTP", "GRATIS"):
        assert part in text


def test_papers_that_only_may_apply_are_left_to_the_page(english):
    text = short_message.text(
        appointment=appointment(), papers=[paper("KK"), paper("pas foto", optional=True)]
    )

    assert "Bring KK." in text


def test_it_says_when_not_every_paper_found_room(english):
    many = [paper(f"surat keterangan {letter}") for letter in "abcdefgh"]

    text = short_message.text(appointment=appointment(), papers=many)

    assert "Bring surat keterangan a, surat keterangan b" in text
    assert ", etc." in text


def test_letters_that_a_simple_phone_cannot_show_lose_their_accents(english):
    text = short_message.text(appointment=appointment("Café Ñandú “A”"), papers=[])

    assert "Cafe Nandu A" in text


@pytest.mark.parametrize("language", ["id", "en"])
@given(office=st.text(max_size=30), papers=st.lists(st.text(max_size=30), max_size=12))
def test_it_is_one_part_of_a_simple_message_whatever_is_in_it(language, office, papers):
    with translation.override(language):
        text = short_message.text(
            appointment=appointment(office), papers=[paper(name) for name in papers]
        )

    plan = sms_text.plan(text)
    assert (plan.encoding, plan.parts) == ("gsm7", 1)
    assert len(text) <= short_message.MOST
