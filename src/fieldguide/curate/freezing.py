"""Freeze a dataset: decide parts, note what cannot be trusted, make an immutable version."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fieldguide.curate.clusters import cluster_items
from fieldguide.curate.items import Item, load_items
from fieldguide.curate.leaks import LeakFinding, find_leaks
from fieldguide.curate.near_duplicates import NearPair
from fieldguide.curate.splitting import DEFAULT_FRACTIONS, assign_parts
from fieldguide.curate.versions import content
from fieldguide.errors import DataError, InputError, InterruptedRunError, UnknownNameError
from fieldguide.formats.names import some
from fieldguide.records import datasets, labels, questions, splits, states, versions
from fieldguide.records.datasets import DatasetRow
from fieldguide.records.splits import SplitRow
from fieldguide.records.versions import VersionItem, VersionRow


@dataclass(frozen=True, slots=True)
class SplitChoice:
    """Whose labels shall be frozen, and how the dataset shall be divided.

    Attributes:
        question: Name of the question whose labels are taken; see :func:`labelled_question`.
        resplit: Make a split even where one came with the data.
        given: Take the one that came with the data, whatever stood before.
        seed: Draws the order of assignment.
        fractions: Share of each part.
    """

    question: str | None = None
    resplit: bool = False
    given: bool = False
    seed: int = 0
    fractions: Mapping[str, float] | None = None

    @property
    def is_left_open(self) -> bool:
        """Whether nothing was chosen, so that the split which the dataset has is kept."""
        return self == SplitChoice(question=self.question)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who freezes a dataset on purpose, and what they say of it."""

    author: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Freezing:
    """What came of freezing.

    Attributes:
        version: The version.
        fresh: False when a version held exactly this already.
        noted: Whether the version has the note that was given.
    """

    version: VersionRow
    fresh: bool
    noted: bool = True


def freeze(
    connection: sa.Connection,
    dataset: str,
    near: Sequence[NearPair],
    choice: SplitChoice,
    *,
    compared: Collection[str],
    signature: Signature | None = None,
) -> Freezing:
    """Divide a dataset and freeze it; the same content gives the same version again.

    For a training, content is what it sees: names, bytes, labels, parts, groups, clusters. It takes
    the oldest version with these, whose runs are then found again, whatever columns or other
    questions say. Somebody who freezes on purpose gets a version of all that there is.

    Args:
        connection: A writing connection.
        dataset: Name of the dataset.
        near: Its pairs of near duplicates.
        choice: How to divide it; when it is left open, the split that was frozen last is kept.
        compared: Hashes of the images among which near duplicates were looked for.
        signature: Who freezes on purpose; None for a training.

    Returns:
        The version. Its ``summary`` holds what was found: ``origin``, ``leaks``, ``excluded``
        (counts by reason), ``untrusted`` (members that are neither trained on nor in the clean test
        figure), ``notes``.

    Raises:
        DataError: If there are not two classes with pictures.
        InputError: If the question is not asked for one class, or has to be named.
        InterruptedRunError: If pictures came in that were not compared.
        UnknownNameError: If there is no such dataset or question.
    """
    row = datasets.get(connection, dataset)
    question_id = labelled_question(connection, row, choice.question)
    items = load_items(connection, row.id, question_id)
    if any(item.sha256 not in compared for item in items):
        raise InterruptedRunError(
            f"Pictures came into {dataset!r} while it was compared. Run the same command again."
        )
    _check_classes(dataset, items)
    clusters = cluster_items(items, [(pair.a, pair.b) for pair in near])
    division = _divide(connection, row.id, items, clusters, choice)
    leaks = find_leaks(items, division.parts, near)
    conflicting = _conflicting_images(items)
    parts, excluded = _exclude(items, division, conflicting)
    untrusted = _untrusted(items, leaks, conflicting)
    frozen = _frozen(items, clusters, parts)
    summary = {
        "origin": division.origin,
        "resplit": division.resplit,
        "seed": division.seed,
        "notes": list(division.notes),
        "excluded": excluded,
        "near_duplicate_pairs": len(near),
        "duplicate_copies": len(items) - len({item.sha256 for item in items}),
        "leaks": [_leak_record(leak, division.parts) for leak in leaks],
        "untrusted": sorted(untrusted),
    }
    training_hash = content_hash(frozen, division.origin, untrusted)
    if signature is None:
        alike = versions.first_trained_alike(connection, row.id, training_hash)
        if alike is not None:
            return Freezing(alike, fresh=False)
    return _store(
        connection,
        row.id,
        _Content(items, frozen, summary, question_id, division.split_id, training_hash),
        signature or Signature(author=""),
    )


