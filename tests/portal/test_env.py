"""The readers of environment variables: each refuses nonsense and names the variable."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env


@pytest.fixture
def variable(monkeypatch):
    """Sets or, with None, removes the variable X."""

    def set_to(value):
        if value is None:
            monkeypatch.delenv("X", raising=False)
        else:
            monkeypatch.setenv("X", value)

    set_to(None)
    return set_to


def refuses(read, word=""):
    with pytest.raises(ImproperlyConfigured, match="X") as refusal:
        read()
    return word not in str(refusal.value) if word else True


def test_text_is_stripped(variable):
    variable("  halo ")

    assert env.text("X") == "halo"


@pytest.mark.parametrize("value", [None, "", "   "])
def test_text_that_is_missing_takes_the_default_or_stops_the_start(variable, value):
    variable(value)

    assert env.text("X", "standard") == "standard"
    assert refuses(lambda: env.text("X"))


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_flag_is_on(variable, value):
    variable(value)

    assert env.flag("X") is True


@pytest.mark.parametrize("value", ["0", "false", "No", "off", ""])
def test_flag_is_off(variable, value):
    variable(value)

    assert env.flag("X", default=True) is False


def test_flag_that_is_missing_takes_the_default(variable):
    assert env.flag("X") is False
    assert env.flag("X", default=True) is True


@pytest.mark.parametrize("value", ["2", "ja", "tru"])
def test_flag_refuses_another_word(variable, value):
    variable(value)

    assert refuses(lambda: env.flag("X"))


def test_number_is_read_or_defaults(variable):
    assert env.number("X", default=8) == 8
    variable(" 12 ")
    assert env.number("X", default=8) == 12


@pytest.mark.parametrize("value", ["-1", "1.5", "ten", "٣", "0"])
def test_number_refuses_anything_but_whole_numbers_from_the_least(variable, value):
    variable(value)

    assert refuses(lambda: env.number("X", default=8, least=1))


def test_numbers_are_read_by_name(variable):
    assert env.numbers("X") == {}
    variable(" a=1, b.c = 20 ,")
    assert env.numbers("X") == {"a": 1, "b.c": 20}


@pytest.mark.parametrize("value", ["a", "a=", "=1", "a=ten", "a=-1", "a=0", "a:1"])
def test_numbers_refuse_anything_but_pairs_of_name_and_number(variable, value):
    variable(value)

    assert refuses(lambda: env.numbers("X", least=1))


@pytest.mark.parametrize(
    ("value", "expected"), [(None, []), ("", []), ("a", ["a"]), (" a, ,b ,", ["a", "b"])]
)
def test_words_are_split_without_empty_ones(variable, value, expected):
    variable(value)

    assert env.words("X") == expected


def test_words_without_default_must_be_set(variable):
    assert refuses(lambda: env.words("X", None))


def test_url_is_taken_apart(variable):
    variable("redis://localhost:6380/2")

    parts = env.url("X", schemes=("redis", "rediss"))

    assert (parts.scheme, parts.hostname, parts.port, parts.path) == (
        "redis",
        "localhost",
        6380,
        "/2",
    )


def test_url_that_is_missing_is_empty_or_stops_the_start(variable):
    assert env.url("X", schemes=("redis",)).geturl() == ""
    assert refuses(lambda: env.url("X", schemes=("redis",), default=None))


@pytest.mark.parametrize(
    "value",
    [
        "http://user:s3cret@host",
        "s3cret",
        "redis://host:s3cret",
        "redis://host:99999/s3cret",
        "redis://host:0/s3cret",
        "redis://[s3cret",
    ],
)
def test_url_is_refused_without_repeating_it(variable, value):
    variable(value)

    assert refuses(lambda: env.url("X", schemes=("redis",)), "s3cret")


def test_zone_must_exist(variable):
    assert env.zone("X", default="Asia/Jakarta") == "Asia/Jakarta"
    for nonsense in ("Asia/Serang", "WIB", "/etc/passwd", "../etc"):
        variable(nonsense)
        assert refuses(lambda: env.zone("X", default="Asia/Jakarta"))


def test_keys_are_read_in_order(variable):
    variable(f"{'00' * 32}, {'ff' * 32}")

    assert env.keys("X", size=32) == [b"\x00" * 32, b"\xff" * 32]


@pytest.mark.parametrize("value", ["abcd", "zz" * 32, f"{'00' * 32},abcd"])
def test_keys_of_another_size_are_refused_without_repeating_them(variable, value):
    variable(value)

    assert refuses(lambda: env.keys("X", size=32), value)


def test_keys_must_be_set(variable):
    assert refuses(lambda: env.keys("X", size=32))


@pytest.mark.parametrize(
    ("value", "leads"),
    [
        (None, ("3d", "2h")),
        ("", ("3d", "2h")),
        ("1d", ("1d",)),
        (" 14d, 12H ", ("14d", "12h")),
        ("none", ()),
    ],
)
def test_leads_are_days_and_hours(variable, value, leads):
    variable(value)

    assert env.leads("X", "3d 2h") == leads


@pytest.mark.parametrize("value", ["3", "0d", "15d", "1h", "13h", "2w", "1d 1d", "1d none", "-1d"])
def test_leads_refuse_what_is_no_useful_time_before(variable, value):
    variable(value)

    assert refuses(lambda: env.leads("X", "1d"))
