from __future__ import annotations

import hashlib
import hmac
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from fieldguide.api.csrf import csrf_token, load_secret
from fieldguide.errors import WorkspaceError


def test_a_write_needs_the_session_s_token(browse: Any, person: Any) -> None:
    person("anna")
    person("ben")
    browser, other = browse("anna"), browse("ben")
    right = browser.csrf
    for wrong in (None, "", "x", other.csrf, right[:-1], right.upper(), "\xff"):
        browser.csrf = None
        headers = [] if wrong is None else [("X-CSRF-Token", wrong.encode("latin-1"))]
        answer = browser.patch("/api/me", {"full_name": "changed"}, headers=headers)
        assert answer.status_code == 403, wrong
        assert answer.json()["error"]["code"] == "csrf_token_wrong"
    browser.csrf = right
    assert browser.get("/api/me").json()["full_name"] == "anna"
    assert browser.patch("/api/me", {"full_name": "changed"}).status_code == 200


def test_the_token_is_an_hmac_of_the_session_s() -> None:
    expected = hmac.new(b"secret", b"session", hashlib.sha256).hexdigest()
    assert csrf_token(b"secret", "session") == expected


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    secret = load_secret(tmp_path)
    assert len(secret) == 32
    assert load_secret(tmp_path) == secret
    path = tmp_path / "server-secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_each_workspace_has_its_own(tmp_path: Path) -> None:
    secrets = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        secrets.add(load_secret(tmp_path / name))
    assert len(secrets) == 2


def test_two_servers_that_start_at_once_take_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(load_secret(tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "server-secret").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="holds 0 bytes in place of 32"):
        load_secret(tmp_path)
    (tmp_path / "server-secret").unlink()
    (tmp_path / "server-secret").mkdir()
    with pytest.raises(WorkspaceError, match="cannot be used"):
        load_secret(tmp_path)
