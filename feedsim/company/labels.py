"""What reviewers have said of posts, with what detectors could see when they said it: all that detectors learn from."""

from typing import ClassVar

from feedsim.integrity.clues import clues
from feedsim.world.arrays import Bools, Codes, Floats, Ints, Keys, Longs
from feedsim.world.columns import Columns
from feedsim.world.desk import AUDIT, HARMFUL
from feedsim.world.world import World


class Labels(Columns):
    """Verdicts, in the order they were given."""

    schema: ClassVar = {
        "features": "f4",  # (F,) as of the verdict
        "harm": "i1",  # place in the world's harms
        "language": "i1",
        "harmful": "?",  # the verdict, not the truth
        "audited": "?",  # drawn by lot: the only labels that say how common harm is
        "author": "i4",
        "key": "u8",  # of the post
        "minute": "i4",
    }
    features: Floats
    harm: Codes
    language: Codes
    harmful: Bools
    audited: Bools
    author: Ints
    key: Keys
    minute: Ints

    def __init__(self, features: int, room: int = 256) -> None:
        self.feature_count = features
        super().__init__(room)

    def width(self, name: str) -> tuple[int, ...]:
        """Of features a row holds many."""
        return (self.feature_count,) if name == "features" else ()

    def keep(self, world: World, rows: Longs) -> None:
        """Add the verdicts of the cases `rows` (n,), which have just been decided."""
        cases = world.desk.cases
        self.append(
            features=clues(world, cases.post[rows].astype("i8") - world.posts.base),
            harm=cases.harm[rows],
            language=cases.language[rows],
            harmful=cases.verdict[rows] == HARMFUL,
            audited=cases.source[rows] == AUDIT,
            author=cases.author[rows],
            key=cases.key[rows],
            minute=cases.decided_minute[rows].astype("i4"),
        )
