"""How two states of a dataset differ: pure, one pass over both, in memory only what differs."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fieldguide.curate.versions.state import (
    FACETS,
    Answer,
    Facet,
    Labelled,
    Pictured,
    State,
    Support,
)

Kind = Literal[
    "added", "removed", "renamed", "replaced", "label", "certainty", "column", "part", "group"
]
"""What can become of a picture. ``replaced`` means other bytes under the same name."""

KINDS: tuple[Kind, ...] = (
    "added",
    "removed",
    "renamed",
    "replaced",
    "label",
    "certainty",
    "column",
    "part",
    "group",
)

NO_LABEL = "no label"


@dataclass(frozen=True, slots=True)
class Ref:
    """Which picture: a name with its bytes."""

    member_id: int
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs.

    Attributes:
        kind: What it is a value of.
        what: The question's or the column's name; empty for parts and groups.
        before: An ``Answer``, a ``Support``, a column's value, a part or a group; None for none.
        after: The same.
    """

    kind: Kind
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PictureChange:
    """What became of one picture.

    Attributes:
        before: The picture in the first state; None for one that was added.
        after: The picture in the second state; None for one that was removed.
        values: What else differs, in the order of ``KINDS``. For a picture that was added or
            removed, all that is known of it.
    """

    before: Ref | None
    after: Ref | None
    values: tuple[Difference, ...] = ()

    @property
    def ref(self) -> Ref:
        """The picture as it is in the second state, or was in the first."""
        ref = self.after or self.before
        if ref is None:
            raise ValueError("A change is about a picture in at least one of the states.")
        return ref

    @property
    def kinds(self) -> frozenset[Kind]:
        """What became of it. What comes or goes with a picture or a label is not told twice."""
        if self.before is None:
            return frozenset({"added"})
        if self.after is None:
            return frozenset({"removed"})
        found: set[Kind] = set()
        if self.before.name != self.after.name:
            found.add("renamed")
        if self.before.sha256 != self.after.sha256:
            found.add("replaced")
        relabelled = {d.what for d in self.values if d.kind == "label"}
        for value in self.values:
            if value.kind != "certainty" or value.what not in relabelled:
                found.add(value.kind)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two states differ.

    Attributes:
        before: Title of the first state.
        after: Title of the second.
        changes: The pictures that differ, sorted by name.
        card: What the dataset says otherwise of itself: where, before, after.
        left_out: What was not compared, with the reason.
        notes: What a person should know of either state.
    """

    before: str
    after: str
    changes: tuple[PictureChange, ...]
    card: tuple[tuple[str, Any, Any], ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[Kind, int]:
        """How many pictures changed in each way; a picture can count in several."""
        found = Counter(kind for change in self.changes for kind in change.kinds)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @property
    def label_tables(self) -> dict[str, dict[tuple[str, str], int]]:
        """For each question how many labels went from which answer to which, commonest first."""
        found: dict[str, Counter[tuple[str, str]]] = {}
        for change in self.changes:
            if change.before is not None and change.after is not None:
                for value in change.values:
                    if value.kind == "label":
                        pair = (text(value.before), text(value.after))
                        found.setdefault(value.what, Counter())[pair] += 1
        return {
            question: dict(sorted(pairs.items(), key=lambda item: (-item[1], item[0])))
            for question, pairs in sorted(found.items())
        }

    def of_kinds(self, kinds: Collection[Kind]) -> Iterator[PictureChange]:
        """Give the changes of some kinds."""
        return (change for change in self.changes if change.kinds & set(kinds))


def compare(a: State, b: State) -> Comparison:
    """Compare two states in what both know.

    Returns:
        What became of the pictures from ``a`` to ``b``.
    """
    facets = {f for f in FACETS if f not in a.unknown and f not in b.unknown}
    known = [state.only for state in (a, b) if state.only is not None]
    changes = differences(
        a.pictures(),
        b.pictures(),
        facets=facets,
        only=frozenset.intersection(*known) if known else None,
        without=a.without | b.without,
    )
    return Comparison(
        before=a.title,
        after=b.title,
        changes=tuple(changes),
        card=tuple(card_differences(a.card, b.card)),
        left_out=tuple(_left_out(a, b)),
        notes=tuple(dict.fromkeys((*a.notes, *b.notes))),
    )


def differences(
    a: Iterable[Pictured],
    b: Iterable[Pictured],
    *,
    facets: Collection[Facet] = FACETS,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[PictureChange]:
    """Return what became of pictures, sorted by name.

    A picture is a name with its bytes. Where a name has other bytes it was replaced; where bytes
    have another name they were renamed, in the order of names where several could be meant.

    Args:
        a: The pictures before, by member id, ascending.
        b: The pictures after, by member id, ascending.
        facets: What is compared beside names, bytes and labels.
        only: The questions whose labels are compared; None compares all.
        without: Questions whose labels are not compared.
    """
    found: list[PictureChange] = []
    gone: list[Pictured] = []
    come: list[Pictured] = []

    def asked(question: str) -> bool:
        return (only is None or question in only) and question not in without

    def note(before: Pictured | None, after: Pictured | None) -> None:
        values = tuple(_values(before, after, facets, asked))
        refs = _ref(before), _ref(after)
        if values or refs[0] != refs[1]:
            found.append(PictureChange(*refs, values))

    for before, after in _side_by_side(a, b):
        if before is None and after is not None:
            come.append(after)
        elif after is None and before is not None:
            gone.append(before)
        else:
            note(before, after)
    for before, after in _paired(gone, come):
        note(before, after)
    return sorted(found, key=lambda change: (change.ref.name, change.ref.member_id))


def apply(pictures: Iterable[Pictured], changes: Iterable[PictureChange]) -> list[Pictured]:
    """Bring pictures from the first state of a comparison to the second, sorted by member id.

    Example:
        >>> leaf = Pictured(1, "leaf.jpg", "aa")
        >>> apply([leaf], differences([leaf], []))
        []
    """
    held = {picture.member_id: picture for picture in pictures}
    made = []
    for change in changes:
        start = Pictured(0, "", "")
        if change.before is not None:
            start = held.pop(change.before.member_id)
        if change.after is not None:
            made.append(_changed(start, change.after, change.values))
    held.update((picture.member_id, picture) for picture in made)
    return [held[member] for member in sorted(held)]


def card_differences(
    a: Mapping[str, Any] | None, b: Mapping[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    """Return where two cards differ, as (where, before, after); nothing where one is not known.

    Counts are left out: the pictures tell them.
    """
    if a is None or b is None:
        return []
    before, after = dict(_flat(a)), dict(_flat(b))
    return [
        (place, before.get(place), after.get(place))
        for place in dict.fromkeys([*before, *after])
        if before.get(place) != after.get(place)
    ]


def text(value: Any) -> str:
    """Return a value of a difference in words."""
    if value is None:
        return NO_LABEL
    if isinstance(value, Answer):
        return value.text
    if isinstance(value, Support):
        certainty = "none" if value.certainty is None else f"{value.certainty:.0%}"
        return certainty if value.votes is None else f"{certainty} of {value.votes}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _left_out(a: State, b: State) -> Iterator[str]:
    words: dict[Facet, str] = {
        "group": "Groups",
        "part": "Parts",
        "column": "Columns",
        "votes": "Numbers of votes",
    }
    for state in (a, b):
        if state.only is not None:
            kept = ", ".join(repr(name) for name in sorted(state.only)) or "no question"
            yield f"Labels are compared of {kept} alone: {state.title} kept no others."
    for facet, word in words.items():
        reasons = [state.unknown[facet] for state in (a, b) if facet in state.unknown]
        if reasons:
            yield f"{word} are not compared: {reasons[0]}."


def _side_by_side(
    a: Iterable[Pictured], b: Iterable[Pictured]
) -> Iterator[tuple[Pictured | None, Pictured | None]]:
    left, right = iter(a), iter(b)
    before, after = next(left, None), next(right, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before.member_id < after.member_id):
            yield before, None
            before = next(left, None)
        elif before is None or after.member_id < before.member_id:
            yield None, after
            after = next(right, None)
        else:
            yield before, after
            before, after = next(left, None), next(right, None)


def _paired(
    gone: Sequence[Pictured], come: Sequence[Pictured]
) -> Iterator[tuple[Pictured | None, Pictured | None]]:
    by_name = {picture.name: picture for picture in gone}
    left, taken = [], set()
    for picture in come:
        same_name = by_name.pop(picture.name, None)
        if same_name is None:
            left.append(picture)
        else:
            taken.add(same_name.member_id)
            yield same_name, picture
    by_bytes: dict[str, list[Pictured]] = {}
    for picture in sorted(gone, key=lambda p: (p.name, p.member_id), reverse=True):
        if picture.member_id not in taken:
            by_bytes.setdefault(picture.sha256, []).append(picture)
    for picture in sorted(left, key=lambda p: (p.name, p.member_id)):
        same_bytes = by_bytes.get(picture.sha256)
        yield (same_bytes.pop() if same_bytes else None), picture
    for remaining in by_bytes.values():
        for picture in remaining:
            yield picture, None


def _values(
    before: Pictured | None,
    after: Pictured | None,
    facets: Collection[Facet],
    is_asked: Callable[[str], bool],
) -> Iterator[Difference]:
    nothing = Pictured(0, "", "")
    a, b = before or nothing, after or nothing
    asked = [q for q in sorted(a.labels.keys() | b.labels.keys()) if is_asked(q)]
    no_label = Labelled(None, Support())
    pairs = [(q, a.labels.get(q, no_label), b.labels.get(q, no_label)) for q in asked]
    for question, x, y in pairs:
        if x.answer != y.answer:
            yield Difference("label", question, x.answer, y.answer)
    for question, x, y in pairs:
        supports = _support(x, facets), _support(y, facets)
        if supports[0] != supports[1]:
            yield Difference("certainty", question, *supports)
    if "column" in facets:
        for name in sorted(a.columns.keys() | b.columns.keys()):
            if a.columns.get(name) != b.columns.get(name):
                yield Difference("column", name, a.columns.get(name), b.columns.get(name))
    if "part" in facets and a.part != b.part:
        yield Difference("part", "", a.part, b.part)
    if "group" in facets and a.group != b.group:
        yield Difference("group", "", a.group, b.group)


def _support(label: Labelled, facets: Collection[Facet]) -> Support:
    return label.support if "votes" in facets else Support(label.support.certainty)


def _ref(picture: Pictured | None) -> Ref | None:
    return None if picture is None else Ref(picture.member_id, picture.name, picture.sha256)


def _changed(start: Pictured, ref: Ref, values: Sequence[Difference]) -> Pictured:
    columns, labels = dict(start.columns), dict(start.labels)
    single: dict[str, Any] = {"group": start.group, "part": start.part}
    for value in values:
        held = labels.get(value.what, Labelled(None, Support()))
        if value.kind == "label":
            labels[value.what] = dataclasses.replace(held, answer=value.after)
        elif value.kind == "certainty":
            labels[value.what] = dataclasses.replace(held, support=value.after)
        elif value.kind == "column":
            columns[value.what] = value.after
        else:
            single[value.kind] = value.after
    return Pictured(
        member_id=ref.member_id,
        name=ref.name,
        sha256=ref.sha256,
        columns={name: value for name, value in columns.items() if value is not None},
        labels={q: said for q, said in labels.items() if said != Labelled(None, Support())},
        **single,
    )


def _flat(card: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("name", "description"):
        yield name, card.get(name)
    for name, value in (card.get("privacy") or {}).items():
        yield f"privacy: {name}", value
    for name, kind in (card.get("columns") or {}).items():
        yield f"column {name!r}", kind
    for question in card.get("questions", ()):
        about = f"question {question['id']}"
        for name in ("name", "kind", "guidelines", "archived"):
            yield f"{about}: {name}", question.get(name)
        for name, value in (question.get("settings") or {}).items():
            yield f"{about}: {name}", value
        for choice in question["classes"]:
            for name in ("name", "description", "parent", "merged_into", "split", "archived"):
                yield f"{about}, class {choice['id']}: {name}", choice.get(name)
