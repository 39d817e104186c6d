"""A Label Studio server in a process of its own, on SQLite, with the same task as ours."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Self

from benchmarks.labelling.server import CLASSES, cpu_of, free_port

_SET_UP = """
import json, sys
from pathlib import Path
from django.contrib.auth import get_user_model
from organizations.models import Organization
from projects.models import Project
from rest_framework.authtoken.models import Token
from tasks.models import Task

people, pictures, classes, needed, place = json.loads(sys.argv[-1])
User = get_user_model()
owner = User.objects.order_by("id").first()
organization = Organization.objects.order_by("id").first()
keys = []
for number in range(people):
    user = User.objects.create_user(email=f"annotator{number}@example.org", password="x" * 12)
    organization.add_user(user)
    user.active_organization = organization
    user.save()
    keys.append(Token.objects.get_or_create(user=user)[0].key)
choices = "".join(f'<Choice value="{name}"/>' for name in classes)
project = Project.objects.create(
    title="benchmark",
    created_by=owner,
    organization=organization,
    maximum_annotations=needed,
    sampling="Sequential sampling",
    label_config=f'<View><Image name="image" value="$image"/><Choices name="symptom" '
    f'toName="image">{choices}</Choices></View>',
)
for start in range(0, pictures, 1000):
    numbers = range(start, min(pictures, start + 1000))
    Task.objects.bulk_create(
        [
            Task(project=project, data={"image": f"/data/{n}.jpg"}, overlap=needed, inner_id=n + 1)
            for n in numbers
        ]
    )
project.update_tasks_states(
    maximum_annotations_changed=True, overlap_cohort_percentage_changed=False,
    tasks_number_changed=True,
)
Path(place).write_text(json.dumps({"project": project.id, "keys": keys}))
"""


class LabelStudio:
    """A running Label Studio.

    Args:
        programs: The folder with its ``label-studio`` and ``python``.
        folder: Where it keeps its data.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self.port = free_port()
        self._environment = {
            **os.environ,
            "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
            "COLLECT_ANALYTICS": "False",
            "LATEST_VERSION_CHECK": "False",
            "DJANGO_DB": "sqlite",
        }
        folder.mkdir(parents=True, exist_ok=True)
        command = [programs / "label-studio", "start", "--no-browser", "--port", str(self.port)]
        command += ["--username", "owner@example.org", "--password", "benchmark-password"]
        command += ["--enable-legacy-api-token", "--log-level", "ERROR"]
        self.process = subprocess.Popen(
            command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def fill(self, *, people: int, pictures: int, needed: int) -> dict[str, Any]:
        """Make annotators with tokens, a project and its tasks."""
        import json

        place = self._folder / "site.json"
        order = json.dumps([people, pictures, list(CLASSES), needed, str(place)])
        script = self._folder / "fill.py"
        script.write_text(
            "import sys\nimport label_studio\nfrom pathlib import Path\n"
            "sys.path.insert(0, str(Path(label_studio.__file__).parent))\n"
            "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = "
            "'label_studio.core.settings.label_studio'\nimport django\ndjango.setup()\n" + _SET_UP
        )
        subprocess.run(
            [self._programs / "python", script, order], env=self._environment, check=True
        )
        found: dict[str, Any] = json.loads(place.read_text())
        return found

    def version(self) -> str:
        """Return its release."""
        done = subprocess.run(
            [self._programs / "label-studio", "version"],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
        return found.group() if found else "unknown"

    def cpu_seconds(self) -> float:
        """Return the processor time of its process and all that it started."""
        return cpu_of(self.process.pid)

    def _wait(self) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"Label Studio ended with {self.process.returncode}.")
            with socket.socket() as probe:
                probe.settimeout(0.5)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    time.sleep(2)
                    return
            time.sleep(0.5)
        raise RuntimeError("Label Studio did not answer within three minutes.")
