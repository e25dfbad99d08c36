"""What holds of every estimate, whoever waits and whichever counters are open."""

from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import estimate
from citizens.domain.estimate import OpenDesk, Visit
from citizens.domain.service_minutes import Measured, Measures
from tests.citizens.domain.test_replay import KTP, desk_sets, queues, rules, situation

lengths = st.lists(st.floats(0.5, 60), min_size=3, max_size=3).map(sorted)


@st.composite
def measures(draw):
    """Some services were measured, others were not."""
    groups = draw(st.sets(st.integers(1, 3)))
    return Measures({group: Measured(*draw(lengths), count=30) for group in groups}, {})


def day(people, desks, rule, measured, **values):
    return estimate.Day(
        situation=situation(people, rule=rule, desks=desks, **values),
        desks=[OpenDesk(counter, groups) for counter, groups in enumerate(desks, start=1)],
        visits={one.number: Visit(one.group, None, 10) for one in people},
        measures=measured,
    )


@given(people=queues(), desks=desk_sets, rule=rules, measured=measures())
def test_everybody_has_a_range_that_runs_forward_or_a_reason(people, desks, rule, measured):
    found = estimate.foretell(day(people, desks, rule, measured)).tickets

    assert found.keys() == {one.number for one in people}
    for one in found.values():
        if one.is_known:
            assert 0 <= one.low < one.high
            assert one.low % estimate.STEP == one.high % estimate.STEP == 0
        else:
            assert one.low is one.high is None


@given(people=queues(), rule=rules, measured=measures())
def test_at_one_counter_the_position_is_the_place_in_the_order(people, rule, measured):
    line = [one for one in people if one.group == 1 and one.for_counter is None]

    found = estimate.foretell(day(line, [KTP], rule, measured)).tickets

    assert [one.ahead for one in found.values()] == list(range(len(line)))
