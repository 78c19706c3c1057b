"""Every column of what lies beside the arms of a study: its name, type, unit and meaning, as in `feedsim.tables`."""

from feedsim.tables import F64, I32, I64, TABLES, TEXT, Column

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
    Column("base", F64, "of the metric", "mean of the base arm over the same seeds"),
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
