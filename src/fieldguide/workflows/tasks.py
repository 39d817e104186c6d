"""What can run in the background: one line per task. Functions are imported when a job begins."""

from __future__ import annotations

from fieldguide.jobs.task import Task

TASKS_PATH = "fieldguide.workflows.tasks:TASKS"
"""Where workers find the tasks."""

TASKS: tuple[Task, ...] = (
    Task("import-upload", "fieldguide.workflows.import_upload:run", queue="heavy"),
    Task("thumbnails", "fieldguide.workflows.make_thumbnails:run", queue="heavy"),
    Task("embed", "fieldguide.workflows.embed_dataset:run", queue="heavy"),
    Task("map", "fieldguide.workflows.map_dataset:run", queue="heavy"),
    Task("weigh-annotators", "fieldguide.workflows.weigh_annotators:run"),
    Task("export-labels", "fieldguide.workflows.export_labels:run"),
    Task("freeze", "fieldguide.workflows.freeze_version:run", queue="heavy"),
    Task("restore", "fieldguide.workflows.restore_version:run", queue="heavy"),
    Task("import-labels", "fieldguide.workflows.import_labels:run"),
    Task("check", "fieldguide.workflows.check_dataset:run", queue="heavy"),
    Task("look-for-private", "fieldguide.workflows.look_for_private:run", queue="heavy"),
    Task("forget", "fieldguide.workflows.forget_pictures:run", queue="heavy"),
)

TITLES = {
    "import-upload": "Import uploaded pictures",
    "thumbnails": "Make thumbnails",
    "embed": "Embed pictures",
    "map": "Make the map",
    "weigh-annotators": "Weigh annotators by their skill",
    "export-labels": "Export labels",
    "freeze": "Freeze a version",
    "restore": "Restore a version",
    "import-labels": "Import labels",
    "check": "Check pictures and labels",
    "look-for-private": "Look for what files tell",
    "forget": "Forget pictures",
}
