"""A real PostgreSQL from a wheel: it starts when first needed and stops when nobody uses it.

Importing starts nothing, so settings may name SOCKET_DIR. `portal.embedded` is a database engine
(base.py) whose connections call `ensure_running`; server.py is the user's side, keeper.py the other.
"""

from portal.embedded.binaries import binary
from portal.embedded.place import PLACE, Place
from portal.embedded.server import ensure_running, release

SOCKET_DIR = str(PLACE.socket_dir)

__all__ = ["PLACE", "SOCKET_DIR", "Place", "binary", "ensure_running", "release"]
