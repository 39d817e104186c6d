"""Forgotten pictures: everything about them is deleted, and their hash keeps them from coming back.

This is the one place where votes are deleted. What must stay, because versions and models were
made from it, is a row without a name, a label or a vote, that says that a picture was there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.schema import (
    answers,
    choice_examples,
    column_values,
    comments,
    datasets,
    extra_answers,
    flags,
    forgotten,
    gold_answers,
    images,
    label_choices,
    labels,
    leases,
    members,
    models,
    rejections,
    replies,
    review_requests,
    runs,
    selection_members,
    split_parts,
    trash,
    upload_files,
    uploads,
    version_items,
    versions,
    vote_choices,
    votes,
)

_OF_A_PICTURE = (
    answers,
    labels,
    label_choices,
    leases,
    extra_answers,
    gold_answers,
    review_requests,
    rejections,
    comments,
    flags,
    trash,
    choice_examples,
    column_values,
    review_requests,
    selection_members,
    split_parts,
)
"""Tables that speak of pictures and of nothing else; votes have their own way."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name under which a picture is known, and where its file was left when it was linked."""

    dataset_id: int
    dataset: str
    member_id: int
    name: str
    linked_path: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where pictures are known.

    Attributes:
        hashes: Their images.
        names: Every name that they have or had, in all datasets.
        votes: How many votes are about them.
        versions: Versions that contain them: dataset, number and how many pictures.
        models: Models trained on one of these versions: name, number and run.
        runs: All runs on these versions.
    """

    hashes: tuple[str, ...]
    names: tuple[Name, ...]
    votes: int
    versions: tuple[tuple[str, int, int], ...]
    models: tuple[tuple[str, int, int], ...]
    runs: tuple[int, ...] = field(default=())

    @property
    def version_names(self) -> list[str]:
        """The versions as a person calls them."""
        return [f"{dataset} version {number}" for dataset, number, _ in self.versions]

    @property
    def model_names(self) -> list[str]:
        """The models as a person calls them."""
        return [f"{name} {number} (run {run})" for name, number, run in self.models]


@dataclass(frozen=True, slots=True)
class ForgottenRow:
    """A picture that was forgotten."""

    sha256: str
    author: str
    reason: str
    forgotten_at: datetime
    erased_at: datetime | None
    versions: list[str]
    models: list[str]


def hashes_of(connection: sa.Connection, dataset_id: int, names: Sequence[str]) -> list[str]:
    """Return the images that a dataset has, or had, under some names; sorted.

    Raises:
        UnknownNameError: If a name was never in the dataset.
    """
    found: dict[str, set[str]] = {}
    for part in chunks(names):
        query = sa.select(members.c.name, members.c.sha256).where(
            members.c.dataset_id == dataset_id, members.c.name.in_(part)
        )
        for row in connection.execute(query):
            found.setdefault(row.name, set()).add(row.sha256)
    for name in names:
        if name not in found:
            known = connection.scalars(
                sa.select(members.c.name).where(
                    members.c.dataset_id == dataset_id, members.c.removed_at.is_(None)
                )
            )
            raise UnknownNameError("picture", name, list(known))
    return sorted(set().union(*found.values()))


def footprint(connection: sa.Connection, hashes: Sequence[str]) -> Footprint:
    """Tell where pictures are known, before or instead of forgetting them."""
    wanted = sorted(set(hashes))
    names = _names(connection, wanted)
    frozen = _versions(connection, wanted)
    ran = _runs(connection, list(frozen))
    return Footprint(
        hashes=tuple(wanted),
        names=tuple(names),
        votes=sum(
            _count_votes(connection, part) for part in chunks([name.member_id for name in names])
        ),
        versions=tuple(sorted(frozen.values())),
        models=tuple(_models(connection, ran)),
        runs=tuple(ran),
    )


def forget(
    connection: sa.Connection, hashes: Sequence[str], *, author: str, reason: str
) -> Footprint:
    """Delete everything that the records say about pictures, under all their names.

    Args:
        connection: A writing connection.
        hashes: Their images.
        author: At whose command.
        reason: Why, in the author's words.

    Returns:
        Where they were known.
    """
    found = footprint(connection, hashes)
    moment = now()
    for sha256 in found.hashes:
        held = footprint(connection, [sha256])
        if _is_noted(connection, sha256):
            continue
        connection.execute(
            forgotten.insert().values(
                sha256=sha256,
                author=author,
                reason=reason,
                forgotten_at=moment,
                versions=held.version_names,
                models=held.model_names,
            )
        )
    _delete_about(connection, [name.member_id for name in found.names])
    _delete_requests(connection, found)
    _empty_members(connection, [name.member_id for name in found.names], moment)
    _empty_versions(connection, found)
    for part in chunks(found.hashes):
        connection.execute(
            images.update()
            .where(images.c.sha256.in_(part))
            .values(bytes=0, format="", mode="", width=0, height=0, perceptual_hash=0)
        )
    return found


def among(connection: sa.Connection, hashes: Sequence[str]) -> set[str]:
    """Return those of some images that were forgotten and must not come back."""
    return {
        sha256
        for part in chunks(hashes)
        for sha256 in connection.scalars(
            sa.select(forgotten.c.sha256).where(forgotten.c.sha256.in_(part))
        )
    }


def all_of(connection: sa.Connection) -> list[ForgottenRow]:
    """Return all forgotten pictures, the latest first."""
    query = sa.select(
        forgotten.c.sha256,
        forgotten.c.author,
        forgotten.c.reason,
        forgotten.c.forgotten_at,
        forgotten.c.erased_at,
        forgotten.c.versions,
        forgotten.c.models,
    ).order_by(forgotten.c.forgotten_at.desc(), forgotten.c.sha256)
    return [ForgottenRow(*row) for row in connection.execute(query)]


def unerased(connection: sa.Connection) -> list[str]:
    """Return the forgotten images whose files may still be there, as after a kill; sorted."""
    query = sa.select(forgotten.c.sha256).where(forgotten.c.erased_at.is_(None))
    return list(connection.scalars(query.order_by(forgotten.c.sha256)))


def erased(connection: sa.Connection, hashes: Sequence[str]) -> None:
    """Note that the files of forgotten images are gone."""
    for part in chunks(hashes):
        connection.execute(
            forgotten.update().where(forgotten.c.sha256.in_(part)).values(erased_at=now())
        )


def runs_with(connection: sa.Connection, hashes: Sequence[str]) -> list[int]:
    """Return the runs whose version contains one of some images, sorted."""
    return _runs(connection, list(_versions(connection, hashes)))


def _is_noted(connection: sa.Connection, sha256: str) -> bool:
    query = sa.select(forgotten.c.sha256).where(forgotten.c.sha256 == sha256)
    return connection.execute(query).first() is not None


def _names(connection: sa.Connection, hashes: Sequence[str]) -> list[Name]:
    query = (
        sa.select(
            datasets.c.id,
            datasets.c.name,
            members.c.id,
            members.c.name,
            members.c.linked_path,
            members.c.source,
        )
        .join(datasets, datasets.c.id == members.c.dataset_id)
        .order_by(datasets.c.name, members.c.name, members.c.id)
    )
    return [
        Name(*row)
        for part in chunks(hashes)
        for row in connection.execute(query.where(members.c.sha256.in_(part)))
    ]


def _versions(connection: sa.Connection, hashes: Sequence[str]) -> dict[int, tuple[str, int, int]]:
    found: dict[int, tuple[str, int, int]] = {}
    for part in chunks(hashes):
        query = (
            sa.select(
                versions.c.id, datasets.c.name, versions.c.number, sa.func.count().label("pictures")
            )
            .select_from(version_items)
            .join(versions, versions.c.id == version_items.c.version_id)
            .join(datasets, datasets.c.id == versions.c.dataset_id)
            .where(version_items.c.sha256.in_(part))
            .group_by(versions.c.id, datasets.c.name, versions.c.number)
        )
        for row in connection.execute(query):
            before = found.get(row.id, (row.name, row.number, 0))[2]
            found[row.id] = (row.name, row.number, before + row.pictures)
    return found


def _runs(connection: sa.Connection, version_ids: Sequence[int]) -> list[int]:
    query = sa.select(runs.c.id)
    return sorted(
        run
        for part in chunks(version_ids)
        for run in connection.scalars(query.where(runs.c.version_id.in_(part)))
    )


def _models(connection: sa.Connection, run_ids: Sequence[int]) -> list[tuple[str, int, int]]:
    query = sa.select(models.c.name, models.c.number, models.c.run_id)
    return sorted(
        (row.name, row.number, row.run_id)
        for part in chunks(run_ids)
        for row in connection.execute(query.where(models.c.run_id.in_(part)))
    )


def _count_votes(connection: sa.Connection, member_ids: Sequence[int]) -> int:
    query = sa.select(sa.func.count()).select_from(votes).where(votes.c.member_id.in_(member_ids))
    return int(connection.execute(query).scalar_one())


def _delete_about(connection: sa.Connection, member_ids: Sequence[int]) -> None:
    for part in chunks(member_ids):
        for table in _OF_A_PICTURE:
            connection.execute(table.delete().where(table.c.member_id.in_(part)))
        about = sa.select(votes.c.id).where(votes.c.member_id.in_(part))
        connection.execute(vote_choices.delete().where(vote_choices.c.vote_id.in_(about)))
        connection.execute(votes.delete().where(votes.c.member_id.in_(part)))


def _delete_requests(connection: sa.Connection, found: Footprint) -> None:
    """Delete what requests that are kept for repetition say of the pictures."""
    kept = sa.cast(replies.c.reply, sa.Text)
    words = [*found.hashes, *(name.name for name in found.names)]
    for word in dict.fromkeys(words):
        # As JSON writes it, for that is how it is kept.
        written = json.dumps(word)[1:-1]
        connection.execute(replies.delete().where(kept.contains(written, autoescape=True)))
    for name in found.names:
        sent = sa.select(uploads.c.id).where(
            uploads.c.dataset_id == name.dataset_id, uploads.c.finished_at.is_not(None)
        )
        connection.execute(
            upload_files.delete().where(
                upload_files.c.upload_id.in_(sent),
                sa.or_(
                    upload_files.c.name == name.name,
                    upload_files.c.name.endswith(f"/{name.name}", autoescape=True),
                ),
            )
        )


def _empty_members(connection: sa.Connection, member_ids: Sequence[int], moment: datetime) -> None:
    statement = (
        members.update()
        .where(members.c.id == sa.bindparam("picture"))
        .values(
            name=sa.bindparam("empty"),
            client_key=sa.bindparam("empty_key"),
            group_key=None,
            given_part=None,
            linked_path=None,
            source=None,
            removed_at=moment,
        )
    )
    rows = [
        {"picture": member, "empty": empty_name(member), "empty_key": f"forgotten:{member}"}
        for member in member_ids
    ]
    if rows:
        connection.execute(statement, rows)


def empty_name(member_id: int) -> str:
    """Return what a forgotten picture is called from then on."""
    return f"forgotten-{member_id}"


def _empty_versions(connection: sa.Connection, found: Footprint) -> None:
    hashes = set(found.hashes)
    for version_id in _versions(connection, found.hashes):
        for name in found.names:
            connection.execute(
                version_items.update()
                .where(
                    version_items.c.version_id == version_id,
                    version_items.c.member_id == name.member_id,
                )
                .values(
                    name=empty_name(name.member_id),
                    label=None,
                    certainty=None,
                    votes=None,
                    group_key=None,
                    columns=None,
                    other_labels=None,
                )
            )
        query = sa.select(versions.c.summary).where(versions.c.id == version_id)
        summary = without_examples(connection.execute(query).scalar_one(), hashes)
        connection.execute(
            versions.update().where(versions.c.id == version_id).values(summary=summary)
        )


def without_examples(summary: Mapping[str, Any], hashes: set[str]) -> dict[str, Any]:
    """Return a version's summary without the examples that show one of some images."""
    leaks = [
        {
            **leak,
            "examples": [
                example
                for example in leak["examples"]
                if not {example["a_sha256"], example["b_sha256"]} & hashes
            ],
        }
        for leak in summary.get("leaks", [])
    ]
    return {**summary, "leaks": leaks} if "leaks" in summary else dict(summary)
