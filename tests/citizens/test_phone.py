"""Phone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizens import phone
from citizens.phone import Problem

nationals = st.from_regex(r"8[1-35-9][0-9]{7,10}", fullmatch=True)
gaps = st.text(st.sampled_from(" -./()\u00a0\u2011\u200e"), max_size=2)


def reason(text):
    with pytest.raises(phone.Invalid) as caught:
        phone.normalise(text)
    assert not text or text not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "(0812) 3456.7890",
        "+62 812-3456-7890",
        "+62 (0)812 3456 7890",
        "+6281234567890",
        "6281234567890",
        "62 0812 3456 7890",
        "006281234567890",
        "00 62 812 3456 7890",
        "81234567890",
        "0812\u00a03456\u00a07890",
        "\u202a+62\u00a0812\u20113456\u20117890\u202c",
        "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",
        "\uff0b6281234567890",
    ],
)
def test_one_number_written_many_ways_is_one_number(text):
    assert phone.normalise(text) == "+6281234567890"


@given(nationals, st.sampled_from(["0", "+62", "62", "0062", "", "+620", "620"]), st.data())
def test_every_mobile_number_is_read_with_any_prefix_and_gaps(national, prefix, data):
    typed = "".join(char + data.draw(gaps) for char in prefix + national)
    assert phone.normalise(typed) == "+62" + national


@given(nationals)
def test_what_is_displayed_can_be_typed_again(national):
    shown = phone.display("+62" + national)
    assert phone.normalise(shown) == "+62" + national
    assert shown.replace("-", "") == "0" + national
    assert shown[4] == "-"


@given(st.text())
def test_any_text_is_either_an_indonesian_mobile_or_refused(text):
    try:
        e164 = phone.normalise(text)
    except phone.Invalid:
        return
    assert e164.startswith("+628")
    assert phone.normalise(e164) == e164


@given(st.from_regex(r"\+?[0-9]{1,18}", fullmatch=True))
def test_any_row_of_digits_is_either_an_indonesian_mobile_or_refused(digits):
    try:
        e164 = phone.normalise(digits)
    except phone.Invalid:
        return
    assert e164.startswith("+628")
    assert e164[3:] in digits


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.EMPTY),
        (" - ", Problem.EMPTY),
        ("+", Problem.EMPTY),
        ("tidak ada", Problem.LETTERS),
        ("0812-3456-789O", Problem.LETTERS),
        ("0812 3456 7890 ext 3", Problem.LETTERS),
        ("0812+34567890", Problem.LETTERS),
        ("0812345678", None),
        ("081234567", Problem.LENGTH),
        ("08", Problem.LENGTH),
        ("62812345", Problem.LENGTH),
        ("0812345678901", None),
        ("08123456789012", Problem.LENGTH),
        ("08123456789012345678", Problem.LENGTH),
        ("081234567890 081234567891", Problem.LENGTH),
        ("0254-201234", Problem.LANDLINE),
        ("(021) 2012 3456", Problem.LANDLINE),
        ("+62 254 201234", Problem.LANDLINE),
        ("201234", Problem.LANDLINE),
        ("+44 7911 123456", Problem.FOREIGN),
        ("0065 9123 4567", Problem.FOREIGN),
        ("0800 123 4567", Problem.UNKNOWN),
        ("1500 123", Problem.UNKNOWN),
        ("084234567890", Problem.UNKNOWN),
        ("+0812 3456 7890", Problem.UNKNOWN),
        ("3673010502070001", Problem.UNKNOWN),
    ],
)
def test_each_kind_of_mistake_has_its_reason(text, problem):
    if problem is None:
        assert phone.normalise(text)
    else:
        assert reason(text) == problem


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+62811234567", "0811-234-567"),
        ("+628112345678", "0811-2345-678"),
        ("+6281234567890", "0812-3456-7890"),
        ("+62812345678901", "0812-3456-78901"),
        ("+447911123456", "+447911123456"),
        ("", ""),
    ],
)
def test_a_number_is_displayed_as_it_is_dialled_at_home(e164, shown):
    assert phone.display(e164) == shown
