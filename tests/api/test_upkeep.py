from __future__ import annotations

import asyncio

from fastapi import FastAPI
from tests.label.conftest import Site, site

from fieldguide.api.upkeep import Upkeep
from fieldguide.label import setting_up
from fieldguide.records import questions
from fieldguide.records.questions import QuestionSettings

__all__ = ["site"]


def test_annotators_are_weighed_some_time_after_answers_and_once(app: FastAPI, site: Site) -> None:
    weighed = site.ask("q", "a", "b", settings=QuestionSettings(label_method="dawid-skene"))
    jobs = app.state.jobs

    async def work() -> None:
        watch = Upkeep(site.workspace, jobs, after=0.05)
        watch.changed(site.question)
        watch.changed(weighed.question)
        weighed.say("ada", weighed.pictures[0], "a")
        watch.changed(weighed.question)
        async with asyncio.timeout(30):
            while not jobs.list():
                await asyncio.sleep(0.02)
        # Whoever weighs by skill no longer when the time has come needs no job.
        weighed.workspace.records.write(
            lambda c: setting_up.change_question(
                c, questions.get(c, weighed.question_id), settings={"label_method": "majority"}
            )
        )
        await asyncio.sleep(0.02)
        before = weighed.question
        watch.changed(before)
        await asyncio.sleep(0.2)

    asyncio.run(work())
    assert [(job.name, job.arguments) for job in jobs.list()] == [
        ("weigh-annotators", {"question_id": weighed.question_id})
    ]
