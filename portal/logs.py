"""Structured logs: one JSON object a line, in UTC, with the request's reference and no personal data."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from citizens import masking

# The reference of the request or task at work; "" outside one.
reference: ContextVar[str] = ContextVar("reference", default="")

# Attributes that every record has: whatever else is there was passed as `extra`.
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Extras that hold objects of the request, with personal data in them.
LEFT_OUT = {"request", "exc_info", "data"}


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON. Text is scrubbed of anything that looks like a NIK, a phone or an address."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masking.scrub(record.getMessage()),
        }
        if reference.get():
            entry["reference"] = reference.get()
        for name, value in vars(record).items():
            if name not in STANDARD and name not in LEFT_OUT:
                entry[name] = value if isinstance(value, int | float) else masking.scrub(str(value))
        if record.exc_info:
            entry["exception"] = masking.scrub(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)
