"""How numba compiles the hot loops: three decorators, so that every kernel is built alike and stays typed.

Division by zero gives inf (as in numpy), nothing is reordered (no fastmath), and the machine code is cached on disk.
Chunks of sessions pass through the stages side by side, a thread each: what a chunk passes through is compiled for one
core and lets the other threads run. Only loops over the whole world are spread over the cores from within.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a loop for one core, beside which other threads may run."""
    return cast(F, numba.njit(cache=True, error_model="numpy", nogil=True)(function))


def inlined(function: F) -> F:
    """Compile a few lines that other kernels call in their innermost loop."""
    return cast(F, numba.njit(cache=True, error_model="numpy", inline="always")(function))


def parallel(function: F) -> F:
    """Compile a loop over the world whose `prange` runs on every core. Its rows must not depend on one another, and no
    chunk may pass through it: of these loops one may run at a time."""
    return cast(F, numba.njit(cache=True, error_model="numpy", parallel=True)(function))
