"""Where results are printed."""

from __future__ import annotations

import shutil

from rich.console import Console

_SIZE_OF_A_FILE = (200, 50)


def output() -> Console:
    """Return a console on standard output, wide where no terminal and no COLUMNS set a width.

    Rich takes a file or a pipe for 80 columns wide and would cut tables there.
    """
    console = Console()
    if not console.is_terminal:
        console.width = shutil.get_terminal_size(fallback=_SIZE_OF_A_FILE).columns
    return console
