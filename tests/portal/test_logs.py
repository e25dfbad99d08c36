import json
import logging

import pytest

from portal import logs


def line(message, *args, **extra):
    record = logging.makeLogRecord(
        {"name": "portal.test", "levelname": "INFO", "msg": message, "args": args, **extra}
    )
    return json.loads(logs.JsonFormatter().format(record))


def test_a_line_is_json_in_utc_with_its_reference():
    mark = logs.reference.set("A91A8EC7")
    try:
        entry = line("booked %s", "one", created=0)
    finally:
        logs.reference.reset(mark)

    assert entry["at"] == "1970-01-01T00:00:00.000+00:00"
    assert (entry["message"], entry["reference"]) == ("booked one", "A91A8EC7")


def test_nothing_personal_gets_into_a_line():
    entry = line(
        "NIK 0010 0101 0190 0001 of siti@contoh.id",
        note="+6281234567890",
        path="/j/" + "a" * 22 + "/",
        query="?ganti=" + "a" * 22,
    )

    text = json.dumps(entry)
    assert "0010 0101 0190 0001" not in text
    assert "siti@contoh.id" not in text
    assert "6281234567890" not in text
    assert "a" * 22 not in text


def test_a_traceback_is_cleaned_too():
    with pytest.raises(ValueError, match="0010010101900001") as caught:
        int("NIK 0010010101900001")
    entry = line("failed", exc_info=(caught.type, caught.value, caught.tb))

    assert "ValueError" in entry["exception"]
    assert "0010010101900001" not in entry["exception"]
