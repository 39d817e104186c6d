"""What the points of a map are coloured by: a category or a number for each picture.

What somebody may not see of others' answers yet is not told here either: their pictures get a
category of its own, whatever the label is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.label import blinding
from fieldguide.label.editing_classes import effective_colours
from fieldguide.records import map_facts, members
from fieldguide.records.map_facts import LabelRow
from fieldguide.records.questions import Question
from fieldguide.storage.predictions import Predictions
from fieldguide.types import Role
from fieldguide.workflows.map_predictions import prediction_cache
from fieldguide.workspace import Workspace

AboutQuestion = Literal[
    "label", "certainty", "state", "annotator", "prediction", "correctness", "sureness"
]
AboutPicture = Literal["part", "group", "source"]
COLUMN = "column:"
"""Stands before the name of a column."""

MOST_CATEGORIES = 36
"""So many categories get a colour of their own; of more, the commonest do."""

Tone = Literal["own", "grey", "hidden", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Category:
    """One line of a legend.

    Attributes:
        name: For people.
        tone: How it is drawn: in a colour of its own, or in one that says what it is.
        colour: As ``#rrggbb``, where the class has one; else the page picks one.
        count: Pictures on the map.
        choice_id: The class, where it is one.
    """

    name: str
    tone: Tone = "own"
    colour: str | None = None
    count: int = 0
    choice_id: int | None = None


@dataclass(frozen=True, slots=True)
class MapColours:
    """A fact about each picture of a map.

    Attributes:
        title: What it is.
        note: What has to be known to read it; empty where it speaks for itself.
        values: ``(n,)`` in the order of the pictures: uint16 places in ``categories``, or float32,
            NaN where there is none.
        categories: The legend; empty where values are numbers.
    """

    title: str
    values: npt.NDArray[np.uint16] | npt.NDArray[np.float32]
    note: str = ""
    categories: tuple[Category, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Asker:
    """Who looks, and at which dataset."""

    dataset_id: int
    role: Role
    name: str


def colour(
    workspace: Workspace,
    connection: sa.Connection,
    asker: Asker,
    ids: Sequence[int],
    by: str,
    question: Question | None,
) -> MapColours:
    """Return a fact about some pictures.

    Args:
        workspace: Where the predictions are kept.
        connection: Reads.
        asker: Who looks.
        ids: The pictures, in the order of the answer.
        by: One of ``AboutQuestion`` or ``AboutPicture``, or ``column:`` and a column's name.
        question: Needed for what is about labels.

    Raises:
        InputError: If a question is needed and none is given, or predictions are asked for that do
            not exist.
        UnknownNameError: If there is no such column, or nothing that ``by`` names.
    """
    if by.startswith(COLUMN):
        return _by_column(connection, asker, ids, by.removeprefix(COLUMN))
    if by in get_args(AboutPicture):
        return _by_fact(connection, asker, ids, by)
    if by not in _BY_QUESTION:
        known = (*_BY_QUESTION, *get_args(AboutPicture), f"{COLUMN}NAME")
        raise UnknownNameError("colouring", by, known)
    if question is None:
        raise InputError(f"Colours by {by} belong to a question: name it with question=ID.")
    return _BY_QUESTION[by](_Reading(workspace, connection, asker, ids, question))


@dataclass(frozen=True)
class _Reading:
    """What is needed to colour by something about a question."""

    workspace: Workspace
    connection: sa.Connection
    asker: Asker
    ids: Sequence[int]
    question: Question

    @property
    def is_blind(self) -> bool:
        """Whether others' answers are kept from who looks."""
        return blinding.is_blind(self.question, self.asker.role)

    def answered_by(self) -> dict[int, list[str]]:
        """Who answered each picture, as far as who looks may know."""
        only = self.asker.name if self.is_blind else None
        return map_facts.answered_by(self.connection, self.question.id, only=only)

    def hidden(self) -> set[int]:
        """The pictures whose label who looks may not see yet."""
        if not self.is_blind:
            return set()
        return set(self.ids) - set(self.answered_by())

    def labels(self) -> dict[int, LabelRow]:
        """The label of each picture that may be seen."""
        hidden = self.hidden()
        rows = map_facts.label_rows(self.connection, self.question.id)
        return {row.member_id: row for row in rows if row.member_id not in hidden}

    def predictions(self) -> Predictions:
        """What was predicted for each picture."""
        if self.question.kind != "single":
            raise InputError(
                f"{self.question.name!r} does not ask for one class, so nothing is predicted. "
                "Choose a question that does."
            )
        cache = prediction_cache(self.workspace, self.asker.dataset_id)
        found = cache.load(self.question.id)
        if found is None:
            raise InputError(
                f"Nothing has been predicted for {self.question.name!r} yet. Make the map anew; it "
                "needs two classes with two pictures each that do not show the same."
            )
        return found


