"""What the quality checks found in a dataset, and what people do about it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import DatasetAccess, Reviewer, Signed, held_role, workspace_of
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import Body, Id, RowId
from fieldguide.api.idempotency import Once
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routes.questions import reach
from fieldguide.api.routes.trash import MovedPictures, Pictures, Reason
from fieldguide.api.routing import Router
from fieldguide.api.shapes import LabelShape, label_shape
from fieldguide.api.work import read_long
from fieldguide.curate import case_states
from fieldguide.curate.case_states import CaseState, Deeds
from fieldguide.curate.checks.finding import Action, Case, Finding, Severity, Suspect
from fieldguide.curate.checks.report import CheckReport
from fieldguide.errors import DataError
from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.label import reviewing
from fieldguide.label.answering import Submission
from fieldguide.records import datasets, dismissals, pictures, questions, selections, since
from fieldguide.records.dismissals import CaseId, Dismissal
from fieldguide.records.pictures import PictureRow
from fieldguide.records.questions import Question
from fieldguide.workflows import trash_pictures
from fieldguide.workspace import Workspace

router = Router("findings")

JOB = "check"
MOST_SUSPECTS = 48
"""Pictures of a case that are listed; of larger ones the rest is counted."""

CheckName = Annotated[str, Field(min_length=1, max_length=100)]
CaseKey = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class CheckShape(BaseModel):
    """A check that was to run; ``could_not`` says why it could not look."""

    name: str
    title: str
    could_not: str | None


class FindingShape(BaseModel):
    """All cases of one kind of fault; see ``Finding`` for the meanings.

    Attributes:
        id: Tells it from the other findings of the same report.
        certainty: Of its surest case, from 0 to 1.
        open: Cases that wait for a person.
        handled: Cases that somebody did something about since they were found.
        dismissed: Cases that somebody found to be all right.
        pictures: How many pictures its open cases are about.
    """

    id: str
    check: str
    title: str
    why: str
    severity: Severity
    actions: list[Action]
    figures: dict[str, float | int | str | None]
    certainty: float
    open: int
    handled: int
    dismissed: int
    pictures: int


class SinceShape(BaseModel):
    """What has changed since the check: pictures that came, went, or were answered."""

    added: int
    removed: int
    answered: int


class FindingsShape(BaseModel):
    """The last whole round of checks.

    Attributes:
        made: When it ended; None where the dataset was never checked.
        question_id: The question whose labels were looked at.
        pictures: How many pictures were looked at.
        labelled: How many of them had a label.
        stale: Whether the dataset or the answers have changed since.
        seconds: How long it took.
        notes: What limits it.
    """

    made: datetime | None
    question_id: int | None
    pictures: int
    labelled: int
    classes: int
    stale: bool
    since: SinceShape | None
    seconds: float | None
    notes: list[str]
    checks: list[CheckShape]
    findings: list[FindingShape]


class SuspectShape(BaseModel):
    """A picture of a case, as things stand.

    Attributes:
        label: Its label by the question that was checked; None where it is gone.
        note: What is the matter with this one.
        suggested: The class that it should rather have.
        suggested_id: That class, if it can be chosen.
        score: The figure by which it was found.
        removed: Whether it is not in the dataset any more.
        decided: Whether a reviewer has decided about it since it was found.
        sent: Whether it was sent to review since.
    """

    id: int
    name: str
    sha256: str
    width: int
    height: int
    label: LabelShape | None
    note: str
    suggested: str | None
    suggested_id: int | None
    score: float | None
    removed: bool
    decided: bool
    sent: bool


class DismissalShape(BaseModel):
    """Who found a case to be all right, when and why."""

    author: str
    reason: str
    dismissed_at: datetime


class CaseShape(BaseModel):
    """What a person decides about at once.

    Attributes:
        number: Its place in its finding, from 1.
        total: How many pictures it has; only the first of very many are in ``pictures``.
    """

    key: str
    number: int
    why: str
    certainty: float
    state: CaseState
    dismissal: DismissalShape | None
    pictures: list[SuspectShape]
    total: int


class CasePage(BaseModel):
    """A page of cases; ``next`` goes into ``after`` for the following one."""

    items: list[CaseShape]
    next: int | None


class FindingSelection(BaseModel):
    """A selection with the pictures of a finding that wait."""

    selection_id: int
    pictures: int


class NewCheck(Body):
    """What to check: the labels of one question, or of the one that has any."""

    question_id: RowId | None = None


class CaseRef(Body):
    """A case of a check."""

    check: CheckName
    key: CaseKey


class Cases(Body):
    """Cases of a dataset."""

    cases: Annotated[list[CaseRef], Field(min_length=1, max_length=1000)]

    def ids(self) -> list[CaseId]:
        """Return the cases as (check, key)."""
        return [(case.check, case.key) for case in self.cases]


class NewDismissals(Cases):
    """Cases that are all right, and why."""

    reason: Reason = ""


class ChangedCases(BaseModel):
    """How many cases a request changed."""

    cases: int


class Decision(Body):
    """The class of a picture."""

    picture_id: RowId
    choice_id: RowId


class NewClasses(Body):
    """A reviewer's decisions about many pictures."""

    decisions: Annotated[list[Decision], Field(min_length=1, max_length=1000)]


