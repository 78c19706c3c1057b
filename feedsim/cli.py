"""The commands: each reads its arguments, calls what does the work, and shows what came of it."""

import signal
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from feedsim import __version__
from feedsim.faults import Faults
from feedsim.looking import compare, dashboard, export, trace
from feedsim.options import (
    INTERRUPTED,
    WRONG,
    Address,
    AllowCode,
    Arms,
    EngineName,
    Memory,
    Out,
    Quiet,
    Seeds,
    Sets,
    Workers,
)
from feedsim.reference import bench, metrics, policies, schema, stages

# What a command needs is imported when it is called: `feedsim --help` should not wait for numba.


class Commands(TyperGroup):
    """Turns what is wrong with the input into lines on stderr and status 2: no traceback for a wrong input."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        from feedsim.results import NotARun

        try:
            return super().invoke(ctx)
        except (Faults, NotARun) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(WRONG) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    help="Simulate a social feed: what ranks it, what harms spread in it, what holding them back costs.",
)


def main() -> None:
    """`feedsim`, as a program."""
    # Whoever asks politely for an end gets what Ctrl-C gives: workers stopped, finished runs kept.
    signal.signal(signal.SIGTERM, _interrupt)
    app()


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"feedsim {__version__}")
        raise typer.Exit


@app.callback()
def _feedsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of feedsim itself."""


@app.command()
def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Study files.", show_default=False)],
    sets: Sets = [],  # noqa: B006 (typer reads it, nobody changes it)
    seeds: Seeds = [],  # noqa: B006
    arms: Arms = [],  # noqa: B006
    out: Out = Path("runs"),
    engine: EngineName = "local",
    address: Address = None,
    workers: Workers = None,
    memory: Memory = None,
    quiet: Quiet = False,
    allow_code: AllowCode = False,
    share: Annotated[
        bool,
        typer.Option("--share/--no-share", help="Simulate once what arms have in common; results are the same."),
    ] = True,
    past: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="RUN@DAY",
            help="Go on from a snapshot of a run, or of each of an arm's runs.",
        ),
    ] = None,
    until: Annotated[
        list[str],
        typer.Option(
            "--until-precision",
            metavar="METRIC=0.5%",
            help="Add seeds, from 10 on, until every arm's difference to the first is known to this percentage of the "
            "first arm's mean (or number); of one arm, its mean. 'METRIC[HARM]=0.5%' is about one class.",
        ),
    ] = [],  # noqa: B006
    max_seeds: Annotated[
        int | None,
        typer.Option(min=10, metavar="N", help="At most so many seeds, when adding.", show_default="100"),
    ] = None,
) -> None:
    """Run studies: every arm with every seed. What is finished already is kept and not run again."""
    from feedsim.study.engines.choice import engine_named
    from feedsim.study.show import run_and_show

    where = engine_named(engine, workers, memory, address)
    raise typer.Exit(
        run_and_show(files, sets, seeds, arms, out, where, quiet, allow_code, until, max_seeds, share, past)
    )


@app.command()
def optimize(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A study file with `optimize:`.", show_default=False)],
    trials: Annotated[
        int | None, typer.Option(min=1, max=10_000, metavar="N", help="Trials, instead of the file's.")
    ] = None,
    sets: Sets = [],  # noqa: B006
    seeds: Seeds = [],  # noqa: B006
    out: Out = Path("runs"),
    engine: EngineName = "local",
    address: Address = None,
    workers: Workers = None,
    memory: Memory = None,
    quiet: Quiet = False,
    allow_code: AllowCode = False,
) -> None:
    """Search for the settings between which there is only a trade-off. What is finished already is not run again."""
    from feedsim.study.engines.choice import engine_named
    from feedsim.study.searching import load_search, optimize_and_show

    where, study = engine_named(engine, workers, memory, address), load_search(file, sets, seeds, trials, allow_code)
    raise typer.Exit(optimize_and_show(study, out, where, quiet))


@app.command()
def sensitivity(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A study file with assumptions.", show_default=False)],
    method: Annotated[
        Literal["morris", "sobol"] | None,
        typer.Option(help="How to analyse.", show_default="morris, then sobol of what moves most"),
    ] = None,
    metrics: Annotated[
        list[str],
        typer.Option(
            "--metric", metavar="NAME", help="Only these metrics.", show_default="engagement, harms and the widest gap"
        ),
    ] = [],  # noqa: B006
    samples: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=100_000,
            metavar="N",
            help="Trajectories of Morris; samples of Sobol, rounded up to a power of 2.",
            show_default="10 and 32",
        ),
    ] = None,
    sets: Sets = [],  # noqa: B006
    seeds: Seeds = [],  # noqa: B006
    arms: Arms = [],  # noqa: B006
    out: Out = Path("runs"),
    engine: EngineName = "local",
    address: Address = None,
    workers: Workers = None,
    memory: Memory = None,
    quiet: Quiet = False,
    allow_code: AllowCode = False,
) -> None:
    """Find which assumptions the answer depends on: Morris' effects, then Sobol's indices."""
    from feedsim.study.engines.choice import engine_named
    from feedsim.study.sensitivity import METHODS
    from feedsim.study.sensitivity_run import Question, answer_and_show

    where = engine_named(engine, workers, memory, address)
    question = Question(
        file, (method,) if method else METHODS, tuple(metrics), samples, out, sets, seeds, arms, allow_code
    )
    raise typer.Exit(answer_and_show(question, where, quiet))


for command in (compare, export, trace, dashboard, schema, policies, metrics, stages, bench):
    app.command()(command)
