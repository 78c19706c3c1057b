"""Every column of what lies beside the arms of a study: its name, type, unit and meaning, as in `feedsim.tables`."""

from feedsim.tables import F64, I32, I64, TABLES, TEXT, Column

FILES = (
    "summary.parquet", "comparison.parquet", "assumptions.parquet", "sensitivity.parquet", "frontier.parquet",
    "report.html",
)  # fmt: skip
"""What a study leaves beside its arms."""
FOLDERS = ("sensitivity", "frontier")
"""Likewise: runs of an analysis, and scenario files of a search."""
RUN = (
    Column("arm", TEXT, "name", "what was chosen"),
    Column("assumption", TEXT, "name", "what was assumed; empty = the study assumes one thing"),
    Column("seed", I64, "number", "chance: arms of one seed face the same people, posts and draws"),
)
"""What names a run: `summary.parquet`, beside the arms, has it before the columns of `metrics.parquet`."""
CELL = tuple(c for c in TABLES["metrics"] if c.name in ("metric", "harm", "side", "group", "level", "part"))
"""What names a cell."""
COMPARISON = (
    *RUN[:2],
    *CELL,
    Column("base_arm", TEXT, "name", "the study's first arm, which it is compared with"),
    Column("base", F64, "of the metric", "mean of the base arm over the same seeds; 0 of amplification"),
    Column("mean", F64, "of the metric", "mean over seeds of the arm minus the base arm, paired by seed"),
    Column("sd", F64, "of the metric", "standard deviation of the differences over seeds; null with one seed"),
    Column("low", F64, "of the metric", "lower end of the 95 % interval of that mean; null with one seed"),
    Column("high", F64, "of the metric", "upper end of the 95 % interval of that mean; null with one seed"),
    Column("percent", F64, "% of base", "the mean difference; null where base is 0"),
    Column("percent_low", F64, "% of base", "lower end of its interval; null where low is or base is 0"),
    Column("percent_high", F64, "% of base", "upper end of its interval; null where high is or base is 0"),
    Column("least", F64, "of the metric", "the smallest difference of a seed"),
    Column("greatest", F64, "of the metric", "the largest difference of a seed"),
    Column("seeds", I32, "seeds", "that both arms ran with and that have the cell"),
    Column(
        "method", TEXT, "name", "of the interval: t (Student) or bca (bootstrap, from 10 seeds); empty with one seed"
    ),
    Column("p", F64, "probability", "two-sided, of no difference: t below 10 seeds, else sign flips; null below 6"),
    Column("p_holm", F64, "probability", "p corrected by Holm for the other arms of the same cell"),
    Column(
        "correlation", F64, "-1 to 1", "of the two arms over seeds; null below 3 seeds, or where an arm never varies"
    ),
    Column(
        "variance_kept", F64, "share", "variance of the differences over the sum of the two arms' own; null likewise"
    ),
)
"""Of `comparison.parquet`, which lies beside the arms: a row a cell of an arm."""
ASSUMPTIONS = (
    RUN[1],
    Column("setting", TEXT, "name", "dotted path of a setting that is not known"),
    Column("value", TEXT, "of the setting", "what is assumed, as text"),
    Column("number", F64, "of the setting", "what is assumed; null where it is no number"),
)
"""Of `assumptions.parquet`: a row a setting under an assumption."""
SENSITIVITY = (
    Column("method", TEXT, "name", "morris (elementary effects) or sobol (shares of the variance)"),
    RUN[0],
    Column("against", TEXT, "name", "arm whose value is subtracted, seed by seed; empty = nothing is"),
    *CELL,
    Column("assumption", TEXT, "name", "dotted path of the setting that is not known"),
    Column("effect", F64, "of the metric; sobol: share of variance", "mu* from end to end; sobol: total index"),
    Column("low", F64, "of the effect", "lower end of its 95 % bootstrap interval"),
    Column("high", F64, "of the effect", "upper end of its 95 % bootstrap interval"),
    Column("first_order", F64, "share of variance", "that the assumption explains alone; null for morris"),
    Column("first_order_low", F64, "share of variance", "lower end of its 95 % bootstrap interval"),
    Column("first_order_high", F64, "share of variance", "upper end of its 95 % bootstrap interval"),
    Column("sigma", F64, "of the metric", "standard deviation of the elementary effects; null for sobol"),
    Column("chance", F64, "of the effect", "effect that seeds alone would make; null with one seed"),
    Column("runs", I64, "runs", "that it rests on; a point that comes twice counts twice"),
)
"""Of `sensitivity.parquet`: a row an assumption, for each cell of an arm or of its difference to the first."""
