"""Typed readers of environment variables. Nonsense stops the start with the variable's name."""

import os
import re
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}

LEAD = re.compile(r"([1-9]|1[0-4])d|([2-9]|1[0-2])h")


def text(name: str, default: str | None = None) -> str:
    """The variable as text, stripped.

    Raises ImproperlyConfigured when it is unset or empty and there is no default.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set {name}: it has no default.")
    return default


def flag(name: str, *, default: bool = False) -> bool:
    """A yes-or-no variable: 1/0, true/false, yes/no, on/off.

    Raises ImproperlyConfigured for any other word.
    """
    if name not in os.environ:
        return default
    value = os.environ[name].strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, true or false; it is {value!r}.")


def number(name: str, *, default: int, least: int = 0) -> int:
    """A whole number of at least `least`. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}.")
    return int(value)


def numbers(name: str, *, least: int = 0) -> dict[str, int]:
    """Comma-separated pairs such as "hold.address=3000". Raises ImproperlyConfigured for anything else."""
    found = {}
    for word in words(name):
        key, _, value = (part.strip() for part in word.partition("="))
        if not key or not value.isascii() or not value.isdigit() or int(value) < least:
            raise ImproperlyConfigured(
                f"{name} must be pairs NAME=NUMBER after commas, each number at least {least}."
            )
        found[key] = int(value)
    return found


def words(name: str, default: str | None = "") -> list[str]:
    """A comma-separated list without empty items; with a default of None it must be set."""
    return [word for part in text(name, default).split(",") if (word := part.strip())]


def leads(name: str, default: str) -> tuple[str, ...]:
    """How long before something: "3d" is 1 to 14 days, "2h" is 2 to 12 hours, each once, parted by spaces.

    The word "none" gives none. Raises ImproperlyConfigured for anything else.
    """
    found = text(name, default).lower().replace(",", " ").split()
    if found == ["none"]:
        return ()
    if len(set(found)) < len(found) or not all(LEAD.fullmatch(word) for word in found):
        raise ImproperlyConfigured(
            f"{name} must be days (1d to 14d) and hours (2h to 12h) parted by spaces, or none."
        )
    return tuple(found)


def url(name: str, *, schemes: tuple[str, ...], default: str | None = "") -> SplitResult:
    """A URL with one of `schemes`; an unset variable gives the parts of `default`.

    With a default of None it must be set.

    Raises ImproperlyConfigured without repeating the value, which may hold a password.
    """
    value = text(name, default)
    if not value:
        return urlsplit("")
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        port_is_valid = False
        parts = urlsplit("")
    if parts.scheme not in schemes or not port_is_valid:
        raise ImproperlyConfigured(f"{name} must be a URL that starts with {', '.join(schemes)}.")
    return parts


def zone(name: str, *, default: str) -> str:
    """The name of an IANA time zone. Raises ImproperlyConfigured when there is none of that name."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} must name an IANA time zone, not {value!r}.") from error
    return value


def keys(name: str, *, size: int, default: str | None = None) -> list[bytes]:
    """Comma-separated keys of `size` bytes each, written as hexadecimal; the first one is in use.

    Raises ImproperlyConfigured without repeating the value.
    """
    found = []
    for word in words(name, default):
        try:
            key = bytes.fromhex(word)
        except ValueError:
            key = b""
        if len(key) != size:
            raise ImproperlyConfigured(f"{name}: each key must be {2 * size} hexadecimal digits.")
        found.append(key)
    return found
