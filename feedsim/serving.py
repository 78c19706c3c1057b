"""Starting the dashboard: a process of its own, that reads one folder and listens on one address."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from feedsim.faults import Fault, Faults

HERE = Path(__file__).resolve().parent.parent
"""Where `feedsim` and `dashboard` lie side by side."""
SECONDS_TO_STOP = 5.0


def serve(folder: Path, address: str, port: int, limit: int) -> int:
    """Serve the dashboard of a folder until somebody ends it; the exit status.

    `limit`: people x ordinary days that a what-if may cost. Raises Faults where there is no such folder, or where the
    address can't be listened on; KeyboardInterrupt when it was ended.
    """
    if not folder.is_dir():
        right = f"feedsim run FILE --out {folder} makes it, or name the folder of your runs"
        raise Faults([Fault(str(folder), None, "", "there is no such folder", right)])
    _check_free(address, port)
    # -P: a folder named dashboard where somebody happens to stand is not ours.
    command = [sys.executable, "-P", "-m", "dashboard", address, str(port)]
    process = subprocess.Popen(command, env=_environment(folder, limit))
    try:
        return process.wait()
    finally:
        _stop(process)


def _environment(folder: Path, limit: int) -> dict[str, str]:
    paths = [str(HERE), os.environ.get("PYTHONPATH", "")]
    ours = {"FEEDSIM_DASHBOARD_DIR": str(folder.resolve()), "FEEDSIM_DASHBOARD_LIMIT": str(limit)}
    return {**os.environ, **ours, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _check_free(address: str, port: int) -> None:
    """Raises Faults where somebody else listens, or the address is not this machine's."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        right = "--port or --address should name another, such as --port 8502"
        raise Faults(
            [Fault(f"{address}:{port}", None, "", f"can't be listened on ({error.strerror})", right)]
        ) from error


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, and kill it if it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
