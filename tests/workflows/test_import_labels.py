"""What is exported and imported again, into a fresh dataset or the same one, and other files."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site, site
from tests.workflows.working import work_off

from fieldguide.errors import DataError, SourceError
from fieldguide.formats.labels.pseudonyms import unnamed_key
from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.label import editing_classes, reviewing, setting_up
from fieldguide.label.answering import Submission
from fieldguide.label.editing_classes import ChoiceValues
from fieldguide.records import datasets, labels, members, pictures, questions, votes
from fieldguide.records.members import NewMember
from fieldguide.records.pictures import PictureFilter
from fieldguide.records.questions import QuestionSettings
from fieldguide.types import SilentProgress
from fieldguide.workflows.export_labels import ExportOrder
from fieldguide.workflows.import_labels import import_labels
from fieldguide.workflows.tasks import TASKS

__all__ = ["site"]

SETTINGS = QuestionSettings(
    answers_needed=2,
    answers_most=3,
    agreement=0.6,
    seed=7,
    blind=False,
    gold_share=0.1,
    lease_minutes=30,
)

NARROWED = PictureFilter(text="1")


def _edit(site: Site, edit: Any, *arguments: Any) -> None:
    key = f"edit-{next(site.keys)}"
    site.workspace.records.write(
        lambda c: edit(
            c, questions.get(c, site.question_id), *arguments, author="mia", client_key=key
        )
    )


@pytest.fixture
def rich(site: Site) -> list[Site]:
    """Questions of all kinds, with everything that can happen to their classes and answers."""
    single = site.ask("tree", "oak", "elm", "wych elm", "ash", "old", "none", settings=SETTINGS)
    names = ["oak", "elm", "wych elm", "ash", "old", "none"]
    for place, picture in enumerate(single.pictures[:9]):
        for number, who in enumerate(("ada", "ben", "cleo")[: place % 4]):
            single.say(who, picture, names[(place + number * (place % 2)) % 6])
    single.say("ada", single.pictures[1], verdict="withdrawn")
    single.say("ada", single.pictures[2], "oak")
    single.say("ben", single.pictures[2], verdict="unsure")
    single.say("cleo", single.pictures[10], verdict="cannot_tell")
    single.say("dora", single.pictures[10], verdict="skip")
    single.say("rita", single.pictures[3], "ash", decides=True)
    _edit(single, editing_classes.merge, [single.choice("wych elm")], single.choice("elm"))
    _edit(single, _archive, single.choice("old"))
    _edit(single, editing_classes.split, single.choice("ash"), ["white ash", "red ash"])
    values = ChoiceValues(key="x", colour="#123456", description="Lobed 🍂", parent_id=None)
    _edit(single, editing_classes.change, single.choice("oak"), values)
    below = ChoiceValues(parent_id=single.choice("oak"))
    _edit(single, editing_classes.change, single.choice("none"), below)
    marks = site.ask("marks", "rust", "hole", kind="many", settings=SETTINGS)
    marks.say("ada", marks.pictures[0], "rust", "hole")
    marks.say("ben", marks.pictures[0], "hole", "rust")
    marks.say("ada", marks.pictures[1])
    area = site.ask(
        "area",
        kind="number",
        settings=QuestionSettings(least=0, greatest=100, unit="%", tolerance=2.5),
    )
    area.say("ada", area.pictures[0], number=0.1 + 0.2)
    area.say("ben", area.pictures[1], number=100)
    return [single, marks, area]


def _class_question(site: Site) -> Site:
    """The question that files from elsewhere answer."""
    question = site.workspace.records.write(lambda c: datasets.class_question(c, site.dataset_id))
    return dataclasses.replace(site, question_id=question)


def _archive(connection: sa.Connection, question: Any, choice: int, **more: Any) -> None:
    editing_classes.archive(connection, question, choice, archived=True, **more)


def _copy(site: Site, name: str = "copy") -> int:
    """Make another dataset with the same pictures, under other names."""

    def work(connection: sa.Connection) -> int:
        dataset = datasets.ensure(connection, name, "tests").id
        rows = members.of_dataset(connection, site.dataset_id)
        new = [NewMember(f"{name}/{row.name}", row.sha256) for row in rows]
        members.add(connection, dataset, new)
        return dataset

    return site.workspace.records.write(work)


def _export(site: Site, format_name: str, **more: Any) -> Path:
    order = ExportOrder(site.dataset_id, format_name, **{"named": True, **more})
    with Jobs(site.workspace.jobs_url, TASKS) as jobs:
        asked = jobs.enqueue("export-labels", {"order": order.as_json()})
    (job,) = [job for job in work_off(site.workspace) if job.id == asked.id]
    assert job.state == "done", job.error
    return site.workspace.export_folder(job.id) / job.result["file"]


def _import(site: Site, dataset: int, path: Path, format_name: str | None = None) -> Job:
    """Import a file as the job does it."""
    folder = f"labels-{next(site.keys)}"
    place = site.workspace.upload_folder(folder) / path.name
    place.parent.mkdir(parents=True)
    place.write_bytes(path.read_bytes())
    with Jobs(site.workspace.jobs_url, TASKS) as jobs:
        asked = jobs.enqueue(
            "import-labels",
            {
                "dataset_id": dataset,
                "folder": folder,
                "file_name": path.name,
                "format_name": format_name,
                "author": "mia",
            },
        )
    (job,) = [job for job in work_off(site.workspace) if job.id == asked.id]
    return job


def _state(site: Site, dataset: int) -> dict[str, Any]:
    """Everything about a dataset's labels that does not depend on ids."""
    with site.workspace.records.read() as connection:
        rows = sorted(members.of_dataset(connection, dataset), key=lambda row: row.sha256)
        return {
            q.name: _about(connection, q, [row.id for row in rows])
            for q in questions.of_dataset(connection, dataset)
            if q.name != "class"
        }


