"""``fieldguide jobs``: look at background work, steer it, and do it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.shown import shown
from fieldguide.errors import FieldguideError
from fieldguide.jobs.job import STATES, Job, Reached
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.task import load
from fieldguide.jobs.worker import run_worker
from fieldguide.records.database import sqlite_url

TASKS = "fieldguide.workflows.tasks:TASKS"

_LOOK_EVERY = 0.5
_COLOURS = {"running": "cyan", "done": "green", "failed": "red", "paused": "yellow"}

_number = click.argument("number", metavar="ID", type=click.IntRange(1, 10**18))


@click.group("jobs", invoke_without_command=True)
@click.pass_context
def jobs(ctx: click.Context) -> None:
    """Show and steer background jobs; without a further word, list the newest."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in that state.")
@click.option("--after", metavar="ID", type=int, help="Go on after the last job of a list.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@click.pass_context
def list_(
    ctx: click.Context, state: str | None = None, after: int | None = None, limit: int = 20
) -> None:
    """List the jobs, newest first."""
    chosen = next((known for known in STATES if known == state), None)
    with _open(ctx) as opened:
        page = opened.list(state=chosen, after=after, limit=limit)
        idle = any(job.state == "queued" for job in page) and not opened.has_worker()
    console = output()
    if not page:
        console.print("There is no such job." if state or after else "There is no job yet.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("job", "task", "state", "asked by", "asked at", "progress"):
        table.add_column(heading, justify="right" if heading == "job" else "left")
    for job in page:
        table.add_row(
            str(job.id),
            shown(job.name),
            _state(job),
            shown(job.asked_by or ""),
            _when(job.created_at),
            shown(_progress(job.reached)),
        )
    console.print(table)
    if idle:
        _say_idle(console)


@jobs.command()
@_number
@click.pass_context
def show(ctx: click.Context, number: int) -> None:
    """Show everything about job ID."""
    with _open(ctx) as opened:
        job = opened.status(number)
        idle = job.state == "queued" and not opened.has_worker()
    console = output()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    facts = {
        "job": str(job.id),
        "task": shown(job.name),
        "arguments": shown(json.dumps(job.arguments, ensure_ascii=False)),
        "state": _state(job),
        "asked by": shown(job.asked_by or ""),
        "asked at": _when(job.created_at),
        "begun at": _when(job.started_at),
        "ended at": _when(job.finished_at),
        "progress": shown(_progress(job.reached)),
        "notes": "\n".join(map(shown, job.reached.notes)),
        "error": shown(job.error or ""),
        "result": "" if job.result is None else shown(json.dumps(job.result, ensure_ascii=False)),
    }
    for name, fact in facts.items():
        if fact:
            table.add_row(name, fact)
    console.print(table, highlight=False)
    if job.trace:
        console.print("\n".join(shown(line) for line in job.trace.splitlines()), highlight=False)
    if idle:
        _say_idle(console)


@jobs.command()
@_number
@click.pass_context
def pause(ctx: click.Context, number: int) -> None:
    """Stop job ID so that it can go on later."""
    with _open(ctx) as opened:
        _say(opened.pause(number))


@jobs.command()
@_number
@click.pass_context
def resume(ctx: click.Context, number: int) -> None:
    """Let the paused job ID go on after its last finished step."""
    with _open(ctx) as opened:
        _say(opened.resume(number))


@jobs.command()
@_number
@click.pass_context
def cancel(ctx: click.Context, number: int) -> None:
    """Stop job ID for good; what it has done stays done."""
    with _open(ctx) as opened:
        _say(opened.cancel(number))


@jobs.command()
@_number
@click.pass_context
def retry(ctx: click.Context, number: int) -> None:
    """Let the failed or cancelled job ID go on after its last finished step."""
    with _open(ctx) as opened:
        _say(opened.retry(number))


@jobs.command()
@_number
@click.pass_context
def watch(ctx: click.Context, number: int) -> None:
    """Follow job ID until it ends or is paused; Control-C leaves it running."""
    with _open(ctx) as opened, TerminalProgress(Console(stderr=True)) as progress:
        job = _follow(opened, number, progress)
    if job.state == "failed":
        raise FieldguideError(f"Job {job.id} failed: {job.error}")
    _say(job)


@jobs.command()
@click.option(
    "--tasks",
    metavar="MODULE:NAME",
    default=TASKS,
    show_default=True,
    help="Where the tuple of tasks is.",
)
@click.pass_context
def work(ctx: click.Context, tasks: str) -> None:
    """Do jobs in this process until Control-C; those under way go on with the next worker."""
    with open_workspace(ctx) as workspace:
        root = workspace.root
    known = load(tasks)
    click.echo(f"Working on the jobs of {root}. Control-C ends it.", err=True)
    run_worker(sqlite_url(root / "jobs.db"), known, root)


@contextlib.contextmanager
def _open(ctx: click.Context) -> Iterator[Jobs]:
    with (
        open_workspace(ctx) as workspace,
        Jobs(sqlite_url(workspace.root / "jobs.db")) as opened,
    ):
        yield opened


def _follow(opened: Jobs, number: int, progress: TerminalProgress) -> Job:
    said = 0
    while True:
        job = opened.status(number)
        title = job.reached.title
        with progress.step(title or "waiting", job.reached.total, job.reached.unit) as bar:
            done = 0
            while True:
                bar.advance(job.reached.done - done)
                done = job.reached.done
                for note in job.reached.notes[said:]:
                    progress.note(note)
                said = len(job.reached.notes)
                if job.ended or job.state == "paused":
                    return job
                time.sleep(_LOOK_EVERY)
                job = opened.status(number)
                if job.reached.title != title:
                    break


def _say(job: Job) -> None:
    if job.state == "running" and job.wanted != "run":
        words = f"Job {job.id} is asked to {job.wanted}; it stops at its next unit or step."
    else:
        words = f"Job {job.id} is {job.state}."
    output().print(words, highlight=False)


def _say_idle(console: Console) -> None:
    console.print("No worker is running. Start one with: fieldguide jobs work", highlight=False)


def _state(job: Job) -> str:
    words = f"to {job.wanted}" if job.wanted != "run" else job.state
    colour = _COLOURS.get(job.state)
    return f"[{colour}]{words}[/]" if colour else words


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _progress(reached: Reached) -> str:
    if not reached.title:
        return ""
    words = reached.title
    if reached.unit:
        total = "" if reached.total is None else f"/{reached.total}"
        words += f": {reached.done}{total} {reached.unit}"
    if reached.rate:
        words += f", {reached.rate:.1f}/s"
    if reached.seconds_left:
        words += f", {reached.seconds_left:.0f} s left"
    return words
