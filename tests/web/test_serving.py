"""The server starts, follows what is loaded, binds the browser by headers, and ends in order."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk import Desk
from records import EMMA, HEAT
from website import Website, served


def test_every_answer_binds_the_browser(site: Website) -> None:
    for path in ("/", "/movie/tt0113277", "/movie/nothing", "/static/site.css", "/healthz"):
        headers = site.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(served_workspace: Path, number: signal.Signals) -> None:
    with served(served_workspace) as site:
        assert site.get("/healthz").text.startswith("ok")
        assert site.stop(number) == 0
    assert site.said == []


def opened(descriptors: Path) -> set[str]:
    """Give the generations of which a process has files open."""
    links = [str(each.readlink()) for each in descriptors.glob("*") if each.is_symlink()]
    return {each.split("/generations/")[1][:4] for each in links if "/generations/" in each}


def test_a_load_is_shown_at_once_and_the_old_generation_is_closed(desk: Desk) -> None:
    desk.write(HEAT)
    desk.load()
    with served(desk.workspace.path) as site:
        assert site.get("/movie/tt0000838").status_code == 404
        for number in range(6):
            desk.write(EMMA.but(title=f"Emma {number}"))
            desk.load()
            assert f"Emma {number}" in site.get("/movie/tt0000838").text
        held = Path(f"/proc/{site.process.pid}/fd")
        until = time.monotonic() + 10
        while (generations := opened(held)) != {"0007"} and held.is_dir():
            assert time.monotonic() < until, generations
            time.sleep(0.1)


def test_an_empty_workspace_and_a_port_in_use_are_said_in_a_line(
    served_workspace: Path, tmp_path: Path
) -> None:
    assert said("--workspace", str(tmp_path / "none")) == (
        2,
        f"Error: {tmp_path / 'none'}: nothing has been loaded yet\nHint: run: etl load SOURCE\n",
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, message = said("--workspace", str(served_workspace), "--port", str(port))
    assert code == 2
    assert message.startswith(f"Error: 127.0.0.1:{port}: cannot listen there: address already in")


def test_a_damaged_catalog_is_said_in_a_line(desk: Desk) -> None:
    desk.write(HEAT)
    desk.load()
    catalog = desk.workspace.required().catalog
    catalog.write_bytes(b"x" * catalog.stat().st_size)
    code, message = said("--workspace", str(desk.workspace.path), "--port", "0")
    assert code == 2
    assert message.startswith(f"Error: {catalog}: the catalog cannot be read")


def said(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "etl", "serve", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_without_the_extra_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['starlette'] = None; from etl.cli import main; main(['serve'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Hint: run: pip install 'reelgraph[serve]'"