def _about(connection: sa.Connection, question: Any, ids: list[int]) -> dict[str, Any]:
    names = {choice.id: choice.name for choice in question.choices}
    heard: dict[int, list[Any]] = {}
    for vote in votes.of_members(connection, question.id, ids):
        chosen = sorted(names[choice] for choice in vote.choice_ids)
        heard.setdefault(vote.member_id, []).append(
            (
                vote.annotator,
                vote.annotator_kind,
                vote.verdict,
                chosen,
                vote.number,
                vote.decides,
                vote.milliseconds,
                vote.created_at,
            )
        )
    shown = pictures.by_ids(connection, ids, question.id)
    keys = editing_classes.effective_keys(question)
    colours = editing_classes.effective_colours(question)
    return {
        "kind": question.kind,
        "settings": question.settings,
        "guidelines": question.guidelines,
        "classes": [
            (
                choice.name,
                keys.get(choice.id, choice.key),
                colours[choice.id],
                choice.description,
                names.get(choice.parent_id),
                names.get(choice.merged_into),
                choice.split_at is not None,
                choice.archived_at is not None,
                choice.offered,
            )
            for choice in question.choices
        ],
        "votes": [heard.get(member, []) for member in ids],
        "labels": [
            row.label
            and (
                row.label.state,
                row.label.verdict,
                sorted(names[choice] for choice in row.label.choice_ids),
                row.label.number,
                row.label.certainty,
                row.label.votes,
            )
            for row in shown
        ],
    }


@pytest.mark.parametrize("format_name", ["jsonl", "csv"])
def test_a_fresh_dataset_gets_the_same_labels_votes_classes_and_settings(
    site: Site, rich: list[Site], format_name: str
) -> None:
    del rich
    path = _export(site, format_name)
    fresh = _copy(site)
    job = _import(site, fresh, path)
    assert job.state == "done", job.error
    assert _state(site, fresh) == _state(site, site.dataset_id)
    assert job.result["pictures"] == 12
    assert job.result["missing"] == 0
    # What came is gone, and coming again brings nothing new, wherever it goes.
    assert list(site.workspace.upload_folder("x").parent.iterdir()) == []
    for dataset in (fresh, site.dataset_id):
        before = _state(site, dataset)
        again = _import(site, dataset, path)
        assert again.state == "done", again.error
        assert again.result["votes"] == 0
        assert _state(site, dataset) == before


