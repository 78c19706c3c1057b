"""Options and exit statuses that several commands have."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

FAILED, WRONG, INTERRUPTED = 1, 2, 130
"""Exit statuses; 0 is done."""

Sets: TypeAlias = Annotated[
    list[str], typer.Option("--set", metavar="PATH=VALUE", help="Change a setting, in every arm.")
]
Seeds: TypeAlias = Annotated[
    list[int], typer.Option("--seed", metavar="N", help="Seeds to run, instead of the file's.")
]
Arms: TypeAlias = Annotated[list[str], typer.Option("--arm", metavar="NAME", help="Arms to run, instead of all.")]
Out: TypeAlias = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the runs.")]
EngineName: TypeAlias = Annotated[
    Literal["local", "here", "ray"],
    typer.Option(help="Where to run: processes of this machine, this process (to debug), a cluster of Ray."),
]
Address: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Of a cluster of Ray that runs already.", show_default="start one here"),
]
Workers: TypeAlias = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Runs at the same time.", show_default="one a core")
]
Memory: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=0.1, metavar="GB", help="Memory that runs may have together.", show_default="most of what is free"
    ),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AllowCode: TypeAlias = Annotated[
    bool, typer.Option("--allow-code", help="Load policies of one's own, named as my_module.MyPolicy.")
]
