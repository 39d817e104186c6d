"""The quality checks, in the order in which their findings are shown."""

from __future__ import annotations

from fieldguide.curate.checks.check import Check

CHECKS: tuple[Check, ...] = ()