def test_without_names_all_but_the_names_is_the_same(site: Site, rich: list[Site]) -> None:
    del rich
    path = _export(site, "jsonl", named=False)
    text = path.read_text()
    assert not any(name in text for name in ('"ada', '"ben', '"cleo', '"dora', '"rita'))
    fresh = _copy(site)
    assert _import(site, fresh, path).result["votes"] > 0
    here, there = _state(site, site.dataset_id), _state(site, fresh)
    for name, about in here.items():
        for key in ("kind", "settings", "classes", "labels"):
            assert there[name][key] == about[key]
        nameless = [[vote[1:] for vote in heard] for heard in about["votes"]]
        assert [[vote[1:] for vote in heard] for heard in there[name]["votes"]] == nameless
    assert _import(site, fresh, path).result["votes"] == 0


@pytest.mark.parametrize("format_name", ["jsonl", "csv", "label-studio"])
def test_without_names_nothing_counts_twice_where_it_came_from(
    site: Site, rich: list[Site], format_name: str
) -> None:
    del rich
    before = _state(site, site.dataset_id)
    path = _export(site, format_name, named=False)
    for file in (path, _export(site, format_name, named=False, wanted=NARROWED)):
        job = _import(site, site.dataset_id, file)
        assert job.state == "done", job.error
        assert job.result["votes"] == 0
        assert set(job.result["outcomes"]) == {"there already"}
        assert _state(site, site.dataset_id) == before


def test_answers_that_went_round_by_another_dataset_are_known_again(
    site: Site, rich: list[Site]
) -> None:
    del rich
    before = _state(site, site.dataset_id)
    fresh = _copy(site)
    assert _import(site, fresh, _export(site, "jsonl", named=False)).state == "done"
    copied = dataclasses.replace(site, dataset_id=fresh)
    for named in (True, False):
        back = _import(site, site.dataset_id, _export(copied, "jsonl", named=named))
        assert back.state == "done", back.error
        assert back.result["votes"] == 0
        assert _state(site, site.dataset_id) == before


def test_answers_that_are_gone_do_not_come_back_without_names(site: Site, tmp_path: Path) -> None:
    site.say("ada", site.pictures[0], "rust")
    path = _export(site, "jsonl", named=False)
    gone = unnamed_key("ben:key-of-a-lost-answer", b"whatever it was")
    (held,) = [json.loads(line) for line in path.read_text().splitlines() if '"votes":[' in line]
    lost = {**held["votes"][0], "annotator": "annotator-2", "key": gone}
    text = path.read_text().replace('"votes":1}}', '"votes":2}}')
    known = json.dumps(held["votes"][0], separators=(",", ":"))
    both = f"{known},{json.dumps(lost, separators=(',', ':'))}"
    assert text.count(known) == 1
    changed = tmp_path / "changed.jsonl"
    changed.write_text(text.replace(known, both))
    job = _import(site, site.dataset_id, changed)
    assert job.state == "done", job.error
    assert job.result["outcomes"] == {
        "there already": 1,
        "by people whom the file does not name": 1,
    }
    assert "1 answers of this dataset's own export" in " ".join(job.result["notes"])
    assert site.label(site.pictures[0]).votes == 1


def test_label_studios_file_brings_nothing_twice_to_where_it_came_from(
    site: Site, rich: list[Site]
) -> None:
    del rich
    path = _export(site, "label-studio")
    before = _state(site, site.dataset_id)
    job = _import(site, site.dataset_id, path)
    assert job.state == "done", job.error
    assert job.result["votes"] == 0
    assert _state(site, site.dataset_id) == before
    fresh = _copy(site)
    first = _import(site, fresh, path)
    assert first.result["votes"] > 0
    assert _import(site, fresh, path).result["votes"] == 0


def test_labels_alone_come_as_what_an_import_says(site: Site, rich: list[Site]) -> None:
    path = _export(site, "jsonl", labels_only=True)
    fresh = _copy(site)
    job = _import(site, fresh, path)
    assert job.state == "done", job.error
    here, there = _state(site, site.dataset_id), _state(site, fresh)
    for name in ("tree", "marks", "area"):
        for ours, theirs, heard in zip(
            here[name]["labels"], there[name]["labels"], there[name]["votes"], strict=True
        ):
            said = ours[2:4] if ours[2] or ours[3] is not None else ([], None)
            assert theirs[2:4] == said
            assert {vote[0] for vote in heard} <= {"import"}
    assert _import(site, fresh, path).result["votes"] == 0
    assert len(rich) == 3


