"""Pictures of a dataset as a grid shows them: filtered, sorted, page after page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records.chunks import chunks
from fieldguide.records.lowercase import lowercase
from fieldguide.records.schema import (
    answers,
    certainty_key,
    choices,
    column_values,
    columns,
    comments,
    flags,
    images,
    label_choices,
    labels,
    members,
    questions,
    selection_members,
    vote_choices,
)
from fieldguide.records.settling import LabelState
from fieldguide.types import ColumnValue, Verdict

_WORD = re.compile(r'"([^"]+)"|([^\s"]+)')
_MOST_WORDS = 10

Sort = Literal["name", "added", "certainty", "order"]


@dataclass(frozen=True, slots=True)
class PictureFilter:
    """Which pictures to show, and in which order. What is None does not narrow the choice.

    Attributes:
        question_id: The question that class, state, verdict, annotator and certainty are about.
        choice_ids: Pictures whose label is one of these classes.
        unlabelled: Only pictures without a label.
        state: Only pictures in this state: open, review or closed.
        verdict: Only pictures whose label is this verdict.
        annotator: Only pictures that this person has answered.
        answered: With ``annotator``: only those that she gave this class.
        text: Only pictures that have each of these words in their name, a column, a comment or the
            name of their class, whatever the case; words in quotation marks belong together.
        text_questions: The questions whose classes ``text`` looks at; those that are answered blind
            are left out for annotators.
        text_without: Names of columns that ``text`` does not look at.
        part: Only pictures that their source put in this part.
        group: Only pictures of this group.
        columns: Values by column name; each must be equal.
        flagged: Only pictures with a flag that nobody cleared, or only those without.
        least_certain: Certainty at least this.
        most_certain: Certainty at most this.
        selection: Only pictures of this kept set; see ``records/selections.py``.
        sort: By name, by when they were added, by certainty, or in the question's order.
        descending: Turned round.
        many: Whether the question takes many choices; found out where it matters.
    """

    question_id: int | None = None
    choice_ids: tuple[int, ...] = ()
    unlabelled: bool = False
    state: str | None = None
    verdict: str | None = None
    annotator: str | None = None
    answered: int | None = None
    text: str | None = None
    text_questions: tuple[int, ...] = ()
    text_without: tuple[str, ...] = ()
    part: str | None = None
    group: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    flagged: bool | None = None
    least_certain: float | None = None
    most_certain: float | None = None
    selection: int | None = None
    sort: Sort = "name"
    descending: bool = False
    many: bool = False

    @property
    def is_search(self) -> bool:
        """Whether no index has the pictures together, so that very many may be looked at."""
        about_label = bool(self.choice_ids or self.unlabelled or self.state or self.verdict)
        by_certainty = self.least_certain is not None or self.most_certain is not None
        about_picture = bool(self.text or self.part or self.group or self.columns)
        return (
            about_picture
            or self.flagged is not None
            or self.selection is not None
            or bool(self.annotator)
            or by_certainty
            or len(self.choice_ids) > 1
            or (about_label and self.sort != "name")
        )


@dataclass(frozen=True, slots=True)
class PictureLabel:
    """The label of a picture as the grid shows it."""

    state: LabelState
    verdict: Verdict | None
    choice_ids: tuple[int, ...]
    number: float | None
    certainty: float | None
    votes: int


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One picture of a page.

    Attributes:
        key: The value by which the page is sorted; with the id it tells where the next page begins.
    """

    id: int
    name: str
    sha256: str
    group: str | None
    part: str | None
    width: int
    height: int
    key: str | float | int
    label: PictureLabel | None


Cursor = tuple[str | float | int, int]
"""Where a page ends: the sort key and the id of its last picture."""


def page(
    connection: sa.Connection,
    dataset_id: int,
    wanted: PictureFilter,
    *,
    after: Cursor | None = None,
    limit: int = 100,
) -> list[PictureRow]:
    """Return the pictures that follow a place, at most ``limit``.

    Raises:
        InputError: If a filter or the order needs a question and none is given.
    """
    wanted = _checked(connection, wanted)
    key = _key(wanted)
    query = _narrowed(_selection(key, wanted), dataset_id, wanted)
    query = query.order_by(*_order(key, wanted)).limit(limit)
    if after is None:
        rows = list(connection.execute(query))
    else:
        rows = _following(connection, query, wanted, after, limit)
    many = _choices_of(connection, wanted, rows)
    return [_row(row, wanted, many) for row in rows]


