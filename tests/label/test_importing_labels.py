from __future__ import annotations

import pytest
from tests.label.conftest import Site

from fieldguide.errors import DataError
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelFile,
    LabelledPicture,
    LabelRecord,
    QuestionRecord,
)
from fieldguide.label import importing_labels
from fieldguide.label.recording import LabelImportReport
from fieldguide.records import questions


def _file(*asked: QuestionRecord) -> LabelFile:
    return LabelFile("csv", asked, None, (), lambda: iter(()))


def _prepare(site: Site, *asked: QuestionRecord) -> dict[str, int]:
    return site.workspace.records.write(
        lambda c: importing_labels.prepare(c, site.dataset_id, _file(*asked), author="mia")
    )


def _import(site: Site, asked: dict[str, int], *found: LabelledPicture) -> LabelImportReport:
    report = LabelImportReport()
    with site.workspace.records.read() as connection:
        known = importing_labels.places(connection, site.dataset_id)
        origin = importing_labels.origin_of(connection, site.dataset_id, _file())
    importing_labels.import_pictures(
        site.workspace.records, known, found, asked, report, origin=origin
    )
    return report


def test_only_what_is_lacking_is_made(site: Site) -> None:
    before = site.question
    record = QuestionRecord(
        "symptom", "single", "new words", (ChoiceRecord("miner"), ChoiceRecord("rust"))
    )
    assert _prepare(site, record) == {"symptom": site.question_id}
    assert site.question == before
    grown = QuestionRecord("symptom", "single", choices=(ChoiceRecord("gall", parent="rust"),))
    _prepare(site, grown)
    gall = next(c for c in site.question.choices if c.name == "gall")
    assert (gall.parent_id, gall.key) == (site.choice("rust"), None)
    with pytest.raises(DataError, match=r"'symptom' is of the kind 'single'.*'number'"):
        _prepare(site, QuestionRecord("symptom", "number"))


def test_a_thousand_classes_are_made_at_once(site: Site) -> None:
    names = tuple(ChoiceRecord(f"species {n}") for n in range(1000))
    made = _prepare(site, QuestionRecord("species", "single", choices=names))
    with site.workspace.records.read() as connection:
        found = questions.get(connection, made["species"])
    assert [c.name for c in found.choices] == [c.name for c in names]


def test_labels_without_votes_are_what_an_import_says(site: Site) -> None:
    asked = _prepare(site)
    asked["symptom"] = site.question_id
    said = LabelledPicture(
        "00.jpg",
        labels={
            "symptom": LabelRecord(("rust",), None, 1.0, 1),
            "unheard of": LabelRecord(("x",), None, 1.0, 1),
            "class": LabelRecord((), None, None, 0),
        },
    )
    first, again = _import(site, asked, said), _import(site, asked, said)
    assert first.outcomes == {"added": 1, "of an unknown question": 1}
    assert again.outcomes == {"there already": 1, "of an unknown question": 1}
    assert site.name_of(site.pictures[0]) == "rust"


def test_pictures_are_found_by_their_bytes_first(site: Site) -> None:
    asked = {"symptom": site.question_id}
    label = {"symptom": LabelRecord(("rust",), None, 1.0, 1)}
    report = _import(
        site,
        asked,
        LabelledPicture("elsewhere.jpg", f"{3:064x}", labels=label),
        LabelledPicture("04.jpg", "f" * 64, labels=label),
        LabelledPicture("folder/05.jpg", labels=label),
        LabelledPicture("none.jpg", labels=label),
    )
    assert (report.pictures, report.missing) == (2, 2)
    assert report.examples == ["04.jpg", "none.jpg"]
    named = [n for n, picture in enumerate(site.pictures) if site.name_of(picture)]
    assert named == [3, 5]


def test_lists_are_cut_into_parts() -> None:
    found = list(importing_labels.in_chunks(LabelledPicture(str(n)) for n in range(1001)))
    assert [len(part) for part in found] == [500, 500, 1]
    assert list(importing_labels.in_chunks(iter(()))) == []


def test_an_import_of_which_nothing_is_here_is_refused() -> None:
    importing_labels.check_report(LabelImportReport())
    importing_labels.check_report(LabelImportReport(pictures=1, missing=2))
    with pytest.raises(DataError, match=r"None of the file's 2 pictures.*'a\.jpg'"):
        importing_labels.check_report(LabelImportReport(missing=2, examples=["a.jpg"]))