def test_the_last_import_counts_also_when_it_says_what_an_earlier_one_said(
    site: Site, tmp_path: Path
) -> None:
    table = tmp_path / "labels.csv"
    asked = _class_question(site)
    for label, added in (("rust", 1), ("rust", 0), ("miner", 1), ("rust", 1), ("rust", 0)):
        table.write_text(f"image,label\n00.jpg,{label}\n")
        job = _import(site, site.dataset_id, table)
        assert job.state == "done", job.error
        assert job.result["votes"] == added
        assert asked.name_of(site.pictures[0]) == label


def test_a_name_that_a_class_once_had_still_means_it(site: Site, tmp_path: Path) -> None:
    asked = _class_question(site)
    _edit(asked, editing_classes.add, ChoiceValues(name="rust"))
    _edit(asked, editing_classes.change, asked.choice("rust"), ChoiceValues(name="leaf rust"))
    table = tmp_path / "labels.csv"
    table.write_text("image,label\n00.jpg,rust\n01.jpg,new one\n")
    assert _import(site, site.dataset_id, table).state == "done"
    assert asked.name_of(site.pictures[0]) == "leaf rust"
    assert asked.name_of(site.pictures[1]) == "new one"
    assert [c.name for c in asked.question.choices] == ["leaf rust", "new one"]


def test_pictures_are_found_by_their_whole_name_first(site: Site, tmp_path: Path) -> None:
    asked = _class_question(site)

    def more(connection: sa.Connection) -> dict[str, int]:
        new = [NewMember("a/00.jpg", f"{3:064x}"), NewMember("b/x.jpg", f"{4:064x}")]
        ids = members.add(connection, site.dataset_id, new)
        labels.refresh(connection, asked.question_id, list(ids.values()))
        return ids

    ids = site.workspace.records.write(more)
    table = tmp_path / "labels.csv"
    rows = ["00.jpg,rust", "x.jpg,miner", "elsewhere/01.jpg,miner", "none.jpg,rust"]
    table.write_text("image,label\n" + "\n".join(rows) + "\n")
    job = _import(site, site.dataset_id, table)
    assert job.state == "done", job.error
    assert asked.name_of(site.pictures[0]) == "rust"
    assert asked.name_of(ids["a/00.jpg"]) is None
    assert asked.name_of(ids["b/x.jpg"]) == "miner"
    assert asked.name_of(site.pictures[1]) == "miner"
    assert (job.result["pictures"], job.result["missing"]) == (3, 1)
    assert job.result["examples"] == ["none.jpg"]


