"""The fields that requests share, each within what the records can keep."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

GREATEST_ID = 2**63 - 1
"""The greatest whole number that both databases keep."""

Id = Annotated[int, Path(ge=1, le=GREATEST_ID)]
"""The number of a row, in an address."""

QueryId = Annotated[int, Query(ge=1, le=GREATEST_ID)]
"""The number of a row, after the question mark."""

RowId = Annotated[int, Field(ge=1, le=GREATEST_ID)]
"""The number of a row, in a body."""

Whole = Annotated[int, Field(ge=-GREATEST_ID, le=GREATEST_ID)]
"""Any whole number, in a body."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""A name that people give to something."""

Text = Annotated[str, Field(max_length=20_000)]
"""A text that people write: a description, a comment."""


class Body(BaseModel):
    """Base of what requests carry: no unknown fields, no infinite numbers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
