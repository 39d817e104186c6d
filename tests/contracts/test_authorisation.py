"""Who may call what: every route, asked by everybody.

A route that is not in RULES fails. What a route needs is written down here a second time, on
purpose and independently of how the code says it.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from PIL import Image

from fieldguide.api.app import create_app
from fieldguide.api.csrf import csrf_token, load_secret
from fieldguide.config import Config, read_config
from fieldguide.records import (
    choices,
    datasets,
    grants,
    images,
    invitations,
    members,
    questions,
    sessions,
    tokens,
    uploads,
    users,
    versions,
    views,
)
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.tokens import SCOPES, Scope
from fieldguide.records.uploads import UploadFile
from fieldguide.types import ROLES, Role
from fieldguide.workspace import Workspace

Least = Literal["nobody", "signed in", "administrator"] | Role


@dataclass(frozen=True)
class Rule:
    """What a route needs.

    Attributes:
        least: ``"nobody"`` for anyone at all, ``"signed in"``, a role in the dataset that the
            address leads to, or ``"administrator"``.
        scope: What a token needs; None where no token will do.
        json: A body that the route takes; strings such as ``"{picture_id}"`` are filled in.
        query: What stands behind the question mark.
        content: A body that is not JSON.
        answers: Statuses of 401, 403 and 404 that here do not mean a lack of rights.
    """

    least: Least
    scope: Scope | None
    json: Any = None
    query: str = ""
    content: bytes | None = None
    answers: frozenset[int] = frozenset()


ANSWER = {"picture_id": "{picture_id}", "verdict": "skip", "key": "a-random-key"}
NOT_FOUND = frozenset({404})

RULES: dict[str, Rule] = {
    "GET /api/openapi.json": Rule("nobody", "read"),
    "GET /sign-in/{token}": Rule("nobody", "read", answers=NOT_FOUND),
    # One's own account
    "POST /api/session": Rule(
        "nobody", None, {"name": "nobody", "password": "x"}, answers=frozenset({401})
    ),
    "DELETE /api/session": Rule("signed in", None),
    "GET /api/me": Rule("signed in", "read"),
    "PATCH /api/me": Rule("signed in", None, {"full_name": "Changed"}),
    "PUT /api/me/password": Rule("signed in", None, {"new": "a whole new secret"}),
    "GET /api/tokens": Rule("signed in", "read"),
    "POST /api/tokens": Rule("signed in", None, {"name": "t", "scopes": ["read"]}),
    "DELETE /api/tokens/{token_id}": Rule("signed in", None, answers=NOT_FOUND),
    # All accounts
    "GET /api/users": Rule("administrator", "read"),
    "PATCH /api/users/{user_id}": Rule("administrator", None, {"disabled": True}),
    "POST /api/users/{user_id}/reset": Rule("administrator", None),
    # Invitations
    "GET /api/invitations": Rule("administrator", "read"),
    "POST /api/invitations": Rule("administrator", None, {"administrator": True}),
    "GET /api/datasets/{dataset_id}/invitations": Rule("maintainer", "read"),
    "POST /api/datasets/{dataset_id}/invitations": Rule("maintainer", None, {"role": "viewer"}),
    "DELETE /api/invitations/{invitation_id}": Rule("maintainer", None),
    "POST /api/invitation/look": Rule("nobody", None, {"token": "x"}),
    "POST /api/invitation/join": Rule(
        "nobody", None, {"token": "x", "name": "new", "password": "a whole new secret"}
    ),
    "POST /api/invitation/accept": Rule("signed in", None, {"token": "x"}),
    "POST /api/reset/look": Rule("nobody", None, {"token": "x"}),
    "POST /api/reset": Rule("nobody", None, {"token": "x", "password": "a whole new secret"}),
    # The people of a dataset
    "GET /api/datasets/{dataset_id}/people": Rule("viewer", "read"),
    "PUT /api/datasets/{dataset_id}/people/{name}": Rule(
        "maintainer", "manage", {"role": "maintainer"}
    ),
    "DELETE /api/datasets/{dataset_id}/people/{name}": Rule("maintainer", "manage"),
    # Datasets
    "GET /api/datasets": Rule("signed in", "read"),
    # Findings and the trash
    "GET /api/datasets/{dataset_id}/findings": Rule("reviewer", "read"),
    "GET /api/datasets/{dataset_id}/findings/{finding_id}/cases": Rule(
        "reviewer", "read", answers=NOT_FOUND
    ),
    "POST /api/datasets/{dataset_id}/findings/{finding_id}/selection": Rule(
        "reviewer", "manage", answers=NOT_FOUND
    ),
    "POST /api/datasets/{dataset_id}/check": Rule("reviewer", "manage", {}),
    "POST /api/datasets/{dataset_id}/findings/dismiss": Rule(
        "reviewer", "manage", {"cases": [{"check": "tiny", "key": "a" * 64}]}
    ),
    "POST /api/datasets/{dataset_id}/findings/show-again": Rule(
        "reviewer", "manage", {"cases": [{"check": "tiny", "key": "a" * 64}]}
    ),
    "POST /api/datasets/{dataset_id}/findings/merge": Rule(
        "reviewer",
        "manage",
        {"groups": [{"keep": "{picture_id}", "picture_ids": ["{picture_id}"]}]},
    ),
    "POST /api/questions/{question_id}/decisions/many": Rule(
        "reviewer",
        "manage",
        {"decisions": [{"picture_id": "{picture_id}", "choice_id": "{choice_id}"}]},
    ),
    "POST /api/questions/{question_id}/decisions/withdraw": Rule(
        "reviewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "POST /api/questions/{question_id}/send-to-review": Rule(
        "reviewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "POST /api/questions/{question_id}/call-back": Rule(
        "reviewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "GET /api/datasets/{dataset_id}/trash": Rule("reviewer", "read"),
    "POST /api/datasets/{dataset_id}/trash": Rule(
        "reviewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "POST /api/datasets/{dataset_id}/trash/restore": Rule(
        "reviewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "POST /api/datasets": Rule("signed in", "manage", {"name": "new"}),
    "GET /api/datasets/{dataset_id}": Rule("viewer", "read"),
    "PATCH /api/datasets/{dataset_id}": Rule("maintainer", "manage", {"description": "changed"}),
    "GET /api/datasets/{dataset_id}/versions": Rule("viewer", "read"),
    "POST /api/datasets/{dataset_id}/versions": Rule("maintainer", "manage", {"note": "kept"}),
    "GET /api/datasets/{dataset_id}/versions/{version}": Rule("viewer", "read"),
    "GET /api/datasets/{dataset_id}/versions/{version}/restoration": Rule("maintainer", "read"),
    "POST /api/datasets/{dataset_id}/versions/{version}/restoration": Rule("maintainer", "manage"),
    "GET /api/datasets/{dataset_id}/diff": Rule("viewer", "read", query="?before=now"),
    "GET /api/datasets/{dataset_id}/columns": Rule("viewer", "read"),
    "GET /api/datasets/{dataset_id}/privacy": Rule("viewer", "read"),
    "PATCH /api/datasets/{dataset_id}/privacy": Rule("maintainer", "manage", {"decimals": 2}),
    "POST /api/datasets/{dataset_id}/privacy/look": Rule("maintainer", "manage"),
    "GET /api/datasets/{dataset_id}/views": Rule("viewer", "read"),
    "PUT /api/datasets/{dataset_id}/views": Rule("viewer", "manage", {"name": "v", "query": ""}),
    # Of one's own views a viewer can delete each; the one asked for is another's.
    "DELETE /api/datasets/{dataset_id}/views/{view_id}": Rule("maintainer", "manage"),
    # Questions
    "GET /api/datasets/{dataset_id}/questions": Rule("viewer", "read"),
    "POST /api/datasets/{dataset_id}/questions": Rule(
        "maintainer", "manage", {"name": "new", "kind": "single", "choices": ["a", "b"]}
    ),
    "GET /api/questions/{question_id}": Rule("viewer", "read"),
    "PATCH /api/questions/{question_id}": Rule("maintainer", "manage", {"guidelines": "changed"}),
    "POST /api/questions/{question_id}/choices": Rule("maintainer", "manage", {"name": "new"}),
    "POST /api/questions/{question_id}/choices/many": Rule(
        "maintainer", "manage", {"choices": [{"name": "new"}, {"name": "newer", "below": 1}]}
    ),
    "PATCH /api/questions/{question_id}/choices/{choice_id}": Rule(
        "maintainer", "manage", {"name": "changed"}
    ),
    "POST /api/questions/{question_id}/choices/order": Rule(
        "maintainer", "manage", {"choice_ids": ["{choice_id}"]}
    ),
    "POST /api/questions/{question_id}/choices/merge": Rule(
        "maintainer", "manage", {"choice_ids": ["{choice_id}"], "into": "{other_choice_id}"}
    ),
    "POST /api/questions/{question_id}/choices/{choice_id}/split": Rule(
        "maintainer", "manage", {"names": ["c", "d"]}
    ),
    "POST /api/questions/{question_id}/undo": Rule("maintainer", "manage"),
    "GET /api/questions/{question_id}/edits": Rule("viewer", "read"),
    "PUT /api/questions/{question_id}/choices/{choice_id}/examples/{picture_id}": Rule(
        "maintainer", "manage"
    ),
    "DELETE /api/questions/{question_id}/choices/{choice_id}/examples/{picture_id}": Rule(
        "maintainer", "manage"
    ),
    # Pictures
    "GET /api/datasets/{dataset_id}/pictures": Rule("viewer", "read"),
    "GET /api/datasets/{dataset_id}/pictures/marks": Rule("viewer", "read"),
    "GET /api/pictures/{picture_id}": Rule("viewer", "read"),
    "GET /api/pictures/{picture_id}/image/{sha256}": Rule("viewer", "read"),
    "GET /api/pictures/{picture_id}/thumbnail/{sha256}": Rule("viewer", "read"),
    "POST /api/pictures/{picture_id}/comments": Rule("annotator", "label", {"text": "hm"}),
    "GET /api/pictures/{picture_id}/similar": Rule("viewer", "read"),
    "POST /api/datasets/{dataset_id}/similar": Rule("viewer", "read", content=b"x"),
    "PUT /api/pictures/{picture_id}/flag": Rule("annotator", "label", {"flagged": True}),
    # The map
    "GET /api/datasets/{dataset_id}/map": Rule("viewer", "read"),
    "POST /api/datasets/{dataset_id}/map": Rule("annotator", "label", {}),
    "GET /api/datasets/{dataset_id}/map/points": Rule("viewer", "read"),
    "GET /api/datasets/{dataset_id}/map/colours": Rule("viewer", "read", query="?by=part"),
    "POST /api/datasets/{dataset_id}/selections": Rule(
        "viewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "GET /api/datasets/{dataset_id}/selections/{selection_id}": Rule(
        "viewer", "read", answers=NOT_FOUND
    ),
    # Labelling
    "POST /api/questions/{question_id}/next": Rule("annotator", "label", {}),
    "POST /api/questions/{question_id}/answers": Rule("annotator", "label", {"answers": [ANSWER]}),
    "POST /api/questions/{question_id}/rejections": Rule(
        "annotator", "label", {"picture_ids": ["{picture_id}"], "choice_id": "{choice_id}"}
    ),
    "GET /api/questions/{question_id}/suggestions": Rule("viewer", "read"),
    "POST /api/questions/{question_id}/release": Rule("annotator", "label", {}),
    "GET /api/questions/{question_id}/mine": Rule("viewer", "read"),
    # Review
    "GET /api/questions/{question_id}/progress": Rule("viewer", "read"),
    "POST /api/questions/{question_id}/decisions": Rule("reviewer", "manage", ANSWER),
    "POST /api/questions/{question_id}/ask-again": Rule(
        "reviewer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "GET /api/questions/{question_id}/gold": Rule("reviewer", "read"),
    "POST /api/questions/{question_id}/gold": Rule("reviewer", "manage", ANSWER),
    "DELETE /api/questions/{question_id}/gold/{picture_id}": Rule(
        "reviewer", "manage", answers=NOT_FOUND
    ),
    "GET /api/questions/{question_id}/agreement": Rule("reviewer", "read"),
    "GET /api/questions/{question_id}/stopping": Rule("viewer", "read"),
    "GET /api/questions/{question_id}/most-useful": Rule("reviewer", "read"),
    # Forgetting for good
    "POST /api/datasets/{dataset_id}/forget/preview": Rule(
        "maintainer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    "POST /api/datasets/{dataset_id}/forget": Rule(
        "maintainer", "manage", {"picture_ids": ["{picture_id}"]}
    ),
    # Work in the background
    "GET /api/label-formats": Rule("signed in", "read"),
    "POST /api/datasets/{dataset_id}/exports": Rule("reviewer", "manage", {"format": "csv"}),
    "GET /api/exports/{job_id}/download": Rule("reviewer", "read", answers=NOT_FOUND),
    "POST /api/datasets/{dataset_id}/label-imports": Rule(
        "maintainer", "manage", query="?name=labels.csv", content=b"picture,label\n"
    ),
    "POST /api/datasets/{dataset_id}/uploads": Rule(
        "maintainer", "manage", {"files": [{"name": "a.jpg", "size": 1}]}
    ),
    "GET /api/uploads/{upload_id}": Rule("maintainer", "read"),
    "PUT /api/uploads/{upload_id}/files/{number}": Rule("maintainer", "manage", content=b"x"),
    "POST /api/uploads/{upload_id}/finish": Rule("maintainer", "manage", {}),
    "GET /api/jobs": Rule("signed in", "read"),
    "GET /api/jobs/{job_id}": Rule("viewer", "read"),
    "POST /api/jobs/{job_id}/pause": Rule("maintainer", "manage"),
    "POST /api/jobs/{job_id}/resume": Rule("maintainer", "manage"),
    "POST /api/jobs/{job_id}/cancel": Rule("maintainer", "manage"),
    "POST /api/jobs/{job_id}/retry": Rule("maintainer", "manage"),
    "POST /api/datasets/{dataset_id}/jobs": Rule("maintainer", "manage", {"name": "embed"}),
    "GET /api/events": Rule("signed in", "read"),
}

PEOPLE = ("anonymous", "disabled", "stranger", *ROLES, "administrator")
ASKERS = (*PEOPLE, *(f"token to {scope}" for scope in SCOPES))
SAFE = {"GET", "HEAD"}


@dataclass(frozen=True)
class World:
    """A workspace with two datasets alike, and how each asker says who they are.

    Attributes:
        folder: The workspace, closed; each use works on a copy.
        sessions: The tokens of sessions, by people.
        tokens: API tokens of the maintainer and of the administrator, by owner and scope.
        own: What addresses of the dataset are filled with in which the roles are held.
        foreign: The same of the dataset in which only the stranger has one.
    """

    folder: Path
    sessions: dict[str, str]
    tokens: dict[tuple[str, Scope], str]
    own: dict[str, Any]
    foreign: dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world") / "ws"
    with Workspace(_config(folder)) as workspace:
        made = workspace.records.write(lambda c: _fill(c, workspace))
        load_secret(folder)
        app = create_app(workspace)
        for place in (made.own, made.foreign):
            job = app.state.jobs.enqueue(
                "embed", {"dataset_id": place["dataset_id"]}, dataset=place["dataset_id"]
            )
            place["job_id"] = job.id
        app.state.jobs.close()
    return World(folder, made.sessions, made.tokens, made.own, made.foreign)


@dataclass
class Asking:
    """A running application on a copy of the world."""

    world: World
    app: FastAPI
    runner: asyncio.Runner
    database: Path

    def send(self, route: str, rule: Rule, asker: str, place: dict[str, Any]) -> httpx.Response:
        method, _, path = route.partition(" ")
        headers = self._headers(method, rule, asker)
        options: dict[str, Any] = {"headers": headers}
        if rule.content is not None:
            options["content"] = rule.content
        elif rule.json is not None:
            options["json"] = _filled(rule.json, place)

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            base = "http://127.0.0.1:8000"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path.format(**place) + rule.query, **options)

        return self.runner.run(ask())

    def state(self) -> list[str]:
        """All that the records hold."""
        connection = sqlite3.connect(self.database)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    def _headers(self, method: str, rule: Rule, asker: str) -> dict[str, str]:
        if asker.startswith("token"):
            owner = "administrator" if rule.least == "administrator" else "maintainer"
            scope: Any = asker.rpartition(" ")[2]
            return {"Authorization": f"Bearer {self.world.tokens[owner, scope]}"}
        session = self.world.sessions.get(asker)
        if session is None:
            return {}
        headers = {"Cookie": f"fieldguide_session={session}"}
        if method not in SAFE:
            headers["X-CSRF-Token"] = csrf_token(self.app.state.secret, session)
        return headers


@pytest.fixture
def ask_anew(world: World, tmp_path: Path) -> Iterator[Any]:
    """Start an application on a fresh copy of the world, in place of the one before."""
    opened: list[tuple[Workspace, FastAPI, asyncio.Runner]] = []

    def close() -> None:
        for workspace, app, runner in opened:
            runner.close()
            app.state.jobs.close()
            workspace.close()
        opened.clear()

    def anew() -> Asking:
        close()
        folder = tmp_path / "ws"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(world.folder, folder)
        workspace = Workspace(_config(folder))
        app = create_app(workspace)
        # Streams end at once.
        app.state.stopping.set()
        runner = asyncio.Runner()
        opened.append((workspace, app, runner))
        return Asking(world, app, runner, folder / "fieldguide.db")

    yield anew
    close()


def expected(rule: Rule, asker: str, *, own: bool) -> set[int] | None:
    """The statuses with which an asker is refused; None if they are let through."""
    if asker in {"anonymous", "disabled"}:
        return None if rule.least == "nobody" else {401}
    if rule.least != "nobody" and asker.startswith("token") and asker != f"token to {rule.scope}":
        return {403} if own else {403, 404}
    if rule.least == "administrator" and not asker.startswith(("token", "administrator")):
        return {403}
    if rule.least not in ROLES or asker == "administrator":
        return None
    held = _held(asker, own=own)
    if held is None:
        return {404}
    return None if ROLES.index(held) >= ROLES.index(rule.least) else {403}


def test_every_route_has_a_rule(ask_anew: Any) -> None:
    found = []
    for context in iter_route_contexts(ask_anew().app.routes):
        methods = set(context.methods or ()) - {"HEAD"}
        found += [f"{method} {context.path}" for method in methods]
    assert sorted(found) == sorted(RULES)


@pytest.mark.parametrize("route", RULES)
def test_who_may_not_is_refused_and_changes_nothing(
    world: World, ask_anew: Any, route: str
) -> None:
    rule = RULES[route]
    asking = ask_anew()
    before = asking.state()
    for own, place in ((True, world.own), (False, world.foreign)):
        if not own and rule.least not in ROLES:
            continue
        for asker in ASKERS:
            refused = expected(rule, asker, own=own)
            if refused is None:
                continue
            answer = asking.send(route, rule, asker, place)
            where = "own" if own else "foreign"
            assert answer.status_code in refused, f"{asker}, {where}: {answer.text}"
            assert set(answer.json()) == {"error"}
    assert asking.state() == before


@pytest.mark.parametrize("route", RULES)
def test_who_may_is_let_through(world: World, ask_anew: Any, route: str) -> None:
    rule = RULES[route]
    allowed = [asker for asker in ASKERS if expected(rule, asker, own=True) is None]
    assert "administrator" in allowed
    if rule.least == "nobody":
        allowed = ["anonymous", "administrator"]
    asking = ask_anew()
    for number, asker in enumerate(allowed):
        if number and route.partition(" ")[0] not in SAFE:
            # What one of them has done must not stand in another's way.
            asking = ask_anew()
        answer = asking.send(route, rule, asker, world.own)
        assert answer.status_code < 500, f"{asker}: {answer.text}"
        assert '"invalid_request"' not in answer.text, f"{asker}: {answer.text}"
        if answer.status_code not in rule.answers:
            assert answer.status_code not in {401, 403, 404, 405}, f"{asker}: {answer.text}"


def _held(asker: str, *, own: bool) -> Role | None:
    if asker == "stranger":
        return None if own else "maintainer"
    if not own:
        return None
    if asker.startswith("token"):
        return "maintainer"
    return next((role for role in ROLES if role == asker), None)


def _filled(body: Any, place: dict[str, Any]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, place) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, place) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return place[body.strip("{}")]
    return body


def _config(folder: Path) -> Config:
    return read_config({"FIELDGUIDE_WORKSPACE": str(folder)})


def _fill(connection: sa.Connection, workspace: Workspace) -> World:
    people = {name: users.add(connection, name).id for name in PEOPLE if name != "anonymous"}
    users.set_administrator(connection, people["administrator"], administrator=True)
    users.disable(connection, people["disabled"])
    shared = {
        "token": "wrong",
        "token_id": 999,
        "name": "annotator",
        "user_id": people["viewer"],
        "number": 0,
        "selection_id": 999,
    }
    own = shared | _dataset(connection, workspace, "leaves")
    foreign = shared | _dataset(connection, workspace, "moths")
    for role in ROLES:
        grants.give(connection, people[role], own["dataset_id"], role)
    grants.give(connection, people["disabled"], own["dataset_id"], "maintainer")
    grants.give(connection, people["stranger"], foreign["dataset_id"], "maintainer")
    return World(
        workspace.root,
        # That of who is disabled as well: it must be of no use though it is in the records.
        {name: sessions.start(connection, user_id) for name, user_id in people.items()},
        {
            (owner, scope): tokens.create(connection, people[owner], name="t", scopes=[scope])[1]
            for owner in ("maintainer", "administrator")
            for scope in SCOPES
        },
        own,
        foreign,
    )


def _dataset(connection: sa.Connection, workspace: Workspace, name: str) -> dict[str, Any]:
    dataset_id = datasets.ensure(connection, name, "somewhere").id
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (len(name), 100, 100)).save(buffer, "PNG")
    sha256 = workspace.images.put(buffer.getvalue())
    row = ImageRow(sha256, len(buffer.getvalue()), "PNG", "RGB", 40, 30, 1)
    images.add(connection, [row])
    picture = members.add(connection, dataset_id, [NewMember("a.png", sha256)])["a.png"]
    question = questions.add(
        connection, dataset_id=dataset_id, name="what", kind="single", client_key=f"q {name}"
    )
    first, second = (
        choices.add(connection, question, {"name": choice, "position": position})
        for position, choice in enumerate(("a", "b"))
    )
    invitation, _ = invitations.create(
        connection, author="somebody", dataset_id=dataset_id, role="viewer"
    )
    uploads.add(
        connection,
        f"upload-of-{name}",
        dataset_id,
        author="somebody",
        files=[UploadFile(0, "a.jpg", 1)],
    )
    versions.freeze(
        connection,
        dataset_id=dataset_id,
        split_id=None,
        question_id=question,
        content_hash="0" * 64,
        items=[],
        summary={"origin": "none", "excluded": {}, "notes": []},
    )
    view = views.save(connection, dataset_id, name="theirs", query="", author="somebody")
    return {
        "dataset_id": dataset_id,
        "picture_id": picture,
        "sha256": sha256,
        "question_id": question,
        "choice_id": first,
        "other_choice_id": second,
        "invitation_id": invitation.id,
        "upload_id": f"upload-of-{name}",
        "view_id": view.id,
        "version": 1,
        "finding_id": "0123456789abcdef",
    }
