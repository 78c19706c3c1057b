"""A run on its way to a machine that has feedsim, but neither our files nor policies of one's own."""

import inspect
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from feedsim import __version__
from feedsim.own_code import own_policies
from feedsim.parcel import packed, unpack
from feedsim.study.events import Done, Event, Failed
from feedsim.study.plan import RunPlan
from feedsim.study.work import failure, give_back, outcome

Brought: TypeAlias = tuple[Event, bytes]
"""What came of a run; if it is done, its folder in one piece."""


@dataclass(frozen=True)
class Errand:
    """What goes to the other machine. The plan names classes that only the code beside it defines."""

    version: str
    plan: bytes
    code: Mapping[str, bytes]
    """module -> what its file holds"""

    @classmethod
    def of(cls, run: RunPlan) -> "Errand":
        """The run, and the files that its own policies stand in."""
        own = own_policies(run.scenario.policies.values())
        code = {policy.__module__: Path(inspect.getfile(policy)).read_bytes() for policy in own}
        return cls(__version__, pickle.dumps(run), code)

    def carried_out(self, needs: Sequence[bytes], tell: Callable[[Event], None]) -> Brought:
        """Run it, over there; `needs` are the folders that the plan says it needs, in its order."""
        if self.version != __version__:
            told = f"its worker has feedsim {__version__} and not {self.version}; the versions should be equal"
            return Failed(told, ""), b""
        with TemporaryDirectory(prefix="feedsim-") as scratch, self._code_in(Path(scratch, "code")):
            try:
                run = self._unpacked(Path(scratch), needs)
            except Exception as error:
                return failure(error), b""
            event = outcome(run, 1, tell)
            parcel = packed(run.folder) if isinstance(event, Done) else b""
        give_back()
        return event, parcel

    def _unpacked(self, scratch: Path, needs: Sequence[bytes]) -> RunPlan:
        """The plan, with folders of this machine."""
        run: RunPlan = pickle.loads(self.plan)
        places = tuple(scratch / f"need{i}" / place.name for i, place in enumerate(run.needs))
        for place, parcel in zip(places, needs, strict=True):
            unpack(parcel, place)
        return replace(run, folder=scratch / "run", needs=places)

    @contextmanager
    def _code_in(self, folder: Path) -> Iterator[None]:
        """The own policies' files, where modules are looked for."""
        for module, text in self.code.items():
            file = folder.joinpath(*module.split(".")).with_suffix(".py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
        sys.path.insert(0, str(folder))
        try:
            yield
        finally:
            sys.path.remove(str(folder))
