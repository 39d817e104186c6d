"""Words that several checks share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun.

    Example:
        >>> counted(1, "picture", "pictures"), counted(1200, "picture", "pictures")
        ('1 picture', '1,200 pictures')
    """
    return f"{number:,} {one if number == 1 else many}"


def listed(words: Iterable[str], most: int = 4) -> str:
    """List words in a sentence, each once and in their order, at most ``most`` of them.

    Example:
        >>> listed(["rust", "miner", "rust"]), listed("abcdef", most=2)
        ('rust and miner', 'a, b and 4 more')
    """
    known: Sequence[str] = list(dict.fromkeys(words))
    if len(known) > most:
        return f"{', '.join(known[:most])} and {len(known) - most} more"
    if len(known) < 2:
        return "".join(known)
    return f"{', '.join(known[:-1])} and {known[-1]}"
