"""The least HTTP client that will do, so that the clients cost little beside the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status and body."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Return the body's value."""
        return json.loads(self.body)


class Connection:
    """One kept-alive connection of one annotator.

    Args:
        port: Of the server on this machine.
        token: The annotator's API token.
        scheme: What stands before the token.
    """

    def __init__(self, port: int, token: str, *, scheme: str = "Bearer") -> None:
        self._port = port
        self._authorization = f"{scheme} {token}"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(
        self, method: str, path: str, body: Any = None, *, drop: bool = False
    ) -> Answer | None:
        """Send a request and return the answer.

        Args:
            method: The method.
            path: The address with its query.
            body: Sent as JSON.
            drop: Close the connection after sending, before the answer comes.

        Returns:
            The answer; None where the connection broke, on purpose or not.
        """
        try:
            return await self._send(method, path, body, drop=drop)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return None

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._reader = self._writer = None

    async def _send(self, method: str, path: str, body: Any, *, drop: bool) -> Answer | None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        if self._reader is None:
            raise ConnectionError("there is no connection")
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Authorization: {self._authorization}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        self._writer.write(head.encode() + data)
        await self._writer.drain()
        if drop:
            self.close()
            return None
        lines = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        length = next(
            int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length")
        )
        content = await self._reader.readexactly(length)
        if any(line.lower().replace(b" ", b"") == b"connection:close" for line in lines):
            self.close()
        return Answer(int(lines[0].split(b" ")[1]), content)
