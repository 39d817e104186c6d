"""The report of an evaluation: one HTML file that needs nothing beside itself."""

from __future__ import annotations

import functools
import json
import shlex
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fieldguide.evaluate import findings, pictures, tables, wording
from fieldguide.evaluate.figures.comparison import Bar, comparison
from fieldguide.evaluate.figures.curve import learning_curve
from fieldguide.evaluate.figures.heatmap import heatmap
from fieldguide.evaluate.figures.interval import interval
from fieldguide.evaluate.figures.reliability import reliability
from fieldguide.evaluate.record import EvaluationRecord

SECTIONS = (
    ("verdict", "Verdict"),
    ("data", "Data"),
    ("metrics", "Metrics"),
    ("confusion", "Confusion matrix"),
    ("classes", "Per class"),
    ("reliability", "Reliability"),
    ("mistakes", "Most confident mistakes"),
    ("curve", "Learning curve"),
    ("leaks", "Leaks and duplicates"),
    ("recipe", "Recipe"),
    ("use", "How to use the model"),
)
"""The sections in their order: the anchor, which names the template too, and the title."""

_FILTERS: tuple[Callable[..., str], ...] = (
    wording.count,
    wording.counted,
    wording.decimal,
    wording.duration,
    wording.figure,
    wording.interval,
    wording.listed,
    wording.megabytes,
    wording.moment,
    wording.percent,
    wording.setting,
    wording.short,
    wording.spread,
)


def render(record: EvaluationRecord, thumbnail: Callable[[str], bytes | None]) -> str:
    """Draw the report of an evaluation.

    All text of the record is taken as untrusted. The page makes no request and runs no script.
    Equal input gives equal bytes.

    Args:
        record: What was measured, on what, and how.
        thumbnail: Gives the JPEG bytes of a picture's thumbnail by the SHA-256 of the picture, or
            None when the picture is gone.

    Returns:
        The HTML of the whole page.
    """
    record = wording.clean(record)
    test = record["test"]
    names = [row["name"] for row in test["per_class"]]
    points = tables.measured_points(record["learning_curve"])
    numbered = len(names) <= tables.MOST_NUMBERED_CLASSES
    return (
        _environment()
        .get_template("report.html")
        .render(
            record=record,
            sections=SECTIONS,
            pictures=pictures.Pictures(thumbnail),
            examples=pictures.examples(record["data"]["classes"]),
            accuracy=tables.accuracy(test),
            comparison=_draw_comparison(record),
            readings=tables.readings(record),
            metrics=tables.metrics(record),
            class_names=names,
            confusion=tables.confusion(test) if numbered else [],
            heatmap="" if numbered else heatmap(names, test["confusion"]),
            pairs=tables.confused_pairs(test),
            class_rows=tables.classes(test),
            reliability=reliability(test["reliability"]),
            curve=learning_curve(points),
            points=points,
            setting_names=tables.setting_names(record["recipe"]["candidates"]),
            python_bundle=json.dumps(record["bundle"], ensure_ascii=False),
            shell_bundle=shlex.quote(record["bundle"]),
        )
    )


def _draw_comparison(record: EvaluationRecord) -> Markup:
    bars = [Bar("This model", tables.accuracy(record["test"]), main=True)]
    bars += [Bar(baseline["name"], baseline["accuracy"]) for baseline in record["baselines"]]
    return comparison(bars)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fieldguide.evaluate", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({word.__name__: word for word in _FILTERS})
    environment.globals.update(interval_bar=interval, findings=findings, distinct=pictures.distinct)
    return environment
