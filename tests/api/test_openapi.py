from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from fastapi import FastAPI

from fieldguide.api.app import create_app, routed_app
from fieldguide.api.openapi import dump
from fieldguide.workspace import Workspace

SCHEMA = routed_app().openapi()
OPERATIONS = [
    (method, path, operation)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
]


def test_the_module_writes_what_the_server_tells(browse: Any, workspace: Workspace) -> None:
    written = subprocess.run(
        [sys.executable, "-m", "fieldguide.api.openapi"], capture_output=True, text=True, check=True
    )
    assert written.stderr == ""
    assert json.loads(written.stdout) == json.loads(json.dumps(SCHEMA))
    assert written.stdout == dump(SCHEMA)
    told = browse(app=create_app(workspace)).get("/api/openapi.json")
    assert told.json() == json.loads(written.stdout)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert "sign_in" in names


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS]
)
def test_every_operation_tells_its_errors_and_what_it_is_for(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    del method
    assert path.startswith("/api/")
    assert operation["description"]
    error = operation["responses"]["default"]["content"]["application/json"]["schema"]
    assert error == {"$ref": "#/components/schemas/ErrorAnswer"}
    assert "422" not in operation["responses"]
    assert len(operation["tags"]) == 1


def test_hidden_routes_stay_hidden(app: FastAPI) -> None:
    assert not any(path.startswith("/sign-in") for path in app.openapi()["paths"])
