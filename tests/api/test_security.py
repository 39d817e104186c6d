from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from fieldguide.api.security import CONTENT_SECURITY_POLICY, HEADERS


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/datasets/7", 200),
        ("GET", "/assets/none.js", 404),
        ("POST", "/", 405),
        ("GET", "/api/me", 401),
        ("GET", "/api/nothing", 404),
        ("PUT", "/api/me", 405),
        ("POST", "/api/session", 422),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/sign-in/wrong", 404),
        ("GET", "/api/fails", 500),
    ],
)
def test_headers_are_on_every_answer(
    browse: Any, app: FastAPI, method: str, path: str, status: int
) -> None:
    async def fails() -> None:
        raise RuntimeError("inner detail")

    app.add_api_route("/api/fails", fails)
    answer = browse().send(method, path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers.get_list(name) == [value]
    assert "access-control-allow-origin" not in answer.headers
    if path.startswith("/api/"):
        assert answer.headers["cache-control"] == "no-store"


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    for rule in ("default-src 'self'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in CONTENT_SECURITY_POLICY.split("; ")


def test_a_route_may_set_a_header_of_its_own(browse: Any, app: FastAPI) -> None:
    from starlette.responses import Response

    async def own() -> Response:
        return Response(headers={"Cache-Control": "private", "Content-Security-Policy": "sandbox"})

    app.add_api_route("/api/own", own)
    headers = browse().get("/api/own").headers
    assert headers.get_list("cache-control") == ["private"]
    assert headers.get_list("content-security-policy") == ["sandbox"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9999", "", "localhost:8000@evil"])
@pytest.mark.parametrize("path", ["/", "/api/me", "/api/session", "/sign-in/x"])
def test_another_host_s_name_is_not_answered(browse: Any, host: str, path: str) -> None:
    answer = browse().get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["error"]["code"] == "wrong_host"
    assert "--allow-host" in answer.json()["error"]["message"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_two_host_headers_are_one_too_many(app: FastAPI, browse: Any) -> None:
    browser = browse()
    answer = browser._runner.run(
        browser.client.request(
            "GET", "/", headers=[("Host", "127.0.0.1:8000"), ("Host", "evil.example")]
        )
    )
    assert answer.status_code == 400
    del app


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
    ],
)
def test_writes_that_another_site_sends_are_refused(
    browse: Any, person: Any, headers: dict[str, str]
) -> None:
    person("anna")
    browser = browse("anna")
    answer = browser.patch("/api/me", {"full_name": "changed"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "foreign_origin"
    assert browser.get("/api/me", headers=headers).json()["full_name"] == "anna"
    sign_in = browse().post("/api/session", {"name": "anna", "password": "x"}, headers=headers)
    assert sign_in.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_the_site_s_own_writes_go_through(
    browse: Any, person: Any, headers: dict[str, str]
) -> None:
    person("anna")
    answer = browse("anna").patch("/api/me", {"full_name": "changed"}, headers=headers)
    assert answer.status_code == 200


def test_a_program_need_not_say_where_it_comes_from(browse: Any, person: Any) -> None:
    person("anna", leaves="maintainer")
    token = browse("anna").post("/api/tokens", {"name": "t", "scopes": ["manage"]}).json()["token"]
    headers = {"Authorization": f"Bearer {token}", "Origin": "http://elsewhere.example"}
    path = "/api/datasets/1/people/anna"
    assert browse().put(path, {"role": "maintainer"}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/api/me?x=%00", "/%00", "/api/tokens/%00", "/a%00b/c"])
def test_nul_characters_in_an_address(browse: Any, path: str) -> None:
    answer = browse().get(path)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request"
