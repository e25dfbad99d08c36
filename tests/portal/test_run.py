"""A stranger's first try: copy the project, `make run`, do the whole job over HTTP, press Ctrl-C."""

import email
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
from contextlib import contextmanager
from email import policy
from pathlib import Path

import psycopg
import pytest

from citizens.management.demo.staff import PASSWORD
from portal.embedded import Place
from tests.browsing import Browser
from tests.copies import PROJECT, copy_project

START_PATIENCE = 300  # seconds to build .venv, make the database and load the demo
MAIL_PATIENCE = 60  # seconds for the doorbell, or the beat after it
STOP_PATIENCE = 60  # seconds
NIK = "0036735705900001"  # of a woman born on 17-05-1990; no province has the code 00
SHOWN_NIK = "0036********0001"


def wait_until(answer, *, seconds, or_else):
    """What `answer` returns once that is true; fails with the text of `or_else` after some seconds."""
    end = time.monotonic() + seconds
    while not (found := answer()):
        if time.monotonic() > end:
            pytest.fail(or_else())
        time.sleep(0.5)
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(folder):
    """The processes that run from, or were told of, a folder: their command lines by number."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if str(folder) in words or str(folder) in str((process / "cwd").readlink()):
                found[int(process.name)] = words
        except OSError:  # it ended meanwhile, or is none of ours
            continue
    return found


@contextmanager
def running(folder):
    """`make run` in a terminal of its own, with an empty environment but for a port."""
    port = free_port()
    log = folder.parent / f"run-{port}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["make", "run"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as make,
    ):
        try:
            browser = Browser(f"http://127.0.0.1:{port}")

            def home():
                assert make.poll() is None, log.read_text()
                try:
                    return browser.get("/")
                except (urllib.error.URLError, ConnectionError):
                    return None

            page = wait_until(home, seconds=START_PATIENCE, or_else=log.read_text)
            assert (page.status, page.url, page.language) == (200, f"{browser.base}/", "id")
            yield make, browser, log
        finally:
            for pid in processes_of(folder):  # after a failure
                os.kill(pid, signal.SIGKILL)


def stop(make, folder, log):
    os.killpg(make.pid, signal.SIGINT)  # as a terminal does with Ctrl-C
    make.wait(STOP_PATIENCE)
    assert processes_of(folder) == {}
    assert log.read_text().rstrip().splitlines()[-1].startswith(("Stopped.", "make:"))


def book(citizen):
    """Books a time at the main office, and returns the appointment's page and code."""
    page = citizen.get("/")
    page = citizen.get(page.link(address="/layanan/ktp/"))
    page = citizen.get(page.link(address="/layanan/ktp/hilang/"))
    page = citizen.get(page.link(address="/waktu/"))
    page = citizen.get(page.link(address="kantor=utama"))
    hold = page.form("/simpan/")
    page = citizen.send(hold, start=next(iter(hold.choices["start"])))
    details = page.form(page.url.removeprefix(citizen.base))
    page = citizen.send(
        details,
        full_name="Siti Contoh",
        nik=NIK,
        birth_date="17-05-1990",
        subdistrict="36.73.01.1001",
        email="siti.contoh@example.com",
    )
    assert page.url.endswith("/periksa/"), page.text
    page = citizen.send(page.form("/selesai/"))
    assert "/j/" in page.url, page.text
    return page, re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.text)[0]


def read_confirmation(folder, log):
    """The text of the e-mail that the worker wrote to the outbox."""

    def look():
        for path in (folder / "var" / "outbox").glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if mail["To"] == "siti.contoh@example.com":
                return mail.get_body(("plain",)).get_content()
        return None

    return wait_until(look, seconds=MAIL_PATIENCE, or_else=log.read_text)


@contextmanager
def database(folder):
    place = Place(folder / "var")
    with psycopg.connect(
        host=str(place.socket_dir), user="postgres", dbname="portal", autocommit=True
    ) as connection:
        yield connection


def let_the_day_come(folder, code):
    """The appointment is now. The only thing that HTTP cannot do is to wait for days."""
    with database(folder) as connection:
        moved = connection.execute(
            "UPDATE citizens_appointment SET starts_at = now(), ends_at = now() + (ends_at - starts_at)"
            " WHERE code = %s",
            [code.replace("-", "")],
        )
        assert moved.rowcount == 1


def serve(staff, code):
    """Signs in, checks the citizen in, and serves everybody up to and including her."""
    page = staff.get("/petugas/")
    page = staff.send(page.form("/login/"), username="petugas1", password=PASSWORD)
    page = staff.get(page.link(address="/hari-ini/"))
    page = staff.send(page.form("/lapor/"), code=code)
    page = staff.send(page.form("/lapor/"), cocok="ya")  # the card is of who is booked
    assert "nomor=" in page.url, page.text
    page = staff.send(page.form("/buka-loket/"), counter="1")
    for _ in range(200):  # the demo's queue waits too
        page = staff.send(page.form("/panggil/"))
        page = staff.send(page.form("/mulai/"))
        hers = SHOWN_NIK in page.text
        finish = page.form("/selesai/")
        offer = {"offer_0": "activated"} if hers else {}
        page = staff.send(finish, outcome="done", **offer)
        if hers:
            return
    pytest.fail(page.text)


def what_was_recorded(folder, code):
    with database(folder) as connection:
        return connection.execute(
            "SELECT appointment.state, ticket.state, visit.outcome, offer.result,"
            "       count(activation.id)"
            " FROM citizens_appointment appointment"
            " JOIN citizens_ticket ticket ON ticket.appointment_id = appointment.id"
            " JOIN citizens_visit visit ON visit.ticket_id = ticket.id"
            " JOIN citizens_digitalidoffer offer ON offer.visit_id = visit.id"
            " LEFT JOIN citizens_digitalidactivation activation ON activation.offer_id = offer.id"
            " WHERE appointment.code = %s GROUP BY 1, 2, 3, 4",
            [code.replace("-", "")],
        ).fetchall()


def kill_the_worker(folder):
    workers = [
        pid
        for pid, words in processes_of(folder).items()
        if "celery" in words and " worker " in words
    ]
    (leader,) = [pid for pid in workers if os.getsid(pid) == pid]
    os.kill(leader, signal.SIGKILL)


@pytest.mark.kill
def test_stranger_tries_the_whole_job_and_leaves_no_process_behind(tmp_path):
    folder = tmp_path / "portal"
    copy_project(folder)

    with running(folder) as (make, browser, log):
        page, code = book(browser)
        confirmation = read_confirmation(folder, log)
        assert code in confirmation
        assert page.url.partition("?")[0] in confirmation
        assert NIK not in confirmation
        let_the_day_come(folder, code)
        serve(Browser(browser.base), code)
        assert what_was_recorded(folder, code) == [("served", "finished", "done", "activated", 1)]
        stop(make, folder, log)

    with running(folder) as (make, browser, log):  # a second run keeps the data
        assert browser.get(page.url.removeprefix(page.url.partition("/j/")[0])).status == 200
        kill_the_worker(folder)
        assert make.wait(STOP_PATIENCE) != 0
        assert "The worker ended by itself" in log.read_text()
        assert processes_of(folder) == {}


def test_port_in_use_is_said_before_anything_starts():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        answer = subprocess.run(
            [sys.executable, "manage.py", "run"],
            cwd=PROJECT,
            env={"DEMO": "1", "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert answer.returncode == 1
    assert answer.stderr == (
        f"CommandError: Port {port} is in use. Choose another: PORT={port + 1} make run\n"
    )
