"""Commands that look at what was run."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from feedsim.options import FAILED, WRONG

# What a command needs is imported when it is called: `feedsim --help` should not wait for numba.


def compare(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A study's folder.", show_default=False)],
    to: Annotated[
        str | None, typer.Option(metavar="ARM", help="Compare with this arm.", show_default="the first")
    ] = None,
    metrics: Annotated[list[str], typer.Option("--metric", metavar="NAME", help="Only these metrics.")] = [],  # noqa: B006
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="0.5%",
            help="Tell how many more seeds it takes to know a difference to this percentage of the first arm's mean, "
            "or to this number.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Paired differences between arms, with 95 % intervals."""
    from feedsim.study.comparing import comparison_tables

    Console(highlight=False).print(*comparison_tables(folder, to, metrics, precision))


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run's or a study's folder.", show_default=False)],
    to: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to.", show_default="DIR_csv, beside DIR")
    ] = None,
    form: Annotated[Literal["csv"], typer.Option("--format", help="Of the files.")] = "csv",
) -> None:
    """Write all tables of a run or a study as CSV, with what each column means."""
    from feedsim.export import export_csv

    try:
        typer.echo(export_csv(folder, to))
    except OSError as error:
        typer.echo(f"{to or folder}: can't be written: {error.strerror or error}", err=True)
        raise typer.Exit(FAILED) from None


def trace(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.", show_default=False)],
    user: Annotated[int, typer.Option(metavar="U", help="Whose feed.", show_default=False)],
    tick: Annotated[
        int, typer.Option(metavar="T", help="When: ticks from the end of burn-in; negative before.", show_default=False)
    ],
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Load policies of one's own, from Python's path.")
    ] = False,
) -> None:
    """Tell one feed: what was shown, why, and what the person did."""
    from feedsim.story import told, told_absence
    from feedsim.trace import NoSession, Untraceable, find_feed

    try:
        feed = find_feed(folder, user, tick, lambda line: typer.echo(line, err=True), allow_code)
    except Untraceable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from None
    console = Console(highlight=False)
    for part in [told_absence(feed)] if isinstance(feed, NoSession) else told(feed):
        console.print(part, markup=False)


def dashboard(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder of runs, or of one study.")] = Path("runs"),
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="N", help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(metavar="HOST", help="Address to listen on.")] = "127.0.0.1",
    limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="Most that a what-if may cost: people x ordinary days x runs.")
    ] = 2_000_000,
) -> None:
    """Look at studies in a browser, and ask what if. Ctrl-C ends it."""
    from feedsim.serving import serve

    raise typer.Exit(serve(folder, address, port, limit))
