"""The broker of a first run: kombu's folder of files, with files that appear and vanish whole.

kombu writes a file under its final name, so a worker that looks in between reads an empty message and
ends; and it takes a file by moving it to the temp folder, often by copying, so two may take it.
"""

import os
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):  # type: ignore[misc] - kombu has no types
    """One file a message, `<time>_<random>.<queue>.msg`, read in the order of the names."""

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.control_folder.mkdir(parents=True, exist_ok=True)
        self.folder = Path(self.data_folder_in)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        table = self._exchange_file(exchange)
        if not table.exists():
            draft = table.with_name(f"{uuid.uuid4().hex}.draft")
            draft.write_text("[]")
            try:
                os.link(draft, table)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        # Wall clock, where kombu uses the time since boot: files outlive a reboot.
        name = f"{time_ns()}_{uuid.uuid4().hex}.{queue}.msg"
        draft = self.folder / f"{name}.draft"
        draft.write_text(dumps(payload))
        draft.rename(self.folder / name)

    def _get(self, queue: str) -> dict[str, Any]:
        for path in sorted(self.folder.iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = path.with_name(f"{path.name}.taken")
            try:
                path.rename(taken)  # of several readers one succeeds
            except FileNotFoundError:
                continue
            payload: dict[str, Any] = loads(taken.read_text())
            taken.unlink()
            return payload
        raise Empty


class Transport(filesystem.Transport):  # type: ignore[misc] - kombu has no types
    """For Celery's `broker_transport` setting."""

    Channel = Channel
