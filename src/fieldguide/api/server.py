"""Run the server: one process, here and now, until it is told to stop."""

from __future__ import annotations

import errno
import getpass
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from types import FrameType

import uvicorn
from fastapi import FastAPI

from fieldguide.api.app import create_app
from fieldguide.api.hosts import AllowedHosts, is_everywhere, is_loopback
from fieldguide.api.options import ServerOptions
from fieldguide.errors import InputError
from fieldguide.records import users
from fieldguide.records.secret_tokens import new_token
from fieldguide.workspace import Workspace

_GRACE = 1
_KEEP_ALIVE = 15
_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; with port 0, on one that is free.

    Raises:
        InputError: If the port is taken or forbidden, or the host is not this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is taken, perhaps by another Fieldguide"
            remedy = f"Stop that one, or choose another port with --port {_another(port)}."
        elif error.errno in {errno.EACCES, errno.EPERM}:
            reason = f"port {port} is not open to you"
            remedy = "Choose one above 1023 with --port."
        else:
            reason = (error.strerror or str(error)).lower()
            remedy = "Give an address of this machine with --host, such as 127.0.0.1 or 0.0.0.0."
        raise InputError(f"The server cannot listen on {host!r}: {reason}. {remedy}") from error


def prepare(
    workspace: Workspace,
    listening: socket.socket,
    *,
    host: str,
    allowed_hosts: tuple[str, ...] = (),
    proxies: tuple[str, ...] = (),
) -> ServerOptions:
    """Return how the server is to be started, once somebody can sign in at it.

    On this machine only, its owner gets an account and a link; where others can reach the server,
    an administrator with a password must be there already.

    Args:
        workspace: What is served.
        listening: From :func:`listen`.
        host: The address that was asked for.
        allowed_hosts: Further names by which the server may be called.
        proxies: Addresses of the proxies whose ``X-Forwarded-*`` headers are believed.

    Raises:
        InputError: If nobody could sign in, or a name cannot be a host.
    """
    port: int = listening.getsockname()[1]
    # Made here as well, so that a wrong name is told before the server starts.
    AllowedHosts(host, port, allowed_hosts)
    if is_loopback(host):
        owner = workspace.records.write(lambda c: users.ensure_owner(c, _system_name()))
        return ServerOptions(host, port, allowed_hosts, proxies, new_token(), owner.name)
    with workspace.records.read() as connection:
        if not users.has_administrator(connection, with_password=True):
            raise InputError(
                f"With --host {host} others can reach the server, but no administrator has a "
                "password yet. Make one with: fieldguide users add NAME --admin"
            )
    return ServerOptions(host, port, allowed_hosts, proxies)


def addresses(options: ServerOptions) -> tuple[str, str | None]:
    """Return the server's address for people, and the link that signs the local owner in."""
    host = socket.gethostname() if is_everywhere(options.host) else options.host
    base = f"http://{f'[{host}]' if ':' in host else host}:{options.port}"
    token = options.sign_in_token
    return base, None if token is None else f"{base}/sign-in/{token}"


def serve(
    workspace: Workspace,
    options: ServerOptions,
    listening: socket.socket,
    *,
    started: Callable[[], None] = lambda: None,
    alongside: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Answer requests until Ctrl+C or SIGTERM; answers that still run get a second to end.

    Args:
        workspace: What is served; stays open.
        options: From :func:`prepare`.
        listening: From :func:`listen`; it is closed at the end.
        started: Called once the server answers.
        alongside: Makes what is to run for as long as the server does, such as the process that
            works off the jobs; left when the server stops.
    """
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    app = create_app(workspace, options)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="none",
        server_header=False,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=list(options.proxies),
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=_KEEP_ALIVE,
    )
    with closing(app.state.jobs), closing(app.state.suggesting), alongside():
        _Server(config, app, started).run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams end by themselves when they see this; what does not is cancelled after the grace.
        self._app.state.stopping.set()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Unlike the original, which sends itself the signal again at the end: the workspace is to
        # be closed then, not the process killed.
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def _system_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return "owner"


def _another(port: int) -> int:
    return port + 1 if port < 65_535 else 8000
