import datetime

import pytest
from django.core.cache import caches

cache = caches["local"]


def test_what_is_kept_is_given_out_itself_and_not_a_copy():
    thing = ["a", "b"]

    cache.set("thing", thing, 10)

    assert cache.get("thing") is thing
    assert cache.get_or_set("thing", list, 10) is thing


def test_what_is_kept_is_gone_after_its_time(time_machine):
    began = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
    time_machine.move_to(began, tick=False)
    cache.set("thing", 1, 10)

    time_machine.move_to(began + datetime.timedelta(seconds=10), tick=False)

    assert cache.get("thing", "nothing") == "nothing"


def test_only_the_first_adds():
    assert cache.add("thing", 1, 10)
    assert not cache.add("thing", 2, 10)

    assert cache.get("thing") == 1


def test_nothing_is_counted_in_one_process_alone():
    with pytest.raises(NotImplementedError):
        cache.incr("thing")
