"""Writes messages into a folder: for trying out, and for reading what would have been sent."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from outreach import sms_text
from outreach.providers import mime
from outreach.providers.base import Accepted, Answer, NotSent, Outgoing, Rejected


class FolderProvider:
    """One file a message, named by time and reference; a file appears whole or not at all.

    `content` makes what is in it, and may raise mime.Malformed.
    """

    name = "file"

    def __init__(self, folder: Path, *, suffix: str, content: Callable[[Outgoing], bytes]) -> None:
        self.folder = folder
        self.suffix = suffix
        self.content = content

    def send(self, batch: Sequence[Outgoing]) -> Iterator[Answer]:
        for outgoing in batch:
            yield self._write(outgoing)

    def close(self) -> None:
        """Nothing is kept."""

    def _write(self, outgoing: Outgoing) -> Answer:
        name = f"{outgoing.at:%Y%m%dT%H%M%SZ}_{outgoing.reference}{self.suffix}"
        draft = self.folder / f".{name}.draft"
        try:
            content = self.content(outgoing)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(content)
            draft.replace(self.folder / name)
        except mime.Malformed as error:
            return Rejected(f"malformed: {error}", permanent=True)
        except OSError as error:
            return NotSent(f"{type(error).__name__}: {error.strerror}")
        return Accepted(name)


def sms_folder(folder: Path) -> FolderProvider:
    """JSON with the text, the number and how many parts it takes."""
    return FolderProvider(folder, suffix=".json", content=_sms)


def mail_folder(folder: Path, *, sender: str, domain: str) -> FolderProvider:
    """The e-mail as any mail program opens it."""

    def content(outgoing: Outgoing) -> bytes:
        return mime.build(outgoing, sender=sender, domain=domain).as_bytes()

    return FolderProvider(folder, suffix=".eml", content=content)


def _sms(outgoing: Outgoing) -> bytes:
    plan = sms_text.plan(outgoing.body)
    fields = {
        "reference": outgoing.reference,
        "to": outgoing.to,
        "text": outgoing.body,
        "at": outgoing.at.isoformat(),
        "encoding": plan.encoding,
        "parts": plan.parts,
    }
    return json.dumps(fields, ensure_ascii=False, indent=2).encode()
