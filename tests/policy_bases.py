"""For each policy of the library, a run in which every one of its settings matters, and other values for some."""

from typing import Any

HARMFUL: dict[str, Any] = {
    "detectors": {"kind": "oracle"},
    "population.ordinary_false_share": 0.4,
    "population.ordinary_hostile_share": 0.3,
    "population.ordinary_kinds": {"personal": 0.1, "news": 0.45, "civic": 0.45},
    "people.responses.base_rates.reshare": 0.1,
}
"""Much to act on."""
BUSY: dict[str, Any] = HARMFUL | {
    "population.users": 400,
    "people.responses.base_rates.like": 0.2,
    "people.responses.base_rates.comment": 0.2,
    "people.responses.base_rates.reshare": 0.2,
}
"""The same, and people who react to much of what they see."""
LEARNED: dict[str, Any] = HARMFUL | {
    "population.users": 400,
    "population.ordinary_hostile_share": 0.5,
    "population.ordinary_false_share": 0.5,
    "population.ordinary_kinds": {"news": 0.5, "civic": 0.5},
    "detectors": {"kind": "learned", "min_positives": 20, "trees": 10, "learning_rate": 0.5, "retrain_days": 1},
    "review": {"kind": "desk", "audit_share": 0.5, "reviewers_per_10000": 200.0, "reports": 1, "threshold": 0.3},
}
"""The same, and detectors that are unsure."""
UNSURE: dict[str, Any] = {"harm": "misinformation", "threshold": 0.2}
COUNTED: dict[str, Any] = {"window_days": 90.0, "labels_count": False}
OUT: dict[str, Any] = {"kind": "remove", "harm": "misinformation", "for": {"languages": ["english"]}}
MARKED: dict[str, Any] = {"kind": "warning_label", "harm": "misinformation", "for": {"languages": ["spanish"]}}

POLICIES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "demote": (LEARNED, {"harm": "misinformation", "strength": 0.5, "threshold": 0.2, "curve": "steep",
                         "steepness": 4.0}, {}),
    "demote_on_review": (LEARNED | {"review.outcomes": {"misinformation": "demote"}}, {"strength": 0.5}, {}),
    "remove": (LEARNED, UNSURE, {}),
    "remove_on_review": (LEARNED | {"review.threshold": 1.0, "review.audit_share": 0.4}, UNSURE, {}),
    "human_review": (LEARNED | {"review.threshold": 1.0, "review.audit_share": 0.1},
                     {"harm": "misinformation", "share": 0.5, "modality": "link"}, {}),
    "warning_label": (LEARNED, UNSURE | {"sharing_cut": 0.247, "low_trust_sharing_cut": 0.167, "belief_cut": 0.276,
                                         "low_trust_belief_cut": 0.129}, {}),
    "interstitial": (LEARNED, UNSURE | {"open_share": 0.05}, {}),
    "fact_check": (HARMFUL | {"burn_in_days": 2}, {"harm": "misinformation", "checks_per_day": 1, "delay_hours": 2.0,
                                                   "accuracy": 0.95, "strength": 0.8, "start_day": -1}, {}),
    "crowd_notes": (BUSY, {"views": 1, "proposed_share": 0.9, "delay_hours": 2.0, "raters": 3, "agreement": 0.3,
                              "reshare_cut": 0.46, "like_cut": 0.44, "comment_cut": 0.22}, {}),
    "accuracy_prompt": (HARMFUL, {"sharing_cut": 0.1, "session_share": 0.5}, {}),
    "read_first": (HARMFUL, {"opens": 1.33, "abandon_share": 0.1}, {}),
    "reconsider": (HARMFUL, {"terms": 1, "cancel_share": 0.09, "soften_share": 0.08}, {}),
    "reshare_depth_limit": (HARMFUL, {"depth": 1}, {}),
    "forward_limit": (HARMFUL, {"followers": 2}, {}),
    "share_button_removal": (HARMFUL, {"depth": 1}, {}),
    "circuit_breaker": (BUSY, {"reshares_per_hour": 0.2, "hours": 8.0, "strength": 0.0, "sharing_cut": 0.5}, {}),
    "strikes": (HARMFUL, COUNTED | {"limit": 2, "suspension_days": 0.1}, {"out": OUT, "mark": MARKED}),
    "account_ban": (HARMFUL, COUNTED | {"limit": 2}, {"out": OUT, "mark": MARKED}),
    "repeat_offender_demotion": (HARMFUL, COUNTED | {"limit": 2, "strength": 0.5}, {"out": OUT, "mark": MARKED}),
    "bot_throttle": (HARMFUL, {"posts_per_day": 2}, {}),
    "borderline_out_of_network": (LEARNED, UNSURE, {}),
    "hyperactive_discount": (HARMFUL, {"reshares_per_day": 0.5, "strength": 0.5}, {}),
    "source_diversity": (HARMFUL, {"decay": 0.5}, {}),
    "reaction_weights": (HARMFUL, {"reactions": {"angry": 0.0}}, {}),
    "civic_weights": (HARMFUL, {"keep_share": 0.0}, {}),
    "stated_preference": (HARMFUL, {"stated": {"like": 1.0, "hide": -20.0, "report": -100.0}, "blend": 0.5}, {}),
    "bridging": (HARMFUL, {"strength": 0.8, "prior_views": 2.0, "most": 1.2}, {}),
    "chronological_share": (HARMFUL, {"share": 0.5}, {}),
    "user_control": (LEARNED, UNSURE | {"share": 0.5}, {}),
}  # fmt: skip
"""Kind -> what there must be, its settings, and the policies beside it."""
MOVES: dict[str, Any] = {
    "policies.it.harm": "hate",
    "policies.it.curve": "linear",
    "policies.it.modality": "text",
    "policies.it.reactions": {"angry": 0.0, "comment": -5.0},
    "policies.it.stated": {"like": 1.0, "hide": 20.0},
    "policies.it.window_days": 0.01,
    "policies.it.threshold": 0.05,
    "policies.it.delay_hours": 8.0,
    "policies.it.hours": 1.0,
    "policies.it.most": 5.0,
    "policies.it.accuracy": 0.0,
    "policies.it.low_trust_sharing_cut": 0.0,
    "policies.it.low_trust_belief_cut": 0.0,
    "policies.it.sharing_cut": 0.9,
    "policies.it.suspension_days": 1.0,
}


def policy_bases() -> dict[str, dict[str, Any]]:
    """Settings of a run for each policy, which is called `it`."""
    return {
        f"{kind} policy": under | {"policies": {**others, "it": {"kind": kind, **said}}}
        for kind, (under, said, others) in POLICIES.items()
    }
