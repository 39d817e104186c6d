from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldguide.api.site import Site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>page</title>")
    (root / "favicon.svg").write_text("<svg/>")
    (root / "assets" / "app-1a2b.js").write_text("plain")
    (root / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"plain"))
    (root / "assets" / "app-1a2b.js.br").write_bytes(b"packed by brotli")
    (root / "assets" / "lone.css").write_text("a{}")
    (tmp_path / "secret.txt").write_text("outside")
    return root


def ask(folder: Path, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(Site(folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            plain: dict[str, Any] = {"Accept-Encoding": "identity"}
            renamed = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=plain | renamed)

    return asyncio.run(go())


@pytest.mark.parametrize("path", ["/", "/index.html", "/datasets/3/label", "/sign-in", "/apis"])
def test_pages_are_the_one_page(folder: Path, path: str) -> None:
    answer = ask(folder, path)
    assert answer.status_code == 200
    assert "<title>page</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_hashed_files_are_kept_for_ever(folder: Path) -> None:
    answer = ask(folder, "/assets/app-1a2b.js")
    assert answer.text == "plain"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in answer.headers


def test_other_files_are_asked_for_each_time(folder: Path) -> None:
    answer = ask(folder, "/favicon.svg")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "image/svg+xml"
    again = ask(folder, "/favicon.svg", If_None_Match=answer.headers["etag"])
    assert again.status_code == 304
    assert again.content == b""
    (folder / "favicon.svg").write_text("<svg></svg>")
    changed = ask(folder, "/favicon.svg", If_None_Match=answer.headers["etag"])
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=1.0", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_packed_variants(folder: Path, accepted: str, encoding: str | None) -> None:
    async def go() -> tuple[dict[str, str], bytes]:
        transport = httpx.ASGITransport(Site(folder))
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://x") as client,
            client.stream(
                "GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}
            ) as answer,
        ):
            return dict(answer.headers), b"".join([part async for part in answer.aiter_raw()])

    headers, body = asyncio.run(go())
    assert headers.get("content-encoding") == encoding
    assert headers["content-type"].startswith("text/javascript")
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[encoding]
    assert body == (folder / "assets" / f"app-1a2b.js{suffix}").read_bytes()


@pytest.mark.parametrize("path", ["/assets/gone-3c4d.js", "/assets/", "/assets/app-1a2b.js.gz"])
def test_a_missing_file_is_not_the_page(folder: Path, path: str) -> None:
    answer = ask(folder, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_address"


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "//etc/passwd", "/..%5c"],
)
def test_no_address_leads_out_of_the_folder(folder: Path, path: str) -> None:
    answer = ask(folder, path)
    assert "outside" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/x"])
def test_the_api_s_addresses_are_not_pages(folder: Path, path: str) -> None:
    answer = ask(folder, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_address"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_pages_are_read_only(folder: Path, method: str) -> None:
    answer = ask(folder, "/", method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_sends_no_body(folder: Path) -> None:
    answer = ask(folder, "/", "HEAD")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 0


def test_a_site_that_was_not_built_says_so(tmp_path: Path) -> None:
    answer = ask(tmp_path / "nothing", "/")
    assert answer.status_code == 200
    assert "npm run build" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert ask(tmp_path / "nothing", "/assets/x.js").status_code == 404
