"""Pools of pictures for the tests of checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Picture, Pool
from fieldguide.curate.near_duplicates import NearPair


def sha(text: str) -> str:
    """Return a hash that belongs to a short text."""
    return hashlib.sha256(text.encode()).hexdigest()


def pair(a: str, b: str, cosine: float = 0.95, distance: int = 2) -> NearPair:
    """Make a near pair of two images that are named as for ``sha``."""
    first, second = sorted((sha(a), sha(b)))
    return NearPair(first, second, distance, cosine)


def make_pool(rows: Iterable[dict[str, Any]], **others: Any) -> Pool:
    """Make a pool; a row's ``image`` stands for its bytes, and its name is made from its number."""
    pictures = []
    for number, row in enumerate(rows):
        values = dict(row)
        image = values.pop("image", f"image {number}")
        name = values.pop("name", f"{number:04d}.jpg")
        pictures.append(Picture(number, name, sha(image), **values))
    return Pool("planted", pictures, **others)


def run(check: Check, pool: Pool) -> Sequence[Finding]:
    """Run a check and hold its findings to what all findings promise."""
    findings = list(check.find(pool))
    known = set(pool.row_of)
    for finding in findings:
        assert finding.check == check.name
        assert finding.title
        assert finding.why
        assert finding.cases
        keys = [case.key for case in finding.cases]
        assert len(keys) == len(set(keys))
        certainties = [case.certainty for case in finding.cases]
        assert certainties == sorted(certainties, reverse=True)
        assert all(0.0 <= certainty <= 1.0 for certainty in certainties)
        assert set(finding.member_ids) <= known
    return findings
