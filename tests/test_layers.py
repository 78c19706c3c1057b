"""Who may import whom: the layers of the design, read from the source with `ast`. Nothing is run.

What is imported inside a function or for types alone counts too, but where an exception is named here.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "feedsim"

LAYERS = (
    ("kernels", "world.arrays", "block", "faults", "tables", "table_writer", "study_tables", "origin", "parcel",
     "beside", "writer", "results", "study.frontier", "study.pareto", "measures.names", "engine.stages", "grid",
     "sheet", "options"),  # needs nothing of a simulation: tools, data, readers
    ("world.rng",),
    ("study.inference", "study.compare", "study.precision", "study.robustness"),  # what only counts
    ("world", "merging", "validation", "reading", "writing"),
    ("feed.flow", "feed.friction"),
    ("people", "feed", "integrity", "measures"),
    ("company",),
    ("inputs", "own_code", "policy_checks", "desk_checks", "checks", "layers", "heading", "goals", "levers",
     "lever_checks", "study.assumptions", "study.points", "study.assuming", "resolving", "scenario", "steering",
     "schema"),  # a study file becomes a Scenario
    ("engine",),
    ("report",),
    ("study",),
    ("bench", "environment", "sweep", "trace", "feed_tables", "story", "listing", "export", "serving", "reference",
     "looking", "cli", "__main__"),  # what a command does
)  # fmt: skip
"""Lowest first. The longest name that fits says where a module stands; a module imports its own layer or lower ones."""

ROOMS = ("people", "feed", "integrity", "measures")
"""They stand side by side: a room imports no stage of another."""
SHARED = ("feed.flow", "feed.friction", "feed.forest", "feed.quickscorer", "feed.trees", "measures.names")
"""Of these rooms, what everybody may read: Sessions, Candidates and Slates, which all stages pass on, what stands
between people and a post, the forests that rankers and detectors are scored with, and what each metric means."""

HOMES = {
    "lightgbm": ("company.training", "company.detection"),
    "simpy": ("company", "engine.clock", "integrity.review"),
    "ray": ("study.engines",),
    "psutil": ("study.engines.memory",),
    "streamlit": (),
    "rich": ("grid", "sheet", "study", *LAYERS[-1]),
    "typer": ("cli", "options", "reference", "looking"),
    "plotly": ("report",),
    "optuna": ("study.sampling",),
    "gymnasium": ("environment",),
    "SALib": ("study.sensitivity",),
}
"""What comes from elsewhere -> the only modules of feedsim that may import it. streamlit is the dashboard's."""

STATISTICS = ("study.inference", "world.rng", "world.arrays", "kernels")
"""What numbers are told with: resampling draws its numbers by address, as everything does."""
FILES = ("tables", "table_writer", "study_tables", "origin", "parcel", "writer", "results")
"""What files are written and read with."""
READERS = {
    "tables": (),
    "table_writer": ("tables",),
    "parcel": (),
    "writer": ("tables", "table_writer", "parcel"),
    "study_tables": ("tables",),
    "origin": (),
    "beside": ("tables", "study_tables", "origin"),
    "results": ("tables", "table_writer", "study_tables", "origin", "parcel", "writer"),
    "study.compare": STATISTICS,
    "study.frontier": ("tables", "origin"),
    "study.robustness": ("study.compare", *STATISTICS),
    "report": (
        "report",
        "beside",
        "study.compare",
        "study.frontier",
        "study.robustness",
        "measures.names",
        *STATISTICS,
        *FILES,
    ),
    "export": ("faults", *FILES),
}
"""What reads and writes files and knows nothing of the engine -> all that it may import of feedsim."""

ONLY_FOR_TYPES = {("__init__", name) for name in ("results", "scenario", "study.comparing", "study.scripting")}
"""(who, whom) under TYPE_CHECKING. The public names: they are loaded when somebody asks for them."""


@dataclass(frozen=True)
class Module:
    """One file: its name without `feedsim.`, and all that it imports."""

    name: str
    own: frozenset[str]
    """modules of feedsim, without `feedsim.`"""
    foreign: frozenset[str]
    """packages from elsewhere"""
    when_loaded: frozenset[str]
    """those of `own` that are imported as soon as it is, and not only for types"""


