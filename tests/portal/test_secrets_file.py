"""The secrets of a trial: made once, readable by their owner alone."""

import json
import multiprocessing

import pytest

from portal import secrets_file


def test_secrets_are_made_once(tmp_path):
    path = tmp_path / "var" / "secrets.json"

    first = secrets_file.read_or_make(path)

    assert secrets_file.read_or_make(path) == first
    assert set(first) == {"SECRET_KEY", "FIELD_KEYS", "HASH_KEY"}
    assert len(first["SECRET_KEY"]) >= 50
    assert len(bytes.fromhex(first["FIELD_KEYS"])) == len(bytes.fromhex(first["HASH_KEY"])) == 32


def test_two_trials_have_different_secrets(tmp_path):
    first = secrets_file.read_or_make(tmp_path / "first.json")
    second = secrets_file.read_or_make(tmp_path / "second.json")

    assert not set(first.values()) & set(second.values())


def test_only_the_owner_can_read_them(tmp_path):
    path = tmp_path / "secrets.json"

    secrets_file.read_or_make(path)

    assert path.stat().st_mode & 0o777 == 0o600


def test_no_draft_is_left_behind(tmp_path):
    secrets_file.read_or_make(tmp_path / "secrets.json")

    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


@pytest.mark.race
def test_processes_that_start_at_once_agree(tmp_path):
    path = tmp_path / "secrets.json"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        answers = pool.map(secrets_file.read_or_make, [path] * 4, chunksize=1)

    assert all(answer == json.loads(path.read_text()) for answer in answers)


def test_what_is_there_is_never_replaced(tmp_path):
    path = tmp_path / "secrets.json"
    path.write_text('{"SECRET_KEY": "kept"}')

    assert secrets_file.read_or_make(path) == {"SECRET_KEY": "kept"}
