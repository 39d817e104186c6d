"""What can run in the background: one line per task. Functions are imported when a job begins."""

from __future__ import annotations

from fieldguide.jobs.task import Task

TASKS_PATH = "fieldguide.workflows.tasks:TASKS"
"""Where workers find the tasks."""

TASKS: tuple[Task, ...] = (
    Task("import-upload", "fieldguide.workflows.import_upload:run", queue="heavy"),
    Task("thumbnails", "fieldguide.workflows.make_thumbnails:run", queue="heavy"),
    Task("embed", "fieldguide.workflows.embed_dataset:run", queue="heavy"),
    Task("weigh-annotators", "fieldguide.workflows.weigh_annotators:run"),
    Task("export-labels", "fieldguide.workflows.export_labels:run"),
    Task("import-labels", "fieldguide.workflows.import_labels:run"),
)

TITLES = {
    "import-upload": "Import uploaded pictures",
    "thumbnails": "Make thumbnails",
    "embed": "Embed pictures",
    "weigh-annotators": "Weigh annotators by their skill",
    "export-labels": "Export labels",
    "import-labels": "Import labels",
}