def freeze_undivided(
    connection: sa.Connection, dataset: str, question: str | None, signature: Signature
) -> Freezing:
    """Freeze a dataset as it is, without parts; no model can be trained on such a version.

    Args:
        connection: A writing connection.
        dataset: Name of the dataset.
        question: Name of the question whose labels come first; see :func:`main_question`.
        signature: Who freezes it.

    Raises:
        DataError: If the dataset has no pictures.
        InputError: If the question is not asked for one class, or has to be named.
        UnknownNameError: If there is no such dataset or question.
    """
    row = datasets.get(connection, dataset)
    question_id = main_question(connection, row, question)
    items = load_items(connection, row.id, question_id)
    if not items:
        raise _no_pictures(dataset)
    summary = {
        "origin": "none",
        "resplit": False,
        "seed": 0,
        "notes": ["It is not divided into parts, so no model can be trained on it."],
        "excluded": {},
        "near_duplicate_pairs": 0,
        "duplicate_copies": len(items) - len({item.sha256 for item in items}),
        "leaks": [],
        "untrusted": [],
    }
    frozen = _frozen(items, cluster_items(items, []), {})
    held = _Content(items, frozen, summary, question_id, None, None)
    return _store(connection, row.id, held, signature)


def can_divide(connection: sa.Connection, dataset: str, question: str | None) -> bool:
    """Tell whether a dataset has pictures of two classes, as a division into parts needs.

    Raises:
        InputError: If the question is not asked for one class, or has to be named.
        UnknownNameError: If there is no such dataset or question.
    """
    row = datasets.get(connection, dataset)
    question_id = main_question(connection, row, question)
    if question_id is None:
        return False
    asked = questions.get(connection, question_id)
    return len(labels.count_by_choice(connection, asked)) > 1


@dataclass(frozen=True, slots=True)
class _Content:
    items: Sequence[Item]
    frozen: Sequence[VersionItem]
    summary: dict[str, Any]
    question_id: int | None
    split_id: int | None
    training_hash: str | None


def _store(
    connection: sa.Connection, dataset_id: int, held: _Content, signature: Signature
) -> Freezing:
    parts = {item.member_id: item.part for item in held.frozen if item.part is not None}
    card = content.card(connection, dataset_id, held.items, parts)

    def whole() -> Iterator[VersionItem]:
        # Twice from the records: to be hashed, and to be stored where nothing has that hash.
        return content.whole(connection, dataset_id, held.question_id, held.frozen)

    whole_hash = content.whole_hash(held.training_hash, card, whole())
    found = versions.find(connection, dataset_id, whole_hash)
    if found is not None:
        noted = not signature.note or versions.annotate(
            connection, found, note=signature.note, author=signature.author
        )
        return Freezing(versions.get(connection, found), fresh=False, noted=noted)
    version_id = versions.freeze(
        connection,
        dataset_id=dataset_id,
        split_id=held.split_id,
        question_id=held.question_id,
        content_hash=whole_hash,
        training_hash=held.training_hash,
        items=whole(),
        summary={**held.summary, "last_vote": states.newest_vote(connection, dataset_id)},
        card=card,
    )
    versions.annotate(connection, version_id, note=signature.note, author=signature.author)
    return Freezing(versions.get(connection, version_id), fresh=True)


def _frozen(
    items: Sequence[Item], clusters: Sequence[str], parts: Mapping[int, str]
) -> list[VersionItem]:
    return [
        VersionItem(
            member_id=item.member_id,
            name=item.name,
            sha256=item.sha256,
            label=item.label,
            certainty=item.certainty,
            part=parts.get(item.member_id),
            group=item.group,
            cluster=cluster,
            votes=item.votes,
        )
        for item, cluster in zip(items, clusters, strict=True)
    ]


