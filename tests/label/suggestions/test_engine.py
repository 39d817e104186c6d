from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from tests.label.suggestions.planted import (
    CLASSES,
    Planted,
    fresh,
    keep_vectors,
    plant,
    vectors_of,
)

from fieldguide.label import editing_classes, holdout, rejecting
from fieldguide.label.suggestions import space, status
from fieldguide.label.suggestions.engine import Engine
from fieldguide.records import gold, members, questions, votes
from fieldguide.records.questions import QuestionSettings
from fieldguide.records.votes import NewVote
from fieldguide.workspace import Workspace


def right(planted: Planted, view: object, pictures: list[int]) -> float:
    said = view.suggest(pictures)  # type: ignore[attr-defined]
    assert len(said) == len(pictures)
    return float(np.mean([planted.choice(planted.truth[p]) == said[p].choice_id for p in pictures]))


def test_without_labels_there_is_no_model_but_there_are_heaps(
    planted: Planted, engine: Engine
) -> None:
    view = fresh(engine, planted)
    assert view.fitted is None
    assert view.reason is not None
    assert "two classes" in view.reason
    found = status.of(view)
    assert (found.open, found.labelled, found.embedded, found.pictures) == (90, 0, 90, 90)
    assert sum(heap.open for heap in found.clusters) == 90


def test_from_few_labels_it_knows_the_rest(planted: Planted, engine: Engine) -> None:
    for picture in planted.pictures[:6]:
        planted.say(picture)
    view = fresh(engine, planted)
    assert view.fitted is not None
    assert view.fitted.trained_on == 6
    assert right(planted, view, planted.pictures[6:]) > 0.9
    # What people answered is not suggested back to them.
    assert view.suggest(planted.pictures[:6]) == {}


def test_each_answer_moves_it_and_taking_one_back_does_too(
    planted: Planted, engine: Engine
) -> None:
    for picture in planted.pictures[:6]:
        planted.say(picture)
    before = fresh(engine, planted)
    planted.say(planted.pictures[6])
    after = fresh(engine, planted)
    assert before.fitted is not None
    assert after.fitted is not None
    assert (before.fitted.trained_on, after.fitted.trained_on) == (6, 7)
    place = after.place(planted.pictures[6])
    assert before.fresh[place]
    assert not after.fresh[place]


def test_imported_labels_count_and_votes_of_models_do_not(
    planted: Planted, engine: Engine, workspace: Workspace
) -> None:
    from fieldguide.records import answers, labels

    def vote(picture: int, kind: str) -> None:
        new = NewVote(
            picture,
            planted.question_id,
            kind,
            kind,  # type: ignore[arg-type]
            f"{kind}-{picture}",
            choice_ids=(planted.choice(planted.truth[picture]),),
        )

        def work(c: object) -> None:
            answers.stand(c, votes.add(c, new) or 0, new)  # type: ignore[arg-type]
            labels.update(c, questions.get(c, planted.question_id), picture)  # type: ignore[arg-type]

        workspace.records.write(work)

    for picture in planted.pictures[:6]:
        vote(picture, "import")
    for picture in planted.pictures[6:20]:
        vote(picture, "model")
    view = fresh(engine, planted)
    assert view.fitted is not None
    assert view.fitted.trained_on == 6
    assert view.fresh.sum() == 84


def test_a_rejected_class_is_never_suggested_again_for_that_picture(
    planted: Planted, engine: Engine, workspace: Workspace
) -> None:
    for picture in planted.pictures[:12]:
        planted.say(picture)
    target = planted.pictures[30]
    first = fresh(engine, planted).suggest([target])[target]
    workspace.records.write(
        lambda c: rejecting.reject(c, planted.question, [target], first.choice_id, annotator="ada")
    )
    second = fresh(engine, planted).suggest([target])[target]
    assert second.choice_id != first.choice_id
    for picture in planted.pictures[12:24]:
        planted.say(picture)
    assert fresh(engine, planted).suggest([target])[target].choice_id != first.choice_id


