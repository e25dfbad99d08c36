"""What production asks of the settings, tried in a process of its own with nothing else set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]

PRODUCTION = {
    "SECRET_KEY": "not-a-real-one-but-long-enough-0123456789-abcdefghijklmnopqrstuvwxyz",
    "FIELD_KEYS": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "HASH_KEY": "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
    "ALLOWED_HOSTS": "layanan.example.go.id",
    "PUBLIC_URL": "https://layanan.example.go.id",
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtps://portal:secret@127.0.0.1:465",
}


def manage(*arguments, env):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_deploy_check_is_clean_in_production():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", env=PRODUCTION)

    assert (answer.returncode, answer.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    ), answer.stderr


def test_deploy_check_warns_of_a_trial():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", env={"DEMO": "1"})

    assert answer.returncode == 1


@pytest.mark.parametrize("trial", ["DEMO", "DEBUG"])
def test_trial_starts_with_nothing_else_set(trial):
    assert manage("check", env={trial: "1"}).returncode == 0


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "ALLOWED_HOSTS", "PUBLIC_URL"]
)
def test_production_does_not_start_without_it(name):
    answer = manage("check", env={**PRODUCTION, name: ""})

    assert answer.returncode != 0
    assert answer.stderr.splitlines()[-1].endswith(f"Set {name}: it has no default.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DEBUG", "maybe"),
        ("DEMO", "2"),
        ("FIELD_KEYS", "abc"),
        ("HASH_KEY", "00" * 31),
        ("PUBLIC_URL", "http://layanan.example.go.id"),
        ("DATABASE_URL", "mysql://127.0.0.1/portal"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("EMAIL_URL", "mailto:portal@example.go.id"),
        ("SMS_URL", "https://127.0.0.1"),
        ("TIME_ZONE", "Asia/Serang"),
        ("PORT", "http"),
        ("DATABASE_POOL_SIZE", "-1"),
    ],
)
def test_nonsense_stops_the_start_with_the_name_of_the_variable(name, value):
    answer = manage("check", env={**PRODUCTION, name: value})

    assert answer.returncode != 0
    assert name in answer.stderr.splitlines()[-1]


def test_migrations_are_complete():
    answer = manage(
        "makemigrations", "--check", "--dry-run", env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )

    assert answer.returncode == 0, answer.stdout
