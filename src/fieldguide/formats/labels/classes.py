"""Which classes an export to a format of one label per picture has."""

from __future__ import annotations

from collections.abc import Sequence

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.formats.labels.record import Manifest, QuestionRecord


def targets(question: QuestionRecord) -> dict[str, str]:
    """Give, for each class, the class that its labels count for.

    Example:
        >>> from fieldguide.formats.labels.record import ChoiceRecord
        >>> choices = (ChoiceRecord("elm"), ChoiceRecord("wych elm", merged_into="elm"))
        >>> targets(QuestionRecord("tree", "single", choices=choices))
        {'elm': 'elm', 'wych elm': 'elm'}
    """
    merged = {choice.name: choice.merged_into for choice in question.choices}
    found: dict[str, str] = {}
    for name in merged:
        last, seen = name, {name}
        # Classes that are merged into each other in a ring stay what they are.
        while (above := merged[last]) is not None and above not in seen:
            seen.add(above)
            last = above
        found[name] = name if merged[last] is not None else last
    return found


def remaining(question: QuestionRecord) -> list[str]:
    """Name the classes that are not merged into another, in the question's order."""
    return list(dict.fromkeys(targets(question).values()))


def resolve(names: Sequence[str], to: dict[str, str]) -> tuple[str, ...]:
    """Replace merged classes by those that they count for."""
    return tuple(dict.fromkeys(to[name] for name in names))


def asks_for_class(question: QuestionRecord) -> bool:
    """Whether a question asks for one class or many."""
    return question.kind != "number"


def pick_question(manifest: Manifest, name: str | None) -> QuestionRecord:
    """Give the question whose classes an export can hold, where it can hold only one.

    Args:
        manifest: The export's manifest.
        name: The question that a person named, or None for the first that asks for one class, or
            else for many.

    Raises:
        UnknownNameError: If there is no such question.
        InputError: If no question asks for a class.
    """
    known = {question.name: question for question in manifest.questions}
    if name is not None:
        if name not in known:
            raise UnknownNameError("question", name, known)
        if asks_for_class(known[name]):
            return known[name]
    for kind in ("single", "many"):
        for question in manifest.questions if name is None else ():
            if question.kind == kind:
                return question
    raise InputError(
        f"The dataset '{manifest.dataset}' has no question that asks for a class"
        + (f" and is called '{name}'" if name else "")
        + ", and this format holds classes only. Export to CSV or JSON Lines."
    )
