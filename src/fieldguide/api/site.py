"""Serve the built browser app, which lies in the folder ``site`` beside this file."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from fieldguide.api.errors import error_answer

FOLDER = Path(__file__).parent / "site"

_ENCODINGS = {".br": "br", ".gz": "gzip"}
_FOREVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Fieldguide</title>
<h1>Fieldguide is running</h1>
<p>The API answers under <code>/api</code>, but the browser app is not part of this installation.
<p>In a checkout, build it with <code>npm ci</code> and <code>npm run build</code> in the folder
<code>web</code>, and start the server again.
</html>
"""
# The registry of types differs from system to system, and a browser runs no script of another type.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(slots=True)
class _File:
    path: Path
    packed: dict[str, Path] = field(default_factory=dict)


class Site:
    """Answers whatever no route of the API does: files of the site, and its page for the rest.

    Only files that were there at the start are served, so that no address leads out of the folder.

    Args:
        folder: Where the built site lies.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = _find_files(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        response = self._answer(scope["method"], scope["path"], Headers(scope=scope))
        await response(scope, receive, send)

    def _answer(self, method: str, path: str, headers: Headers) -> Response:
        if path == "/api" or path.startswith("/api/"):
            return error_answer(404, "unknown_address", "There is nothing at this address.")
        if method not in {"GET", "HEAD"}:
            return error_answer(
                405,
                "method_not_allowed",
                "This address does not take that method.",
                headers={"Allow": "GET, HEAD"},
            )
        if path.startswith("/assets/") and path not in self._files:
            return error_answer(
                404, "unknown_address", "This file is not part of the site. Load the page again."
            )
        file = self._files.get(path) or self._files.get("/index.html")
        if file is None:
            return HTMLResponse(_NOT_BUILT, headers={"Cache-Control": _ASK_EACH_TIME})
        return _serve(file, headers, forever=path.startswith("/assets/"))


def _serve(file: _File, headers: Headers, *, forever: bool) -> Response:
    accepted = {
        part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")
    }
    encoding = next((name for name in file.packed if name in accepted), None)
    path = file.packed[encoding] if encoding else file.path
    state = path.stat()
    mark = sha256(f"{path.name}:{state.st_mtime_ns}:{state.st_size}".encode()).hexdigest()[:32]
    further = {
        "Cache-Control": _FOREVER if forever else _ASK_EACH_TIME,
        "ETag": f'"{mark}"',
        "Vary": "Accept-Encoding",
    }
    if f'"{mark}"' in headers.get("if-none-match", ""):
        return Response(status_code=304, headers=further)
    if encoding:
        further["Content-Encoding"] = encoding
    return FileResponse(path, headers=further, media_type=_type_of(file.path), stat_result=state)


def _type_of(path: Path) -> str:
    guessed = mimetypes.guess_type(path.name)[0]
    return _TYPES.get(path.suffix.lower()) or guessed or "application/octet-stream"


def _find_files(folder: Path) -> dict[str, _File]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {f"/{p.relative_to(folder).as_posix()}": _File(p) for p in paths}
    for suffix, encoding in _ENCODINGS.items():
        for address in [a for a in files if a.endswith(suffix)]:
            if plain := files.get(address.removesuffix(suffix)):
                plain.packed[encoding] = files.pop(address).path
    return files
