"""The settings: one list of names, defaults and meanings; the environment is read only here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fieldguide.errors import InputError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: Its name; the environment variable is ``FIELDGUIDE_`` and the name in capitals.
        default: The value when the environment has none.
        help: What it does, in one sentence.
    """

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return f"FIELDGUIDE_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("workspace", "~/fieldguide", "Folder that holds the records and the pictures."),
    Setting("workers", "0", "Threads that decode and embed pictures; 0 takes one per core."),
    Setting("max_file_mb", "200", "Larger picture files are not imported, in megabytes."),
    Setting("max_megapixels", "200", "Larger pictures are not decoded, in millions of pixels."),
    Setting("backbone", "efficientnet-lite0", "Backbone that is used when none is named."),
)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings' values.

    Example:
        >>> read_config({"FIELDGUIDE_WORKERS": "3"}).workers
        3
    """

    workspace: Path
    workers: int
    max_file_bytes: int
    max_pixels: int
    backbone: str


def read_config(
    environment: Mapping[str, str] | None = None, *, workspace: str | Path | None = None
) -> Config:
    """Read the settings from the environment.

    Args:
        environment: In place of the process's own.
        workspace: In place of the setting of that name.

    Raises:
        InputError: If a value is not of its kind; the message names the variable.
    """
    source = os.environ if environment is None else environment
    values = {s.name: source.get(s.variable, "").strip() or s.default for s in SETTINGS}
    return Config(
        workspace=Path(workspace or values["workspace"]).expanduser(),
        workers=_whole("workers", values["workers"], least=0) or available_cores(),
        max_file_bytes=_whole("max_file_mb", values["max_file_mb"], least=1) * 1_000_000,
        max_pixels=_whole("max_megapixels", values["max_megapixels"], least=1) * 1_000_000,
        backbone=values["backbone"],
    )


def available_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_display() -> bool:
    """Say whether this process could open a window, such as a browser's."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def forget_variables(prefix: str) -> None:
    """Drop the variables that begin with ``prefix`` from this process's environment.

    For a library that would read them behind the settings' back.
    """
    for name in [name for name in os.environ if name.startswith(prefix)]:
        del os.environ[name]


def _whole(name: str, text: str, *, least: int) -> int:
    variable = next(s.variable for s in SETTINGS if s.name == name)
    if not text.isdecimal() or int(text) < least:
        raise InputError(f"{variable} must be a whole number of at least {least}, not {text!r}.")
    return int(text)
