"""The commands that say what there is: settings, policies, metrics, stages, and how fast this machine is."""

import json
from typing import Annotated

import typer
from rich.console import Console

from feedsim.options import FAILED


def schema() -> None:
    """Print the JSON schema of a study file."""
    from feedsim.schema import schema as study_schema

    typer.echo(json.dumps(study_schema(), indent=2, ensure_ascii=False))


def policies() -> None:
    """List the policies, their settings and what the defaults rest on."""
    from feedsim.listing import policy_lines

    Console().print("\n".join(policy_lines()), markup=False, highlight=False)


def metrics() -> None:
    """List the metrics: formula, denominator and unit of each."""
    from feedsim.listing import metric_table

    Console().print(metric_table())


def stages() -> None:
    """List the stages of a tick, in order."""
    from feedsim.listing import stage_table

    Console().print(stage_table())


def bench(
    users: Annotated[int, typer.Option(min=100, metavar="N", help="People.")] = 10_000,
    days: Annotated[int, typer.Option(min=1, metavar="D", help="Measured days, after one of burn-in.")] = 2,
    sweep: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="RUNS", help="Measure what so many runs cost beyond themselves.", show_default="one run"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure how fast this machine simulates."""
    from feedsim.bench import LABELS, BenchFailed, bench_table, measure
    from feedsim.sweep import SWEEP_LABELS, measure_sweep

    try:
        figures = measure_sweep(sweep, users, days) if sweep else measure(users, days)
    except BenchFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        Console().print(bench_table(figures, SWEEP_LABELS if sweep else LABELS))
