"""What each metric means: its formula, its denominator (`n` in metrics.parquet) and its unit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One metric's definition."""

    name: str
    area: str
    formula: str
    denominator: str
    unit: str


def _rate(action: str) -> Metric:
    return Metric(f"{action}_rate", "engagement", f"{action}s / impressions", "impressions", "share")


PEOPLE_DAYS = "people x days; in a row for a tick: people"

METRICS: tuple[Metric, ...] = (
    Metric("sessions", "engagement", "sessions opened / (people x days)", PEOPLE_DAYS, "per person and day"),
    Metric("active_users", "engagement", "people with a session", "people", "people"),
    Metric("impressions", "engagement", "posts shown / (people x days)", PEOPLE_DAYS, "per person and day"),
    Metric("posts", "engagement", "posts published / (people x days); of a class", PEOPLE_DAYS, "per person and day"),
    _rate("click"),
    _rate("like"),
    Metric("angry_rate", "engagement", "angry reactions / impressions", "impressions", "share"),
    _rate("comment"),
    _rate("reshare"),
    _rate("hide"),
    _rate("report"),
    Metric("minutes_per_active_user", "engagement", "minutes viewed / active days", "people's active days", "minutes"),
    Metric(
        "engagement_value",
        "engagement",
        "(likes + angry reactions + 15 x comments + 5 x reshares) / (people x days), whatever the arm optimises",
        PEOPLE_DAYS,
        "points per person and day",
    ),
    Metric("l6of7", "engagement", "people active on 6 or 7 of the last 7 days / on any", "active people", "share"),
    Metric("satisfaction", "engagement", "mean of people's satisfaction", "people", "score"),
    Metric("habit", "engagement", "mean factor that habit puts on sessions", "people", "factor, 0.5 to 2"),
    Metric("stated_value", "engagement", "mean worth on reflection of what was shown", "impressions", "score"),
    Metric("inventory", "feed", "unseen in-network posts that a session could have shown", "sessions", "posts"),
    Metric("in_network_share", "feed", "impressions that a followee brought / impressions", "impressions", "share"),
    Metric("reshare_share", "feed", "impressions that a reshare brought / impressions", "impressions", "share"),
    Metric("impressions_share", "feed", "impressions of the part / impressions", "impressions", "share"),
    Metric("age_minutes", "feed", "mean age of a post when it is shown", "impressions", "minutes"),
    Metric("prevalence", "harm", "impressions of the class / impressions", "impressions", "share"),
    Metric("exposed_users", "harm", "people who saw at least one of the class / people", "people", "share"),
    Metric("harm_reshares", "harm", "1,000 x reshares of the class / impressions", "impressions", "per 1,000"),
    Metric(
        "harm_reach", "harm", "views of the measured days' posts of the class / posts", "posts of the class", "people"
    ),
    Metric("misbelief", "harm", "mean belief in the narratives that are false", "people", "0 to 1"),
    Metric("animosity", "harm", "out-group terms shown in civic posts / their impressions", "impressions", "terms"),
    Metric("outgroup_warmth", "harm", "mean warmth towards the out-group", "people", "points, 0 to 100"),
    Metric(
        "amplification",
        "bias",
        "impressions of the author's group / those in the chronological arm - 1; needs two arms, so in `compare`",
        "seeds",
        "share",
    ),
    Metric("reach_share", "bias", "impressions of the author's group / impressions", "impressions", "share"),
    Metric("demotion_rate", "bias", "candidates whose score a policy lowered / candidates", "candidates", "share"),
    Metric("false_positive_rate", "bias", "harmless posts held to be harmful / harmless posts", "posts", "share"),
    Metric("false_negative_rate", "bias", "posts of the class held to be harmless / of the class", "posts", "share"),
    Metric("calibration_error", "bias", "mean |mean predicted - observed share| over bins", "rows predicted", "share"),
    Metric("calibration_ratio", "bias", "mean predicted / observed share", "rows predicted", "ratio"),
    Metric("auc", "bias", "chance that a row of the class scores above one that is not", "rows predicted", "0 to 1"),
    Metric("queue_length", "operations", "cases that wait for a reviewer", "1", "cases"),
    Metric("cases_opened", "operations", "cases opened for reviewers", "1", "cases"),
    Metric("review_hours", "operations", "mean hours from opening a case to its decision", "decided cases", "hours"),
    Metric(
        "decided_within_24h",
        "operations",
        "cases opened at least 24 hours ago that were decided within 24 hours / those opened (compare G11)",
        "cases opened",
        "share",
    ),
    Metric("overturned_share", "operations", "appeals that put a post back / appeals decided", "appeals", "share"),
    Metric(
        "cold_start",
        "operations",
        "1 where the detector in force had too few verdicts of harm, and gives the audit's share of harm alone",
        "verdicts of harm that it had",
        "0 or 1",
    ),
    Metric("proactive_rate", "operations", "found before anybody reported it / found", "posts found", "share"),
    Metric("recall", "operations", "posts of the class that were found / posts of the class", "posts", "share"),
    Metric("precision", "operations", "of the class / found as of the class", "posts found", "share"),
    Metric("ranker_auc", "operations", "chance to score an action above its absence", "logged impressions", "0 to 1"),
    Metric("ranker_logloss", "operations", "mean log loss of a predicted action", "logged impressions", "nats"),
)
BY_NAME = {metric.name: metric for metric in METRICS}
