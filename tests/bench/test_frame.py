import json

import pytest

from bench import __main__ as command
from bench import frame

FASTER = frame.rate(
    "pages", "home", "requests/s", ours=700.0, against="a bare view", other=1000.0, goal=0.6
)
HEAVIER = frame.limit("pages", "first visit", "kB", ours=50.0, most=40.0)


def test_a_rate_is_divided_by_that_of_the_peer():
    assert FASTER.ratio == 0.7
    assert FASTER.holds


def test_a_limit_is_divided_by_what_was_used():
    assert HEAVIER.ratio == 0.8
    assert not HEAVIER.holds


def test_nothing_used_is_nothing_measured():
    with pytest.raises(ValueError, match="first visit"):
        frame.limit("pages", "first visit", "kB", ours=0, most=40.0)


def test_a_goal_just_reached_holds():
    assert frame.limit("pages", "home", "queries", ours=3, most=3).holds


def test_the_table_has_a_line_for_each_row_and_marks_what_does_not_hold():
    headings, first, second = frame.table([FASTER, HEAVIER]).splitlines()

    assert headings.split() == list(frame.HEADINGS)
    assert first.endswith("yes")
    assert second.endswith("NO")


def test_the_command_prints_the_rows_and_writes_them_as_json(tmp_path, capsys):
    result = tmp_path / "var" / "bench.json"

    command.main([], groups={"pages": lambda: [FASTER], "other": lambda: [HEAVIER]}, result=result)

    rows = json.loads(result.read_text())
    assert [tuple(row) for row in rows] == [frame.HEADINGS] * 2
    assert rows[0] == {
        "group": "pages",
        "name": "home",
        "unit": "requests/s",
        "ours": 700.0,
        "against": "a bare view",
        "other": 1000.0,
        "ratio": 0.7,
        "goal": 0.6,
        "holds": True,
    }
    assert "a bare view" in capsys.readouterr().out


def test_the_command_measures_one_group_alone(tmp_path):
    result = tmp_path / "bench.json"
    groups = {"pages": lambda: [FASTER], "other": lambda: pytest.fail("not asked for")}

    command.main(["--only", "pages"], groups=groups, result=result)

    assert len(json.loads(result.read_text())) == 1


def test_an_unknown_group_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        command.main(["--only", "nothing"], groups={"pages": list})

    assert "pages" in capsys.readouterr().err
