"""`python -m bench.screenshots FOLDER`: pictures of pages with the sample records.

Needs Chromium, the extras `serve` and `test`, and nothing of the network.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

from browsing import running
from website import served

SIZE = {"width": 1200, "height": 760}
_SHOTS = {
    "home": ("/", ""),
    "film": ("/movie/tt0338013", "details.from summary >> nth=2"),
    "films": ("/films?decade=1990s&sort=-rating", ""),
    "question": ("/queries/films-by-decade", ""),
    "editor": ("/editor?name=most-prolific-actors", ".yasqe:visible .yasqe_queryButton"),
}


def take(folder: Path) -> None:
    """Load the sample records, serve them, and take each picture in the light and the dark."""
    seeds = Path(__file__).parent.parent / "seeds"
    with tempfile.TemporaryDirectory() as place:
        workspace = Path(place, "workspace")
        etl = [sys.executable, "-m", "etl", "load", "-q", str(seeds), "--workspace", str(workspace)]
        subprocess.run(etl, check=True)
        with served(workspace) as site, running() as browser:
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]
                page = context.new_page()
                for name, (path, clicked) in _SHOTS.items():
                    page.goto(site.url.rstrip("/") + path, wait_until="networkidle")
                    if clicked:
                        page.locator(clicked).click()
                        page.wait_for_timeout(500)
                    page.screenshot(path=folder / f"{name}-{scheme}.png")
                context.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m bench.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    take(folder)


if __name__ == "__main__":
    main()
