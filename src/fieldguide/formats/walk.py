"""The walk through a folder: every file found once, no link followed out of it or for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from fieldguide.formats.files import is_within, refuse_error, refuse_special
from fieldguide.formats.litter import is_litter
from fieldguide.types import Outcome, Refusal

Scan = Callable[[str], AbstractContextManager[Iterator["os.DirEntry[str]"]]]
"""How a folder is listed: ``os.scandir``, or a stand-in for it."""


@dataclass(slots=True)
class Findings:
    """What a walk found.

    Attributes:
        files: Paths of the files to read, relative to the folder, as the system names them.
        refusals: Paths that must not be read, and why.
        litter: How many files and folders of operating systems and tools were passed over.
    """

    files: list[str] = field(default_factory=list)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    litter: int = 0


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the way: its real path, its path in the dataset, and the links that led to it."""

    real: str
    path: str
    links: tuple[str, ...] = ()


class Walk:
    """One walk through a folder.

    A link to a folder inside the root is followed unless it leads back to a folder that it lies in,
    or to one that another link has opened already: so every folder is met at most twice, and the
    walk ends.

    Args:
        root: The folder's resolved path.
        scan: How a folder is listed.
    """

    def __init__(self, root: str, scan: Scan = os.scandir) -> None:
        self.root = root
        self._scan = scan
        self._found = Findings()
        self._linked: set[str] = set()

    def run(self) -> Findings:
        """Walk through all folders.

        Raises:
            OSError: If the root itself cannot be listed.
        """
        waiting = [_Folder(self.root, "")]
        while waiting:
            folder = waiting.pop()
            try:
                with self._scan(folder.real) as listing:
                    children = sorted(listing, key=lambda child: child.name)
            except OSError as error:
                if not folder.path:
                    raise
                self._refuse(folder.path, refuse_error(error))
                continue
            waiting += [found for child in children if (found := self._take(child, folder))]
        return self._found

    def _take(self, child: os.DirEntry[str], folder: _Folder) -> _Folder | None:
        """Note a file or refusal, or give the folder that is to be walked through next."""
        if is_litter(child.name):
            self._found.litter += 1
            return None
        path = f"{folder.path}/{child.name}" if folder.path else child.name
        try:
            if child.is_symlink():
                return self._follow(path, folder)
            if child.is_dir(follow_symlinks=False):
                return self._enter(path, f"{folder.real.rstrip('/')}/{child.name}", folder.links)
            if child.is_file(follow_symlinks=False):
                self._found.files.append(path)
                return None
            mode = child.stat(follow_symlinks=False).st_mode
        except OSError as error:
            self._refuse(path, refuse_error(error))
        else:
            self._refuse(path, refuse_special(mode))
        return None

    def _follow(self, path: str, folder: _Folder) -> _Folder | None:
        link = os.path.join(folder.real, path.rpartition("/")[2])  # noqa: PTH118 - strings are quicker
        target = os.path.realpath(link)
        if not is_within(target, self.root):
            reason = "it is a link that leads out of the folder; put the file itself there"
            self._refuse(path, Refusal(Outcome.REFUSED, reason))
            return None
        mode = os.stat(link).st_mode  # noqa: PTH116 - strings are quicker
        if not stat.S_ISDIR(mode):
            refusal = refuse_special(mode)
            if refusal is None:
                self._found.files.append(path)
            else:
                self._refuse(path, refusal)
            return None
        if any(is_within(place, target) for place in (folder.real, *folder.links)):
            self._refuse(path, Refusal(Outcome.REFUSED, "it is a link to a folder that it lies in"))
            return None
        return self._enter(path, target, (*folder.links, folder.real))

    def _enter(self, path: str, real: str, links: tuple[str, ...]) -> _Folder | None:
        if links:
            if real in self._linked:
                reason = "another link has already led to this folder"
                self._refuse(path, Refusal(Outcome.REFUSED, reason))
                return None
            self._linked.add(real)
        return _Folder(real, path, links)

    def _refuse(self, path: str, refusal: Refusal | None) -> None:
        # A file that became regular between two looks at it is none the less not what was listed.
        self._found.refusals[path] = refusal or Refusal(Outcome.UNREADABLE, "it changed meanwhile")