def count(connection: sa.Connection, dataset_id: int, wanted: PictureFilter) -> int:
    """Count the pictures that a filter lets through."""
    wanted = _checked(connection, wanted)
    query = _narrowed(sa.select(sa.func.count()).select_from(_source(wanted)), dataset_id, wanted)
    return int(connection.execute(query).scalar_one())


def marks(
    connection: sa.Connection, dataset_id: int, wanted: PictureFilter, *, every: int
) -> list[Cursor]:
    """Return the place after each ``every`` pictures, so that a page can be reached at once."""
    wanted = _checked(connection, wanted)
    key = _key(wanted)
    number = sa.func.row_number().over(order_by=_order(key, wanted)).label("number")
    inner = _narrowed(
        sa.select(key.label("key"), members.c.id.label("id"), number).select_from(_source(wanted)),
        dataset_id,
        wanted,
    ).subquery()
    query = (
        sa.select(inner.c.key, inner.c.id)
        .where(inner.c.number % every == 0)
        .order_by(inner.c.number)
    )
    return [(row.key, row.id) for row in connection.execute(query)]


def ids(connection: sa.Connection, dataset_id: int, wanted: PictureFilter) -> list[int]:
    """Return the ids of all pictures that a filter lets through, in its order."""
    wanted = _checked(connection, wanted)
    query = _narrowed(sa.select(members.c.id).select_from(_source(wanted)), dataset_id, wanted)
    return list(connection.scalars(query.order_by(*_order(_key(wanted), wanted))))


def by_ids(
    connection: sa.Connection, member_ids: Sequence[int], question_id: int | None = None
) -> list[PictureRow]:
    """Return pictures by their ids, in the order of the ids; unknown ones are left out."""
    wanted = PictureFilter(question_id=question_id)
    found: dict[int, PictureRow] = {}
    for part in chunks(member_ids):
        query = _selection(_key(wanted), wanted).where(members.c.id.in_(part))
        rows = connection.execute(query).all()
        many = _choices_of(connection, wanted, rows)
        found.update({row.id: _row(row, wanted, many) for row in rows})
    return [found[member] for member in member_ids if member in found]


@dataclass(frozen=True, slots=True)
class Face:
    """What is needed to show a picture, and no more."""

    id: int
    name: str
    sha256: str
    width: int
    height: int


def faces(connection: sa.Connection, member_ids: Sequence[int]) -> list[Face]:
    """Return pictures by their ids, in the order of the ids; unknown ones are left out."""
    found: dict[int, Face] = {}
    for part in chunks(member_ids):
        rows = connection.execute(_FACES, {"pictures": list(part)})
        found.update({row[0]: Face(*row) for row in rows})
    return [found[member] for member in member_ids if member in found]


def values_of(connection: sa.Connection, member_id: int) -> dict[str, ColumnValue]:
    """Return the columns of one picture by name, sorted."""
    return values_of_members(connection, [member_id]).get(member_id, {})


def values_of_members(
    connection: sa.Connection, member_ids: Sequence[int]
) -> dict[int, dict[str, ColumnValue]]:
    """Return the columns of some pictures, by picture and name."""
    found: dict[int, dict[str, ColumnValue]] = {}
    for part in chunks(member_ids):
        query = (
            sa.select(
                column_values.c.member_id,
                columns.c.name,
                column_values.c.number,
                column_values.c.text,
            )
            .join(columns, columns.c.id == column_values.c.column_id)
            .where(column_values.c.member_id.in_(part))
            .order_by(columns.c.name)
        )
        for row in connection.execute(query):
            value = row.number if row.number is not None else row.text
            found.setdefault(row.member_id, {})[row.name] = value
    return found


