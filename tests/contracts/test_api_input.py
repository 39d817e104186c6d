"""No request, however hostile, is answered other than in the one shape of errors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldguide.api.app import create_app, routed_app
from fieldguide.api.csrf import csrf_token
from fieldguide.api.errors import ErrorAnswer
from fieldguide.api.security import HEADERS
from fieldguide.config import read_config
from fieldguide.records import sessions, users
from fieldguide.workspace import Workspace

SCHEMA = routed_app().openapi()
# The description holds floating-point numbers, of which 2**63 - 1 is none.
GREATEST = 2**63
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]
HOSTILE = (
    b"",
    b"{",
    b"null",
    b"[[]]",
    b'"\\ud800"',
    b'{"name": NaN}',
    b'{"name": "\\u0000"}',
    b'{"\\u0000": 1}',
    b"[" * 50_000,
    b"9" * 400,
    b"\xff\xfe\x00",
)
KINDS = ("application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml")


def numbers(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every schema of a whole number that lies within a schema."""
    if isinstance(schema, list):
        for inner in schema:
            yield from numbers(inner, where)
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in where:
            yield from numbers(SCHEMA["components"]["schemas"][name], f"{where} {name}")
        return
    if schema.get("type") == "integer" and "enum" not in schema:
        yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from numbers(inner, f"{where}.{name}")
    for keyword in ("anyOf", "oneOf", "allOf", "items", "additionalProperties", "prefixItems"):
        yield from numbers(schema.get(keyword), where)


def test_every_whole_number_that_is_sent_fits_into_the_records() -> None:
    found = []
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            where = f"{method} {path} {parameter['name']}"
            found += numbers(parameter["schema"], where)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            found += numbers(content["schema"], f"{method} {path} body")
    assert len(found) > 10
    unbounded = [
        where
        for where, schema in found
        if not schema.get("minimum", schema.get("exclusiveMinimum", -(2**64))) >= -GREATEST
        or not schema.get("maximum", schema.get("exclusiveMaximum", 2**64)) <= GREATEST
    ]
    assert unbounded == []


@pytest.fixture(scope="module")
def send(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Send a request as an administrator, to a workspace that is empty."""
    folder: Path = tmp_path_factory.mktemp("input") / "ws"
    with Workspace(read_config({"FIELDGUIDE_WORKSPACE": str(folder)})) as workspace:
        user = workspace.records.write(lambda c: users.add(c, "root", administrator=True))
        app = create_app(workspace)
        app.state.stopping.set()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)

        def go(method: str, path: str, **options: Any) -> httpx.Response:
            # A new session each time, for some requests end theirs.
            session = workspace.records.write(lambda c: sessions.start(c, user.id))
            headers = {
                "Cookie": f"fieldguide_session={session}",
                "X-CSRF-Token": csrf_token(app.state.secret, session),
                **options.pop("headers", {}),
            }

            async def ask() -> httpx.Response:
                async with httpx.AsyncClient(
                    transport=transport, base_url="http://127.0.0.1:8000"
                ) as client:
                    return await client.request(method, path, headers=headers, **options)

            return runner.run(ask())

        with asyncio.Runner() as runner:
            yield go
        app.state.jobs.close()


def check(answer: httpx.Response, sent: object) -> None:
    assert answer.status_code < 500, f"{sent!r}: {answer.text}"
    if answer.status_code >= 400:
        ErrorAnswer.model_validate_json(answer.text)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_bodies_that_nobody_should_send(
    send: Any, method: str, path: str, operation: dict[str, Any]
) -> None:
    address = re.sub(r"\{\w+\}", "1", path)
    content = operation.get("requestBody", {}).get("content", {})
    for kind in KINDS:
        for body in HOSTILE:
            answer = send(method, address, content=body, headers={"Content-Type": kind})
            check(answer, (kind, body))
            if "application/json" in content and body not in {b"", b"null"}:
                assert 400 <= answer.status_code < 500, f"{kind}, {body!r}: {answer.text}"


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_addresses_that_nobody_should_call(
    send: Any, method: str, path: str, operation: dict[str, Any]
) -> None:
    for part in ("0", str(2**63), "-1", "x", "%FF", "%ED%A0%80", "..%2F..", "é", "%0A", "a" * 5000):
        address = re.sub(r"\{\w+\}", part, path)
        check(send(method, address), address)
    query = [parameter["name"] for parameter in operation.get("parameters", ())]
    address = re.sub(r"\{\w+\}", "1", path)
    for value in ("", "-1", str(2**63), "9" * 400, "NaN", "Infinity", "%FF", "'\"", "x" * 900):
        text = "&".join(f"{name}={value}" for name in [*query, "other"])
        check(send(method, f"{address}?{text}"), text)
    headers = {"Idempotency-Key": b"\xff" * 300, "Accept": "x/y", "Range": "bytes=-1"}
    check(send(method, address, headers=headers), headers)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_methods_that_an_address_does_not_take(
    send: Any, method: str, path: str, operation: dict[str, Any]
) -> None:
    del method, operation
    taken = {name.upper() for name in SCHEMA["paths"][path]}
    for other in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - taken:
        answer = send(other, re.sub(r"\{\w+\}", "1", path))
        if answer.status_code == 405:
            assert answer.headers["allow"]
        check(answer, other)
        assert 400 <= answer.status_code < 500
