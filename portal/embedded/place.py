"""Where one embedded server keeps its data, its socket, its locks and its log."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 107 on Linux and 103 on macOS


@dataclass(frozen=True)
class Place:
    """One server under `var`, the folder that holds everything a running portal writes."""

    var: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.var / "postgres"

    @property
    def log(self) -> Path:
        """What the keeper and the server printed since the last start."""
        return self.var / "postgres.log"

    @property
    def users_lock(self) -> Path:
        """Locked shared by everybody who uses the server; the keeper waits to lock it alone."""
        return self.var / "postgres.lock"

    @property
    def start_lock(self) -> Path:
        """Locked by the one user who starts the server."""
        return self.var / "postgres.start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Locked by the keeper for as long as it lives."""
        return self.var / "postgres.keeper.lock"

    @property
    def socket_dir(self) -> Path:
        """The folder of the server's socket: in `var`, or in /tmp where that path is too long."""
        near = self.var / "postgres-socket"
        if len(bytes(near / self.socket_name)) <= LONGEST_SOCKET_PATH:
            return near
        digest = hashlib.sha256(bytes(self.var)).hexdigest()[:16]
        # Not the temp dir of the environment: every process must come to the same answer. Whoever
        # makes the folder first cannot fool us, its owner and mode are checked before each start.
        return Path("/tmp") / f"portal-postgres-{digest}"  # noqa: S108 - see above

    @property
    def socket_name(self) -> str:
        """The file PostgreSQL makes in `socket_dir`; it is there while the server answers."""
        return ".s.PGSQL.5432"

    @property
    def socket(self) -> Path:
        """The server's socket."""
        return self.socket_dir / self.socket_name


PLACE = Place(Path(__file__).resolve().parents[2] / "var")
