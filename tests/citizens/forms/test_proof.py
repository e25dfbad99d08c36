import base64
import json

import altcha
import pytest
import time_machine
from django_altcha import get_altcha_challenge

from citizens.domain import limits
from citizens.forms.proof import ProofForm
from citizens.models import AttemptCount
from tests.factories.citizens import MINUTE, MOMENT

pytestmark = pytest.mark.django_db
NUMBERS = 200


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


def solved(**changes):
    """What a browser sends after it has found the number."""
    asked = get_altcha_challenge(max_number=NUMBERS)
    found = altcha.solve_challenge(asked.challenge, asked.salt, asked.algorithm, NUMBERS)
    parts = {
        "algorithm": asked.algorithm,
        "challenge": asked.challenge,
        "number": found.number,
        "salt": asked.salt,
        "signature": asked.signature,
    }
    return base64.b64encode(json.dumps(parts | changes).encode()).decode()


def holds(proof):
    return ProofForm({"proof": proof}).is_valid()


def test_a_found_number_is_a_proof():
    assert holds(solved())


def test_a_proof_is_good_once():
    proof = solved()

    assert [holds(proof), holds(proof), holds(solved())] == [True, False, True]


def test_a_used_proof_is_kept_in_the_database_until_long_after_it_has_run_out(clock):
    proof = solved()
    holds(proof)

    assert AttemptCount.objects.get().window == MOMENT + 20 * MINUTE
    clock.shift(19 * MINUTE)
    limits.purge(at=MOMENT + 19 * MINUTE)
    assert not holds(proof)


def test_a_proof_runs_out_after_twenty_minutes(clock):
    proof = solved()
    clock.shift(21 * MINUTE)

    assert not holds(proof)
    assert not AttemptCount.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"number": -1},
        {"number": "1"},
        {"number": None},
        {"signature": "0" * 64},
        {"salt": "deeed8916d5eb0b5c65b0ec2?expires=99999999999&"},
        {"algorithm": "MD5"},
        {"challenge": ["x"]},
        {"salt": 5},
    ],
)
def test_a_proof_that_was_tampered_with_is_refused(changes):
    assert not holds(solved(**changes))


@pytest.mark.parametrize("sent", ["", "x", "e30=", "W10=", "bnVsbA==", "\0", "😀", "=" * 5000])
def test_nonsense_is_refused(sent):
    assert not holds(sent)


def test_a_proof_stretched_to_another_time_is_refused():
    """The number's first digits moved into the time it runs out at: the same hash, were there no mark between."""
    proof = json.loads(base64.b64decode(solved()))
    stretched = {
        "salt": proof["salt"].removesuffix("&") + str(proof["number"])[:1] + "&",
        "number": int(str(proof["number"])[1:] or 0),
    }

    assert not holds(base64.b64encode(json.dumps(proof | stretched).encode()).decode())