class PictureChoice(Body):
    """Pictures."""

    picture_ids: Pictures


class ForReview(PictureChoice):
    """Pictures that a reviewer shall look at, and why."""

    reason: Reason = ""


class Group(Body):
    """Pictures that are one, and the one of them that is kept."""

    keep: RowId
    picture_ids: Annotated[list[RowId], Field(min_length=1, max_length=1000)]


class Groups(Body):
    """Groups of pictures to merge."""

    groups: Annotated[list[Group], Field(min_length=1, max_length=200)]


@router.get("/datasets/{dataset_id}/findings")
async def get_findings(request: Request, access: Reviewer) -> FindingsShape:
    """Tell what the last whole round of checks found, and what became of it."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> FindingsShape:
        report = _report(connection, workspace, access)
        if report is None:
            return _unchecked()
        deeds = _deeds(connection, access.dataset_id, report)
        changed = since.changes(connection, access.dataset_id, report.question_id, _made(report))
        return FindingsShape(
            made=_made(report),
            question_id=report.question_id,
            pictures=report.pictures,
            labelled=report.labelled,
            classes=report.classes,
            stale=changed.any,
            since=SinceShape(
                added=changed.added, removed=changed.removed, answered=changed.answered
            ),
            seconds=report.seconds.get("total"),
            notes=list(report.notes),
            checks=[
                CheckShape(name=c.name, title=c.title, could_not=c.could_not) for c in report.checks
            ],
            findings=[_finding(finding, deeds) for finding in report.findings],
        )

    return await read_long(workspace, work)


@router.get("/datasets/{dataset_id}/findings/{finding_id}/cases")
async def list_cases(
    request: Request,
    access: Reviewer,
    finding_id: str,
    state: Literal["open", "handled", "dismissed", "all"] = "open",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
) -> CasePage:
    """List a finding's cases with their pictures, the surest first."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> CasePage:
        report = _report(connection, workspace, access)
        finding = None if report is None else case_states.find(report.findings, finding_id)
        if report is None or finding is None:
            raise not_found("finding", finding_id)
        deeds = _deeds(connection, access.dataset_id, report)
        found = [
            (number, case)
            for number, case in enumerate(finding.cases, start=1)
            if number > after and state in ("all", case_states.state_of(finding.check, case, deeds))
        ]
        shown = found[:limit]
        shower = _CaseShower(connection, access.dataset_id, report, finding, deeds)
        return CasePage(items=shower.show(shown), next=shown[-1][0] if len(found) > limit else None)

    return await read_long(workspace, work)


