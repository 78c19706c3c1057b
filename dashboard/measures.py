"""What the dashboard calls the measures, and their units."""

from feedsim.measures.names import BY_NAME

MEASURES = {
    "engagement_value": "engagement",
    "impressions": "impressions",
    "sessions": "sessions",
    "minutes_per_active_user": "time spent",
    "satisfaction": "satisfaction",
    "stated_value": "worth on reflection",
    "prevalence": "harm seen",
    "exposed_users": "people who saw harm",
    "harm_reshares": "harm reshared",
}
"""Metric -> what it is called."""
PERCENT = "share"
"""The unit of what is shown in per cent."""


def name_of(metric: str) -> str:
    """In words."""
    return MEASURES.get(metric, metric.replace("_", " "))


def unit_of(metric: str) -> str:
    """Of a metric; of one that is not known, that it is its own."""
    return BY_NAME[metric].unit if metric in BY_NAME else "as measured"
