import pytest

from outreach.enums import ENDS_WITHOUT_SENDING, MESSAGE_MOVES, RANK, MessageState

BACK_TO_PLANNED = {MessageState.CLAIMED, MessageState.SUBMITTING, MessageState.UNKNOWN}


@pytest.mark.parametrize("state", MessageState)
def test_moves_go_forward_but_for_the_three_ways_back_to_planned(state):
    for to in MESSAGE_MOVES[state]:
        if to == MessageState.PLANNED:
            assert state in BACK_TO_PLANNED
        elif to in ENDS_WITHOUT_SENDING:
            assert state == MessageState.PLANNED
        else:
            assert RANK[to] > RANK[state]


def test_every_state_has_a_rank_or_is_an_end_without_sending():
    assert {*RANK, *ENDS_WITHOUT_SENDING} == set(MessageState)
    assert not set(RANK) & set(ENDS_WITHOUT_SENDING)


@pytest.mark.parametrize("state", [MessageState.DELIVERED, *ENDS_WITHOUT_SENDING])
def test_nothing_follows_an_end(state):
    assert MESSAGE_MOVES[state] == ()


def test_a_late_accepted_never_replaces_a_receipt():
    for state in (MessageState.DELIVERED, MessageState.PERMANENTLY_FAILED):
        assert MessageState.ACCEPTED not in MESSAGE_MOVES[state]