@router.post(
    "/datasets/{dataset_id}/findings/{finding_id}/selection", response_model=FindingSelection
)
async def select_finding(
    request: Request, access: Reviewer, finding_id: str, once: Once
) -> Response:
    """Keep the pictures of a finding's open cases as a selection, to look at them in the grid."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> FindingSelection:
        report = _report(connection, workspace, access)
        finding = None if report is None else case_states.find(report.findings, finding_id)
        if report is None or finding is None:
            raise not_found("finding", finding_id)
        deeds = _deeds(connection, access.dataset_id, report)
        ids = _waiting_pictures(finding, deeds)
        made = selections.save(connection, access.dataset_id, ids, author=access.principal.name)
        return FindingSelection(selection_id=made, pictures=selections.count(connection, made))

    return await once.write(work)


@router.post("/datasets/{dataset_id}/check", status_code=201)
async def start_check(request: Request, access: Reviewer, body: NewCheck) -> JobShape:
    """Begin a round of checks as a job; one that waits or runs already is returned instead."""
    workspace, jobs = workspace_of(request), jobs_of(request)
    dataset_id = access.dataset_id

    def named(connection: sa.Connection) -> str | None:
        if body.question_id is None:
            return None
        if questions.dataset_of(connection, body.question_id) != dataset_id:
            raise not_found("question", body.question_id)
        return questions.get(connection, body.question_id).name

    question = await read_long(workspace, named)
    return job_shape(
        await run_sync(lambda: _enqueue(jobs, dataset_id, question, access.principal.name)),
        access.role,
    )


@router.post("/datasets/{dataset_id}/findings/dismiss", response_model=ChangedCases)
async def dismiss_cases(access: Reviewer, body: NewDismissals, once: Once) -> Response:
    """Say that cases are all right: they stay dismissed when they are found again."""

    def work(connection: sa.Connection) -> ChangedCases:
        count = dismissals.dismiss(
            connection,
            access.dataset_id,
            body.ids(),
            author=access.principal.name,
            reason=body.reason.strip(),
            client_key=str(uuid4()),
        )
        return ChangedCases(cases=count)

    return await once.write(work)


@router.post("/datasets/{dataset_id}/findings/show-again", response_model=ChangedCases)
async def show_cases_again(access: Reviewer, body: Cases, once: Once) -> Response:
    """Take back that cases were dismissed."""

    def work(connection: sa.Connection) -> ChangedCases:
        count = dismissals.undo(
            connection, access.dataset_id, body.ids(), author=access.principal.name
        )
        return ChangedCases(cases=count)

    return await once.write(work)


@router.post("/datasets/{dataset_id}/findings/merge", response_model=MovedPictures)
async def merge_pictures(access: Reviewer, body: Groups, once: Once) -> Response:
    """Treat pictures as one: one of each group is kept, the others go to the trash."""

    def work(connection: sa.Connection) -> MovedPictures:
        gone: list[int] = []
        for group in body.groups:
            gone += trash_pictures.merge(
                connection,
                access.dataset_id,
                group.picture_ids,
                keep=group.keep,
                author=access.principal.name,
                client_key=str(uuid4()),
            )
        return MovedPictures(picture_ids=gone)

    return await once.write(work)


@router.post("/questions/{question_id}/decisions/many", response_model=MovedPictures)
async def decide_many(
    request: Request, principal: Signed, question_id: Id, body: NewClasses, once: Once
) -> Response:
    """Decide the class of many pictures; each decision is a vote, and can be taken back.

    Either all are stored or, where one does not fit, none. Pictures that are gone are left out.
    """

    def work(connection: sa.Connection) -> MovedPictures:
        question, _ = reach(connection, principal, question_id, "reviewer")
        held = reviewing.members_of(connection, question, [d.picture_id for d in body.decisions])
        said = {d.picture_id: d.choice_id for d in body.decisions if d.picture_id in held}
        for picture_id, choice_id in said.items():
            submission = _submission(picture_id, choice_id)
            reviewing.decide(connection, question, submission, reviewer=principal.name)
        return MovedPictures(picture_ids=list(said))

    return await _answered(request, question_id, await once.write(work))


@router.post("/questions/{question_id}/decisions/withdraw", response_model=MovedPictures)
async def withdraw_decisions(
    request: Request, principal: Signed, question_id: Id, body: PictureChoice, once: Once
) -> Response:
    """Take back one's last answer about each of many pictures."""

    def work(connection: sa.Connection) -> MovedPictures:
        question, _ = reach(connection, principal, question_id, "reviewer")
        held = reviewing.members_of(connection, question, body.picture_ids)
        for picture_id in sorted(held):
            submission = _submission(picture_id, None)
            reviewing.decide(connection, question, submission, reviewer=principal.name)
        return MovedPictures(picture_ids=sorted(held))

    return await _answered(request, question_id, await once.write(work))


