import datetime

import pytest
from django.utils import timezone

from outreach.models import Sweep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def broker(settings, tmp_path):
    settings.REDIS_URL = ""
    settings.BROKER_DIR = tmp_path


def beat(seconds_ago):
    Sweep.objects.update_or_create(
        name="pump", defaults={"ran_at": timezone.now() - datetime.timedelta(seconds=seconds_ago)}
    )


def test_with_everything_at_work_it_answers_well(client):
    beat(20)

    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.json()["healthy"] is True
    assert answer.json()["last_beat_seconds"] == pytest.approx(20, abs=10)


def test_a_beat_that_stopped_needs_a_person(client):
    assert client.get("/health/").status_code == 503
    beat(1000)
    assert client.get("/health/").status_code == 503


def test_a_broker_that_is_away_needs_a_person(client, settings, tmp_path):
    beat(20)
    settings.BROKER_DIR = tmp_path / "away"

    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["broker"]) == (503, False)


def test_a_redis_that_is_away_is_noticed_within_moments(client, settings, monkeypatch):
    beat(20)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr("portal.celery.app.conf.broker_url", "redis://127.0.0.1:1/0")

    assert client.get("/health/").json()["broker"] is False


def test_it_tells_no_more_than_it_must(client):
    assert set(client.get("/health/").json()) == {
        "database",
        "broker",
        "oldest_due_message_seconds",
        "last_beat_seconds",
        "healthy",
    }
