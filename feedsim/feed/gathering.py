"""The kernel behind stage 3: walk the followees' newest items, leave out what was seen, draw the rest from the shelves.

`post` is a row since `post_base` here; only what leaves the kernel is an absolute row.
"""

import numpy as np

from feedsim.feed.features import TASTE_PRIOR
from feedsim.kernels import kernel
from feedsim.world.arrays import Codes, Doubles, Floats, Ints, Keys, Longs
from feedsim.world.posts import REMOVED
from feedsim.world.rng import mix, unit
from feedsim.world.world import EXPLORATION, PROFILE, TRENDING

FREE, SEEN = np.int32(-1), np.int32(-2)
SCRATCH = 4096
"""Posts that a table has places for, at first: half of them are used."""
AGE_BINS = 512
ITEMS_OF_A_LINE = 4
"""Of an outbox: what memory sends at a time."""


@kernel
def gather(
    user: Ints, minute: Ints, draws: Keys, quota: Longs,
    start: Longs, followee: Ints,
    box: Ints,
    author: Ints, status: Codes, born: Ints, post_base: int, alive: int, retention: int,
    visit_head: Ints, visit: Ints, visit_base: int, shown: Ints, shown_base: int,
    language: Codes, topic_clicks: Floats,
    topic_start: Longs, by_topic: Ints, trending_start: Longs, trending: Ints, any_start: Longs, anything: Ints,
    rows: Ints, count: Longs, inventory: Ints,
) -> None:  # fmt: skip
    """Fill rows (S, W, 4: post, item, edge, source), `count` (S,) of them and `inventory` (S,)."""
    room = SCRATCH
    tables, places, finds = _scratch(room)
    taste = np.empty(topic_clicks.shape[1], np.float64)
    for s in range(user.size):
        u, now = user[s], minute[s]
        # Rows of Posts ascend in minute: what is too old stands before this one.
        oldest = np.searchsorted(born[:alive], now - retention, side="right")
        size = SCRATCH
        while True:
            # Whoever has seen or could see more than half of what the scratch holds gets twice the room.
            if size > room:
                room = size
                tables, places, finds = _scratch(room)
            table, place, found = tables[:size], places[:size], finds[:size]
            load = _enter_seen(
                table, place, u, visit_head, visit, visit_base, shown, shown_base, post_base, oldest, rows.shape[1]
            )
            n = -1
            if load >= 0:
                n = _walk(table, place, found, load, u, now, start, followee, box, status, post_base, oldest)
            if n >= 0:
                break
            size *= 2
        inventory[s] = n
        c = _newest(found, n, now, quota[0], post_base, rows[s])
        total = 0.0
        for t in range(taste.size):
            total += topic_clicks[u, t] + TASTE_PRIOR
            taste[t] = total
        for source in range(1, 4):
            c = _draw(
                source, mix(draws[source], np.uint64(u)), quota[source], c, language[u], taste, table, place,
                topic_start, by_topic, trending_start, trending, any_start, anything,
                author, status, u, oldest, alive, post_base, rows[s],
            )  # fmt: skip
        count[s] = c


@kernel
def _scratch(size: int) -> tuple[Ints, Ints, Ints]:
    return np.empty(size, np.int32), np.empty(size, np.int32), np.empty((size, 4), np.int32)


@kernel
def _slot(table: Ints, post: int) -> int:
    """Where `post` stands in an open-addressing table (a power of two long), or the free place where it would."""
    mask = table.size - 1
    at = (post * 40503) & mask
    while table[at] != FREE and table[at] != post:
        at = (at + 1) & mask
    return at


@kernel
def _enter_seen(
    table: Ints, place: Ints, u: int,
    visit_head: Ints, visit: Ints, visit_base: int, shown: Ints, shown_base: int,
    post_base: int, oldest: int, spare: int,
) -> int:  # fmt: skip
    """Empty the table and enter what `u` has seen of living posts; the load it then bears, or -1 if too much."""
    table[:] = FREE
    load = spare
    i = visit_head[u]
    while i >= visit_base:
        first, count = visit[i - visit_base, 0] - shown_base, visit[i - visit_base, 1]
        load += count
        if 2 * load > table.size:
            return -1
        for k in range(first, first + count):
            p = shown[k] - post_base
            if p >= oldest:
                at = _slot(table, p)
                table[at], place[at] = p, SEEN
        i = visit[i - visit_base, 2]
    return load


