"""Things that a user picks by name: built-ins in a table, third parties by entry point."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from fieldguide.errors import UnknownNameError

T = TypeVar("T")


@dataclass(frozen=True)
class Registry(Generic[T]):
    """Names of one kind of thing and where each is defined.

    Args:
        kind: What the things are, in the singular, for error messages.
        builtin: Name to ``"module:attribute"``, in the order in which they are listed.
        group: The entry-point group through which other packages add theirs, if any.

    Example:
        >>> Registry("number", {"pi": "math:pi"}).get("pi")
        3.141592653589793
    """

    kind: str
    builtin: Mapping[str, str]
    group: str | None = None

    def names(self) -> list[str]:
        """All known names, built-ins first."""
        return [*self.builtin, *(name for name in self._plugins() if name not in self.builtin)]

    def get(self, name: str) -> T:
        """Import and return the thing called ``name``.

        Raises:
            UnknownNameError: If there is none.
        """
        target = self.builtin.get(name)
        if target is not None:
            module, _, attribute = target.partition(":")
            found: T = getattr(importlib.import_module(module), attribute)
            return found
        plugin = self._plugins().get(name)
        if plugin is None:
            raise UnknownNameError(self.kind, name, self.names())
        loaded: T = plugin.load()
        return loaded

    def _plugins(self) -> dict[str, importlib.metadata.EntryPoint]:
        if self.group is None:
            return {}
        return {point.name: point for point in entry_points(group=self.group)}