def name_of(path: Path) -> str:
    """The name of a module of feedsim, as the layers call it."""
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


NAMES = {name_of(path) for path in (ROOT / PACKAGE).rglob("*.py")}


def imported(tree: ast.AST, deep: bool = True) -> Iterator[str]:
    """Names of all that is imported, as far as they are modules; without `deep`, only what loading it imports."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: an import should say the whole name"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole.removeprefix(f"{PACKAGE}.") in NAMES else str(node.module)
        elif deep or not (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or for_types(node)):
            yield from imported(node, deep)


def for_types(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def own(names: Iterator[str]) -> frozenset[str]:
    """Those of feedsim, without its name; `feedsim` itself is `__init__`."""
    mine = (name for name in names if name.partition(".")[0] == PACKAGE)
    return frozenset("__init__" if name == PACKAGE else name.removeprefix(f"{PACKAGE}.") for name in mine)


def module(path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    foreign = frozenset(name.partition(".")[0] for name in imported(tree)) - {PACKAGE}
    name = name_of(path)
    types = {whom for who, whom in ONLY_FOR_TYPES if who == name}
    return Module(name, own(imported(tree)) - types, foreign, own(imported(tree, deep=False)))


MODULES = {name_of(path): module(path) for path in sorted((ROOT / PACKAGE).rglob("*.py"))}
LINKS = sorted((who.name, whom) for who in MODULES.values() for whom in who.own)


def within(name: str, places: tuple[str, ...]) -> bool:
    """Whether a module is one of the places, or in one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def layer(name: str) -> int:
    """The place of a module in LAYERS; the package itself is below all: it holds a version."""
    if name == "__init__":
        return -1
    fits = [(len(place), i) for i, places in enumerate(LAYERS) for place in places if within(name, (place,))]
    assert fits, f"{name} has no layer yet: say in LAYERS of tests/test_layers.py where it belongs"
    return max(fits)[1]


def room(name: str) -> str:
    return name.partition(".")[0]


def reach(name: str) -> set[str]:
    """All that is loaded with a module, by itself or through others."""
    found, open_ends = {name}, [name]
    while open_ends:
        new = MODULES[open_ends.pop()].own - found
        found |= new
        open_ends += new
    return found


# The rules


def test_every_module_has_a_layer() -> None:
    assert {layer(name) for name in MODULES} == {-1, *range(len(LAYERS))}


def test_nothing_imports_from_above() -> None:
    assert [f"{who} imports {whom}" for who, whom in LINKS if layer(whom) > layer(who)] == []


def test_people_feed_integrity_and_measures_do_not_import_one_another() -> None:
    wrong = [
        f"{who} imports {whom}"
        for who, whom in LINKS
        if room(who) in ROOMS and room(whom) in ROOMS and room(who) != room(whom) and not within(whom, SHARED)
    ]
    assert wrong == []


def test_feed_and_integrity_never_reach_the_company() -> None:
    for name in MODULES:
        if room(name) in ("feed", "integrity"):
            assert [other for other in reach(name) if room(other) == "company"] == [], name


@pytest.mark.parametrize("package", HOMES)
def test_a_package_stays_where_it_belongs(package: str) -> None:
    wrong = [m.name for m in MODULES.values() if package in m.foreign and not within(m.name, HOMES[package])]
    assert wrong == []


@pytest.mark.parametrize("reader", READERS)
def test_what_reads_files_knows_nothing_of_the_engine(reader: str) -> None:
    names = [name for name in MODULES if within(name, (reader,))]
    assert names
    for name in names:
        assert [other for other in sorted(reach(name)) if not within(other, (reader, *READERS[reader]))] == [], name


def test_modules_do_not_load_one_another_in_a_ring() -> None:
    order = TopologicalSorter({name: m.when_loaded for name, m in MODULES.items() if name != "__init__"})
    assert len(list(order.static_order())) >= len(MODULES) - 1


