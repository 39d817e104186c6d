"""The description of the API, from which the browser app's client is generated.

``python -m fieldguide.api.openapi`` writes it to standard output, always in the same order.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

PUBLIC: dict[str, Any] = {"security": []}
"""``openapi_extra`` of a route that needs nobody signed in."""

_ABOUT = (
    "The API of a Fieldguide server. Programs send `Authorization: Bearer fg_...` with a token "
    "made under Tokens; browsers sign in and send the cookie, and with each write the header "
    "`X-CSRF-Token` from `GET /api/me`. Every error has the one shape of `ErrorAnswer`."
)
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "fieldguide_session"},
}


def operation_id(route: APIRoute) -> str:
    """Return a route's name in generated clients: that of its function."""
    return route.name


def describe(app: FastAPI) -> None:
    """Give the application its description, made when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=_ABOUT, routes=app.routes
            )
            schema.setdefault("components", {})["securitySchemes"] = _SCHEMES
            schema["security"] = [{name: []} for name in _SCHEMES]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def dump(schema: dict[str, Any]) -> str:
    """Return a description as text that differs only where the API does."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the description to standard output."""
    from fieldguide.api.app import routed_app

    sys.stdout.write(dump(routed_app().openapi()))


if __name__ == "__main__":
    main()