@router.post("/questions/{question_id}/send-to-review", response_model=MovedPictures)
async def send_to_review(
    request: Request, principal: Signed, question_id: Id, body: ForReview, once: Once
) -> Response:
    """Have pictures wait for a reviewer, whatever the answers say; the votes stay."""

    def work(connection: sa.Connection) -> MovedPictures:
        question, _ = reach(connection, principal, question_id, "reviewer")
        sent = reviewing.send(
            connection,
            question,
            body.picture_ids,
            author=principal.name,
            reason=body.reason.strip(),
        )
        return MovedPictures(picture_ids=sent)

    return await _answered(request, question_id, await once.write(work))


@router.post("/questions/{question_id}/call-back", response_model=MovedPictures)
async def call_back(
    request: Request, principal: Signed, question_id: Id, body: PictureChoice, once: Once
) -> Response:
    """Take back that pictures were sent to review."""

    def work(connection: sa.Connection) -> MovedPictures:
        question, _ = reach(connection, principal, question_id, "reviewer")
        reviewing.call_back(connection, question, body.picture_ids)
        return MovedPictures(picture_ids=sorted(set(body.picture_ids)))

    return await _answered(request, question_id, await once.write(work))


class _CaseShower:
    """Shows cases with their pictures as they are now."""

    def __init__(
        self,
        connection: sa.Connection,
        dataset_id: int,
        report: CheckReport,
        finding: Finding,
        deeds: Deeds,
    ) -> None:
        self._connection = connection
        self._finding = finding
        self._deeds = deeds
        self._question = _question(connection, dataset_id, report)
        self._choices = _offered(self._question)
        self._dismissals = {
            (held.check, held.case_key): held
            for held in dismissals.of_dataset(connection, dataset_id)
        }

    def show(self, cases: Sequence[tuple[int, Case]]) -> list[CaseShape]:
        """Return numbered cases as the API shows them."""
        ids = [s.member_id for _, case in cases for s in case.suspects[:MOST_SUSPECTS]]
        ids = list(dict.fromkeys(ids))
        rows = {row.id: row for row in pictures.by_ids(self._connection, ids)}
        labels = {}
        if self._question is not None:
            labelled = pictures.by_ids(self._connection, ids, self._question.id)
            labels = {row.id: label_shape(row.label) for row in labelled if row.label is not None}
        return [self._case(number, case, rows, labels) for number, case in cases]

    def _case(
        self, number: int, case: Case, rows: dict[int, PictureRow], labels: dict[int, LabelShape]
    ) -> CaseShape:
        dismissal = self._dismissals.get((self._finding.check, case.key))
        return CaseShape(
            key=case.key,
            number=number,
            why=case.why,
            certainty=case.certainty,
            state=case_states.state_of(self._finding.check, case, self._deeds),
            dismissal=None if dismissal is None else _dismissal(dismissal),
            # What was forgotten is not in the records any more.
            pictures=[
                self._suspect(suspect, rows[suspect.member_id], labels.get(suspect.member_id))
                for suspect in case.suspects[:MOST_SUSPECTS]
                if suspect.member_id in rows
            ],
            total=len(case.suspects),
        )

    def _suspect(self, suspect: Suspect, row: PictureRow, label: LabelShape | None) -> SuspectShape:
        return SuspectShape(
            id=row.id,
            name=row.name,
            sha256=row.sha256,
            width=row.width,
            height=row.height,
            label=label,
            note=suspect.note,
            suggested=suspect.suggested,
            suggested_id=self._choices.get(suspect.suggested or ""),
            score=suspect.score,
            removed=row.id in self._deeds.removed,
            decided=row.id in self._deeds.decided,
            sent=row.id in self._deeds.sent,
        )


def _report(
    connection: sa.Connection, workspace: Workspace, access: DatasetAccess
) -> CheckReport | None:
    """Return the last report without what it says of datasets that the caller may not see."""
    path = workspace.check_report(access.dataset_id)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    report = _read_report(path, changed)
    seen = tuple(f for f in report.findings if _may_see(connection, access, f))
    return report if len(seen) == len(report.findings) else replace(report, findings=seen)


