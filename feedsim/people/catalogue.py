"""A catalogue of real posts, from which people draw what they write."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import expandvars
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from pyarrow import csv as arrow_csv
from pyarrow import parquet, string
from pyarrow.csv import ConvertOptions

from feedsim.people.content import CatalogueColumns, CatalogueContent
from feedsim.people.drafts import Births
from feedsim.people.matter import Matter, modality_of
from feedsim.people.spread import Nearby
from feedsim.world.arrays import Bools, Codes, Doubles, Floats, Longs
from feedsim.world.posts import KINDS, MODALITIES
from feedsim.world.rng import Streams

Texts: TypeAlias = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Catalogue:
    """Real posts: R rows of the file, G sources (pages)."""

    kind: int
    """place in KINDS of all of them"""
    false: Bools
    """(R,) told false, by its rating"""
    leaning: Doubles | None
    """(R,)"""
    near: Nearby
    """rows by leaning; all at one place where the file has none"""
    modality: Codes | None
    """(R,) place in MODALITIES"""
    page: Longs | None
    """(R,) number of the source"""
    by_page: Longs
    """(R,) rows, source by source"""
    start: Longs
    """(G + 1,) where each source begins in `by_page`"""

    @staticmethod
    def read(content: CatalogueContent) -> "Catalogue":
        """Read the columns that the scenario names, and no other."""
        columns = _columns(content)
        rating = columns["rating"]
        _known("content.false_ratings", content.false_ratings, rating)
        leaning = _leanings(content, columns["leaning"]) if "leaning" in columns else None
        page = np.unique(columns["source"], return_inverse=True)[1] if "source" in columns else None
        pages = np.zeros(len(rating), np.int64) if page is None else page
        return Catalogue(
            KINDS.index(content.kind_of_post),
            np.isin(rating, content.false_ratings),
            leaning,
            Nearby.to(np.zeros(len(rating)) if leaning is None else leaning, content.leaning_match),
            _modalities(content, columns["modality"]) if "modality" in columns else None,
            page,
            np.argsort(pages, kind="stable"),
            np.searchsorted(np.sort(pages), np.arange(pages.max() + 2)),
        )

    def matter(self, births: Births, leaning: Floats, streams: Streams) -> Matter:
        """What posts are about, given the `leaning` (U,) of all users."""
        row = self.rows(births, leaning[births.author].astype(np.float64), streams)
        kind = np.full(len(row), self.kind, np.int8)
        modality = modality_of(kind, births.key, streams) if self.modality is None else self.modality[row]
        side = None if self.leaning is None else self.leaning[row]
        return Matter(kind, np.full(len(row), True), self.false[row], modality, side)

    def rows(self, births: Births, leaning: Doubles, streams: Streams) -> Longs:
        """(P,) which row each post is, given its author's leaning (P,).

        Without sources, any row near the leaning. With them, an author has one source for life, that of a row near his
        leaning, and posts any of its rows alike, so that a source's mix of posts stays its own.
        """
        if self.page is None:
            return self.near.draw(streams.uniform("catalogue row", births.key), leaning)
        page = self.page[self.near.draw(streams.uniform("catalogue source", births.author), leaning)]
        size = self.start[page + 1] - self.start[page]
        step = (streams.uniform("catalogue row", births.key) * size).astype(np.int64)
        return np.asarray(self.by_page[self.start[page] + step])


def _columns(content: CatalogueContent) -> dict[str, Texts]:
    """The file's columns under the names of CatalogueColumns; a missing value is an empty text."""
    names = {role: name for role in CatalogueColumns.model_fields if (name := getattr(content.columns, role))}
    path = Path(expandvars(content.path))
    if not path.is_file():
        raise ValueError(f"content.path: there is no file {str(path)!r}")
    texts = _read(path, sorted(set(names.values())))
    if not all(len(column) for column in texts.values()):
        raise ValueError(f"content.path: {path.name} holds no posts")
    return {role: texts[name] for role, name in names.items()}


def _read(path: Path, names: list[str]) -> dict[str, Texts]:
    if path.suffix == ".parquet":
        _known("content.columns", names, parquet.read_schema(path).names)
        table = parquet.read_table(path, columns=names)
    else:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            _known("content.columns", names, next(csv.reader(lines), []))
        texts = {name: string() for name in names}
        table = arrow_csv.read_csv(path, convert_options=ConvertOptions(include_columns=names, column_types=texts))
    return {name: np.array(["" if v is None else str(v) for v in table[name].to_pylist()]) for name in names}


def _known(where: str, asked: Iterable[str], found: Iterable[str]) -> None:
    """Refuse what the file does not hold: most often a misspelling, which would otherwise pass for an absence."""
    present = sorted({str(name) for name in found})
    for name in asked:
        if name not in present:
            raise ValueError(f"{where}: the file has no {name!r}; it has {', '.join(map(repr, present)) or 'nothing'}")


def _leanings(content: CatalogueContent, texts: Texts) -> Doubles:
    """(R,) by the scenario's table; a number that the table leaves out stands for itself."""
    names, place = np.unique(texts, return_inverse=True)
    return np.array([_leaning(content, str(name)) for name in names])[place]


def _leaning(content: CatalogueContent, name: str) -> float:
    try:
        value = content.leanings[name] if name in content.leanings else float(name)
    except ValueError:
        value = np.nan
    if not -1 <= value <= 1:
        raise ValueError(f"content.leanings: say what {name!r} is, a number from -1 (left) to 1 (right)")
    return value


def _modalities(content: CatalogueContent, texts: Texts) -> Codes:
    """(R,) by the scenario's table; a value that is itself the name of a modality needs no entry."""
    names, place = np.unique(texts, return_inverse=True)
    return np.array([_modality(content, str(name)) for name in names], np.int8)[place]


def _modality(content: CatalogueContent, name: str) -> int:
    modality = content.modalities.get(name, name)
    if modality not in MODALITIES:
        raise ValueError(f"content.modalities: say what {name!r} is, one of {', '.join(MODALITIES)}")
    return MODALITIES.index(modality)
