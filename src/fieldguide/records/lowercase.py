"""Lower case for the letters of all scripts, in SQLite as in PostgreSQL."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_NAME = "fieldguide_lower"


class lowercase(FunctionElement[str]):  # noqa: N801 - written like the functions of sqlalchemy.func
    """A text in lower case."""

    type = sa.Text()
    name = "lower"
    inherit_cache = True


def teach(connection: sqlite3.Connection) -> None:
    """Give a connection the function; SQLite's own knows the letters of ASCII only."""
    connection.create_function(_NAME, 1, _lower, deterministic=True)


@compiles(lowercase)
def _standard(element: lowercase, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(lowercase, "sqlite")
def _sqlite(element: lowercase, compiler: Any, **options: Any) -> str:
    return f"{_NAME}({compiler.process(element.clauses, **options)})"


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
