"""What operating systems and tools leave in folders, which is no part of a dataset."""

from __future__ import annotations

_FILES = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory"})
_FOLDERS = frozenset(
    {
        "__macosx",
        ".git",
        ".svn",
        ".hg",
        ".appledouble",
        ".fseventsd",
        ".ipynb_checkpoints",
        ".spotlight-v100",
        ".trashes",
        "$recycle.bin",
        "@eadir",
        "system volume information",
    }
)


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name, without its path, is litter.

    Example:
        >>> is_litter("Thumbs.db"), is_litter("._leaf.jpg"), is_litter("leaf.jpg")
        (True, True, False)
    """
    lowered = name.lower()
    return lowered in _FILES or lowered in _FOLDERS or lowered.startswith("._")


def is_in_litter(path: str) -> bool:
    """Whether any component of a path is litter."""
    return any(is_litter(component) for component in path.split("/"))


def announce(count: int) -> tuple[str, ...]:
    """Say how much was passed over, if anything was."""
    if count == 0:
        return ()
    what = "1 file or folder" if count == 1 else f"{count} files or folders"
    return (f"Passed over {what} of operating systems and tools, such as .DS_Store or .git.",)