def test_a_file_about_other_pictures_is_refused(site: Site, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("image,label\nnone.jpg,rust\n")
    job = _import(site, site.dataset_id, table)
    assert job.state == "failed"
    assert "None of the file's 1 pictures is in the dataset" in str(job.error)


def _manifest(path: Path) -> tuple[dict[str, Any], list[str]]:
    first, *rest = path.read_text().splitlines()
    return json.loads(first), rest


@pytest.fixture
def changed(site: Site, rich: list[Site], tmp_path: Path) -> Any:
    """Change the manifest of an export and import it into a fresh dataset."""
    del rich
    path = _export(site, "jsonl")
    fresh = _copy(site)

    def change(**values: Any) -> tuple[int, dict[str, Any]]:
        manifest, rest = _manifest(path)
        asked = {q["name"]: q for q in manifest["fieldguide"]["questions"]}
        asked["tree"].update(values)
        target = tmp_path / "changed.jsonl"
        target.write_text("\n".join([json.dumps(manifest), *rest]) + "\n")
        return fresh, import_labels(
            site.workspace,
            fresh,
            target,
            format_name=None,
            author="mia",
            progress=SilentProgress(),
        )

    return change


def test_settings_that_make_no_sense_are_noted_and_left_out(site: Site, changed: Any) -> None:
    fresh, report = changed(
        settings={
            "answers_needed": "many",
            "answers_most": "x",
            "blind": 0,
            "agreement": True,
            "order": "column",
            "order_column": "nowhere",
            "seed": 3,
            "unheard_of": 1,
        }
    )
    found = _state(site, fresh)["tree"]["settings"]
    assert found == QuestionSettings(seed=3)
    notes = " ".join(report["notes"])
    for name in ("answers_needed", "answers_most", "blind", "agreement", "nowhere"):
        assert name in notes


def test_settings_out_of_range_are_the_usual_ones(site: Site, changed: Any) -> None:
    fresh, report = changed(settings={"answers_needed": 0, "seed": 3})
    assert _state(site, fresh)["tree"]["settings"] == QuestionSettings()
    assert any("answers_needed must lie between 1 and 100" in note for note in report["notes"])


@pytest.mark.parametrize("field", ["parent", "merged_into"])
def test_rings_of_classes_are_refused(site: Site, changed: Any, field: str) -> None:
    names = ["oak", "elm", "wych elm", "ash", "white ash", "red ash", "old", "none"]
    ring = {"oak": "elm", "elm": "ash", "ash": "oak"}
    with pytest.raises(DataError, match=r"'tree' the class 'oak' is .* itself"):
        changed(choices=[{"name": name, field: ring.get(name)} for name in names])
    assert site.choice("rust")


def test_a_question_of_another_kind_is_refused(site: Site, changed: Any, rich: list[Site]) -> None:
    fresh, _ = changed()
    del rich
    site.workspace.records.write(
        lambda c: setting_up.add_question(
            c, dataset_id=fresh, name="trees", kind="number", author="mia"
        )
    )
    with pytest.raises((DataError, SourceError), match=r"kind|does not fit|unknown"):
        changed(name="trees")


def test_classes_with_spaces_around_or_the_same_key_are_put_in_order(
    site: Site, changed: Any
) -> None:
    names = ["oak", "elm", "wych elm", "ash", "white ash", "red ash", "old", "none"]
    given = [{"name": name, "key": "1"} for name in names]
    fresh, _ = changed(choices=[*given, {"name": " spaced "}], guidelines="Look.")
    found = _state(site, fresh)["tree"]
    assert [row[0] for row in found["classes"]] == [*names, "spaced"]
    assert [row[1] for row in found["classes"]] == list("123456789")
    assert found["guidelines"] == "Look."


def test_files_that_cannot_be_unpacked_are_told(site: Site, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("labels.csv", "image,label\n00.jpg,rust\n" * 100)
    data = bytearray(broken.read_bytes())
    data[60:70] = b"\0" * 10
    broken.write_bytes(bytes(data))
    job = _import(site, site.dataset_id, broken)
    assert job.state == "failed"
    assert "cannot be unpacked" in str(job.error)
    # A name cannot stand in its own way.
    good = tmp_path / "unpacked"
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("labels.csv", "image,label\n00.jpg,rust\n")
        archive.writestr("../../outside.csv", "image,label\n01.jpg,rust\n")
    job = _import(site, site.dataset_id, good)
    assert not list(tmp_path.rglob("outside.csv"))


def test_weighed_labels_are_weighed_again_where_they_are_imported(site: Site) -> None:
    weighed = site.ask(
        "weighed",
        "a",
        "b",
        settings=QuestionSettings(answers_needed=3, label_method="dawid-skene"),
    )
    for place, picture in enumerate(weighed.pictures):
        truth = "ab"[place % 2]
        for who in ("ada", "ben"):
            weighed.say(who, picture, truth)
        weighed.say("cleo", picture, "a")
    with Jobs(site.workspace.jobs_url, TASKS) as jobs:
        jobs.enqueue("weigh-annotators", {"question_id": weighed.question_id})
    assert [job.state for job in work_off(site.workspace)] == ["done"]
    path = _export(site, "jsonl")
    fresh = _copy(site)
    assert _import(site, fresh, path).state == "done"
    here, there = _state(site, site.dataset_id), _state(site, fresh)
    certainties = [label[4] for label in here["weighed"]["labels"]]
    assert any(c not in {1.0, 2 / 3} for c in certainties)
    assert [label[:4] for label in there["weighed"]["labels"]] == [
        label[:4] for label in here["weighed"]["labels"]
    ]
    assert [label[4] for label in there["weighed"]["labels"]] == pytest.approx(certainties)


def test_known_answers_settle_labels_in_the_copy_too(site: Site) -> None:
    picture = site.pictures[0]
    submission = Submission(picture, "answer", (site.choice("rust"),), None, None, "gold-key")
    site.workspace.records.write(
        lambda c: reviewing.set_gold(
            c, questions.get(c, site.question_id), submission, author="rita"
        )
    )
    fresh = _copy(site)
    assert _import(site, fresh, _export(site, "jsonl")).state == "done"
    label = _state(site, fresh)["symptom"]["labels"][0]
    assert label[:3] == ("closed", "answer", ["rust"])
