from __future__ import annotations

import math

import pytest

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.jobs.context import as_json
from fieldguide.jobs.task import Task, check_arguments, find, load


def test_a_function_can_be_named_by_where_it_is() -> None:
    assert Task("root", "math:sqrt").resolve() is math.sqrt
    assert Task("root", math.sqrt).resolve() is math.sqrt


def test_an_unknown_task_suggests_the_nearest() -> None:
    tasks = (Task("train", "m:f"), Task("import", "m:f"))
    assert find(tasks, "import") is tasks[1]
    with pytest.raises(UnknownNameError, match="Did you mean 'train'"):
        find(tasks, "trian")


@pytest.mark.usefixtures("on_path")
def test_tasks_are_loaded_by_their_path() -> None:
    assert "squares" in {task.name for task in load("sample_tasks:TASKS")}


def test_arguments_come_as_json_gives_them_back() -> None:
    def anything(context: object, **values: object) -> object:
        return context, values

    task = Task("t", anything)
    assert check_arguments(task, {"a": (1, 2), "b": {3: None}}) == {"a": [1, 2], "b": {"3": None}}
    assert check_arguments(Task("t", "no.such:function"), {"a": 1}) == {"a": 1}


def test_arguments_that_the_function_does_not_take_are_named() -> None:
    def nothing(context: object) -> object:
        return context

    with pytest.raises(InputError, match=r"cannot take the arguments \['a'\].*It takes: none"):
        check_arguments(Task("t", nothing), {"a": 1})


def test_what_json_cannot_hold_is_no_result() -> None:
    assert as_json({"a": (1,)}, "x") == {"a": [1]}
    assert as_json(None, "x") is None
    with pytest.raises(TypeError, match="What the step 'x' gives must be what JSON can hold"):
        as_json({1, 2}, "the step 'x'")