def _by_label(about: _Reading) -> MapColours:
    labels = about.labels()
    if about.question.kind == "number":
        numbers = [None if (row := labels.get(n)) is None else row.number for n in about.ids]
        return MapColours(about.question.name, _floats(numbers), note=_hiding(about))
    several = (
        map_facts.several_choices(about.connection, about.question.id)
        if about.question.kind == "many"
        else {}
    )
    legend = _class_legend(about.question)
    keys = [_label_key(labels.get(n), several.get(n, ())) for n in about.ids]
    return _categories(about.question.name, keys, legend, note=_hiding(about))


def _label_key(row: LabelRow | None, several: Sequence[int]) -> str | int:
    if row is None:
        return "hidden"
    if row.choice_id is not None:
        return row.choice_id
    if several:
        return several[0] if len(several) == 1 else "several"
    return _WITHOUT_CLASS.get(row.verdict, "open" if row.votes else "none")


_WITHOUT_CLASS: Mapping[str | None, str] = {
    "unsure": "unsure",
    "cannot_tell": "cannot_tell",
    "answer": "empty",
}


def _by_certainty(about: _Reading) -> MapColours:
    labels = about.labels()
    values = [None if (row := labels.get(n)) is None else row.certainty for n in about.ids]
    return MapColours("Certainty of the label", _floats(values), note=_hiding(about))


def _by_state(about: _Reading) -> MapColours:
    labels = about.labels()
    legend: dict[str | int, Category] = {
        "open": Category("Wants answers", "grey"),
        "review": Category("In review"),
        "closed": Category("Settled"),
        "hidden": _OTHERS["hidden"],
    }
    keys = [labels[n].state if n in labels else "hidden" for n in about.ids]
    return _categories("State of the label", keys, legend, note=_hiding(about))


def _by_annotator(about: _Reading) -> MapColours:
    answered = about.answered_by()
    keys = [_one_of(answered.get(n, ())) for n in about.ids]
    note = "Others' answers are kept from you; only yours are shown." if about.is_blind else ""
    return _commonest("Who answered", keys, _OTHERS, note=note)


def _one_of(names: Sequence[str]) -> str:
    if not names:
        return "none"
    return f"={names[0]}" if len(names) == 1 else "several"


def _by_prediction(about: _Reading) -> MapColours:
    chosen, _, _ = _aligned(about, about.predictions())
    keys = ["hidden" if c == _HIDDEN else "none" if c < 0 else int(c) for c in chosen]
    return _categories(
        f"{about.question.name}, predicted",
        keys,
        {**_class_legend(about.question), "none": Category("No prediction", "grey")},
        note=f"{_CROSS_VALIDATED} Pictures without a label are judged by a model of all labelled "
        "ones.",
    )


def _by_sureness(about: _Reading) -> MapColours:
    chosen, probability, _ = _aligned(about, about.predictions())
    values = np.where(chosen >= 0, probability, np.nan).astype(np.float32)
    return MapColours("Certainty of the prediction", values, note=_CROSS_VALIDATED)


def _by_correctness(about: _Reading) -> MapColours:
    labels = about.labels()
    chosen, _, labelled = _aligned(about, about.predictions())
    keys: list[str | int] = []
    for n, choice, known in zip(about.ids, chosen, labelled, strict=True):
        row = labels.get(n)
        if choice == _HIDDEN:
            keys.append("hidden")
        elif not known or row is None or row.choice_id is None:
            keys.append("none")
        else:
            keys.append("right" if row.choice_id == choice else "wrong")
    legend: dict[str | int, Category] = {
        "right": Category("As labelled", "good"),
        "wrong": Category("Predicted otherwise", "bad"),
        "none": Category("Not judged", "grey"),
        "hidden": _OTHERS["hidden"],
    }
    return _categories(f"{about.question.name}, correctness", keys, legend, note=_CROSS_VALIDATED)


_HIDDEN = -2
_NONE = -1
_CROSS_VALIDATED = (
    "By cross-validation: each labelled picture is judged by a model that was trained on neither "
    "it nor others of its group or scene."
)


