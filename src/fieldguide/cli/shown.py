"""Names and reasons from outside, made safe for a terminal."""

from __future__ import annotations

from rich.markup import escape

from fieldguide.evaluate.wording import clean


def shown(text: str) -> str:
    r"""Take a text's control characters away and keep rich from reading it as markup.

    A file name may hold escape sequences, which would move the cursor or recolour the screen, and
    square brackets, which rich takes for markup.

    Example:
        >>> shown("a\x1b[31m[red].jpg")
        'a�[31m\\[red].jpg'
    """
    return escape(clean(text))
