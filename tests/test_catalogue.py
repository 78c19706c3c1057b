"""Posts drawn from a file of real ones."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from writers import supply, users

from feedsim.people.catalogue import Catalogue
from feedsim.people.content import CatalogueColumns, CatalogueContent
from feedsim.people.drafts import Drafts, born
from feedsim.world.posts import CIVIC, MODALITIES, NEWS
from feedsim.world.rng import Streams

HEADER = "page,leaning,made,rating,share_count"
ROWS = [
    "A,left,video,mostly true,10",
    "A,left,link,mostly false,20",
    "B,right,link,mostly true,30",
    "A,left,link,,40",
    "C,0.5,gif,mixture,50",
]
COLUMNS = CatalogueColumns(rating="rating", leaning="leaning", modality="made", source="page")
ALONE = CatalogueColumns(rating="rating", leaning="leaning", modality="made")


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "posts.csv"
    file.write_text("\n".join([HEADER, *ROWS]) + "\n")
    return str(file)


def content(
    path: str, columns: CatalogueColumns = COLUMNS, changed: dict[str, object] | None = None
) -> CatalogueContent:
    said = {
        "kind": "catalogue",
        "path": path,
        "columns": columns,
        "false_ratings": ["mostly false", "mixture"],
        "leanings": {"left": -0.8, "right": 0.8},
        "modalities": {"gif": "meme"},
    }
    return CatalogueContent.model_validate(said | (changed or {}))


def test_a_file_is_read_by_the_names_that_the_scenario_gives(path: str) -> None:
    catalogue = Catalogue.read(content(path))
    assert catalogue.false.tolist() == [False, True, False, False, True]
    assert catalogue.leaning is not None
    assert catalogue.leaning.tolist() == [-0.8, -0.8, 0.8, -0.8, 0.5]
    assert catalogue.modality is not None
    assert [MODALITIES[m] for m in catalogue.modality] == ["video", "link", "link", "link", "meme"]
    assert catalogue.page is not None
    assert catalogue.page.tolist() == [0, 0, 1, 0, 2]
    assert (catalogue.by_page.tolist(), catalogue.start.tolist()) == ([0, 1, 3, 2, 4], [0, 3, 4, 5])


def test_parquet_is_read_like_csv(path: str, tmp_path: Path) -> None:
    other = tmp_path / "posts.parquet"
    pd.read_csv(path).to_parquet(other)  # the missing rating becomes a null
    a, b = Catalogue.read(content(path)), Catalogue.read(content(str(other)))
    assert (a.false.tolist(), a.by_page.tolist()) == (b.false.tolist(), b.by_page.tolist())
    assert np.array_equal(a.near.order, b.near.order)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"path": "nowhere.csv"}, r"content\.path: there is no file 'nowhere\.csv'"),
        (
            {"columns": CatalogueColumns(rating="verdict")},
            r"content\.columns: the file has no 'verdict'; it has 'leaning'",
        ),
        ({"false_ratings": ["mostly fals"]}, r"content\.false_ratings: the file has no 'mostly fals'; it has '', 'mix"),
        ({"leanings": {"left": -1.0}}, r"content\.leanings: say what 'right' is, a number from -1 \(left\) to 1"),
        ({"modalities": {}}, r"content\.modalities: say what 'gif' is, one of text, link, photo, video, meme"),
    ],
)
def test_what_does_not_fit_the_file_is_refused_with_what_would(
    path: str, changed: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Catalogue.read(content(path, COLUMNS, changed))


def test_a_file_without_posts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text(HEADER + "\n")
    with pytest.raises(ValueError, match=r"content\.path: empty\.csv holds no posts"):
        Catalogue.read(content(str(tmp_path / "empty.csv")))


def test_rows_come_in_proportion_to_their_nearness(path: str) -> None:
    streams = Streams(1)
    births = born(np.full(20_000, 1.0, np.float32), 0, streams)
    rows = Catalogue.read(content(path, ALONE)).rows(births, np.full(len(births.key), 0.5), streams)
    weight = np.exp(-2.0 * np.array([1.3, 1.3, 0.3, 1.3, 0.0]))
    np.testing.assert_allclose(np.bincount(rows) / len(rows), weight / weight.sum(), atol=0.012)


def test_without_leanings_all_rows_come_alike_and_sides_are_drawn(path: str) -> None:
    plain = content(path, CatalogueColumns(rating="rating"))
    streams = Streams(1)
    births = born(np.full(20_000, 1.0, np.float32), 0, streams)
    rows = Catalogue.read(plain).rows(births, np.full(len(births.key), 0.9), streams)
    np.testing.assert_allclose(np.bincount(rows) / len(rows), 0.2, atol=0.012)
    made = supply(users(3.0, np.full(500, 0.9)), plain)
    drafts = made.draft(0)
    story = drafts.stance * made.narratives.side[drafts.narrative]
    np.testing.assert_allclose(drafts.side, (story + 0.9) / 2, atol=1e-6)


def test_an_author_keeps_to_one_page_and_posts_its_rows_alike(path: str) -> None:
    streams = Streams(1)
    catalogue = Catalogue.read(content(path))
    births = born(np.full(4000, 10.0, np.float32), 0, streams)
    rows = catalogue.rows(births, np.full(len(births.key), -0.8), streams)
    assert catalogue.page is not None
    pages = pd.Series(catalogue.page[rows]).groupby(births.author)
    assert pages.nunique().max() == 1
    weight = 3 + np.exp(-2.0 * np.array([1.6, 1.3])).sum()
    assert (pages.first() == 0).mean() == pytest.approx(3 / weight, abs=0.02)
    on_first = np.bincount(rows, minlength=5)[[0, 1, 3]]
    np.testing.assert_allclose(on_first / on_first.sum(), 1 / 3, atol=0.012)


def test_a_draft_takes_rating_leaning_and_modality_from_its_row_and_the_rest_as_usual(path: str) -> None:
    made = supply(users(5.0, np.linspace(-1, 1, 1000)), content(path, COLUMNS, {"kind_of_post": "news"}))
    drafts = made.draft(0)
    assert made.catalogue is not None
    births = born(made.users.posts_per_day, 0, made.streams)
    row = made.catalogue.rows(births, made.users.leaning[births.author].astype(np.float64), made.streams)
    assert np.array_equal(drafts.harm == 0, np.isin(row, (1, 4)))
    np.testing.assert_allclose(drafts.side, np.array([-0.8, -0.8, 0.8, -0.8, 0.5])[row], rtol=1e-6)
    assert [MODALITIES[m] for m in drafts.modality[:50]] == [
        ["video", "link", "link", "link", "meme"][r] for r in row[:50]
    ]
    assert set(drafts.kind.tolist()) == {NEWS}
    told = made.narratives.is_false[drafts.narrative]
    assert np.array_equal(told & (drafts.stance == 1), drafts.harm == 0)
    assert (drafts.stance[drafts.harm != 0] == -1).mean() == pytest.approx(0.05, abs=0.02)


def test_counts_of_shares_in_the_file_change_nothing(path: str) -> None:
    def drawn() -> Drafts:
        return supply(users(5.0, np.zeros(200)), content(path)).draft(0)

    before = drawn()
    text = Path(path).read_text()
    Path(path).write_text(text.replace(",10\n", ",no number\n").replace(",20\n", ",999999\n"))
    after = drawn()
    assert Path(path).read_text() != text
    assert all(np.array_equal(a, after.columns(slice(None))[n]) for n, a in before.columns(slice(None)).items())


@pytest.mark.realdata
@pytest.mark.skipif("FEEDSIM_DATA" not in os.environ, reason="FEEDSIM_DATA names no folder of real data")
def test_false_shares_by_leaning_are_those_of_the_fact_checked_posts() -> None:
    leanings = {"left": -0.8, "mainstream": 0.0, "right": 0.8}
    false = ["mostly false", "mixture of true and false"]
    block = content(
        "${FEEDSIM_DATA}/fact_checked_posts_2016.csv",
        CatalogueColumns(rating="rating", leaning="leaning", modality="modality", source="page"),
        {"false_ratings": false, "leanings": leanings},
    )
    drafts = supply(users(5.0, np.tile([-0.8, 0.0, 0.8], 4000)), block).draft(0)
    file = pd.read_csv(Path(os.environ["FEEDSIM_DATA"]) / "fact_checked_posts_2016.csv")
    assert set(drafts.kind.tolist()) == {CIVIC}
    for name, leaning in leanings.items():
        theirs = np.isclose(drafts.side, leaning)
        rated = file.rating[file.leaning == name]
        # Five posts an author keep to one page, and pages differ: noise of about 0.005.
        assert (drafts.harm[theirs] == 0).mean() == pytest.approx(rated.isin(false).mean(), abs=0.02), name
