"""Change a question's classes at any time: no vote is lost, and every change can be undone.

A class keeps its id, whatever its name becomes. The votes of a merged class count for the one that
it was merged into. The votes of a class that was split are kept but settle nothing any more: its
pictures come back into the queue, to be answered with the new classes.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from fieldguide.errors import DataError, InputError, UnknownNameError
from fieldguide.label import posteriors
from fieldguide.records import choices, questions
from fieldguide.records.choices import Edit
from fieldguide.records.clock import now
from fieldguide.records.questions import Choice, Question

T = TypeVar("T")

COLOURS = (
    "#3b7dd8",
    "#d9822b",
    "#2e9e6b",
    "#c2417c",
    "#7a5cc9",
    "#8a8f1f",
    "#cf4b3f",
    "#1f97a6",
    "#a0683b",
    "#5b6b7d",
)
"""Colours of the first classes, in order; told apart on light and dark grounds."""

KEYS = "123456789qwertasdfgzxcvbyiophjklnm"
"""Keys that classes get by themselves; the site's own actions use none of them."""


@dataclass(frozen=True, slots=True)
class ChoiceValues:
    """What a person says about a class; None leaves it as it is.

    Attributes:
        parent_id: The class above it; 0 takes it out from under its parent.
        key: One character; an empty text takes the key away.
    """

    name: str | None = None
    key: str | None = None
    colour: str | None = None
    description: str | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A class in a list of classes to add.

    Attributes:
        values: What is said about it.
        below: Number of the earlier line, from 1, whose class it lies below; None for none.
    """

    values: ChoiceValues
    below: int | None = None


def add(
    connection: sa.Connection,
    question: Question,
    values: ChoiceValues,
    *,
    author: str,
    client_key: str,
) -> int:
    """Add a class and return its id.

    Raises:
        InputError: If the name or the key is taken, a value is not allowed, or the question asks
            for a number.
    """
    wanted = _fresh(question, values)

    def work() -> int:
        return choices.add(connection, question.id, wanted)

    return _recorded(
        connection,
        question,
        "add",
        f"Added {wanted['name']!r}",
        author=author,
        key=client_key,
        work=work,
    )


def add_all(
    connection: sa.Connection,
    question: Question,
    values: Sequence[ChoiceValues],
    *,
    author: str,
    client_key: str,
) -> None:
    """Add several classes, as one change; the first classes of a question are no change.

    Raises:
        InputError: As ``add`` does.
    """
    rows = []
    grown = question
    for number, one in enumerate(values, start=1):
        rows.append(_fresh(grown, one))
        grown = _grown(grown, rows[-1], number)

    def work() -> None:
        for row in rows:
            choices.add(connection, question.id, row)

    if not rows:
        return
    if not question.choices:
        work()
        questions.changed(connection, question.id)
        return
    _recorded(connection, question, "add", _added(rows), author=author, key=client_key, work=work)


def add_lines(
    connection: sa.Connection,
    question: Question,
    lines: Sequence[ChoiceLine],
    *,
    author: str,
    client_key: str,
) -> None:
    """Add the classes of a list, as one change that is undone as one.

    Raises:
        InputError: If a line cannot be added, as in ``add``; it names the first such line, and
            none is added.
    """
    rows: list[dict[str, Any]] = []
    grown = question
    for number, line in enumerate(lines, start=1):
        try:
            _check_place(line, number)
            rows.append(_fresh(grown, line.values))
        except InputError as error:
            raise InputError(f"Line {number}: {error}") from error
        grown = _grown(grown, rows[-1], number)
    if not rows:
        raise InputError("The list of classes to add is empty.")

    def work() -> None:
        ids: list[int] = []
        for row, line in zip(rows, lines, strict=True):
            above = {} if line.below is None else {"parent_id": ids[line.below - 1]}
            ids.append(choices.add(connection, question.id, {**row, **above}))

    _recorded(connection, question, "add", _added(rows), author=author, key=client_key, work=work)


def change(
    connection: sa.Connection,
    question: Question,
    choice_id: int,
    values: ChoiceValues,
    *,
    author: str,
    client_key: str,
) -> None:
    """Rename a class or change its key, colour, description or parent.

    Its former name goes on meaning it in files that are imported later.

    Raises:
        InputError: If the name or the key is taken, or a value is not allowed.
        UnknownNameError: If there is no such class.
    """
    held = find(question, choice_id)
    _check(question, values, held)
    wanted = _given(values)
    renamed = values.name is not None and values.name.strip() != held.name
    if renamed:
        wanted["name"] = _free_name(question, values.name or "", besides=held)
    if not wanted:
        return

    def work() -> None:
        if renamed:
            choices.alias(connection, question.id, held.name, choice_id)
        choices.change(connection, choice_id, wanted)

    summary = (
        f"Renamed {held.name!r} to {wanted['name']!r}" if renamed else f"Changed {held.name!r}"
    )
    _recorded(
        connection,
        question,
        "rename" if renamed else "change",
        summary,
        author=author,
        key=client_key,
        work=work,
    )


def reorder(
    connection: sa.Connection,
    question: Question,
    choice_ids: Sequence[int],
    *,
    author: str,
    client_key: str,
) -> None:
    """Put the classes in this order; those that are not named follow.

    Raises:
        UnknownNameError: If there is no such class.
    """
    named = [find(question, choice_id).id for choice_id in dict.fromkeys(choice_ids)]
    rest = [choice.id for choice in question.choices if choice.id not in named]

    def work() -> None:
        for position, choice_id in enumerate([*named, *rest]):
            choices.change(connection, choice_id, {"position": position})

    _recorded(
        connection,
        question,
        "reorder",
        "Changed the order",
        author=author,
        key=client_key,
        work=work,
    )


def merge(
    connection: sa.Connection,
    question: Question,
    choice_ids: Sequence[int],
    into: int,
    *,
    author: str,
    client_key: str,
) -> None:
    """Let the votes of some classes count for another one.

    Raises:
        InputError: If a class would be merged into itself or into one that is no longer offered.
        UnknownNameError: If there is no such class.
    """
    target = find(question, into)
    merged = [find(question, choice_id) for choice_id in dict.fromkeys(choice_ids)]
    if not merged or target in merged:
        raise InputError(f"Name the classes to merge into {target.name!r}, other than itself.")
    if not target.offered:
        raise InputError(f"{target.name!r} is not offered any more; nothing can be merged into it.")
    for choice in merged:
        if choice.merged_into is not None or choice.split_at is not None:
            raise InputError(f"{choice.name!r} was merged or split already.")

    def work() -> None:
        for choice in merged:
            choices.change(connection, choice.id, {"merged_into": into, "key": None})

    names = ", ".join(repr(choice.name) for choice in merged)
    _recorded(
        connection,
        question,
        "merge",
        f"Merged {names} into {target.name!r}",
        author=author,
        key=client_key,
        work=work,
    )


def split(
    connection: sa.Connection,
    question: Question,
    choice_id: int,
    names: Sequence[str],
    *,
    author: str,
    client_key: str,
) -> list[int]:
    """Replace a class by several finer ones and put its pictures back into the queue.

    Args:
        connection: A writing connection.
        question: The question.
        choice_id: The class to split.
        names: Names of the new classes, at least two.
        author: Who asks.
        client_key: The edit's own key.

    Returns:
        The ids of the new classes.

    Raises:
        InputError: If fewer than two names are given or one is taken.
        UnknownNameError: If there is no such class.
    """
    held = find(question, choice_id)
    if not held.offered:
        raise InputError(f"{held.name!r} is not offered any more, so it cannot be split.")
    wanted = [_free_name(question, name) for name in names]
    if len(set(wanted)) < 2 or len(set(wanted)) < len(wanted):
        raise InputError("A class is split into at least two classes of different names.")
    moment = now()

    def work() -> list[int]:
        choices.change(connection, choice_id, {"split_at": moment, "key": None})
        place = len(question.choices)
        return [
            choices.add(
                connection,
                question.id,
                {
                    "name": name,
                    "position": held.position,
                    "colour": COLOURS[(place + number) % len(COLOURS)],
                    "key": held.key if number == 0 else None,
                    "parent_id": held.parent_id,
                },
            )
            for number, name in enumerate(wanted)
        ]

    parts = ", ".join(repr(name) for name in wanted)
    return _recorded(
        connection,
        question,
        "split",
        f"Split {held.name!r} into {parts}",
        author=author,
        key=client_key,
        work=work,
    )


def archive(
    connection: sa.Connection,
    question: Question,
    choice_id: int,
    *,
    archived: bool,
    author: str,
    client_key: str,
) -> None:
    """Stop offering a class, or offer it again; its votes go on counting.

    Raises:
        UnknownNameError: If there is no such class.
        InputError: If it was merged or split, which is undone in the history instead.
    """
    held = find(question, choice_id)
    if held.merged_into is not None or held.split_at is not None:
        raise InputError(f"{held.name!r} was merged or split; undo that in the history.")
    if (held.archived_at is not None) == archived:
        return

    def work() -> None:
        values = {"archived_at": now() if archived else None}
        choices.change(connection, choice_id, values)

    word = "Archived" if archived else "Offered again"
    _recorded(
        connection,
        question,
        "archive" if archived else "restore",
        f"{word} {held.name!r}",
        author=author,
        key=client_key,
        work=work,
    )


def undo(connection: sa.Connection, question: Question) -> Edit:
    """Undo the latest change that stands and return it.

    Raises:
        DataError: If there is none.
    """
    latest = next((e for e in choices.edits(connection, question.id) if e.undone_at is None), None)
    if latest is None:
        raise DataError(f"There is no change of {question.name!r} to undo.")
    choices.undo(connection, question.id, latest.id)
    _settle_again(connection, question)
    return latest


def effective_keys(question: Question) -> dict[int, str]:
    """Return the key of each class that is offered; those without one of their own get a free one.

    Each class has its place among the free keys by age, so that neither a new order of the classes
    nor a class that is taken away changes the key of another. Only classes too young for a place
    get what is left, and the last of them may have none.
    """
    offered = [choice for choice in question.choices if choice.offered]
    own = {choice.id: choice.key for choice in offered if choice.key}
    free = [key for key in KEYS if key not in own.values()]
    by_age = sorted(choice.id for choice in question.choices if choice.id not in own)
    places = dict(zip(by_age, free, strict=False))
    keys = own | {c.id: places[c.id] for c in offered if c.id in places}
    left = (key for key in free if key not in keys.values())
    waiting = sorted(choice.id for choice in offered if choice.id not in keys)
    return keys | dict(zip(waiting, left, strict=False))


def effective_colours(question: Question) -> dict[int, str]:
    """Return the colour of each class, its own or one of the palette.

    The palette's are given by age, so that a new order of the classes changes no colour.
    """
    by_age = sorted(question.choices, key=lambda choice: choice.id)
    return {c.id: c.colour or COLOURS[rank % len(COLOURS)] for rank, c in enumerate(by_age)}


def find(question: Question, choice_id: int) -> Choice:
    """Return a class of a question.

    Raises:
        UnknownNameError: If there is none with that id.
    """
    held = question.by_id.get(choice_id)
    if held is None:
        raise UnknownNameError("class", str(choice_id), [str(c.id) for c in question.choices])
    return held


def _recorded(
    connection: sa.Connection,
    question: Question,
    kind: str,
    summary: str,
    *,
    author: str,
    key: str,
    work: Callable[[], T],
) -> T:
    before = choices.snapshot(connection, question.id)
    result = work()
    choices.record_edit(
        connection,
        question.id,
        kind=kind,
        summary=summary,
        before=before,
        author=author,
        client_key=key,
    )
    questions.changed(connection, question.id)
    _settle_again(connection, question)
    return result


def _settle_again(connection: sa.Connection, before: Question) -> None:
    """Bring the labels up to date where votes count for another class than before."""
    after = questions.get(connection, before.id)
    moved = [
        choice.id
        for choice in after.choices
        if choice.id in before.resolved and before.resolved[choice.id] != after.resolved[choice.id]
    ]
    if not moved:
        return
    weighed = posteriors.posterior(connection, after) is not None
    if before.kind == "many" or weighed:
        posteriors.settle_again(connection, before.id)
    else:
        pictures = choices.answered_with(connection, before.id, moved)
        posteriors.settle_again(connection, before.id, pictures)


def _fresh(question: Question, values: ChoiceValues) -> dict[str, Any]:
    """Return the row of a class to add."""
    if question.kind == "number":
        raise InputError(f"The question {question.name!r} asks for a number; it has no classes.")
    name = _free_name(question, values.name or "")
    _check(question, values, None)
    place = len(question.choices)
    wanted = _given(values)
    wanted.update(
        name=name,
        position=1 + max((c.position for c in question.choices), default=-1),
        key=wanted["key"] if "key" in wanted else _free_key(question),
        colour=wanted.get("colour") or COLOURS[place % len(COLOURS)],
    )
    return wanted


def _grown(question: Question, row: Mapping[str, Any], number: int) -> Question:
    """Return the question as it is with a class to add, for the checks of those that follow."""
    stand_in = Choice(
        id=-number,
        name=row["name"],
        position=row["position"],
        key=row["key"],
        colour=row["colour"],
        description="",
        parent_id=None,
        merged_into=None,
        split_at=None,
        archived_at=None,
    )
    return dataclasses.replace(question, choices=(*question.choices, stand_in))


def _added(rows: Sequence[Mapping[str, Any]]) -> str:
    return f"Added {len(rows)} classes" if len(rows) > 1 else f"Added {rows[0]['name']!r}"


def _check_place(line: ChoiceLine, number: int) -> None:
    if line.below is None:
        return
    if not 1 <= line.below < number:
        raise InputError(
            f"A class lies below one of an earlier line, counted from 1, not of line {line.below}."
        )
    if line.values.parent_id:
        raise InputError("A class lies below an earlier line or below a class, not below both.")


def _given(values: ChoiceValues) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if values.key is not None:
        wanted["key"] = values.key or None
    if values.colour is not None:
        wanted["colour"] = values.colour
    if values.description is not None:
        wanted["description"] = values.description
    if values.parent_id is not None:
        wanted["parent_id"] = values.parent_id or None
    return wanted


def _free_name(question: Question, name: str, besides: Choice | None = None) -> str:
    wanted = name.strip()
    if not wanted:
        raise InputError("A class needs a name.")
    for choice in question.choices:
        if choice.name == wanted and choice is not besides:
            state = "" if choice.offered else ", though it is no longer offered"
            raise InputError(f"There is a class named {wanted!r} already{state}.")
    return wanted


def _free_key(question: Question) -> str | None:
    taken = {choice.key for choice in question.choices if choice.offered}
    return next((key for key in KEYS if key not in taken), None)


def _check(question: Question, values: ChoiceValues, held: Choice | None) -> None:
    if values.key:
        if len(values.key) != 1 or not values.key.isprintable() or values.key.isspace():
            raise InputError(f"A key is one character that can be typed, not {values.key!r}.")
        for choice in question.choices:
            if choice.offered and choice.key == values.key and choice is not held:
                raise InputError(f"The key {values.key!r} belongs to {choice.name!r} already.")
    if values.colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", values.colour):
        raise InputError(f"A colour is written #rrggbb, not {values.colour!r}.")
    if values.parent_id:
        _check_parent(question, values.parent_id, held)


def _check_parent(question: Question, parent_id: int, held: Choice | None) -> None:
    parent: Choice | None = find(question, parent_id)
    while parent is not None:
        if held is not None and parent.id == held.id:
            raise InputError(f"{held.name!r} cannot lie below itself.")
        parent = question.by_id.get(parent.parent_id) if parent.parent_id else None