def test_it_never_learns_from_the_hold_out_or_its_kin_and_never_suggests_for_it(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(120) % 3
    settings = QuestionSettings(holdout_share=0.3)
    groups = [f"leaf {n // 2}" for n in range(120)]
    planted = plant(workspace, classes, vectors_of(classes), groups=groups, settings=settings)
    for picture in planted.pictures[:60]:
        planted.say(picture)
    view = fresh(engine, planted)
    drawn = [p for p in planted.pictures if holdout.is_held_out(settings, p)]
    kin = {groups[planted.pictures.index(p)] for p in drawn}
    apart = [
        p for n, p in enumerate(planted.pictures[:60]) if p not in drawn and groups[n] not in kin
    ]
    free = [p for p in planted.pictures[:60] if p not in drawn]
    assert len(free) / 2 <= len(apart) < len(free)
    assert view.fitted is not None
    assert view.fitted.trained_on == len(apart)
    assert view.suggest(drawn) == {}
    assert not view.fresh[view.features.places(np.array(drawn))].any()


def test_groups_that_all_reach_into_the_hold_out_do_not_leave_it_without_labels(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(60) % 3
    settings = QuestionSettings(holdout_share=0.2)
    sites = [f"site {n % 2}" for n in range(60)]
    planted = plant(workspace, classes, vectors_of(classes), groups=sites, settings=settings)
    for picture in planted.pictures:
        planted.say(picture)
    free = [p for p in planted.pictures if not holdout.is_held_out(settings, p)]
    view = fresh(engine, planted)
    assert view.fitted is not None
    assert view.fitted.trained_on == len(free)


def test_it_does_not_learn_from_known_answers_and_suggests_for_them(
    planted: Planted, engine: Engine, workspace: Workspace
) -> None:
    known = planted.pictures[0]
    for picture in planted.pictures[:9]:
        planted.say(picture)
    workspace.records.write(
        lambda c: gold.set_answer(
            c,
            planted.question_id,
            known,
            verdict="answer",
            choice_ids=(planted.choice(planted.truth[known]),),
            number=None,
            author="rita",
        )
    )
    planted.say(planted.pictures[9])
    view = fresh(engine, planted)
    assert view.fitted is not None
    assert view.fitted.trained_on == 9
    assert list(view.suggest([known])) == [known]
    assert not view.fresh[view.place(known)]


def test_pictures_that_come_and_go_are_noticed(
    planted: Planted, engine: Engine, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "_EVERY", 0.0)
    assert len(fresh(engine, planted).features) == 90
    workspace.records.write(
        lambda c: members.set_aside(c, planted.dataset_id, ["00000.jpg", "00001.jpg"])
    )
    view = fresh(engine, planted)
    assert len(view.features) == 88
    assert view.place(planted.pictures[0]) == -1


def test_vectors_that_come_later_are_noticed(
    workspace: Workspace, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "_EVERY", 0.0)
    classes = np.arange(30) % 3
    vectors = vectors_of(classes)
    planted = plant(workspace, classes, None)
    view = fresh(engine, planted)
    assert len(view.features) == 0
    assert view.reason is not None
    assert "no vectors yet" in view.reason
    with workspace.records.read() as connection:
        names = members.names_by_hash(connection, planted.dataset_id)
    keep_vectors(workspace, list(names.values()), vectors)
    assert len(fresh(engine, planted).features) == 30


def test_a_merged_class_counts_as_the_one_that_it_was_merged_into(
    planted: Planted, engine: Engine, workspace: Workspace
) -> None:
    for picture in planted.pictures[:12]:
        planted.say(picture)
    rust, miner = planted.choice("rust"), planted.choice("miner")
    assert len(fresh(engine, planted).fitted.classes) == 3  # type: ignore[union-attr]
    workspace.records.write(
        lambda c: editing_classes.merge(
            c, planted.question, [miner], rust, author="mia", client_key="merge"
        )
    )
    view = fresh(engine, planted)
    assert view.fitted is not None
    assert miner not in view.fitted.classes.tolist()


def test_numbers_and_several_classes_get_no_model_but_an_order(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(30) % 3
    planted = plant(workspace, classes, vectors_of(classes), kind="many")
    view = fresh(engine, planted)
    assert view.fitted is None
    assert view.reason is not None
    assert "one class per picture" in view.reason
    assert len(view.clusters.centres) >= 1


def test_answers_that_come_while_it_learns_are_learned_together_afterwards(
    planted: Planted, engine: Engine
) -> None:
    fresh(engine, planted)
    question = planted.question

    def answer(part: list[int]) -> None:
        for picture in part:
            planted.say(picture)
            engine.answered(question)

    parts = [planted.pictures[a:b] for a, b in pairwise(range(0, 61, 15))]
    threads = [threading.Thread(target=answer, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    view = fresh(engine, planted)
    assert view.fitted is not None
    assert view.fitted.trained_on == 60


def test_two_servers_see_each_others_answers(
    planted: Planted, engine: Engine, workspace: Workspace
) -> None:
    other = Engine(workspace)
    try:
        for picture in planted.pictures[:6]:
            planted.say(picture)
        assert fresh(other, planted).fitted.trained_on == 6  # type: ignore[union-attr]
        assert fresh(engine, planted).fitted.trained_on == 6  # type: ignore[union-attr]
        planted.say(planted.pictures[6])
        assert fresh(other, planted).fitted.trained_on == 7  # type: ignore[union-attr]
    finally:
        other.close()


def test_a_forgotten_question_is_learned_anew(planted: Planted, workspace: Workspace) -> None:
    engine = Engine(workspace, most_questions=1)
    try:
        for picture in planted.pictures[:6]:
            planted.say(picture)
        classes = np.arange(12) % 3
        other = plant(workspace, classes, vectors_of(classes), name="moths")
        for _ in range(2):
            assert fresh(engine, planted).fitted is not None
            assert len(fresh(engine, other).features) == 12
    finally:
        engine.close()


def test_what_it_expects_of_each_class_adds_up(planted: Planted, engine: Engine) -> None:
    for picture in planted.pictures[:12]:
        planted.say(picture)
    found = status.of(fresh(engine, planted))
    assert found.open == 78
    assert abs(sum(row.expected for row in found.classes) - 78) < 0.5
    assert {planted.question.by_id[row.choice_id].name for row in found.classes} == set(CLASSES)
