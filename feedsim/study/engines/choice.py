"""The engine that somebody names."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Literal, TypeAlias, get_args

from feedsim.faults import Fault, Faults, nearest
from feedsim.study.engines.here import HereEngine
from feedsim.study.engines.local import LocalEngine
from feedsim.study.engines.protocol import Engine

EngineName: TypeAlias = Literal["local", "here", "ray"]


def engine_named(
    name: EngineName, workers: int | None = None, memory_gb: float | None = None, address: str | None = None
) -> Engine:
    """The engine, told what it may take. Raises Faults where that makes no sense, or where it is not installed."""
    if faults := list(_faults(name, workers, memory_gb, address)):
        raise Faults(faults)
    if name == "here":
        return HereEngine()
    if name == "local":
        return LocalEngine(workers, memory_gb)
    # Ray is an extra, and takes a second to load.
    from feedsim.study.engines.ray import RayEngine

    return RayEngine(address, workers, memory_gb)


def _faults(name: EngineName, workers: int | None, memory_gb: float | None, address: str | None) -> Iterator[Fault]:
    if name not in get_args(EngineName):
        yield Fault("--engine", None, "", f"there is no engine '{name}'", nearest(name, get_args(EngineName)))
    if workers is not None and workers < 1:
        yield Fault("--workers", None, "", f"{workers}", "it should be at least 1")
    if name == "ray" and find_spec("ray") is None:
        yield Fault("--engine", None, "", "Ray is not installed", "pip install 'feedsim[ray]' does it")
    if address is not None and name != "ray":
        yield Fault("--address", None, "", f"the engine '{name}' is on this machine", "add --engine ray")
    if address is not None and memory_gb is not None:
        yield Fault("--memory", None, "", "a cluster knows its machines' memory", "leave out --memory or --address")
    if name == "here" and (workers or 1) > 1:
        yield Fault("--workers", None, "", f"{workers}; the engine 'here' runs one at a time", "leave it out")
    if name == "here" and memory_gb is not None:
        yield Fault("--memory", None, "", "the engine 'here' takes what there is", "leave it out")
