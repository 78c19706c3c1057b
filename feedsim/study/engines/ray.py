"""On a cluster: every run is a task of Ray, which finds a machine with a free core and enough memory.

No disk is shared. A worker writes into a folder of its own; what it finished comes back in one piece, and is put in
its place here. What a run needs goes to it the same way. A run whose worker dies is begun again, on another.
"""

import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

import ray

from feedsim.faults import Fault, Faults
from feedsim.study.engines.crew import drive
from feedsim.study.engines.memory import MB, Room
from feedsim.study.engines.pool import threads_of
from feedsim.study.engines.protocol import Hear
from feedsim.study.engines.signals import deaf_to_interrupts
from feedsim.study.engines.tasks import Tasks
from feedsim.study.manifest import cores
from feedsim.study.plan import RunPlan
from feedsim.study.work import in_one_line

SECONDS_TO_ANSWER = 10.0
STORE_BYTES = 256 * MB
"""Room for finished runs on their way, on a machine of our own; what is more goes over its disk."""


@dataclass(frozen=True)
class RayEngine:
    """A cluster that is there already, or one of this machine alone that is there for as long as it is needed."""

    address: str | None = None
    """of its head, such as 10.0.0.5:6379, or `auto` for the one on this machine; none: start one here"""
    workers: int | None = None
    """runs at the same time; none: as many as there are cores"""
    memory_gb: float | None = None
    """that runs may have together where the cluster is of our own; none: most of what is free"""

    def run(self, runs: Sequence[RunPlan], hear: Hear) -> None:
        """Run all, and tell. Raises Faults where there is no cluster at the address."""
        if runs:
            with self._connected():
                drive(Tasks(self._limit()), runs, hear)

    def _limit(self) -> float:
        # A cluster may grow with what waits for it: it is told of everything.
        return self.workers or (inf if self.address else cores())

    @contextmanager
    def _connected(self) -> Iterator[None]:
        if ray.is_initialized():  # by whoever calls us: it is theirs to end it
            yield
            return
        before = signal.getsignal(signal.SIGTERM)
        try:
            with deaf_to_interrupts():
                self._connect()
                signal.signal(signal.SIGTERM, before)  # Ray has taken it; it is ours
            yield
        finally:
            with deaf_to_interrupts():
                ray.shutdown()

    def _connect(self) -> None:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is reported to anybody
        env = {"env_vars": threads_of(1)}
        if self.address is None:
            ray.init(
                address="local",
                num_cpus=self.workers or cores(),
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                _memory=int(Room(self.memory_gb).all_mb() * MB),
                _node_ip_address="127.0.0.1",
                runtime_env=env,
                log_to_driver=False,
                logging_level="ERROR",
            )
            return
        try:
            knock(self.address)
            ray.init(address=self.address, runtime_env=env, log_to_driver=False, logging_level="ERROR")
        except (OSError, ValueError, RuntimeError) as error:
            wrong = f"there is no cluster of Ray at {self.address} ({in_one_line(error)})"
            right = "it should be host:port of its head, which `ray start --head` tells"
            raise Faults([Fault("--address", None, "", wrong, right)]) from error


def knock(address: str) -> None:
    """See that somebody is there: Ray itself would wait for minutes. Raises OSError where nobody is."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_ANSWER).close()