def content_hash(items: Sequence[VersionItem], origin: str, untrusted: Collection[int] = ()) -> str:
    """Hash what training sees of a version: names, bytes, labels, parts, groups, clusters, doubts.

    Columns, other questions, votes and texts are no part of it: a model does not change with them.
    """
    digest = hashlib.sha256(origin.encode())
    for item in sorted(items, key=lambda i: (i.name, i.sha256)):
        doubted = item.member_id in untrusted
        line = [item.name, item.sha256, item.label, item.part, item.group, item.cluster, doubted]
        digest.update(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Division:
    split_id: int
    origin: str
    parts: dict[int, str]
    bridging: frozenset[int]
    seed: int
    resplit: bool
    notes: tuple[str, ...]


def labelled_question(connection: sa.Connection, dataset: DatasetRow, name: str | None) -> int:
    """Return the id of the question whose labels are to be trained on; see :func:`main_question`.

    Where the dataset asks for no single class yet, the question that imports answer is made.
    """
    found = main_question(connection, dataset, name)
    return datasets.class_question(connection, dataset.id) if found is None else found


def main_question(connection: sa.Connection, dataset: DatasetRow, name: str | None) -> int | None:
    """Return the id of the question whose labels are to be frozen first.

    Without a name it is the one that imports answer, if it has labels, and otherwise the only one
    that has. Where none has labels it is the one that imports answer, or the first that asks for
    one class, or None.

    Raises:
        InputError: If the question does not ask for one class, or several have labels.
        UnknownNameError: If there is no question of that name.
    """
    asked = {q.name: q for q in questions.of_dataset(connection, dataset.id)}
    if name is not None:
        if name not in asked:
            raise UnknownNameError("question", name, list(asked))
        if asked[name].kind != "single":
            raise InputError(
                f"The question {name!r} does not ask for one class; only such a one can be "
                "trained on."
            )
        return asked[name].id
    single = [q for q in asked.values() if q.kind == "single"]
    labelled = {q.name: q.id for q in single if labels.has_any(connection, q.id)}
    if len(labelled) == 1:
        return next(iter(labelled.values()))
    if labelled and datasets.CLASS_QUESTION not in labelled:
        raise InputError(
            f"The dataset {dataset.name!r} has labels of the questions {some(labelled)}. Say which "
            "to train on with --question."
        )
    single.sort(key=lambda q: (q.name not in labelled, q.name != datasets.CLASS_QUESTION, q.id))
    return single[0].id if single else None


def _check_classes(dataset: str, items: Sequence[Item]) -> None:
    classes = {item.label for item in items if item.label is not None}
    if not items:
        raise _no_pictures(dataset)
    if len(classes) < 2:
        found = f"only the class {next(iter(classes))!r}" if classes else "no labels"
        raise DataError(
            f"The dataset {dataset!r} has {len(items)} pictures with {found}; training needs at "
            "least two classes. Put the pictures of each class into a folder of its own, name the "
            "label column of a table with --label, or label them with: fieldguide serve"
        )


def _no_pictures(dataset: str) -> DataError:
    return DataError(f"The dataset {dataset!r} has no pictures. Import some first.")


def _divide(
    connection: sa.Connection,
    dataset_id: int,
    items: Sequence[Item],
    clusters: Sequence[str],
    choice: SplitChoice,
) -> _Division:
    given = {i.member_id: i.given_part for i in items if i.given_part is not None}
    labelled = {i.member_id for i in items if i.label is not None}
    used = {part for member, part in given.items() if member in labelled}
    comes_with_one = "train" in used and bool(used & {"test", "val"})
    kept = _kept(connection, dataset_id, comes_with_one) if choice.is_left_open else None
    if kept is None and not choice.resplit and comes_with_one:
        return _take_over(connection, dataset_id, given, used)
    fractions = dict(choice.fractions or DEFAULT_FRACTIONS)
    split = kept or splits.ensure(
        connection, dataset_id, origin="made", seed=choice.seed, fractions=fractions
    )
    fractions = dict(split.fractions)
    existing = _standing(connection, split.id, items)
    assignment = assign_parts(
        items, clusters, existing=existing, fractions=fractions, seed=split.seed
    )
    splits.assign(connection, split.id, {**existing, **assignment.parts})
    notes = []
    if given and not choice.resplit:
        notes.append(
            f"The data names only the part {', '.join(sorted(used))}, so a new split was made."
        )
    return _Division(
        split_id=split.id,
        origin="made",
        parts={**existing, **assignment.parts},
        bridging=frozenset(assignment.bridging),
        seed=split.seed,
        resplit=choice.resplit or kept is not None,
        notes=tuple(notes),
    )


def _kept(
    connection: sa.Connection,
    dataset_id: int,
    comes_with_one: bool,  # noqa: FBT001
) -> SplitRow | None:
    """Return the made split of the last version, unless a given one has come since."""
    last = versions.latest_divided(connection, dataset_id)
    if last is None or last.split_id is None or (comes_with_one and not last.summary["resplit"]):
        return None
    split = splits.get(connection, last.split_id)
    return split if split.origin == "made" else None


def _standing(connection: sa.Connection, split_id: int, items: Sequence[Item]) -> dict[int, str]:
    """Return the parts that stand: a picture keeps its part under whatever name it comes."""
    by_hash = splits.parts_by_hash(connection, split_id)
    return {item.member_id: by_hash[item.sha256] for item in items if item.sha256 in by_hash}


def _take_over(
    connection: sa.Connection, dataset_id: int, given: dict[int, str], used: set[str]
) -> _Division:
    notes = []
    if "test" not in used:
        # Nothing is fitted or chosen on it, so it can serve as a test part.
        given = {member: "test" if part == "val" else part for member, part in given.items()}
        notes.append("The data came without a test part; its validation part is used as the test.")
    split = splits.ensure(connection, dataset_id, origin="given", seed=0, fractions={})
    splits.replace(connection, split.id, given)
    return _Division(
        split_id=split.id,
        origin="given",
        parts=given,
        bridging=frozenset(),
        seed=0,
        resplit=False,
        notes=tuple(notes),
    )


def _conflicting_images(items: Sequence[Item]) -> set[str]:
    answers: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.label is not None:
            answers[item.sha256].add(item.label)
    return {sha256 for sha256, found in answers.items() if len(found) > 1}


def _exclude(
    items: Sequence[Item], division: _Division, conflicting: set[str]
) -> tuple[dict[int, str], dict[str, int]]:
    excluded: Counter[str] = Counter()
    parts: dict[int, str] = {}
    for item in items:
        part = division.parts.get(item.member_id)
        if item.label is None:
            reason = "no label" if item.certainty is None else "votes tied"
        elif item.sha256 in conflicting and (division.origin == "made" or part != "test"):
            reason = "same picture under two labels"
        elif item.member_id in division.bridging:
            reason = "belongs with pictures on both sides of the split"
        elif part is None:
            reason = "in no part of the split that came with the data"
        else:
            parts[item.member_id] = part
            continue
        excluded[reason] += 1
    return parts, dict(excluded)


def _untrusted(
    items: Sequence[Item], leaks: Sequence[LeakFinding], conflicting: set[str]
) -> set[int]:
    leaked = {member for leak in leaks for member in leak.test_members}
    return leaked | {item.member_id for item in items if item.sha256 in conflicting}


def _leak_record(leak: LeakFinding, parts: Mapping[int, str]) -> dict[str, Any]:
    return {
        "kind": leak.kind,
        "parts": list(leak.parts),
        "pictures": len(leak.members),
        "test_pictures": len(leak.test_members),
        "groups": leak.sets,
        "examples": [
            {
                "a": a.name,
                "a_part": parts.get(a.member_id, ""),
                "a_label": a.label,
                "a_sha256": a.sha256,
                "b": b.name,
                "b_part": parts.get(b.member_id, ""),
                "b_label": b.label,
                "b_sha256": b.sha256,
                "group": a.group if leak.kind == "group" else None,
            }
            for a, b in leak.examples
        ],
    }
