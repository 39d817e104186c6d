"""The link by which the owner of the machine is let in without a password."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fieldguide.api.auth import workspace_of
from fieldguide.api.cookies import set_session_cookie
from fieldguide.api.errors import ApiError
from fieldguide.api.options import ServerOptions
from fieldguide.api.work import write
from fieldguide.records import sessions
from fieldguide.records import users as user_records

router = APIRouter()

_OLD_LINK = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Fieldguide</title>
<h1>This link no longer works</h1>
<p>It signs the owner of this machine in while the server that printed it runs. Take the link that
<code>fieldguide serve</code> has printed last, or <a href="/sign-in">sign in with a password</a>.
</html>
"""


@router.get("/sign-in/{token}")
async def sign_in_by_link(request: Request, token: str) -> Response:
    """Sign the local owner in and lead to the first page; the link works while the server runs."""
    options: ServerOptions = request.app.state.options
    wanted = options.sign_in_token
    given = token.encode("utf-8", "replace")
    if wanted is None or not secrets.compare_digest(wanted.encode(), given):
        return HTMLResponse(_OLD_LINK, status_code=404)
    owner = options.owner or ""

    def start(connection: sa.Connection) -> str:
        user = user_records.get_named(connection, owner)
        if user.disabled_at is not None:
            raise ApiError(403, "user_disabled", f"The account {user.name} is disabled.")
        return sessions.start(connection, user.id)

    set_session_cookie(request, await write(workspace_of(request), start))
    return RedirectResponse("/", status_code=303)
