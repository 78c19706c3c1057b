"""How numba compiles the hot loops: two decorators, so that every kernel is built alike and stays typed.

Division by zero gives inf (as in numpy), nothing is reordered (no fastmath), and the machine code is cached on disk.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a loop for one core."""
    return cast(F, numba.njit(cache=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """Compile a few lines that other kernels call in their innermost loop."""
    return cast(F, numba.njit(cache=True, error_model="numpy", inline="always")(function))


def parallel(function: F) -> F:
    """Compile a loop whose `prange` runs on every core. Its rows must not depend on one another."""
    return cast(F, numba.njit(cache=True, error_model="numpy", parallel=True)(function))
