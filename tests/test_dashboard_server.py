"""`feedsim dashboard`, as somebody at a terminal starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboard.__main__ import is_local, settings
from dashboard.look import THEME
from feedsim.cli import app


def call(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["dashboard", *map(str, words)])
    return result.exit_code, result.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_folder_that_is_not_there_gets_a_sentence_and_2(tmp_path: Path) -> None:
    status, said = call(tmp_path / "none")
    assert status == 2
    assert said.startswith(f"{tmp_path}/none: there is no such folder; feedsim run FILE --out ")
    assert len(said.splitlines()) == 1


def test_a_port_that_is_taken_gets_a_sentence_and_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = call(tmp_path, "--port", port)
    assert status == 2
    assert said.startswith(f"127.0.0.1:{port}: can't be listened on (")


@pytest.mark.parametrize("address", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_this_machine_s_gets_a_sentence_and_2(tmp_path: Path, address: str) -> None:
    status, said = call(tmp_path, "--address", address)
    assert status == 2
    assert said.startswith(f"{address}:8501: can't be listened on (")


def test_it_stays_on_this_machine_and_tells_nobody_anything() -> None:
    said = settings("127.0.0.1", 8501)
    assert said.items() >= {
        "server.address": "127.0.0.1", "browser.gatherUsageStats": False, "server.fileWatcherType": "none",
        "server.enableXsrfProtection": True, "server.enableCORS": True, "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none", "server.headless": True,
        "server.allowedHosts": ["127.0.0.1", "localhost", "::1"],
    }.items()  # fmt: skip
    assert "server.allowedHosts" not in settings("0.0.0.0", 1)
    assert [is_local(one) for one in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.0.2.1", "x")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_the_theme_is_told_to_streamlit_for_light_and_for_dark() -> None:
    said = settings("127.0.0.1", 1)
    assert said["theme.dark.backgroundColor"] == THEME["dark"]["backgroundColor"]
    assert all(THEME[kind].keys() == THEME["light"].keys() for kind in THEME)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_one_address_until_somebody_ends_it(tmp_path: Path, end: int) -> None:
    # A folder of the same name where it is started is not taken for the dashboard.
    (tmp_path / "dashboard").mkdir()
    (tmp_path / "dashboard" / "__main__.py").write_text("raise SystemExit(99)")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsim", "dashboard", ".", "--port", str(port)], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until_it_serves(process, port)
        # What a link leads to says where the server is before anything asks for it.
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/spread?study=x", timeout=5).read().decode()
        assert page.index("<head>") < page.index("BACKEND_BASE_URL") < page.index('<script type="module"')
        process.send_signal(end)
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert f"http://127.0.0.1:{port}" in out
    assert "Traceback" not in out
    with pytest.raises(OSError, match=r".*"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)


def wait_until_it_serves(process: "subprocess.Popen[str]", port: int, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the dashboard did not come up")
