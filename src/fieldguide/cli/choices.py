"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

_TEST_SHARE = 0.2
_VAL_SHARE = 0.0
_GREATEST_SEED = 2**32 - 1


def source_options(command: F) -> F:
    """Add the options that say how to read a source."""
    for option in reversed(
        (
            click.option("--name", help="Name of the dataset. [default: from the source's name]"),
            click.option("--label", metavar="COLUMN", help="Column that holds the class."),
            click.option(
                "--group",
                metavar="COLUMN",
                help="Column that says what was photographed together; never cut by a split.",
            ),
            click.option("--split", metavar="COLUMN", help="Column that holds train, val or test."),
            click.option(
                "--image", metavar="COLUMN", help="Column that holds the picture's path or bytes."
            ),
            click.option(
                "--link", is_flag=True, help="Leave the files where they are; do not copy them."
            ),
        )
    ):
        command = option(command)
    return command


def split_options(command: F) -> F:
    """Add the options that say whose labels to take and how to divide a dataset."""
    for option in reversed(
        (
            click.option(
                "--question",
                metavar="NAME",
                help="Question whose labels are taken. [default: the one that has labels]",
            ),
            click.option(
                "--resplit",
                is_flag=True,
                help="Make a new split in place of the one that came with the data.",
            ),
            click.option(
                "--test",
                "test_share",
                type=click.FloatRange(0, 1, min_open=True, max_open=True),
                help=f"Share of the test part in a new split. [default: {_TEST_SHARE}]",
            ),
            click.option(
                "--val",
                "val_share",
                type=click.FloatRange(0, 1, max_open=True),
                help=f"Share of the validation part in a new split. [default: {_VAL_SHARE}]",
            ),
            click.option(
                "--seed",
                type=click.IntRange(0, _GREATEST_SEED),
                default=0,
                show_default=True,
                help="Draws split, folds and samples.",
            ),
        )
    ):
        command = option(command)
    return command


def fractions(test_share: float | None, val_share: float | None) -> dict[str, float] | None:
    """Return the shares of all parts; None where neither was given.

    Raises:
        UsageError: If nothing is left to train on.
    """
    if test_share is None and val_share is None:
        return None
    test = _TEST_SHARE if test_share is None else test_share
    val = _VAL_SHARE if val_share is None else val_share
    train = round(1.0 - test - val, 9)
    if train <= 0:
        raise click.UsageError("--test and --val must leave something to train on.")
    shares = {"train": train, "test": test}
    return {**shares, "val": val} if val else shares
