from __future__ import annotations

from typing import Any

import pytest

TEMPLATE = b'{"name": %s, "password": "x"}'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 422),
        (b"null", 422),
        (b"7", 422),
        (b"\xff\xfe", 400),
        (b"not json", 400),
        (TEMPLATE % b"NaN", 400),
        (TEMPLATE % b"Infinity", 400),
        (TEMPLATE % b"1e999", 400),
        (TEMPLATE % b'"\\ud800"', 400),
        (TEMPLATE % b'"\xed\xa0\x80"', 400),
        (TEMPLATE % b'"a\\u0000b"', 400),
        (TEMPLATE % b'"a\0b"', 400),
        (TEMPLATE % (b"9" * 30), 422),
        (TEMPLATE % (b"9" * 5000), 400),
        (TEMPLATE % (b"[" * 100_000 + b"]" * 100_000), 400),
        (b'{"na\\u0000me": "x"}', 400),
        (b'{"name": {"a": ["\\u0000"]}}', 400),
        (TEMPLATE % b'"a backslash \\\\u0000"', 401),
    ],
)
def test_bodies_that_are_not_what_the_records_keep(browse: Any, body: bytes, status: int) -> None:
    answer = browse().send(
        "POST", "/api/session", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"]
)
def test_other_kinds_of_bodies(browse: Any, kind: str) -> None:
    answer = browse().send(
        "POST",
        "/api/session",
        content=b'{"name": "anna", "password": "x"}',
        headers={"Content-Type": kind},
    )
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "9" * 400, "1.5", "x", "1e3", "%20"])
def test_numbers_of_rows_that_no_database_keeps(browse: Any, person: Any, number: str) -> None:
    person("anna", administrator=True)
    answer = browse("anna").get(f"/api/datasets/{number}/people")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["path"] == "path.dataset_id"


def test_the_greatest_number_is_just_unknown(browse: Any, person: Any) -> None:
    person("anna", administrator=True)
    assert browse("anna").get(f"/api/datasets/{2**63 - 1}/people").status_code == 404
