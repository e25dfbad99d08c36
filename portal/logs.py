"""Structured logs: one JSON object a line, in UTC, with the request's reference and no personal data."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

from citizens import masking

# The reference of the request or task at work; "" outside one.
reference: ContextVar[str] = ContextVar("reference", default="")

# A token opens somebody's page: wherever a path is logged, it is not.
TOKEN = re.compile(r"(?<=[/=])[\w-]{22}(?![\w-])")

# Attributes that every record has: whatever else is there was passed as `extra`.
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Extras that hold objects of the request, with personal data in them.
LEFT_OUT = {"request", "exc_info", "data"}


def clean(text: str) -> str:
    """The text without tokens, and without anything that looks like a NIK, a phone or an address."""
    return masking.scrub(TOKEN.sub("TOKEN", text))


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON, every text of it cleaned."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if reference.get():
            entry["reference"] = reference.get()
        for name, value in vars(record).items():
            if name not in STANDARD and name not in LEFT_OUT:
                entry[name] = value if isinstance(value, int | float) else clean(str(value))
        if record.exc_info:
            entry["exception"] = clean(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)