def _aligned(
    about: _Reading, found: Predictions
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return class, probability and whether it was labelled, in the order of the pictures."""
    row_of = {int(number): row for row, number in enumerate(found.ids)}
    rows = np.array([row_of.get(n, -1) for n in about.ids], np.int64)
    held = rows >= 0
    chosen = np.where(held, found.choices[rows], _NONE)
    hidden = about.hidden()
    if hidden:
        chosen[np.fromiter((n in hidden for n in about.ids), np.bool_, len(about.ids))] = _HIDDEN
    return chosen, found.probabilities[rows], held & found.labelled[rows]


_BY_QUESTION: Mapping[str, Callable[[_Reading], MapColours]] = {
    "label": _by_label,
    "certainty": _by_certainty,
    "state": _by_state,
    "annotator": _by_annotator,
    "prediction": _by_prediction,
    "sureness": _by_sureness,
    "correctness": _by_correctness,
}

_OTHERS: Mapping[str | int, Category] = {
    "several": Category("Several"),
    "unsure": Category("Unsure"),
    "cannot_tell": Category("Cannot tell"),
    "empty": Category("None of the classes"),
    "open": Category("Not settled", "grey"),
    "none": Category("None", "grey"),
    "hidden": Category("Hidden until you have answered", "hidden"),
}


def _class_legend(question: Question) -> dict[str | int, Category]:
    colours = effective_colours(question)
    classes: dict[str | int, Category] = {
        choice.id: Category(choice.name, "own", colours[choice.id], choice_id=choice.id)
        for choice in question.choices
    }
    return {**classes, **_OTHERS, "none": Category("No label", "grey")}


def _hiding(about: _Reading) -> str:
    if not about.is_blind:
        return ""
    return f"{about.question.name!r} is answered blind: you see a label after your own answer."


def _by_fact(connection: sa.Connection, asker: Asker, ids: Sequence[int], by: str) -> MapColours:
    note = ""
    if by == "part":
        found = map_facts.latest_parts(connection, asker.dataset_id)
        note = "In the latest version." if found else "As the source gave them."
    else:
        found = {}
    if not found:
        fact: map_facts.Fact = "part" if by == "part" else "group" if by == "group" else "source"
        found = map_facts.of_members(connection, asker.dataset_id, fact)
    titles = {"part": "Part", "group": "Group", "source": "Where it came from"}
    keys = [f"={found[n]}" if n in found else "none" for n in ids]
    return _commonest(titles[by], keys, _OTHERS, note=note)


def _by_column(
    connection: sa.Connection, asker: Asker, ids: Sequence[int], name: str
) -> MapColours:
    kinds = map_facts.column_kinds(connection, asker.dataset_id)
    if name not in kinds:
        raise UnknownNameError("column", name, kinds)
    values = members.column(connection, asker.dataset_id, name)
    if kinds[name] == "number":
        numbers = [v if isinstance(v := values.get(n), float) else None for n in ids]
        if len(set(numbers)) > _FEW_NUMBERS:
            return MapColours(name, _floats(numbers))
    keys = [f"={_as_text(values[n])}" if values.get(n) is not None else "none" for n in ids]
    return _commonest(name, keys, _OTHERS)


_FEW_NUMBERS = 12
"""So few different numbers are shown as categories: years, sites, plots."""


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _floats(values: Sequence[float | None]) -> npt.NDArray[np.float32]:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _commonest(
    title: str, keys: Sequence[str], fixed: Mapping[str | int, Category], *, note: str = ""
) -> MapColours:
    """Give a colour to the commonest of the keys that begin with ``=``; the rest are one."""
    counts = Counter(key for key in keys if key.startswith("="))
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    own = ranked if len(ranked) <= MOST_CATEGORIES else ranked[: MOST_CATEGORIES - 1]
    legend: dict[str | int, Category] = {key: Category(key[1:]) for key in own}
    rest = len(ranked) - len(own)
    if rest:
        legend["rest"] = Category(f"{rest:,} others", "grey")
    named = set(own)
    shown = [key if not key.startswith("=") or key in named else "rest" for key in keys]
    return _categories(title, shown, {**legend, **fixed}, note=note)


def _categories(
    title: str,
    keys: Sequence[str | int],
    legend: Mapping[str | int, Category],
    *,
    note: str = "",
) -> MapColours:
    """Number the keys in the order of the legend; lines without a picture are left out."""
    counts = Counter(keys)
    used = [key for key in legend if counts[key]]
    place = {key: number for number, key in enumerate(used)}
    values = np.fromiter((place[key] for key in keys), np.uint16, len(keys))
    lines = tuple(replace(legend[key], count=counts[key]) for key in used)
    return MapColours(title, values, note=note, categories=lines)
