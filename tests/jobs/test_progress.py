from __future__ import annotations

from pathlib import Path

import pytest

from fieldguide.jobs.job import Reached
from fieldguide.jobs.progress import JobProgress, Stopped
from fieldguide.types import Progress
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace


def _reached(progress: JobProgress) -> Reached:
    fields = progress.reached()
    return Reached(**{**fields, "notes": tuple(fields["notes"])})


def test_at_first_nothing_is_reached() -> None:
    progress = JobProgress()
    assert _reached(progress) == Reached()
    assert progress.news() is None


def test_the_innermost_step_is_shown_and_the_outer_one_again_after_it() -> None:
    moment = 0.0
    progress = JobProgress(clock=lambda: moment)
    with progress.step("outer", 4, "files") as outer:
        outer.advance(2)
        with progress.step("inner", None, "rows") as inner:
            moment = 2.0
            inner.advance(10)
            assert _reached(progress) == Reached(title="inner", done=10, unit="rows", rate=5.0)
        assert _reached(progress) == Reached(
            title="outer", done=2, total=4, unit="files", rate=1.0, seconds_left=2.0
        )
    assert _reached(progress).title == "inner"


def test_news_come_once() -> None:
    progress = JobProgress()
    progress.note("a guess")
    news = progress.news()
    assert news is not None
    assert news["notes"] == ["a guess"]
    assert progress.news() is None
    progress.note("a guess")
    assert progress.news() is None


def test_notes_of_an_earlier_start_stay_and_many_are_counted() -> None:
    progress = JobProgress(Reached(notes=("before",)))
    for number in range(250):
        progress.note(f"note {number}")
    notes = _reached(progress).notes
    assert notes[:2] == ("before", "note 0")
    assert len(notes) == 201
    assert notes[-1] == "and 51 further notes"


def test_a_stop_passes_through_what_catches_errors() -> None:
    progress = JobProgress()
    done = 0
    with pytest.raises(Stopped), progress.step("work", 10, "units") as tracker:  # noqa: PT012
        for _ in range(10):
            try:
                tracker.advance()
            except Exception:  # noqa: BLE001 - what the test is about
                pytest.fail("a stop was taken for an error")
            done += 1
            if done == 3:
                progress.stop()
    assert done == 3
    with pytest.raises(Stopped):
        progress.check()


def test_an_existing_workflow_reports_to_it_unchanged(
    workspace: Workspace, class_folders: Path
) -> None:
    progress: Progress = JobProgress()
    import_pictures(workspace, class_folders, progress=progress)
    assert isinstance(progress, JobProgress)
    reached = _reached(progress)
    assert reached.done == 36
    assert reached.title


def test_a_stopped_import_goes_on_when_it_is_repeated(
    workspace: Workspace, class_folders: Path
) -> None:
    progress = JobProgress()
    progress.stop()
    with pytest.raises(Stopped):
        import_pictures(workspace, class_folders, progress=progress)
    report = import_pictures(workspace, class_folders, progress=JobProgress())
    assert report.taken_in == 36
