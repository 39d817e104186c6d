"""What a new group does, in a real browser: from an empty site to labels in a file."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.labelling.server import free_port
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fieldguide.api.site import FOLDER

CHROMIUM = next(
    (path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "four words in a row"  # noqa: S105
NAMES = [f"leaf-{number}.jpg" for number in range(5)]
DISPUTED = NAMES[3]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium"),
    pytest.mark.skipif(
        not (FOLDER / "index.html").exists(),
        reason="the browser app is not built: npm ci && npm run build in web/",
    ),
]


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """The link that signs the owner of a fresh site in."""
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
        found = re.search(r"http://\S+/sign-in/\S+", line)
    yield found.group()
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Beside other tests a page may need its time; none waits that long on its own.
        expect.set_options(timeout=30_000)
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def person(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Opens a page for somebody with cookies of their own; errors of the page fail the test."""
    contexts, faults = [], []

    def open_page() -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def test_from_an_empty_site_to_labels_in_a_file(
    link: str, person: Callable[[], Page], picture: Callable[..., bytes], tmp_path: Path
) -> None:
    leaves = tmp_path / "leaves"
    leaves.mkdir()
    for number, name in enumerate(NAMES):
        (leaves / name).write_bytes(picture(number))
    owner = person()
    owner.goto(link)
    dataset = _make_dataset(owner)
    _upload(owner, leaves)
    question = _ask(owner, dataset)
    annotators = {name: _join(owner, person(), dataset, name) for name in ("ada", "ben")}

    for name, page in annotators.items():
        page.goto(f"{dataset}/label?question={question}")
        _label(page, disputed="2" if name == "ben" else "1")

    owner.goto(f"{dataset}/review?question={question}")
    expect(owner.locator("main")).to_contain_text(DISPUTED)
    expect(owner.locator("main")).to_contain_text("Choose the class")
    expect(owner.locator("main img").first).to_be_visible()
    time.sleep(1)
    owner.keyboard.press("2")
    expect(owner.locator("main")).to_contain_text("Nothing waits for review")

    # The page goes on before the answer has arrived.
    owner.wait_for_function(
        """async ([address, closed]) => {
            const told = await (await fetch(address)).json();
            return told.open === 0 && told.review === 0 && told.closed === closed;
        }""",
        arg=[f"/api/questions/{question}/progress", len(NAMES)],
    )
    rows = _export(owner, dataset, tmp_path)
    people = {(row["annotator"], row["image"].rsplit("/", 1)[-1], row["answer"]) for row in rows}
    assert {p for p in people if p[0] == "ada"} == {("ada", name, "rust") for name in NAMES}
    assert ("ben", DISPUTED, "healthy") in people
    assert sum(row["decides"] not in {"", "no", "false", "0"} for row in rows) == 1


def test_answers_wait_while_the_connection_is_gone(
    link: str, person: Callable[[], Page], picture: Callable[..., bytes], tmp_path: Path
) -> None:
    leaves = tmp_path / "leaves"
    leaves.mkdir()
    for number, name in enumerate(NAMES):
        (leaves / name).write_bytes(picture(number))
    owner = person()
    owner.goto(link)
    dataset = _make_dataset(owner)
    _upload(owner, leaves)
    question = _ask(owner, dataset)
    owner.goto(f"{dataset}/label?question={question}")
    expect(owner.locator("main")).to_contain_text("leaf-")
    time.sleep(2)  # the pictures that come next are fetched meanwhile
    owner.context.set_offline(True)
    for _ in range(3):
        _answer(owner, "1")
    expect(owner.locator("body")).to_contain_text(re.compile("wait", re.IGNORECASE))
    owner.context.set_offline(False)
    for _ in range(60):
        person_line = _fetch(owner, f"/api/questions/{question}/progress")["people"]
        if person_line and person_line[0]["answered"] == 3:
            break
        time.sleep(0.5)
    votes = _fetch(owner, f"/api/questions/{question}/mine")
    assert len(votes) == 3
    assert len({vote["picture_id"] for vote in votes}) == 3


def _make_dataset(page: Page) -> str:
    page.get_by_role("button", name="Make a dataset").click()
    page.get_by_label("Name").fill("leaves")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/datasets/*")
    return page.url


def _upload(page: Page, folder: Path) -> None:
    page.get_by_role("button", name="Add pictures").first.click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(folder)
    expect(page.get_by_label("Folders are classes")).not_to_be_checked()
    page.get_by_role("button", name=f"Upload {len(NAMES)} files").click()
    page.get_by_role("button", name="Look at the pictures").click(timeout=60_000)


def _ask(page: Page, dataset: str) -> str:
    page.goto(f"{dataset}/settings")
    page.get_by_role("button", name="New question").click()
    page.get_by_role("textbox", name="Question").fill("symptom")
    page.get_by_role("textbox", name="Classes").fill("rust\nhealthy")
    page.get_by_role("button", name="Ask it").click()
    page.wait_for_url("**/settings/questions/*")
    question = page.url.rsplit("/", 1)[1]
    page.get_by_role("link", name="How it is asked").click()
    page.get_by_label("Answers needed").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("Saved")
    return question


def _join(owner: Page, page: Page, dataset: str, name: str) -> Page:
    owner.goto(f"{dataset}/people")
    owner.get_by_role("button", name="Invite by link").click()
    owner.get_by_role("dialog").get_by_role("button", name="Make the link").click()
    page.goto(owner.get_by_role("dialog").get_by_label("Link").input_value())
    page.get_by_label("Name to sign in with").fill(name)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page).not_to_have_url(re.compile("/join"))
    return page


def _label(page: Page, *, disputed: str) -> None:
    """Answer all pictures by keyboard alone."""
    for _ in NAMES:
        expect(page.locator("main")).to_contain_text("leaf-")
        _answer(page, disputed if DISPUTED in page.locator("main").inner_text() else "1")
    expect(page.locator("main")).to_contain_text("Nothing left for you to answer")


def _answer(page: Page, key: str) -> None:
    shown = _shown(page)
    # The keys count from the moment at which the picture can be seen.
    expect(page.locator("main img").first).to_be_visible()
    time.sleep(0.3)
    page.keyboard.press(key)
    deadline = time.monotonic() + 20
    while _shown(page) == shown:
        assert time.monotonic() < deadline, f"{shown} was not answered by {key!r}"
        time.sleep(0.1)


def _shown(page: Page) -> str | None:
    found = re.search(r"leaf-\d\.jpg", page.locator("main").inner_text())
    return found.group() if found else None


def _fetch(page: Page, address: str) -> Any:
    return page.evaluate("async (address) => (await fetch(address)).json()", address)


def _export(page: Page, dataset: str, folder: Path) -> list[dict[str, str]]:
    page.goto(f"{dataset}/export")
    page.get_by_role("radio", name=re.compile("CSV")).check()
    page.get_by_label("With people’s names").check()
    page.get_by_role("button", name="Make the export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Download")).click(timeout=60_000)
    saved = folder / "export.zip"
    waiting.value.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".csv"))
        text = archive.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
