"""The map in a real browser: points, colours, a lasso, and what is done with what is chosen."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from benchmarks.labelling.server import free_port
from playwright.sync_api import Page, expect, sync_playwright

from fieldguide.api.site import FOLDER
from fieldguide.config import read_config
from fieldguide.embed.extracting import backbone_cache
from fieldguide.label import setting_up
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import datasets, map_facts
from fieldguide.types import SilentProgress
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.map_dataset import lay_out_dataset
from fieldguide.workspace import Workspace

CHROMIUM = next(
    (path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None
)
# The card is computed, for there is none where tests run.
OPTIONS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking"]
EACH = 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium"),
    pytest.mark.skipif(
        not (FOLDER / "index.html").exists(),
        reason="the browser app is not built: npm ci && npm run build in web/",
    ),
]


def _fill(folder: Path, pictures: Path) -> int:
    """Make a map of two groups that lie far apart, and return the id of a question about them."""
    with Workspace(read_config(workspace=folder)) as workspace:
        import_pictures(workspace, pictures, dataset="leaves", take_labels=False)
        with workspace.records.read() as connection:
            dataset = datasets.get(connection, "leaves").id
            held = map_facts.pictures(connection, dataset)
        cache = backbone_cache(workspace, BACKBONES.get(workspace.config.backbone))
        for place, (_, sha256) in enumerate(held):
            noise = np.random.default_rng(place).normal(0, 0.3, cache.dimensions)
            noise[0] += 20 * (place % 2)
            cache.add([(sha256, noise.astype(np.float16))])

        def ask(connection: sa.Connection) -> int:
            return setting_up.add_question(
                connection,
                dataset_id=dataset,
                name="symptom",
                kind="single",
                choices=("rust", "healthy"),
                author="test",
            )

        hashes = sorted({sha256 for _, sha256 in held})
        lay_out_dataset(workspace, dataset, hashes, SilentProgress())
        return workspace.records.write(ask)


@pytest.fixture
def page(tmp_path: Path, picture: Callable[..., bytes]) -> Iterator[Page]:
    """The map's page, with somebody signed in who may do everything."""
    folder = tmp_path / "leaves" / "field"
    folder.mkdir(parents=True)
    for number in range(2 * EACH):
        (folder / f"leaf-{number:02d}.jpg").write_bytes(picture(number))
    question = _fill(tmp_path / "workspace", tmp_path / "leaves")
    command = [sys.executable, "-c", "from fieldguide.cli.main import main; main()"]
    command += ["--workspace", str(tmp_path / "workspace"), "serve", "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(free_port())], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    found = None
    while found is None:
        line = process.stdout.readline()
        assert line, "the server ended"
        found = re.search(r"(http://[^/]+)/sign-in/\S+", line)
    faults: list[str] = []
    with sync_playwright() as playwright:
        expect.set_options(timeout=60_000)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        opened = browser.new_page(viewport={"width": 1280, "height": 860})
        opened.set_default_timeout(60_000)
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.goto(found.group())
        opened.goto(f"{found.group(1)}/datasets/1/map?layout=pca&by=label&question={question}")
        expect(opened.get_by_label("Legend")).to_contain_text("No label")
        yield opened
        browser.close()
    process.terminate()
    process.wait(20)
    process.stdout.close()
    assert faults == []


def test_a_group_is_chosen_by_a_line_labelled_and_shown_in_the_grid(page: Page) -> None:
    stage = page.get_by_role("application")
    box = stage.bounding_box()
    assert box is not None
    left, top, width, height = (box[name] for name in ("x", "y", "width", "height"))
    page.keyboard.press("l")
    page.mouse.move(left + 3, top + 3)
    page.mouse.down()
    middle = left + width / 2
    for x, y in ((middle, top + 3), (middle, top + height - 3), (left + 3, top + height - 3)):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    chosen = page.get_by_role("toolbar", name="Chosen pictures")
    expect(chosen).to_contain_text(f"{EACH} chosen")

    chosen.get_by_role("button", name="rust").click()
    expect(page.get_by_label("Legend").get_by_role("button", name="rust")).to_contain_text(
        str(EACH)
    )
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Legend").get_by_role("button", name="rust")).to_have_count(0)

    chosen.get_by_role("button", name="List").click()
    listed = page.get_by_role("complementary", name="Chosen pictures")
    expect(listed.get_by_role("listitem")).to_have_count(EACH)

    chosen.get_by_role("button", name="Show in the grid").click()
    page.wait_for_url(re.compile(r"selection=\d+"))
    expect(page.get_by_role("toolbar", name="Grid")).to_contain_text(f"{EACH} pictures")
    expect(page.get_by_label("What the filter asks for")).to_contain_text("Chosen on the map")


def test_a_picture_is_found_and_everything_in_sight_chosen_without_a_mouse(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("leaf-07")
    found = page.get_by_role("listbox", name="Pictures with this name")
    expect(found.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    card = page.get_by_role("group", name="Picture")
    expect(card).to_contain_text("leaf-07.jpg")
    expect(card.get_by_role("img")).to_be_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("0")
    page.keyboard.press("Control+a")
    chosen = page.get_by_role("toolbar", name="Chosen pictures")
    expect(chosen).to_contain_text(f"{2 * EACH} chosen")
    page.keyboard.press("Escape")
    expect(chosen).to_have_count(0)


def test_points_are_drawn_where_the_pictures_lie(page: Page) -> None:
    stage = page.get_by_role("application")
    first = hashlib.sha256(stage.screenshot()).hexdigest()
    page.get_by_label("Legend").get_by_role("button").first.click()
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(1000)
    assert hashlib.sha256(stage.screenshot()).hexdigest() != first