def column_choices(
    connection: sa.Connection, dataset_id: int, *, most: int = 50
) -> dict[str, list[str]]:
    """Return each column's values, as text, where there are at most ``most`` different ones."""
    found: dict[str, list[str]] = {}
    query = sa.select(columns.c.id, columns.c.name, columns.c.kind).where(
        columns.c.dataset_id == dataset_id
    )
    for column in connection.execute(query.order_by(columns.c.name)).all():
        held = column_values.c.text if column.kind == "text" else column_values.c.number
        values = connection.scalars(
            sa.select(held)
            .where(column_values.c.column_id == column.id, held.is_not(None))
            .distinct()
            .order_by(held)
            .limit(most + 1)
        ).all()
        found[column.name] = [_as_text(v) for v in values] if len(values) <= most else []
    return found


def _as_text(value: str | float) -> str:
    if isinstance(value, str):
        return value
    # All digits, so that the text finds the value again.
    return str(int(value)) if value.is_integer() else repr(value)


def _checked(connection: sa.Connection, wanted: PictureFilter) -> PictureFilter:
    needs = (
        wanted.choice_ids
        or wanted.unlabelled
        or wanted.state
        or wanted.verdict
        or wanted.annotator
        or wanted.least_certain is not None
        or wanted.most_certain is not None
        or wanted.sort in {"certainty", "order"}
    )
    if needs and wanted.question_id is None:
        raise InputError(
            "Class, state, verdict, annotator, certainty and the question's order belong to a "
            "question: name it with question=ID."
        )
    if wanted.answered is not None and wanted.annotator is None:
        raise InputError("answered=CLASS needs annotator=NAME: whose answer is meant?")
    if not wanted.choice_ids:
        return wanted
    kind = sa.select(questions.c.kind).where(questions.c.id == wanted.question_id)
    return replace(wanted, many=connection.execute(kind).scalar() == "many")


def _key(wanted: PictureFilter) -> sa.ColumnElement[Any]:
    if wanted.sort == "added":
        return members.c.id
    if wanted.sort == "certainty":
        return certainty_key
    if wanted.sort == "order":
        return labels.c.order_key
    return _ordering(wanted).c.name


def _ordering(wanted: PictureFilter) -> sa.Table:
    """Return the table whose index has the order beside what narrows the choice down.

    Few pictures of very many are then found at once, wherever their names lie.
    """
    if wanted.sort in {"certainty", "order"}:
        return labels
    if wanted.sort == "added":
        return members
    if _has_one_of_many(wanted):
        return label_choices
    if len(wanted.choice_ids) == 1 or wanted.state or wanted.verdict or wanted.unlabelled:
        return labels
    return members


def _has_one_of_many(wanted: PictureFilter) -> bool:
    return wanted.many and len(wanted.choice_ids) == 1


def _order(key: sa.ColumnElement[Any], wanted: PictureFilter) -> list[sa.ColumnElement[Any]]:
    if wanted.descending:
        return [key.desc(), _id(wanted).desc()]
    return [key.asc(), _id(wanted).asc()]


def _id(wanted: PictureFilter) -> sa.ColumnElement[int]:
    table = _ordering(wanted)
    return members.c.id if table is members else table.c.member_id


def _following(
    connection: sa.Connection,
    query: sa.Select[Any],
    wanted: PictureFilter,
    after: Cursor,
    limit: int,
) -> list[Any]:
    key, number = _key(wanted), _id(wanted)
    held, last = sa.literal(after[0], key.type), sa.literal(after[1], sa.BigInteger)
    if wanted.sort in {"name", "added"}:
        place, here = sa.tuple_(key, number), sa.tuple_(held, last)
        return list(connection.execute(query.where(_beyond(wanted, place, here))))
    # Very many pictures share a certainty. Two steps enter the index where the page begins: first
    # among those of the same value, which need no other order than that of their numbers.
    alike = query.where(key == held, _beyond(wanted, number, last)).order_by(None)
    rows = list(connection.execute(alike.order_by(_order(key, wanted)[1])))
    if len(rows) < limit:
        rest = query.where(_beyond(wanted, key, held)).limit(limit - len(rows))
        rows += connection.execute(rest)
    return rows


def _beyond(wanted: PictureFilter, place: Any, here: Any) -> sa.ColumnElement[bool]:
    comparison: sa.ColumnElement[bool] = place < here if wanted.descending else place > here
    return comparison


