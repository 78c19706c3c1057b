"""Ctrl-C, where it comes at a bad time."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C waits until this is over; processes started here never hear it: it is ours to stop them."""
    with _waiting_interrupts(), _blocked_interrupts():
        yield


@contextmanager
def _waiting_interrupts() -> Iterator[None]:
    # Blocking does not do by itself: the system gives the signal to another thread, and Python's main one hears of it.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    late: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: late.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if late:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _blocked_interrupts() -> Iterator[None]:
    """What a process blocks, those that it starts block too."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