def _may_see(connection: sa.Connection, access: DatasetAccess, finding: Finding) -> bool:
    other = finding.figures.get("dataset")
    if other is None:
        return True
    row = datasets.find(connection, str(other))
    return row is not None and held_role(connection, access.principal, row.id) is not None


@functools.lru_cache(maxsize=4)
def _read_report(path: Path, changed: int) -> CheckReport:
    # Pages of cases follow each other closely; a large report takes a while to read.
    del changed
    try:
        return CheckReport.from_json(path.read_bytes()).without(())
    except DataError as error:
        raise ApiError(409, "report_unreadable", str(error)) from error


def _made(report: CheckReport) -> datetime:
    return datetime.fromisoformat(report.made)


def _question(connection: sa.Connection, dataset_id: int, report: CheckReport) -> Question | None:
    known = {question.id: question for question in questions.of_dataset(connection, dataset_id)}
    return None if report.question_id is None else known.get(report.question_id)


def _offered(question: Question | None) -> dict[str, int]:
    return {} if question is None else {c.name: c.id for c in question.choices if c.offered}


def _deeds(connection: sa.Connection, dataset_id: int, report: CheckReport) -> Deeds:
    asked, made = report.question_id, _made(report)
    return Deeds(
        dismissed=dismissals.dismissed(connection, dataset_id),
        removed=since.removed(connection, dataset_id),
        decided=set() if asked is None else since.decided(connection, asked, made),
        sent=set() if asked is None else since.sent_to_review(connection, asked, made),
    )


def _finding(finding: Finding, deeds: Deeds) -> FindingShape:
    states = case_states.counts(finding, deeds)
    return FindingShape(
        id=case_states.finding_id(finding),
        check=finding.check,
        title=finding.title,
        why=finding.why,
        severity=finding.severity,
        actions=list(finding.actions),
        figures=dict(finding.figures),
        certainty=max(case.certainty for case in finding.cases),
        open=states["open"],
        handled=states["handled"],
        dismissed=states["dismissed"],
        pictures=len(_waiting_pictures(finding, deeds)),
    )


def _waiting_pictures(finding: Finding, deeds: Deeds) -> list[int]:
    """Return the pictures of a finding's open cases that are still there, each once."""
    found = {
        suspect.member_id: None
        for case in finding.cases
        if case_states.state_of(finding.check, case, deeds) == "open"
        for suspect in case.suspects
        if suspect.member_id not in deeds.removed
    }
    return list(found)


def _dismissal(held: Dismissal) -> DismissalShape:
    return DismissalShape(author=held.author, reason=held.reason, dismissed_at=held.dismissed_at)


def _unchecked() -> FindingsShape:
    return FindingsShape(
        made=None,
        question_id=None,
        pictures=0,
        labelled=0,
        classes=0,
        stale=False,
        since=None,
        seconds=None,
        notes=[],
        checks=[],
        findings=[],
    )


def _enqueue(jobs: Jobs, dataset_id: int, question: str | None, author: str) -> Job:
    for job in jobs.list(dataset=dataset_id, limit=50):
        if job.name == JOB and job.state in {"queued", "running"} and job.wanted == "run":
            return job
    arguments = {"dataset_id": dataset_id, "question": question}
    return jobs.enqueue(JOB, arguments, asked_by=author, dataset=dataset_id)


def _submission(picture_id: int, choice_id: int | None) -> Submission:
    return Submission(
        member_id=picture_id,
        verdict="withdrawn" if choice_id is None else "answer",
        choice_ids=() if choice_id is None else (choice_id,),
        number=None,
        milliseconds=None,
        client_key=str(uuid4()),
    )


async def _answered(request: Request, question_id: int, response: Response) -> Response:
    """Tell open pages that a question was answered, and hand the response on."""
    question = await read_long(workspace_of(request), lambda c: questions.get(c, question_id))
    request.app.state.live.answered(question.dataset_id, question.id)
    request.app.state.upkeep.changed(question)
    return response
