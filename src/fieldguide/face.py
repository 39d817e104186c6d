"""The Python face: what ``import fieldguide as fg`` gives, thin over the workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from fieldguide.collect.importing import ImportReport
from fieldguide.config import read_config
from fieldguide.curate.checks.report import CheckReport
from fieldguide.curate.freezing import SplitChoice
from fieldguide.curate.versions.diff import Comparison
from fieldguide.deploy.model import Model
from fieldguide.evaluate import wording
from fieldguide.evaluate.record import EvaluationRecord, Reading
from fieldguide.records import datasets, models, runs, versions
from fieldguide.records.versions import VersionRow
from fieldguide.train.recipe import Recipe
from fieldguide.types import Part, Progress, SourceOptions
from fieldguide.workflows.check_dataset import check_dataset
from fieldguide.workflows.compare_versions import compare_versions
from fieldguide.workflows.evaluate_run import evaluate_run
from fieldguide.workflows.freeze_dataset import freeze_dataset
from fieldguide.workflows.freeze_version import FreezeOrder, freeze_version
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.restore_version import Restoration, restore_version
from fieldguide.workflows.train_dataset import RunResult, load_run, train_dataset
from fieldguide.workflows.train_folder import train_folder
from fieldguide.workspace import Workspace


def open_guide(workspace: str | Path | None = None) -> Guide:
    """Open a workspace, made now if it is not there.

    Args:
        workspace: Its folder; from the setting ``workspace`` when None.

    Example:
        >>> import tempfile
        >>> with open_guide(tempfile.mkdtemp()) as guide:
        ...     guide.datasets()
        []
    """
    return Guide(Workspace(read_config(workspace=workspace)))


def load(path: str | Path) -> Model:
    """Open a model's bundle.

    Args:
        path: The ``model.onnx`` that a run wrote.

    Raises:
        ModelError: If it is not a bundle.
    """
    return Model(path)


def train(source: str | Path, *, workspace: str | Path | None = None, **choices: Any) -> Run:
    """Do the whole way from pictures to a model; see ``Guide.train``."""
    with open_guide(workspace) as guide:
        return guide.train(source, **choices)


class Guide:
    """An opened workspace.

    Use it as a context manager, or call ``close`` at the end.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Guide({str(self._workspace.root)!r})"

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self._workspace.root

    def close(self) -> None:
        """Close the records."""
        self._workspace.close()

    def datasets(self) -> list[Dataset]:
        """All datasets, sorted by name."""
        with self._workspace.records.read() as connection:
            return [Dataset(self._workspace, name) for name in datasets.names(connection)]

    def dataset(self, name: str) -> Dataset:
        """Return one dataset.

        Raises:
            UnknownNameError: If there is none with that name.
        """
        with self._workspace.records.read() as connection:
            return Dataset(self._workspace, datasets.get(connection, name).name)

    def import_(
        self,
        source: str | Path,
        *,
        name: str | None = None,
        label: str | None = None,
        group: str | None = None,
        split: str | None = None,
        image: str | None = None,
        link: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Bring pictures into a dataset.

        Args:
            source: A folder, an archive or a table.
            name: Name of the dataset; made from the source's name when None.
            label: Column of a table that holds the class.
            group: Column of a table that says what was photographed together.
            split: Column of a table that holds the part.
            image: Column of a table that holds the picture's path or bytes.
            link: Leave the files where they are, in place of copying them.
            progress: Where to report.

        Returns:
            What became of the files.
        """
        return import_pictures(
            self._workspace,
            Path(source),
            dataset=name,
            options=SourceOptions(label=label, group=group, split=split, image=image),
            link=link,
            progress=progress,
        )

    def train(
        self,
        source: str | Path,
        *,
        name: str | None = None,
        label: str | None = None,
        group: str | None = None,
        split: str | None = None,
        image: str | None = None,
        link: bool = False,
        head: str = "logistic",
        backbone: str | None = None,
        question: str | None = None,
        resplit: bool = False,
        fractions: Mapping[str, float] | None = None,
        seed: int = 0,
        again: bool = False,
        progress: Progress | None = None,
    ) -> Run:
        """Do the whole way from pictures to a model.

        Args:
            source: A folder, an archive, a table, or the name of a dataset.
            name: As for ``import_``, and so are label, group, split, image and link.
            label: Column that holds the class.
            group: Column that says what was photographed together.
            split: Column that holds the part.
            image: Column that holds the picture.
            link: Leave the files where they are.
            head: Name of the head.
            backbone: Name of the backbone; the setting's when None.
            question: Name of the question whose labels are taken; the one that has any when None.
            resplit: Make a split even where one came with the data.
            fractions: Share of each part; 0.8 train and 0.2 test when None.
            seed: Draws the split, the folds and the bootstrap samples.
            again: Train anew even if a finished run has done exactly this.
            progress: Where to report.

        Returns:
            The finished run.
        """
        result = train_folder(
            self._workspace,
            source,
            dataset=name,
            options=SourceOptions(label=label, group=group, split=split, image=image),
            link=link,
            recipe=Recipe(
                backbone=backbone or self._workspace.config.backbone, head=head, seed=seed
            ),
            choice=SplitChoice(question=question, resplit=resplit, seed=seed, fractions=fractions),
            again=again,
            progress=progress,
        )
        return Run(result.run)

    def runs(self) -> list[Run]:
        """All finished runs, oldest first."""
        with self._workspace.records.read() as connection:
            rows = [row for row in runs.all_of(connection) if row.status == runs.FINISHED]
        return [Run(load_run(self._workspace, row.id)) for row in rows]

    def run(self, number: int) -> Run:
        """Return one finished run."""
        return Run(load_run(self._workspace, number))

    def evaluate(self, run: int, *, part: Part = "test") -> Reading:
        """Measure a run's bundle on a part once more; readings of the test part are counted."""
        return evaluate_run(self._workspace, run, part=part)[0]

    def model(self, name: str) -> Model:
        """Open the newest model of that name."""
        with self._workspace.records.read() as connection:
            row = models.newest(connection, name)
        return Model(load_run(self._workspace, row.run_id).bundle)


class Dataset:
    """A named collection of pictures."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self._workspace = workspace
        self.name = name

    def __repr__(self) -> str:
        return f"Dataset({self.name!r})"

    def check(
        self,
        *,
        only: Sequence[str] | None = None,
        question: str | None = None,
        progress: Progress | None = None,
    ) -> CheckReport:
        """Look for faults in the pictures and labels.

        Args:
            only: Names of the checks to run; all when None.
            question: Name of the question whose labels are checked; the one that has any when None.
            progress: Where to report.

        Returns:
            The findings, the worst and surest first, and which checks could not look and why.
        """
        return check_dataset(
            self._workspace, self.name, names=only, question=question, progress=progress
        )

    def split(
        self,
        *,
        question: str | None = None,
        resplit: bool = False,
        fractions: Mapping[str, float] | None = None,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> VersionRow:
        """Divide the dataset into parts and freeze it; see ``Guide.train`` for the choices.

        The version is the one that a training would take: a new one only where what a training sees
        has changed. ``freeze`` keeps everything.
        """
        return freeze_dataset(
            self._workspace,
            self.name,
            choice=SplitChoice(question=question, resplit=resplit, seed=seed, fractions=fractions),
            progress=progress,
        )

    def train(
        self,
        *,
        head: str = "logistic",
        backbone: str | None = None,
        question: str | None = None,
        resplit: bool = False,
        seed: int = 0,
        again: bool = False,
        progress: Progress | None = None,
    ) -> Run:
        """Train a model on the dataset as it stands; see ``Guide.train`` for the choices."""
        recipe = Recipe(backbone=backbone or self._workspace.config.backbone, head=head, seed=seed)
        choice = SplitChoice(question=question, resplit=resplit, seed=seed)
        return Run(
            train_dataset(
                self._workspace,
                self.name,
                recipe=recipe,
                choice=choice,
                again=again,
                progress=progress,
            )
        )

    def freeze(
        self,
        *,
        note: str = "",
        author: str = "",
        question: str | None = None,
        divide: bool = True,
        resplit: bool = False,
        fractions: Mapping[str, float] | None = None,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> VersionRow:
        """Keep the dataset as it is as a numbered version; the same content is the same version.

        Args:
            note: What to say of it.
            author: Who freezes it.
            question: Name of the question whose labels are taken; the one that has any when None.
            divide: Whether to divide it into parts, as training needs; where there are not two
                classes it is frozen without parts.
            resplit: Make a split even where one came with the data.
            fractions: Share of each part; 0.8 train and 0.2 test when None.
            seed: Draws the split.
            progress: Where to report.
        """
        order = FreezeOrder(
            author=author,
            note=note,
            question=question,
            divide=divide,
            resplit=resplit,
            fractions=None if fractions is None else dict(fractions),
            seed=seed,
        )
        return freeze_version(self._workspace, self.name, order, progress=progress).version

    def versions(self) -> list[VersionRow]:
        """All versions, newest first."""
        with self._workspace.records.read() as connection:
            found = datasets.get(connection, self.name)
            return versions.of_dataset(connection, found.id)

    def diff(self, before: str | int, after: str | int = "now") -> Comparison:
        """Tell what became of the dataset from one state to another.

        Args:
            before: A version's number, ``"now"``, a date such as ``"2026-05-01"`` (the end of that
                day, UTC) or a moment such as ``"2026-05-01T12:00"``.
            after: The same.

        Raises:
            InputError: If one of them is no state, or lies ahead.
            UnknownNameError: If there is no such version.
        """
        return compare_versions(self._workspace, self.name, str(before), str(after))

    def restore(self, number: int, *, author: str, progress: Progress | None = None) -> Restoration:
        """Bring pictures, groups, columns and labels back to what a version holds.

        What is there now is frozen first; no vote is deleted or changed.

        Args:
            number: Of the version.
            author: Who restores it; the labels that differ are decided under this name.
            progress: Where to report.

        Returns:
            What was done, and what could not be.
        """
        return restore_version(
            self._workspace, self.name, number, author=author, key=uuid4().hex, progress=progress
        )


class Run:
    """A finished run: its figures and its files."""

    def __init__(self, result: RunResult) -> None:
        self._result = result

    @property
    def number(self) -> int:
        """Its number in the workspace."""
        return self._result.run_id

    @property
    def record(self) -> EvaluationRecord:
        """All figures, as in ``metrics.json``."""
        return self._result.record

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self._result.report

    @property
    def bundle(self) -> Path:
        """The model, one ONNX file."""
        return self._result.bundle

    @property
    def accuracy(self) -> float | None:
        """Share of test pictures that were named rightly."""
        return self.record["test"]["metrics"]["accuracy"]["value"]

    def load(self) -> Model:
        """Open the model."""
        return Model(self.bundle)

    def __repr__(self) -> str:
        accuracy = self.record["test"]["metrics"]["accuracy"]
        return (
            f"Run({self.number}: {self.record['data']['dataset']}, "
            f"accuracy {wording.figure(accuracy, as_percent=True)})"
        )

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.record["verdict"])
        return f"<b>{escape(repr(self))}</b>{sentences}<p>{escape(str(self.report))}</p>"
