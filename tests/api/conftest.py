# ruff: noqa: S105 - addresses and passwords here are made up and reach nothing

"""A browser that talks to the application in this process, and people who use it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from fieldguide.api.app import create_app
from fieldguide.api.csrf import csrf_token
from fieldguide.api.passwords import hash_password
from fieldguide.config import Config, read_config
from fieldguide.records import datasets, grants, sessions, users
from fieldguide.records.users import UserRow
from fieldguide.types import Role
from fieldguide.workspace import Workspace

BASE = "http://127.0.0.1:8000"
PASSWORD = "four words in a row"
_HASHED = hash_password(PASSWORD)


class Browser:
    """Keeps cookies as a browser does and sends the CSRF token as the app's pages do."""

    def __init__(self, app: FastAPI, *, base: str = BASE, address: str = "127.0.0.1") -> None:
        self._runner = asyncio.Runner()
        # An answer of 500 is looked at like any other.
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 4711))
        self.client = httpx.AsyncClient(transport=transport, base_url=base)
        self.csrf: str | None = None

    def close(self) -> None:
        self._runner.run(self.client.aclose())
        self._runner.close()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if self.csrf is not None and method not in {"GET", "HEAD"}:
            headers.setdefault("X-CSRF-Token", self.csrf)
        return self._runner.run(self.client.request(method, path, headers=headers, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.send("PUT", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.send("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.send("DELETE", path, **options)

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.post("/api/session", {"name": name, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf_token"]
        return answer


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest revision, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("empty")
    Workspace(read_config({"FIELDGUIDE_WORKSPACE": str(folder)})).close()
    return folder / "fieldguide.db"


@pytest.fixture
def workspace(config: Config, empty_database: Path) -> Iterator[Workspace]:
    config.workspace.mkdir()
    shutil.copy(empty_database, config.workspace)
    with Workspace(config) as opened:
        yield opened


@pytest.fixture
def app(workspace: Workspace) -> Iterator[FastAPI]:
    made = create_app(workspace)
    yield made
    made.state.jobs.close()


@pytest.fixture
def browse(app: FastAPI, workspace: Workspace) -> Iterator[Callable[..., Browser]]:
    """Open a browser; with a name, somebody has signed in."""
    opened: list[Browser] = []

    def open_one(name: str | None = None, **options: Any) -> Browser:
        browser = Browser(options.pop("app", app), **options)
        opened.append(browser)
        if name is not None:
            # Not through the password, whose hash takes its time on purpose.
            token = workspace.records.write(
                lambda c: sessions.start(c, users.get_named(c, name).id)
            )
            browser.client.cookies.set("fieldguide_session", token, domain="127.0.0.1")
            browser.csrf = csrf_token(app.state.secret, token)
        return browser

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture
def person(workspace: Workspace) -> Callable[..., UserRow]:
    """Make an account with PASSWORD, and with roles by the names of datasets."""

    def make(name: str, *, administrator: bool = False, **roles: Role) -> UserRow:
        def write(connection: Any) -> UserRow:
            user = users.add(connection, name, password_hash=_HASHED, administrator=administrator)
            for dataset, role in roles.items():
                row = datasets.ensure(connection, dataset, "somewhere")
                grants.give(connection, user.id, row.id, role)
            return user

        return workspace.records.write(write)

    return make


@pytest.fixture
def password() -> str:
    return PASSWORD
