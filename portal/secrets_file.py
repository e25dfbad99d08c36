"""Secrets for trying the portal out: made once, kept in var/, never used outside DEMO and DEBUG."""

import json
import os
import secrets
from pathlib import Path


def read_or_make(path: Path) -> dict[str, str]:
    """The secrets in `path` (mode 600), made on the first call.

    Two processes that start at once end with the same file: only one of them can create it, and it
    appears with its whole content.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": secrets.token_hex(32),
            "HASH_KEY": secrets.token_hex(32),
        }
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made, indent=2))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    content: dict[str, str] = json.loads(path.read_text())
    return content
