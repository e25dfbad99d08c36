"""Tokens and short codes."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizens import tokens

codes = st.builds(tokens.new_code)


def test_a_token_is_22_characters_that_need_no_quoting_in_a_url():
    token = tokens.new()
    assert len(token) == 22
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert len({tokens.new() for _ in range(1000)}) == 1000


def test_the_alphabet_leaves_out_what_is_misread_and_has_prime_size():
    assert not set(tokens.ALPHABET) & set("01OILUAEBGSZY")
    assert len(set(tokens.ALPHABET)) == len(tokens.ALPHABET) == 23


@given(codes, st.data())
def test_a_code_is_read_back_in_any_case_and_grouping(code, data):
    typed = "".join(
        data.draw(st.sampled_from([char, char.lower()]))
        + data.draw(st.sampled_from(["", " ", "-", "\u2013", "\u00a0"]))
        for char in code
    )
    assert tokens.clean_code(typed) == code
    assert tokens.clean_code(tokens.display_code(code)) == code


@given(codes, st.sampled_from(["8B", "6G", "5S", "2Z", "VU", "VY"]))
def test_a_character_copied_as_its_look_alike_is_put_right(code, pair):
    right, misread = pair
    assert tokens.clean_code(code.replace(right, misread)) == code


@given(codes, st.integers(0, 7), st.sampled_from(tokens.ALPHABET))
def test_one_wrong_character_is_always_found(code, place, char):
    wrong = code[:place] + char + code[place + 1 :]
    if wrong == code:
        assert tokens.clean_code(wrong) == code
    else:
        with pytest.raises(tokens.InvalidCode):
            tokens.clean_code(wrong)


@given(codes, st.integers(0, 7), st.integers(0, 7))
def test_two_swapped_characters_are_always_found(code, one, other):
    swapped = list(code)
    swapped[one], swapped[other] = code[other], code[one]
    wrong = "".join(swapped)
    if wrong == code:
        assert tokens.clean_code(wrong) == code
    else:
        with pytest.raises(tokens.InvalidCode):
            tokens.clean_code(wrong)


@given(st.text() | st.text(tokens.ALPHABET, min_size=8, max_size=8))
def test_any_text_is_either_a_code_or_refused(text):
    try:
        code = tokens.clean_code(text)
    except tokens.InvalidCode:
        return
    assert len(code) == tokens.CODE_LENGTH
    assert tokens.clean_code(code) == code


@pytest.mark.parametrize("text", ["", "2222", "222222222", "O2222222", "11111111", "\u00df2222222"])
def test_what_cannot_be_a_code_is_refused(text):
    with pytest.raises(tokens.InvalidCode):
        tokens.clean_code(text)


def test_a_code_is_displayed_in_two_groups():
    assert tokens.display_code("ABCD2345") == "ABCD-2345"
