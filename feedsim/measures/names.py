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


BELIEVED = "posts; of viewers: impressions"
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
        "impressions of the author's group / those in the chronological arm - 1; needs two arms, so in `compare` "
        "and comparison.parquet, where the arm that is compared with stands for it",
        "seeds",
        "share",
    ),
    Metric("reach_share", "bias", "impressions of the author's group / impressions", "impressions", "share"),
    Metric(
        "demotion_rate",
        "bias",
        "candidates whose score a policy lowered / candidates; at equal truth where harm or truth=harmless says so",
        "candidates scored for at most about 2,000 viewers while a policy is in force",
        "share",
    ),
    Metric(
        "filtered_share",
        "bias",
        "candidates that a policy took out / candidates",
        "candidates found for at most about 2,000 viewers while a policy is in force",
        "share",
    ),
    Metric(
        "action_rate",
        "bias",
        "posts removed, labelled or demoted by a decision / posts",
        "posts alike in truth",
        "share",
    ),
    Metric(
        "removal_rate",
        "bias",
        "posts removed / posts; of a class it is the recall of removal",
        "posts alike in truth",
        "share",
    ),
    Metric(
        "removed_views_share",
        "bias",
        "impressions of removed posts / impressions: the removal rate by views",
        "impressions of posts alike in truth",
        "share",
    ),
    Metric(
        "reach_lost",
        "bias",
        "impressions that decisions took from harmless posts / those plus the ones they had: estimated from posts left "
        "alone whose authors have about as many followers",
        "impressions, with those lost",
        "share",
    ),
    Metric(
        "false_positive_rate",
        "bias",
        "harmless posts held to be of the class (p at or above measures.line_of_belief) / harmless posts",
        BELIEVED,
        "share",
    ),
    Metric(
        "false_negative_rate",
        "bias",
        "posts of the class not held to be of it / posts of the class",
        BELIEVED,
        "share",
    ),
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
    Metric(
        "proactive_rate",
        "operations",
        "found by a detector or an audit, with no need of a report / found; without harm: of all that was found",
        "posts found (to be of the class)",
        "share",
    ),
    Metric(
        "recall",
        "operations",
        "posts of the class that were found (removed, labelled or demoted by a decision) / posts of the class",
        "posts of the class",
        "share",
    ),
    Metric(
        "precision",
        "operations",
        "of the class / found to be of the class; without harm: of any class / found",
        "posts found (to be of the class)",
        "share",
    ),
    Metric("hours_to_removal", "operations", "mean hours from publication to removal", "posts removed", "hours"),
    Metric(
        "views_before_removal", "operations", "impressions of removed posts / removed posts", "posts removed", "views"
    ),
    Metric(
        "prevented_share",
        "operations",
        "impressions that removal prevented / those plus the ones that were: an estimate from posts of the class left "
        "alone whose authors have about as many followers",
        "impressions of the class, with those prevented",
        "share",
    ),
    Metric(
        "repeat_offender_share",
        "operations",
        "posts of the class by authors of whom two or more were found / posts of the class",
        "posts of the class",
        "share",
    ),
    Metric(
        "second_found_share",
        "operations",
        "authors of whom two or more posts of the class were found / of whom one was",
        "authors with a post found",
        "share",
    ),
    Metric(
        "d_prime",
        "operations",
        "z(share of harm that reviewers call harm) - z(share of the rest that they do): 0 = guessing",
        "decided cases",
        "standard deviations",
    ),
    Metric(
        "criterion",
        "operations",
        "minus half the sum of the two z of d_prime: above 0 = reluctant to call harm",
        "decided cases",
        "standard deviations",
    ),
    Metric("ranker_auc", "operations", "chance to score an action above its absence", "logged impressions", "0 to 1"),
    Metric("ranker_logloss", "operations", "mean log loss of a predicted action", "logged impressions", "nats"),
)
BY_NAME = {metric.name: metric for metric in METRICS}
