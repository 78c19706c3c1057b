"""The real friend graph and the real fact-checked posts, run."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedsim.people.content import CatalogueContent
from feedsim.scenario import load_study
from feedsim.study.scripting import run

FILE = Path(__file__).parents[1] / "scenarios" / "real_network.yaml"
SETS = ["days=1", "burn_in_days=1"]


@pytest.mark.realdata
@pytest.mark.skipif(not os.environ.get("FEEDSIM_DATA"), reason="FEEDSIM_DATA names no folder of real data")
def test_real_friends_read_real_posts_under_both_rankers(tmp_path: Path) -> None:
    study = load_study(FILE, sets=SETS, seeds=[1])
    content = study.scenario.content
    assert isinstance(content, CatalogueContent)
    false = pd.read_csv(content.path)["rating"].isin(content.false_ratings).mean()
    for finished in run(study, tmp_path):
        users, posts = finished.table("users"), finished.table("posts")
        assert len(users) == 4039
        assert users["followees"].sum() == 2 * 88_234
        assert (posts["kind"] == "civic").all()
        assert users["impressions"].sum() > 0
        # A page is drawn near the leaning of whoever posts, so that the share of false posts is near the file's.
        assert np.mean(posts["harm"] == "misinformation") == pytest.approx(false, rel=0.5)
