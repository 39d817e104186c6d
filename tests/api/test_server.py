# ruff: noqa: S104, S106 - addresses and passwords here are made up and reach nothing

from __future__ import annotations

import getpass
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from fieldguide.api.options import ServerOptions
from fieldguide.api.server import addresses, listen, prepare
from fieldguide.errors import InputError
from fieldguide.records import users
from fieldguide.workspace import Workspace

STREAMING = '''
"""A server with two streams: one that heeds the stop, and one that does not."""
import asyncio, sys
from contextlib import contextmanager
from pathlib import Path
from fastapi import Request
from starlette.responses import StreamingResponse
from fieldguide.api import app as application, server
from fieldguide.config import read_config
from fieldguide.workspace import Workspace

real = application.create_app


async def stream(request: Request, heed: bool) -> StreamingResponse:
    async def parts():
        yield b"data: first\\n\\n"
        stopping = request.app.state.stopping
        if heed:
            await stopping.wait()
            yield b"data: last\\n\\n"
        else:
            await asyncio.sleep(600)

    return StreamingResponse(parts(), media_type="text/event-stream")


def create(workspace, options):
    made = real(workspace, options)
    made.add_api_route("/api/stream", stream, response_model=None)
    return made


server.create_app = create
root = Path(sys.argv[1])


@contextmanager
def alongside():
    (root / "alongside").write_text("runs")
    yield
    (root / "alongside").write_text("ended")


with Workspace(read_config(workspace=root / "ws")) as workspace:
    listening = server.listen("127.0.0.1", 0)
    options = server.prepare(workspace, listening, host="127.0.0.1")
    server.serve(
        workspace,
        options,
        listening,
        started=lambda: print(*server.addresses(options), flush=True),
        alongside=alongside,
    )
(root / "closed").write_text("orderly")
'''


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", STREAMING, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def told(stream: IO[str] | None) -> list[str]:
    assert stream is not None
    return stream.readline().split()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_in_order_even_while_streams_are_open(
    server: subprocess.Popen[str], tmp_path: Path, sent: signal.Signals
) -> None:
    base, link = told(server.stdout)
    assert (tmp_path / "alongside").read_text() == "runs"
    with httpx.Client(base_url=base) as client:
        assert client.get(link).status_code == 303
        assert client.get("/api/me").json()["name"] == getpass.getuser()
        with (
            client.stream("GET", "/api/stream?heed=true") as polite,
            client.stream("GET", "/api/stream?heed=false") as stubborn,
        ):
            parts = polite.iter_text()
            assert next(parts) == "data: first\n\n"
            assert next(stubborn.iter_text()) == "data: first\n\n"
            begun = time.monotonic()
            server.send_signal(sent)
            assert next(parts) == "data: last\n\n"
            # The limit is far above the second that is allowed, and far below the stream's ten
            # minutes, for which the server would otherwise wait.
            assert server.wait(timeout=60) == 0
            assert time.monotonic() - begun < 60
    assert (tmp_path / "alongside").read_text() == "ended"
    assert (tmp_path / "closed").read_text() == "orderly"


def test_its_link_does_not_outlive_it(server: subprocess.Popen[str], tmp_path: Path) -> None:
    base, link = told(server.stdout)
    again = subprocess.Popen(
        [sys.executable, "-c", STREAMING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        other, _ = told(again.stdout)
        assert httpx.get(link.replace(base, other)).status_code == 404
    finally:
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=60)


def test_a_free_port_is_found() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert listening.getsockname()[1] > 0


def test_a_taken_port_is_told() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} is taken.*--port {port + 1}"):
            listen("127.0.0.1", port)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may take any port")
def test_a_forbidden_port_is_told() -> None:
    with pytest.raises(InputError, match=r"port 1 is not open to you.*above 1023"):
        listen("127.0.0.1", 1)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "::g"])
def test_a_host_that_is_not_this_machine(host: str) -> None:
    with pytest.raises(InputError, match=r"cannot listen on.*--host"):
        listen(host, 0)


def test_on_this_machine_its_owner_gets_a_link(workspace: Workspace) -> None:
    with listen("127.0.0.1", 0) as listening:
        first = prepare(workspace, listening, host="127.0.0.1")
        second = prepare(workspace, listening, host="localhost")
        assert first.port == listening.getsockname()[1]
    assert first.owner == second.owner
    assert first.sign_in_token != second.sign_in_token
    assert first.sign_in_token is not None
    with workspace.records.read() as connection:
        (owner,) = users.every(connection)
    assert owner.administrator
    assert not owner.has_password


def test_for_others_an_administrator_must_have_a_password(workspace: Workspace) -> None:
    with listen("127.0.0.1", 0) as listening:
        workspace.records.write(lambda c: users.add(c, "root", administrator=True))
        with pytest.raises(InputError, match="fieldguide users add NAME --admin"):
            prepare(workspace, listening, host="0.0.0.0")
        workspace.records.write(
            lambda c: users.add(c, "second", administrator=True, password_hash="h")
        )
        options = prepare(workspace, listening, host="0.0.0.0", proxies=("10.0.0.1",))
    assert options.sign_in_token is None
    assert options.owner is None
    assert options.proxies == ("10.0.0.1",)


def test_a_wrong_name_is_told_before_the_server_starts(workspace: Workspace) -> None:
    with (
        listen("127.0.0.1", 0) as listening,
        pytest.raises(InputError, match="cannot be the name of a host"),
    ):
        prepare(workspace, listening, host="127.0.0.1", allowed_hosts=("http://x",))


def test_addresses_for_people() -> None:
    options = ServerOptions("::1", 8000, sign_in_token="t")
    assert addresses(options) == ("http://[::1]:8000", "http://[::1]:8000/sign-in/t")
    base, link = addresses(ServerOptions("0.0.0.0", 8000))
    assert "0.0.0.0" not in base
    assert link is None