def test_exceptions_are_still_needed() -> None:
    needed = {(name, whom) for name in MODULES for whom in own(imported(tree_of(name))) if layer(whom) > layer(name)}
    assert needed == ONLY_FOR_TYPES


def tree_of(name: str) -> ast.AST:
    (path,) = (path for path in (ROOT / PACKAGE).rglob("*.py") if name_of(path) == name)
    return ast.parse(path.read_text(encoding="utf-8"))


# Chance


def chances(tree: ast.AST) -> Iterator[int]:
    """Lines in which a random number comes from anywhere but an address."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "random" and isinstance(node.value, ast.Name):
            yield node.lineno
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            names = [f"{module}.{alias.name}".strip(".") for alias in node.names]
            if any(name.split(".")[0] in ("random", "secrets") or "numpy.random" in name for name in names):
                yield node.lineno


@pytest.mark.parametrize("name", MODULES)
def test_no_random_number_is_without_an_address(name: str) -> None:
    assert list(chances(tree_of(name))) == []


# The dashboard


def dashboard() -> list[Path]:
    return sorted((ROOT / "dashboard").rglob("*.py"))


@pytest.mark.skipif(not dashboard(), reason="there is no dashboard yet")
def test_the_dashboard_reads_files_and_starts_runs_by_the_command_line_alone() -> None:
    allowed = (
        "__init__", "results", "origin", "study.compare", "study.frontier", "tables", "report", "measures.names",
    )  # fmt: skip
    for path in dashboard():
        names = own(imported(ast.parse(path.read_text(encoding="utf-8"))))
        more = next((names for place, names in ALSO.items() if place in path.relative_to(ROOT).as_posix()), ())
        assert [name for name in sorted(names) if not within(name, (*allowed, *more))] == [], path.name


ALSO = {
    "dashboard/whatif/": (
        "schema",
        "scenario",
        "listing",
        "merging",
        "writing",
        "block",
        "faults",
        "inputs",
        "reading",
    ),
    "dashboard/feeds.py": ("trace", "story", "feed.ranking", "world.world"),
    "dashboard/sampled.py": ("trace",),
    "dashboard/views/feed.py": ("trace", "story"),
}
"""What more two pages need: What if writes study files and checks them; One feed tells what `feedsim trace` tells."""


@pytest.mark.parametrize("name", sorted({name for names in ALSO.values() for name in names}))
def test_what_the_dashboard_loads_brings_no_simulation_along(name: str) -> None:
    found, open_ends = {name}, [name]
    while open_ends:
        new = MODULES[open_ends.pop()].when_loaded - found - {"__init__"}
        found |= new
        open_ends += new
    assert {other for other in found if room(other) in ("engine", "company")} <= {"engine.stages"}


# The reader of imports, itself


def test_every_way_of_importing_is_seen() -> None:
    text = (
        "import numpy as np, lightgbm.basic\nfrom feedsim import checks, __version__\n"
        "from feedsim.world.rng import Streams\n"
        "if TYPE_CHECKING:\n    from feedsim.scenario import Scenario\n"
        "def late():\n    from feedsim.engine import simulation\n"
    )
    names = {"numpy", "lightgbm.basic", "feedsim.checks", "feedsim", "feedsim.world.rng"}
    assert set(imported(ast.parse(text))) == names | {"feedsim.scenario", "feedsim.engine.simulation"}
    assert set(imported(ast.parse(text), deep=False)) == names
    assert own(imported(ast.parse(text))) == {"checks", "__init__", "world.rng", "scenario", "engine.simulation"}


@pytest.mark.parametrize(
    "text",
    ["np.random.rand()", "import random", "from random import Random", "from numpy import random", "import secrets",
     "from numpy.random import default_rng", "import numpy.random as r", "u = numpy.random.default_rng(1)"],
)  # fmt: skip
def test_every_kind_of_chance_is_seen(text: str) -> None:
    assert list(chances(ast.parse(text))) == [1]
    assert list(chances(ast.parse("random_score(world, c); kind = 'random'; from feedsim.world import rng"))) == []
