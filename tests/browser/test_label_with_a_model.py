"""Labelling with a model's help, in a real browser: counts what a person has to do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from tests.browser.conftest import CHROMIUM, serving

from fieldguide.api.site import FOLDER
from fieldguide.config import read_config
from fieldguide.label import setting_up
from fieldguide.records import datasets, labels, members, votes
from fieldguide.workflows.demo import demo_source
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace

EACH = 100
WANTED = 300
FIRST = 10
MOST_ACTIONS = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium"),
    pytest.mark.skipif(
        not (FOLDER / "index.html").exists(),
        reason="the browser app is not built: npm ci && npm run build in web/",
    ),
]

_OF_EACH = f"""
    with distinct_ones as (
        select coarse_cat as label, image_data, md5(image_data) as digest,
               row_number() over (partition by md5(image_data) order by coarse_cat) as copy
        from '{{source}}'
    ),
    ranked as (
        select label, image_data, digest,
               row_number() over (partition by label order by digest) as place
        from distinct_ones where copy = 1
    )
    select label, image_data from ranked where place <= {EACH} order by digest
"""  # noqa: S608


def _write_pictures(folder: Path) -> dict[str, str]:
    """Write photographs without their labels, and return the class of each name."""
    folder.mkdir()
    rows = duckdb.sql(_OF_EACH.format(source=demo_source())).fetchall()
    random.Random(0).shuffle(rows)  # noqa: S311
    truth = {}
    for number, (label, data) in enumerate(rows):
        name = f"{number:04d}.jpg"
        (folder / name).write_bytes(data)
        truth[name] = str(label)
    return truth


@dataclass
class Annotator:
    """Somebody who knows what is on each picture and follows the page; counts keys and clicks.

    A move of the mouse to a picture is neither.
    """

    page: Page
    truth: dict[int, str]
    keys: dict[str, str]
    actions: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.click(selector)

    def answered(self) -> int:
        text = self.page.locator("p.state b").first.inner_text()
        return int(text.replace(",", ""))

    def wait_for_page(self, before: str) -> str:
        """Wait until another page stands there, and return what tells it from the last."""
        self.page.wait_for_function(
            """before => {
                const head = document.querySelector('header h3');
                const name = document.querySelector('.one .name');
                const ids = [...document.querySelectorAll('[data-picture]')]
                    .map(one => one.dataset.picture);
                const now = head && [head.textContent, ids.join(), name?.textContent ?? ''].join();
                window.pageNow = now;
                return now && now !== before;
            }""",
            arg=before,
        )
        return str(self.page.evaluate("window.pageNow"))

    def work(self, wanted: int) -> None:
        before = ""
        while self.answered() < wanted:
            before = self.wait_for_page(before)
            cells = self.page.locator("[data-picture]")
            if cells.count() == 0:
                self._answer_one()
            else:
                self._answer_together(
                    [int(str(c.get_attribute("data-picture"))) for c in cells.all()]
                )

    def _answer_one(self) -> None:
        name = self.page.locator(".one .name").inner_text()
        label = self.truth_by_name[name]
        self.done["one at a time"] += 1
        self.press(self.keys[label])

    def _answer_together(self, ids: list[int]) -> None:
        label = Counter(self.truth[picture] for picture in ids).most_common(1)[0][0]
        for picture in ids:
            if self.truth[picture] != label:
                self.done["of their own"] += 1
                self.point_at(picture)
                self.press(self.keys[self.truth[picture]])
        asked = self.page.locator("header h3").inner_text()
        self.done["together"] += 1
        self.point_at_nothing()
        self.press("Enter" if asked == f"Are these all {label}?" else self.keys[label])

    def point_at(self, picture: int) -> None:
        cell = self.page.locator(f"[data-picture='{picture}']")
        cell.scroll_into_view_if_needed()
        cell.hover()
        expect(cell).to_contain_class("aimed")

    def point_at_nothing(self) -> None:
        self.page.locator("header h3").hover()

    truth_by_name: dict[str, str] = field(default_factory=dict)


def _prepare(folder: Path, pictures: Path, classes: list[str]) -> tuple[int, int]:
    with Workspace(read_config(workspace=folder)) as workspace:
        import_pictures(workspace, pictures, dataset="fruit", backbone=workspace.config.backbone)

        def ask(connection: sa.Connection) -> tuple[int, int]:
            dataset = datasets.get(connection, "fruit").id
            question = setting_up.add_question(
                connection,
                dataset_id=dataset,
                name="fruit",
                kind="single",
                choices=classes,
                author="test",
            )
            return dataset, question

        return workspace.records.write(ask)


def test_three_hundred_pictures_take_a_fifth_of_the_actions(
    tmp_path: Path, person: Callable[[], Page]
) -> None:
    truth = _write_pictures(tmp_path / "pictures")
    classes = sorted(set(truth.values()))
    dataset, question = _prepare(tmp_path / "workspace", tmp_path / "pictures", classes)
    config = read_config(workspace=tmp_path / "workspace")
    with Workspace(config) as workspace, workspace.records.read() as connection:
        ids = {row.id: row.name for row in members.of_dataset(connection, dataset)}
    page = person()
    with serving(tmp_path / "workspace") as link:
        page.goto(link)
        page.goto(f"{link.split('/sign-in')[0]}/datasets/{dataset}/label?mode=pages&order=useful")
        annotator = Annotator(
            page,
            {number: truth[name] for number, name in ids.items()},
            {label: str(place) for place, label in enumerate(classes, start=1)},
            truth_by_name=truth,
        )
        # The most typical pictures one by one, then pages of one class.
        annotator.work(FIRST)
        annotator.click("text=By class")
        annotator.click("[aria-label='Pictures at once'] >> text='50'")
        annotator.work(WANTED)
        page.wait_for_timeout(1000)
    with Workspace(config) as workspace, workspace.records.read() as connection:
        found = labels.of_question(connection, question)
        heard = list(votes.of_question(connection, question))
    right = [label.choice == truth[ids[number]] for number, label in found.items()]
    assert len(right) >= WANTED
    assert sum(right) / len(right) >= 0.95
    assert annotator.actions < MOST_ACTIONS, (annotator.actions, annotator.done)
    # What the model said is there beside what the person said, and does not count.
    assert {vote.annotator_kind for vote in heard} == {"person", "model"}
    assert annotator.done["one at a time"] > 0
