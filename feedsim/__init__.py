"""feedsim: simulate a social feed, what ranks it, what harms spread in it, and what holding them back costs."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedsim.results import open_run
    from feedsim.scenario import Scenario, Study
    from feedsim.study.comparing import compare
    from feedsim.study.scripting import run

__all__ = ["Scenario", "Study", "__version__", "compare", "open_run", "run"]
__version__ = "0.1.0"
"""Of the model: a run's content hash holds it, so that a new version runs everything again."""

# Threads that spin while they wait for one another cost a run that shares its cores up to ten times its time. OpenMP
# reads this once, when numba or LightGBM loads it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_HOMES = {
    "Scenario": "feedsim.scenario",
    "Study": "feedsim.scenario",
    "compare": "feedsim.study.comparing",
    "open_run": "feedsim.results",
    "run": "feedsim.study.scripting",
}


def __getattr__(name: str) -> Any:
    # Public names come when asked for: `import feedsim` alone loads neither numba nor pandas.
    if name not in _HOMES:
        raise AttributeError(f"feedsim has no '{name}'; it has {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)
