"""The command ``fieldguide``: finds each subcommand's file only when it is called."""

from __future__ import annotations

import errno
import importlib
import io
import sys
from typing import Any, NoReturn

import click

from fieldguide import __version__
from fieldguide.errors import FieldguideError, InputError, MissingExtraError, WorkspaceError

COMMANDS = {
    "train": ("fieldguide.cli.train:train", "From pictures to a tested model, in one line."),
    "demo": ("fieldguide.cli.train:demo", "Do it on photographs that come with the extra 'demo'."),
    "import": ("fieldguide.cli.data:import_", "Bring pictures into a dataset."),
    "check": ("fieldguide.cli.check:check", "Look for faults in pictures and labels."),
    "split": ("fieldguide.cli.data:split", "Divide a dataset into parts and freeze it."),
    "freeze": ("fieldguide.cli.versions:freeze", "Keep a dataset as a version that never changes."),
    "versions": ("fieldguide.cli.versions:versions", "List the versions of a dataset."),
    "diff": ("fieldguide.cli.versions:diff", "Show what became of a dataset between two states."),
    "restore": ("fieldguide.cli.versions:restore", "Bring a dataset back to a version."),
    "datasets": ("fieldguide.cli.data:datasets", "List the datasets."),
    "trash": ("fieldguide.cli.trash:trash", "Take pictures out of a dataset, and restore them."),
    "forget": ("fieldguide.cli.forget:forget", "Delete pictures and all that is known of them."),
    "evaluate": ("fieldguide.cli.runs:evaluate", "Measure a run's model on a part once more."),
    "report": ("fieldguide.cli.runs:report", "Write a run's report and say where it is."),
    "runs": ("fieldguide.cli.runs:runs", "List the runs."),
    "predict": ("fieldguide.cli.predict:predict", "Classify pictures with a model."),
    "jobs": ("fieldguide.cli.jobs:jobs", "Show and steer background jobs."),
    "serve": ("fieldguide.cli.serve:serve_", "Run the web application."),
    "users": ("fieldguide.cli.users:users", "Manage who may use the web application."),
}

EXIT_CODES: tuple[tuple[type[FieldguideError], int], ...] = (
    (InputError, 2),
    (MissingExtraError, 3),
    (WorkspaceError, 4),
    (FieldguideError, 5),
)
INTERRUPTED = 130

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno not in _FULL | _FORBIDDEN:
                raise
            raise WorkspaceError(_about_file(error)) from error
        except Exception as error:
            if not _is_of_database(error):
                raise
            raise WorkspaceError(_about_database(error, ctx.obj)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The commands' own files stay unread here: they import what the work needs.
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fieldguide")
@click.option(
    "--workspace",
    metavar="FOLDER",
    help="Where everything is kept. [default: ~/fieldguide or FIELDGUIDE_WORKSPACE]",
)
@click.pass_context
def cli(ctx: click.Context, workspace: str | None) -> None:
    """From a heap of pictures to a model that can be trusted.

    Begin with:  fieldguide train PICTURES/
    """
    ctx.obj = workspace


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _write_any_name()
    try:
        code = cli.main(arguments, prog_name="fieldguide", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(_interrupted())
    except KeyboardInterrupt:
        sys.exit(_interrupted())
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except FieldguideError as error:
        click.echo(f"{click.style('Error:', fg='red', bold=True)} {_clean(str(error))}", err=True)
        sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
    except BrokenPipeError:
        # The reader of a pipe has gone, as in `fieldguide runs | head`; nothing is left to say.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupted() -> int:
    click.echo("\nStopped. What is done is kept; the same command goes on from here.", err=True)
    return INTERRUPTED


def _write_any_name() -> None:
    # A file name need not be text in the terminal's encoding; it is written all the same.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _clean(text: str) -> str:
    from fieldguide.evaluate.wording import clean

    return "\n".join(clean(line) for line in text.split("\n"))


def _about_file(error: OSError) -> str:
    names = [repr(str(name)) for name in (error.filename, error.filename2) if name is not None]
    where = " or ".join(names) or "A file"
    if error.errno in _FULL:
        remedy = "Free some space, or choose another folder with --workspace."
    else:
        remedy = "Change its permissions, or choose another folder with --workspace."
    return f"{where} cannot be used: {(error.strerror or str(error)).lower()}. {remedy}"


def _is_of_database(error: Exception) -> bool:
    # By name: importing SQLAlchemy for this would slow `fieldguide --help` down.
    kind = type(error)
    return kind.__module__.startswith("sqlalchemy") and kind.__name__ == "OperationalError"


def _about_database(error: Exception, workspace: str | None) -> str:
    from fieldguide.config import read_config

    folder = read_config(workspace=workspace).workspace
    reason = getattr(error, "orig", error)
    return (
        f"The records in {str(folder)!r} cannot be used: {reason}. Free some space, "
        "wait for what else uses them, or choose another folder with --workspace."
    )
