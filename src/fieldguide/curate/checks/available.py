"""The quality checks, in the order in which their findings are shown."""

from __future__ import annotations

from fieldguide.curate.checks import (
    across_parts,
    blurred,
    broken_times,
    class_balance,
    conflicting_labels,
    copies,
    copies_elsewhere,
    coverage,
    dark,
    drift,
    faces,
    grey,
    label_errors,
    low_contrast,
    mixed_groups,
    odd_shape,
    outliers,
    over_exposed,
    sensitive_files,
    shortcuts,
    tiny,
)
from fieldguide.curate.checks.check import Check

CHECKS: tuple[Check, ...] = (
    conflicting_labels.CHECK,
    *across_parts.CHECKS,
    label_errors.CHECK,
    mixed_groups.CHECK,
    *copies.CHECKS,
    copies_elsewhere.CHECK,
    class_balance.CHECK,
    coverage.CHECK,
    shortcuts.CHECK,
    drift.CHECK,
    outliers.CHECK,
    blurred.CHECK,
    dark.CHECK,
    over_exposed.CHECK,
    low_contrast.CHECK,
    grey.CHECK,
    odd_shape.CHECK,
    tiny.CHECK,
    broken_times.CHECK,
    sensitive_files.CHECK,
    faces.CHECK,
)