@kernel
def _walk(
    table: Ints, place: Ints, found: Ints, load: int, u: int, now: int, start: Longs, followee: Ints,
    box: Ints, status: Codes, post_base: int, oldest: int,
) -> int:  # fmt: skip
    """Enter the followees' newest items into `found` (post, item, edge, minute); how many, or -1 if too many.

    A post that several brought keeps the earliest item, then that of the smaller user.
    """
    n, newest = 0, box.shape[1] - 1
    if _ask_for(box, followee, start[u], start[u + 1]) == 0:
        return 0
    for e in range(start[u], start[u + 1]):
        who = followee[e]
        many = box[who, 0, 0]
        k = 1 + many % newest
        for _ in range(min(many, newest)):
            k = k - 1 if k > 1 else newest
            p, minute = box[who, k, 0] - post_base, box[who, k, 1]
            # An item of this very tick, made later than the session, is not there yet.
            if p < oldest or minute > now or box[who, k, 2] == u or status[p] == REMOVED:
                continue
            at = _slot(table, p)
            if table[at] == FREE:
                load += 1
                if 2 * load > table.size:
                    return -1
                table[at], place[at] = p, n
                found[n, 0], found[n, 1], found[n, 2], found[n, 3] = p, box[who, k, 3], e, minute
                n += 1
            elif place[at] != SEEN:
                f = place[at]
                if minute < found[f, 3] or (minute == found[f, 3] and who < followee[found[f, 2]]):
                    found[f, 1], found[f, 2], found[f, 3] = box[who, k, 3], e, minute
    return n


@kernel
def _ask_for(box: Ints, followee: Ints, first: int, end: int) -> int:
    """How much there is in all these outboxes. Asked at once they come from memory side by side; the walk, which must
    look at each item before it knows what to do, would wait for one after the other."""
    total = 0
    for e in range(first, end):
        for k in range(0, box.shape[1], ITEMS_OF_A_LINE):
            total += box[followee[e], k, 0]
    return total


@kernel
def _newest(found: Ints, n: int, now: int, quota: int, post_base: int, rows: Ints) -> int:
    """Copy the newest `quota` of the found into rows; how many. Within one bin of age, in order of discovery."""
    shift, last, spare = 0, AGE_BINS, 0
    if n > quota:
        oldest = now
        for f in range(n):
            oldest = min(oldest, found[f, 3])
        while (now - oldest) >> shift >= AGE_BINS:
            shift += 1
        bins = np.zeros(AGE_BINS + 1, np.int32)
        for f in range(n):
            bins[(now - found[f, 3]) >> shift] += 1
        last, spare = 0, quota
        while bins[last] <= spare:
            spare -= bins[last]
            last += 1
    c = 0
    for f in range(n):
        age = (now - found[f, 3]) >> shift
        if n > quota and age >= last:
            if age > last or spare == 0:
                continue
            spare -= 1
        rows[c, 0], rows[c, 1], rows[c, 2], rows[c, 3] = found[f, 0] + post_base, found[f, 1], found[f, 2], 0
        c += 1
    return c


@kernel
def _draw(
    source: int, h: np.uint64, quota: int, c: int, spoken: int, taste: Doubles, table: Ints, place: Ints,
    topic_start: Longs, by_topic: Ints, trending_start: Longs, trending: Ints, any_start: Longs, anything: Ints,
    author: Ints, status: Codes, u: int, oldest: int, alive: int, post_base: int, rows: Ints,
) -> int:  # fmt: skip
    """Add up to `quota` posts from one kind of shelf, by draws addressed from `h`; how many rows there are then."""
    topics = taste.size
    wanted = c + quota
    for attempt in range(3 * quota):
        if c == wanted:
            break
        x, y = unit(mix(h, np.uint64(2 * attempt))), unit(mix(h, np.uint64(2 * attempt + 1)))
        if source == PROFILE:
            t = 0
            while t < topics - 1 and taste[t] < x * taste[topics - 1]:
                t += 1
            shelf, first, end = by_topic, topic_start[spoken * topics + t], topic_start[spoken * topics + t + 1]
        elif source == TRENDING:
            shelf, first, end = trending, trending_start[spoken], trending_start[spoken + 1]
        else:
            shelf, first, end = anything, any_start[spoken], any_start[spoken + 1]
        if first == end:
            continue
        # The square leans towards the hottest; exploration does not lean.
        lean = y if source == EXPLORATION else y * y
        p = shelf[first + np.int64(lean * (end - first))]
        if p < oldest or p >= alive or author[p] == u or status[p] == REMOVED:
            continue
        at = _slot(table, p)
        if table[at] == FREE:
            table[at], place[at] = p, SEEN
            rows[c, 0], rows[c, 1], rows[c, 2], rows[c, 3] = p + post_base, -1, -1, source
            c += 1
    return c


@kernel
def pack(rows: Ints, start: Longs) -> tuple[Ints, Ints, Ints, Codes, Ints]:
    """(C,) post, item, edge, source and session of the rows (S, W, 4) that were filled; `start` is (S + 1,)."""
    total = start[-1]
    post, item, edge = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total, np.int32)
    source, session = np.empty(total, np.int8), np.empty(total, np.int32)
    for s in range(start.size - 1):
        for r in range(start[s], start[s + 1]):
            w = r - start[s]
            post[r], item[r], edge[r] = rows[s, w, 0], rows[s, w, 1], rows[s, w, 2]
            source[r], session[r] = rows[s, w, 3], s
    return post, item, edge, source, session
