"""`python -m dashboard ADDRESS PORT`: serve the app with settings that keep it on this machine."""

import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from streamlit.web.cli import main

from dashboard.look import theme_options
from dashboard.warming import warm

OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "logger.level": "warning",
    "runner.magicEnabled": "false",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.maxUploadSize": "1",
    "server.runOnSave": "false",
    "server.showEmailPrompt": "false",
}
"""Nothing is told to anybody, nothing is watched, nobody else's page may talk to it, no trace reaches the browser."""


def command(address: str, port: int) -> list[str]:
    """Streamlit's command line, without its name."""
    return ["run", str(Path(__file__).with_name("app.py")), *_options(address, port), *theme_options()]


def _options(address: str, port: int) -> Iterator[str]:
    yield from (f"--{name}={value}" for name, value in OPTIONS.items())
    yield from (f"--server.address={address}", f"--server.port={port}")
    if is_local(address):
        # A page from elsewhere that has its own name lead here is turned away.
        yield from (f"--server.allowedHosts={host}" for host in ("127.0.0.1", "localhost", "::1"))


def is_local(address: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


if __name__ == "__main__":
    warm()
    sys.argv = ["streamlit", *command(sys.argv[1], int(sys.argv[2]))]
    main()