def _source(wanted: PictureFilter) -> sa.FromClause:
    if wanted.question_id is None:
        return members
    source = members.join(
        labels,
        sa.and_(labels.c.member_id == members.c.id, labels.c.question_id == wanted.question_id),
    )
    if not _has_one_of_many(wanted):
        return source
    return source.join(
        label_choices,
        sa.and_(
            label_choices.c.member_id == members.c.id,
            label_choices.c.question_id == wanted.question_id,
            label_choices.c.choice_id == wanted.choice_ids[0],
        ),
    )


def _selection(key: sa.ColumnElement[Any], wanted: PictureFilter) -> sa.Select[Any]:
    shown: list[sa.ColumnElement[Any]] = [
        members.c.id,
        members.c.name,
        members.c.sha256,
        members.c.group_key,
        members.c.given_part,
        images.c.width,
        images.c.height,
        key.label("key"),
    ]
    if wanted.question_id is not None:
        shown += [
            labels.c.state,
            labels.c.verdict,
            labels.c.choice_id,
            labels.c.number,
            labels.c.certainty,
            labels.c.vote_count,
        ]
    return sa.select(*shown).select_from(
        sa.join(_source(wanted), images, images.c.sha256 == members.c.sha256)
    )


def _narrowed(query: sa.Select[Any], dataset_id: int, wanted: PictureFilter) -> sa.Select[Any]:
    conditions = [members.c.dataset_id == dataset_id, members.c.removed_at.is_(None)]
    conditions += _about_the_picture(dataset_id, wanted)
    if wanted.question_id is not None:
        conditions += _about_the_label(wanted)
    return query.where(*conditions)


def _about_the_picture(dataset_id: int, wanted: PictureFilter) -> list[sa.ColumnElement[bool]]:
    found = [_has_word(dataset_id, word, wanted) for word in words_of(wanted.text or "")]
    if wanted.part is not None:
        found.append(members.c.given_part == wanted.part)
    if wanted.group is not None:
        found.append(members.c.group_key == wanted.group)
    if wanted.selection is not None:
        found.append(_in_selection(wanted.selection))
    if wanted.flagged is not None:
        raised = sa.exists().where(flags.c.member_id == members.c.id, flags.c.cleared_at.is_(None))
        found.append(raised if wanted.flagged else ~raised)
    found += [_has_value(dataset_id, name, value) for name, value in wanted.columns.items()]
    return found


def _in_selection(selection: int) -> sa.ColumnElement[bool]:
    # A list of pictures, and not a look-up for each, so that few of very many are found at once.
    return members.c.id.in_(
        sa.select(selection_members.c.member_id).where(
            selection_members.c.selection_id == selection
        )
    )


def words_of(text: str) -> list[str]:
    """Return the words of a search, at most ten; words in quotation marks are one.

    Example:
        >>> words_of('oak "red leaf" 12')
        ['oak', 'red leaf', '12']
    """
    found = [phrase or word for phrase, word in _WORD.findall(text)]
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def _has_word(dataset_id: int, word: str, wanted: PictureFilter) -> sa.ColumnElement[bool]:
    # Each of these is looked through once, and not once for every picture.
    in_columns = (
        sa.select(column_values.c.member_id)
        .join(columns, columns.c.id == column_values.c.column_id)
        .where(columns.c.dataset_id == dataset_id, _is_in_value(word))
    )
    if wanted.text_without:
        in_columns = in_columns.where(columns.c.name.not_in(wanted.text_without))
    in_comments = (
        sa.select(comments.c.member_id)
        .join(members, members.c.id == comments.c.member_id)
        .where(members.c.dataset_id == dataset_id, _contains(comments.c.text, word))
    )
    where = [
        _contains(members.c.name, word),
        members.c.id.in_(in_columns),
        members.c.id.in_(in_comments),
    ]
    if wanted.text_questions:
        named = sa.select(choices.c.id).where(
            choices.c.question_id.in_(wanted.text_questions), _contains(choices.c.name, word)
        )
        where += [
            members.c.id.in_(sa.select(table.c.member_id).where(table.c.choice_id.in_(named)))
            for table in (labels, label_choices)
        ]
    return sa.or_(*where)


