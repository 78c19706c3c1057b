"""What people would write on a day."""

from dataclasses import fields

import numpy as np
import pytest
from writers import CROWD, POPULATION, supply, users

from feedsim.people.content import GeneratedContent
from feedsim.people.drafts import Drafts, permuted, post_key
from feedsim.people.matter import pick
from feedsim.world.posts import KINDS
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS, BOT, ORDINARY, SUPERSHARER


def equal(a: Drafts, b: Drafts) -> bool:
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Drafts))


@pytest.fixture(scope="module")
def drafts() -> Drafts:
    return supply(CROWD).draft(0)


def test_a_day_asked_again_is_the_same_day(drafts: Drafts) -> None:
    assert equal(supply(CROWD).draft(0), drafts)
    assert not np.isin(supply(CROWD).draft(1).key, drafts.key).any()


def test_posts_are_counted_by_each_users_rate() -> None:
    drafts = supply(users(np.repeat([0.0, 0.5, 8.0], 2000), np.zeros(6000))).draft(0)
    posts = np.bincount(drafts.author, minlength=6000).reshape(3, 2000)
    assert posts[0].sum() == 0
    np.testing.assert_allclose(posts[1:].mean(axis=1), [0.5, 8.0], atol=0.2)  # three standard errors of the second
    np.testing.assert_allclose(posts[1:].var(axis=1), [0.5, 8.0], rtol=0.12)


def test_what_others_write_changes_nothing_of_ones_own_posts(drafts: Drafts) -> None:
    few = users(5.0, CROWD.leaning[:60], CROWD.actor[:60], CROWD.groups["dialect"][:60])
    alone, rows = supply(few).draft(0), drafts.author < 60
    assert all(np.array_equal(alone.columns(slice(None))[n], column) for n, column in drafts.columns(rows).items())


@pytest.mark.parametrize("day", [-3, 0, 5])
def test_a_days_posts_lie_within_it_in_order_of_minute_and_key(day: int) -> None:
    drafts = supply(CROWD).draft(day)
    order = list(zip(drafts.minute.tolist(), drafts.key.tolist(), strict=True))
    assert order == sorted(order)
    assert drafts.minute.min() >= day * 1440
    assert drafts.minute.max() < (day + 1) * 1440


def test_keys_say_who_and_when_whatever_the_seed_and_are_never_zero(drafts: Drafts) -> None:
    other = supply(CROWD, seed=2).draft(0)
    assert set(drafts.key.tolist()) <= {int(k) for n in range(30) for k in post_key(np.arange(6000), 0, n)}
    assert len(np.intersect1d(drafts.key, other.key)) > len(drafts) / 2
    assert len(np.unique(drafts.key)) == len(drafts)
    assert drafts.key.min() > 0


def test_each_kind_of_account_writes_its_own_mix(drafts: Drafts) -> None:
    said = {"ordinary": POPULATION.ordinary_kinds} | {name: actor.kinds for name, actor in POPULATION.actors.items()}
    assert len({tuple(mix.get(kind, 0.0) for kind in KINDS) for mix in said.values()}) == len(ACTORS)
    for code, name in enumerate(ACTORS):
        written = drafts.kind[CROWD.actor[drafts.author] == code]
        mix = {kind: float((written == place).mean()) for place, kind in enumerate(KINDS)}
        assert mix == pytest.approx(dict.fromkeys(KINDS, 0.0) | said[name], abs=0.025), name


def test_an_account_that_the_population_does_not_name_writes_like_everybody_else() -> None:
    nameless = POPULATION.model_copy(update={"actors": {}})
    crowd = users(5.0, np.zeros(2000), SUPERSHARER)
    kinds = supply(crowd, population=nameless).draft(0).kind
    assert np.array_equal(kinds, supply(users(5.0, np.zeros(2000), ORDINARY)).draft(0).kind)


def test_a_pick_goes_by_the_shares_of_its_row() -> None:
    edges = np.cumsum([[0.2, 0.8, 0.0], [0.0, 1.0, 1.0]], axis=1)  # the second row adds up to 2
    picked = pick(edges, np.array([0, 0, 0, 1, 1, 1]), np.array([0.0, 0.2, 0.99, 0.0, 0.49, 0.5]))
    assert picked.tolist() == [0, 1, 1, 1, 1, 2]


def test_an_unknown_target_attribute_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"content\.target_attribute: 'faith' is no attribute .* leaning, age, dialect"
    ):
        supply(CROWD, GeneratedContent(target_attribute="faith"))


DEALT = ("moral_emotional_words", "outgroup_terms", "novelty", "quality", "severity", "proximity", "false")
"""What people respond to: one block a post, which a placebo deals anew."""
PLACEBO = GeneratedContent(placebo=True)


@pytest.mark.parametrize("day", [0, 1])
def test_a_placebo_deals_whole_blocks_within_a_kind_of_account_and_a_day_and_nothing_else(day: int) -> None:
    plain, placebo = supply(CROWD).draft(day), supply(CROWD, PLACEBO).draft(day)
    for field in fields(Drafts):
        kept = np.array_equal(getattr(plain, field.name), getattr(placebo, field.name))
        assert kept == (field.name not in DEALT), field.name
    for actor in range(len(ACTORS)):
        rows = CROWD.actor[plain.author] == actor
        before, after = (list(zip(*(getattr(d, n)[rows] for n in DEALT), strict=True)) for d in (plain, placebo))
        assert before != after
        assert sorted(before) == sorted(after)


@pytest.mark.parametrize("column", ["novelty", "quality", "false"])
def test_a_placebo_leaves_false_stories_like_the_others_of_their_kind_of_account(drafts: Drafts, column: str) -> None:
    def gap(of: Drafts) -> float:
        bots, false, values = CROWD.actor[of.author] == BOT, of.harm == 0, getattr(of, column)
        return float(values[bots & false].mean() - values[bots & ~false].mean())

    assert abs(gap(drafts)) > 0.08
    assert gap(supply(CROWD, PLACEBO).draft(0)) == pytest.approx(0, abs=0.04)


def test_a_placebo_is_dealt_by_key_whatever_the_order_of_rows(drafts: Drafts) -> None:
    streams, backwards = Streams(1), np.arange(len(drafts))[::-1]
    turned = Drafts(**drafts.columns(backwards))  # type: ignore[arg-type]
    dealt = permuted(turned, CROWD.actor[turned.author], streams)
    assert equal(Drafts(**dealt.columns(backwards)), permuted(drafts, CROWD.actor[drafts.author], streams))  # type: ignore[arg-type]
