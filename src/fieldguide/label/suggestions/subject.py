"""What is known of one question: its labels as they stand, and what a model makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fieldguide.label import holdout
from fieldguide.label.suggestions import model, spread
from fieldguide.label.suggestions.clusters import Clusters
from fieldguide.label.suggestions.model import Choice, Examples
from fieldguide.label.suggestions.space import Scene, Space
from fieldguide.label.suggestions.view import Bools, Fitted, View
from fieldguide.records import gold, questions, rejections, suggestion_facts
from fieldguide.records.questions import Question
from fieldguide.records.suggestion_facts import LabelFacts, Mark
from fieldguide.types import IntArray
from fieldguide.workspace import Workspace

_MOST_AT_A_TIME = 20_000

_FEW = 3_000
"""Pictures up to which labels are spread in less time than a person notices."""


class Subject:
    """One question; used by one thread at a time, but for ``view``, which any may read.

    Args:
        workspace: Where it is asked.
        space: The pictures of its dataset.
        question_id: The question.

    Attributes:
        view: The suggestions, or None before the first.
    """

    view: View | None

    def __init__(self, workspace: Workspace, space: Space, question_id: int) -> None:
        self.space = space
        self.question_id = question_id
        self.view = None
        self._workspace = workspace
        self._scene: Scene | None = None
        self._mark: Mark | None = None
        self._drawn: tuple[int, float] | None = None
        self._held_out: Bools = np.zeros(0, np.bool_)
        self._labels: IntArray = np.zeros(0, np.int64)
        self._open: Bools = np.zeros(0, np.bool_)
        self._answered: Bools = np.zeros(0, np.bool_)
        self._rejected: IntArray = np.zeros((0, 2), np.int64)
        self._known: Bools = np.zeros(0, np.bool_)
        self._clusters: tuple[int, Clusters] | None = None
        self._choice: Choice | None = None

    def bring_up_to_date(self) -> Iterator[View]:
        """Read what changed and learn; give the suggestions each time that they are better.

        The first ones come as soon as possible. Those with a method that was chosen anew come
        after them.
        """
        scene = self.space.scene()
        question = self._read(scene)
        reason, examples = self._examples(scene, question)
        if examples is None:
            self.view = self._view(scene, question, None, reason)
            yield self.view
            return
        small = len(examples.places) <= model.MOST_TO_SPREAD
        may_spread = small and len(scene.features) <= spread.MOST_PICTURES
        choice = self._choice
        if choice is None or choice.is_due(examples, may_spread=False):
            # A page can double the labels, so that what was chosen before would mislead. Where the
            # graph takes a while to make, or to be spread over, it is tried afterwards.
            at_once = may_spread and scene.has_edges and len(scene.features) <= _FEW
            edges = scene.edges if at_once else None
            choice = model.choose(scene.features.rows, edges, examples)
        yield self._learned(scene, question, examples, choice)
        if choice.is_due(examples, may_spread=may_spread):
            choice = model.choose(scene.features.rows, scene.edges, examples)
            yield self._learned(scene, question, examples, choice)

    def _learned(
        self, scene: Scene, question: Question, examples: Examples, choice: Choice
    ) -> View:
        edges = scene.edges if choice.method == "spread" else None
        fitted = model.fit(scene.features.rows, edges, examples, choice)
        fitted = model.without_rejected(fitted, self._rejected)
        self._choice = choice
        self.view = self._view(scene, question, fitted, None)
        return self.view

    def _read(self, scene: Scene) -> Question:
        with self._workspace.records.read() as connection:
            question = questions.get(connection, self.question_id)
            mark = suggestion_facts.mark(connection, self.question_id)
            before = self._mark
            all_anew = (
                before is None
                or self._scene is not scene
                or (before.revision, before.fitted_at) != (mark.revision, mark.fitted_at)
            )
            if all_anew:
                self._begin(scene)
                self._take(scene, suggestion_facts.labels_of(connection, self.question_id))
            elif before is not None and mark.vote > before.vote:
                changed = suggestion_facts.answered_since(connection, self.question_id, before.vote)
                some = changed if len(changed) <= _MOST_AT_A_TIME else None
                self._take(scene, suggestion_facts.labels_of(connection, self.question_id, some))
            if all_anew or before is None or before.rejections != mark.rejections:
                pairs = rejections.of_question(connection, self.question_id)
                self._rejected = _rejected(scene, question, pairs)
            known = [answer.member_id for answer in gold.of_question(connection, self.question_id)]
        self._known = _marked(scene, np.array(known, np.int64))
        self._draw(scene, question)
        self._scene, self._mark = scene, mark
        return question

    def _begin(self, scene: Scene) -> None:
        number = len(scene.features)
        self._labels = np.zeros(number, np.int64)
        self._open = np.zeros(number, np.bool_)
        self._answered = np.zeros(number, np.bool_)
        if self._scene is not scene:
            self._drawn, self._clusters = None, None

    def _take(self, scene: Scene, facts: LabelFacts) -> None:
        places = scene.features.places(facts.members)
        known = places >= 0
        self._labels[places[known]] = facts.choices[known]
        self._open[places[known]] = facts.open[known]
        self._answered[places[known]] = facts.answered[known]

    def _draw(self, scene: Scene, question: Question) -> None:
        settings = question.settings
        drawn = (settings.seed, settings.holdout_share)
        if self._drawn != drawn:
            members = scene.features.members.tolist()
            held = (holdout.is_held_out(settings, member) for member in members)
            self._held_out = np.fromiter(held, np.bool_, len(members))
            self._drawn = drawn

    def _examples(self, scene: Scene, question: Question) -> tuple[str | None, Examples | None]:
        reason = _hindrance(scene, question)
        if reason is not None:
            return reason, None
        usable = _usable(self._labels > 0, self._held_out, self._known, scene.features.kin)
        examples = model.gather(self._labels, usable, scene.features.kin)
        if len(examples.choices) < 2:
            return "A model needs labels of at least two classes; there are too few yet.", None
        return None, examples

    def _view(
        self, scene: Scene, question: Question, fitted: Fitted | None, reason: str | None
    ) -> View:
        if self._mark is None:
            raise ValueError("The labels must be read before anything is made of them.")
        fresh = self._open & ~self._answered & ~self._held_out & ~self._known
        return View(
            features=scene.features,
            mark=self._mark,
            offered=frozenset(choice.id for choice in question.choices if choice.offered),
            labels=self._labels.copy(),
            open=self._open.copy(),
            fresh=fresh,
            shown=fresh | (self._known & ~self._held_out),
            held_out=self._held_out,
            clusters=self._clustered(scene, question),
            fitted=fitted,
            reason=reason,
        )

    def _clustered(self, scene: Scene, question: Question) -> Clusters:
        classes = sum(choice.offered for choice in question.choices)
        if self._clusters is None or self._clusters[0] != classes:
            self._clusters = (classes, scene.clusters(classes))
        return self._clusters[1]


def _hindrance(scene: Scene, question: Question) -> str | None:
    if not question.settings.suggestions:
        return "Suggestions are switched off for this question, in the dataset's settings."
    if question.kind != "single":
        return (
            "A model learns only questions with one class per picture. Pictures that look alike "
            "can be shown together all the same."
        )
    if not len(scene.features):
        return "The pictures have no vectors yet. Start the job that embeds them, and wait for it."
    return None


def _usable(labelled: Bools, held_out: Bools, known: Bools, kin: IntArray) -> Bools:
    """Leave out the hold-out, known answers, and what shows the same scenes as the hold-out.

    Where groups are so large that this would cost more than half of the labels, they stay: the
    hold-out itself is never learned from.
    """
    usable = labelled & ~held_out & ~known
    apart = usable & ~np.isin(kin, kin[held_out])
    return apart if 2 * apart.sum() >= usable.sum() else usable


def _marked(scene: Scene, members: IntArray) -> Bools:
    found = np.zeros(len(scene.features), np.bool_)
    places = scene.features.places(members)
    found[places[places >= 0]] = True
    return found


def _rejected(
    scene: Scene, question: Question, pairs: list[tuple[int, int]]
) -> npt.NDArray[np.int64]:
    if not pairs:
        return np.zeros((0, 2), np.int64)
    # A class that was merged is rejected with the one that its votes count for.
    resolved = [(member, question.resolved.get(choice) or 0) for member, choice in pairs]
    found = np.array(resolved, np.int64)
    found[:, 0] = scene.features.places(found[:, 0])
    kept: npt.NDArray[np.int64] = found[(found[:, 0] >= 0) & (found[:, 1] > 0)]
    return kept