def _is_in_value(word: str) -> sa.ColumnElement[bool]:
    found = [_contains(column_values.c.text, word)]
    with contextlib.suppress(ValueError):
        found.append(column_values.c.number == float(word))
    return sa.or_(*found)


def _contains(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    if text.isascii():
        return column.icontains(text, autoescape=True)
    # Not for every text: in SQLite it costs three times as much as what it has of its own.
    return lowercase(column).contains(text.lower(), autoescape=True)


def _about_the_label(wanted: PictureFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.choice_ids and not _has_one_of_many(wanted):
        found.append(_has_class(wanted))
    if wanted.unlabelled:
        found.append(labels.c.verdict.is_(None))
    if wanted.state is not None:
        found.append(labels.c.state == wanted.state)
    if wanted.verdict is not None:
        found.append(labels.c.verdict == wanted.verdict)
    if wanted.annotator is not None:
        found.append(_answered_by(wanted))
    if wanted.least_certain is not None:
        found.append(labels.c.certainty >= wanted.least_certain)
    if wanted.most_certain is not None:
        found.append(labels.c.certainty <= wanted.most_certain)
    return found


def _has_class(wanted: PictureFilter) -> sa.ColumnElement[bool]:
    if len(wanted.choice_ids) == 1:
        return labels.c.choice_id == wanted.choice_ids[0]
    if not wanted.many:
        return labels.c.choice_id.in_(wanted.choice_ids)
    return sa.exists().where(
        label_choices.c.question_id == wanted.question_id,
        label_choices.c.member_id == members.c.id,
        label_choices.c.choice_id.in_(wanted.choice_ids),
    )


def _answered_by(wanted: PictureFilter) -> sa.ColumnElement[bool]:
    where = [
        answers.c.question_id == wanted.question_id,
        answers.c.member_id == members.c.id,
        answers.c.annotator == wanted.annotator,
        answers.c.verdict != "skip",
    ]
    if wanted.answered is not None:
        among = sa.exists().where(
            vote_choices.c.vote_id == answers.c.vote_id,
            vote_choices.c.choice_id == wanted.answered,
        )
        where.append(sa.or_(answers.c.choice_id == wanted.answered, among))
    return sa.exists().where(*where)


def _has_value(dataset_id: int, name: str, value: str) -> sa.ColumnElement[bool]:
    alike = [column_values.c.text == value]
    with contextlib.suppress(ValueError):
        alike.append(column_values.c.number == float(value))
    return sa.exists().where(
        column_values.c.member_id == members.c.id,
        column_values.c.column_id == columns.c.id,
        columns.c.dataset_id == dataset_id,
        columns.c.name == name,
        sa.or_(*alike),
    )


def _choices_of(
    connection: sa.Connection, wanted: PictureFilter, rows: Sequence[Any]
) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    if wanted.question_id is None:
        return found
    several = [row.id for row in rows if row.verdict == "answer" and row.choice_id is None]
    for part in chunks(several):
        query = (
            sa.select(label_choices.c.member_id, label_choices.c.choice_id)
            .where(
                label_choices.c.question_id == wanted.question_id,
                label_choices.c.member_id.in_(part),
            )
            .order_by(label_choices.c.choice_id)
        )
        for member, choice in connection.execute(query):
            found[member] = (*found.get(member, ()), choice)
    return found


def _row(row: Any, wanted: PictureFilter, many: Mapping[int, tuple[int, ...]]) -> PictureRow:
    # By place, see ``_selection``: values by name would take much of what a page costs.
    picture, name, sha256, group, part, width, height, key, *rest = row
    label = None
    if wanted.question_id is not None:
        state, verdict, choice, number, certainty, vote_count = rest
        chosen = many.get(picture, ()) if choice is None else (choice,)
        label = PictureLabel(state, verdict, chosen, number, certainty, vote_count)
    return PictureRow(picture, name, sha256, group, part, width, height, key, label)


# Putting a statement together costs more than running it, so this one is made once.
_FACES = (
    sa.select(members.c.id, members.c.name, members.c.sha256, images.c.width, images.c.height)
    .join(images, images.c.sha256 == members.c.sha256)
    .where(members.c.id.in_(sa.bindparam("pictures", expanding=True)))
)
