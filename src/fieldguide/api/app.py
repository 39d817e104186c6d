"""Put the application together."""

from __future__ import annotations

import asyncio
from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from fieldguide import __version__
from fieldguide.api.csrf import load_secret
from fieldguide.api.errors import ERROR_RESPONSES, handle_errors
from fieldguide.api.estimates import Estimates
from fieldguide.api.live import Live
from fieldguide.api.openapi import describe, operation_id
from fieldguide.api.options import ServerOptions
from fieldguide.api.passwords import Hasher
from fieldguide.api.rate_limit import SignInLimit
from fieldguide.api.routes import (
    agreement,
    datasets,
    events,
    exports,
    findings,
    forgetting,
    invitations,
    jobs,
    labelling,
    local_owner,
    maps,
    people,
    pictures,
    privacy,
    questions,
    review,
    selections,
    session,
    similar,
    stopping,
    suggestions,
    tokens,
    trash,
    uploads,
    users,
    versions,
)
from fieldguide.api.security import Guard
from fieldguide.api.site import Site
from fieldguide.api.suggesting import Suggesting
from fieldguide.api.upkeep import Upkeep
from fieldguide.jobs.jobs import Jobs
from fieldguide.workflows.map_points import Maps
from fieldguide.workflows.tasks import TASKS
from fieldguide.workspace import Workspace

ROUTERS: tuple[APIRouter, ...] = (
    labelling.router,
    pictures.router,
    similar.router,
    session.router,
    tokens.router,
    users.router,
    invitations.router,
    people.router,
    datasets.router,
    privacy.router,
    questions.router,
    review.router,
    agreement.router,
    stopping.router,
    suggestions.router,
    exports.router,
    versions.router,
    findings.router,
    trash.router,
    forgetting.router,
    maps.router,
    selections.router,
    uploads.router,
    jobs.router,
    events.router,
)
"""The routes under ``/api``, a line per resource; the busiest first, as they are tried in order."""


def create_app(workspace: Workspace, options: ServerOptions | None = None) -> FastAPI:
    """Return the application that serves a workspace.

    Its ``state`` has ``workspace``, ``options``, ``secret`` (which signs CSRF tokens), ``hasher``
    (for passwords), ``sign_in_limit`` and ``stopping``, an event that is set when the server
    stops, at which routes that stream must end.

    Args:
        workspace: Stays open for as long as the application answers; it is not closed here.
        options: How the server was started.
    """
    options = options or ServerOptions()
    app = routed_app()
    app.state.workspace = workspace
    app.state.options = options
    app.state.secret = load_secret(workspace.root)
    app.state.hasher = Hasher()
    app.state.sign_in_limit = SignInLimit()
    app.state.stopping = asyncio.Event()
    app.state.jobs = Jobs(workspace.jobs_url, TASKS)
    app.state.live = Live(app.state.jobs, app.state.stopping)
    app.state.maps = Maps(workspace)
    app.state.estimates = Estimates(workspace)
    app.state.suggesting = Suggesting(workspace)
    app.state.upkeep = Upkeep(workspace, app.state.jobs)
    app.include_router(local_owner.router, include_in_schema=False)
    app.router.default = Site()
    app.add_middleware(Guard, options=options)
    return app


def routed_app() -> FastAPI:
    """Return an application that has the API's routes and their description, and no workspace."""
    app = FastAPI(
        title="Fieldguide",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=_routes(),
        redirect_slashes=False,
    )
    handle_errors(app)
    describe(app)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Return the API's routes, which applications share: FastAPI takes a second to prepare them."""
    api = APIRouter(generate_unique_id_function=operation_id, responses=ERROR_RESPONSES)
    for router in ROUTERS:
        api.include_router(router, prefix="/api")
    return api.routes
