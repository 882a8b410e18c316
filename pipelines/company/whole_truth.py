"""All that is true of the company at a moment, as the demo writes it beside its settings."""

from datetime import datetime
from typing import Any

from pipelines.company.abandoned import abandoned_truths
from pipelines.company.ai_truth import ai_truth
from pipelines.company.build_truth import build_truths
from pipelines.company.ci_truth import ci_truth
from pipelines.company.company import Company
from pipelines.company.dora_figures import weekly_figures, window_figures
from pipelines.company.dora_truth import dora_truths
from pipelines.company.flow_truth import flow_truths
from pipelines.company.guardrails import guardrail_truths
from pipelines.company.link_truth import link_truth
from pipelines.company.member_truth import member_truths
from pipelines.company.request_truth import top_request_truths
from pipelines.company.rollout_truth import rollout_truth
from pipelines.company.stage_time_truth import stage_time_truths
from pipelines.company.stage_truth import stage_truths
from pipelines.company.support_truth import support_truth
from pipelines.company.topic_truth import topic_effect_truths
from pipelines.company.truth import story_truths
from pipelines.company.usage_truth import impact_truths


def whole_truth(company: Company, as_of: datetime) -> dict[str, Any]:
    """Return it as plain JSON, a part for each question; times in ISO 8601."""
    return {
        "as_of": as_of.isoformat(),
        "begins_at": company.begins_at.isoformat(),
        "stories": [one.as_json() for one in story_truths(company, as_of)],
        "stages": [one.as_json() for one in stage_truths(company, as_of)],
        "abandoned": [one.as_json() for one in abandoned_truths(company.abandoned, as_of)],
        "flow": [one.as_json() for one in flow_truths(company, as_of)],
        "stage_times": [one.as_json() for one in stage_time_truths(company, as_of)],
        "members": member_truths(company, as_of),
        "dora": [one.as_json() for one in dora_truths(company, as_of)],
        "dora_definitions": list(weekly_figures(company, as_of)),
        "dora_windows": list(window_figures(company, as_of)),
        "builds": [one.as_json() for one in build_truths(company, as_of)],
        "ci": ci_truth(company, as_of),
        "ai": ai_truth(company, as_of),
        "impact": [one.as_json() for one in impact_truths(company, as_of)],
        "support": support_truth(company, as_of).as_json(),
        "top_requests": [one.as_json() for one in top_request_truths(company, as_of)],
        "topic_effects": [one.as_json() for one in topic_effect_truths(company, as_of)],
        "rollouts": rollout_truth(company, as_of),
        "links": link_truth(company, as_of).as_json(),
        "guardrails": guardrail_truths(company, as_of),
    }
