"""The broker of a first run: kombu's folder of files, with files that appear and vanish whole.

kombu writes a file under its final name, so a worker that looks in between reads an empty message and
ends; it takes a file by moving it to the temp folder, often by copying, so two may take it; and a second
thread believes a queue bound before the first has written so, and its message goes nowhere.
"""

import os
import threading
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

_binding = threading.Lock()


class Channel(filesystem.Channel):
    """One file a message, `<time>_<random>.<queue>.msg`, read in the order of the names."""

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.control_folder.mkdir(parents=True, exist_ok=True)
        self.folder = Path(self.data_folder_in)
        self.folder.mkdir(parents=True, exist_ok=True)

    def queue_bind(self, *binding: Any, **kwargs: Any) -> None:
        """Binds a queue; returns once the binding is written, whichever thread writes it."""
        with _binding:
            super().queue_bind(*binding, **kwargs)

    def _queue_bind(self, exchange: str, *binding: Any, **kwargs: Any) -> None:
        table = self.control_folder / f"{exchange}.exchange"
        if not table.exists():
            draft = table.with_name(f"{uuid.uuid4().hex}.draft")
            draft.write_text("[]")
            try:
                os.link(draft, table)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        super()._queue_bind(exchange, *binding, **kwargs)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override] # kombu's two names
        # Wall clock, where kombu uses the time since boot: files outlive a reboot.
        name = f"{time_ns()}_{uuid.uuid4().hex}.{queue}.msg"
        draft = self.folder / f"{name}.draft"
        draft.write_text(dumps(payload))
        draft.rename(self.folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(self.folder.iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = path.with_name(f"{path.name}.taken")
            try:
                path.rename(taken)  # of several readers one succeeds
            except FileNotFoundError:
                continue
            message = loads(taken.read_text())
            taken.unlink()
            return message
        raise Empty


class Transport(filesystem.Transport):
    """For Celery's `broker_transport` setting."""

    Channel = Channel
