"""Masks, and the scrubbing of free text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizens import masking
from citizens import nik as nik_format

niks = st.from_regex(r"[0-9]{16}", fullmatch=True)
separators = st.text(st.sampled_from(" -./_\u00a0\u2013\u200b\t\n"), max_size=3)
noise = st.text(st.sampled_from("0123456789 -.+()ab@x:\n,*8620"), max_size=60)


def glued(digits, data):
    return "".join(digit + data.draw(separators) for digit in digits)


@given(niks)
def test_a_nik_shows_its_first_and_last_four_digits(digits):
    assert masking.nik(digits) == digits[:4] + "*" * 8 + digits[12:]


@pytest.mark.parametrize("text", ["", "367301050207000", "36730105020700011", "abc"])
def test_what_is_no_nik_is_hidden_whole(text):
    assert masking.nik(text) == "*" * len(text)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+6281234567890", "0812-****-7890"),
        ("+628123456789", "0812-****-789"),
        ("+62812345678", "0812-****-78"),
        ("+62812345678901", "0812-****-8901"),
        ("+447911123456", "****56"),
        ("+62254", "******"),
        ("", ""),
    ],
)
def test_a_phone_number_hides_at_least_four_digits(e164, shown):
    assert masking.phone(e164) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("siti@x.id", "s***@x.id"),
        ("a@b@x.id", "a***@x.id"),
        ("@x.id", "*****"),
        ("siti", "****"),
        ("", ""),
    ],
)
def test_an_address_shows_one_letter_and_its_domain(address, shown):
    assert masking.email(address) == shown


@pytest.mark.parametrize(
    ("full_name", "shown"),
    [("Siti Aminah", "S*** A*****"), ("  Nur   Q ", "N** *"), ("", "")],
)
def test_a_name_shows_its_initials(full_name, shown):
    assert masking.name(full_name) == shown


@given(noise, niks, noise, st.data())
def test_no_run_of_sixteen_digits_survives_scrub(before, digits, after, data):
    scrubbed = masking.scrub(before + glued(digits, data) + after)
    bare = re.sub(nik_format.SEPARATORS, "", scrubbed)
    assert re.search(r"\d{16}", bare) is None


@given(niks, st.data())
def test_scrub_masks_whatever_the_form_would_read_as_a_nik(digits, data):
    typed = glued(digits, data)
    assert nik_format.clean(typed) == digits
    assert masking.scrub(f"nik={typed};").startswith(f"nik={masking.nik(digits)}")


@given(
    st.from_regex(r"8[1-35-9][0-9]{7,10}", fullmatch=True),
    st.sampled_from(["0", "+62", "62", "0062", "", "+62 (0)"]),
    st.sampled_from(["{}", "ke {} gagal", "tel:{}", '"{}"', "HP {}."]),
)
def test_scrub_masks_phone_numbers(national, prefix, around):
    scrubbed = masking.scrub(around.format(prefix + national))
    assert national[2:] not in scrubbed
    assert "****" in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "0812-3456-7890",
        "(0812) 3456.7890",
        "+62 812 3456 7890",
        "0254-201234",
        "(0254) 201234",
        "+44 7911 123456",
    ],
)
def test_scrub_masks_a_phone_number_in_its_usual_writing(text):
    assert masking.scrub(f"panggil {text} besok") == f"panggil ****{text[-2:]} besok"


@given(st.from_regex(r"[a-z][a-z0-9.+_-]{1,70}", fullmatch=True))
def test_scrub_masks_mail_addresses(local):
    scrubbed = masking.scrub(f"<{local}@dinas.example.id>: rejected")
    assert f"{local}@" not in scrubbed
    assert "@dinas.example.id>: rejected" in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T09:20:00.123456Z message 48213 sent in 0.132 s, attempt 2",
        "ticket A-012 called at 09.20 by desk 7",
        "slot 1734 holds 12 of 40",
        "GET /janji/baru/ 200",
    ],
)
def test_scrub_leaves_an_ordinary_log_line_alone(text):
    assert masking.scrub(text) == text


@given(noise)
def test_scrubbing_twice_changes_nothing_more(text):
    once = masking.scrub(text)
    assert masking.scrub(once) == once


@pytest.mark.parametrize("unit", ["1 ", "08", "+", "a@", "(", " ", "a.", "1" * 15 + "x"])
def test_scrub_takes_a_long_hostile_line_in_one_pass(unit):
    # A pattern that backtracks would need hours for this, not milliseconds.
    masking.scrub(unit * 50_000)
