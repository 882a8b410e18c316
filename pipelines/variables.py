"""What the settings say, as dbt's variables: one function for each of their tables, so that each stands by itself."""

from datetime import date, datetime
from typing import Any

from pipelines.settings import Settings
from pipelines.sources.registry import sources
from warehouse.people import bot_keys, keys_of


def variables(settings: Settings, as_of: datetime | None = None) -> dict[str, Any]:
    """Return dbt's variables: what the settings say, and the moment that everything is told as of."""
    told = (
        _people(settings) | _stories(settings) | _delivery(settings) | _flags(settings) | _support(settings)
        | _ownership(settings) | _milestones(settings) | _calendars(settings)
        | _flow(settings) | _ci(settings) | _ai(settings) | _guardrails(settings) | _impact(settings)
    )  # fmt: skip
    return told if as_of is None else told | {"as_of": as_of.isoformat()}


def _people(settings: Settings) -> dict[str, Any]:
    return {"bots": list(settings.people.bots), "bot_keys": bot_keys(settings, sources())}


def _stories(settings: Settings) -> dict[str, Any]:
    stories = settings.stories
    return {
        "ignored_key_prefixes": list(stories.ignored_key_prefixes),
        "unmeasured_types": list(stories.unmeasured_types),
        "spec_statuses": list(stories.spec_statuses),
        "spec_labels": list(stories.spec_labels),
        "spec_link_pattern": stories.spec_link_pattern,
        "spec_posts": stories.spec_posts,
        "ai_labels": list(stories.ai_labels),
        "cancelled_resolutions": list(stories.cancelled_resolutions),
        "cancelled_statuses": list(stories.cancelled_statuses),
        "follow_up_relations": list(stories.follow_up_relations),
        "interview_types": list(stories.interview_types),
        "interview_link_patterns": list(stories.interview_link_patterns),
        "feature_events": dict(sorted(stories.feature_events.items())),
        "feature_property": stories.feature_property,
        "status_categories": {name: dict(map_) for name, map_ in sorted(settings.status_categories.items())},
    }


def _delivery(settings: Settings) -> dict[str, Any]:
    return {
        "production_environments": list(settings.delivery.production_environments),
        "incident_labels": list(settings.delivery.incident_labels),
        "incident_types": list(settings.delivery.incident_types),
        "hotfix_labels": list(settings.delivery.hotfix_labels),
        "incident_window_hours": settings.delivery.incident_window_hours,
        "rollout_window_hours": settings.delivery.rollout_window_hours,
        "rework_types": list(settings.delivery.rework_types),
        "stale_after_hours": settings.freshness.stale_after_hours,
    }


def _flags(settings: Settings) -> dict[str, Any]:
    return {
        "flag_stories": dict(sorted(settings.flags.stories.items())),
        "flag_production_environments": list(settings.flags.production_environments),
        "first_users_percentage": settings.flags.first_users_percentage,
        "holdback_percentage": settings.flags.holdback_percentage,
        "flag_pause_after_days": settings.flags.pause_after_days,
        "flag_stale_after_days": settings.flags.stale_after_days,
    }


def _support(settings: Settings) -> dict[str, Any]:
    return {
        "support_ticket_projects": list(settings.support.ticket_projects),
        "support_ticket_types": list(settings.support.ticket_types),
        "duplicate_relations": list(settings.support.duplicate_relations),
        "internal_organizations": list(settings.support.internal_organizations),
        "request_days": settings.support.request_days,
        "request_minimum_people": settings.support.request_minimum_people,
        "topic_rules": [rule.model_dump(mode="json") for rule in settings.support.topics],
    }


def _ownership(settings: Settings) -> dict[str, Any]:
    return {
        "teams": [
            {
                "team": name,
                "projects": list(team.projects),
                "repositories": list(team.repositories),
                "calendar": team.calendar,
            }
            for name, team in sorted(settings.teams.items())
        ],
        "services": dict(sorted(settings.services.items())),
        "monorepos": [monorepo.model_dump(mode="json") for monorepo in settings.monorepos],
    }


def _milestones(settings: Settings) -> dict[str, Any]:
    return {
        "milestone_statuses": {name: dict(map_) for name, map_ in sorted(settings.milestone_statuses.items())},
        "flap_seconds": settings.stories.flap_seconds,
        "review_requires_human": settings.stories.review_requires_human,
        "membership_minimum_acts": settings.membership.minimum_acts,
        "membership_gap_days": settings.membership.gap_days,
    }


def _calendars(settings: Settings) -> dict[str, Any]:
    return {"calendars": [calendar.as_variable(name) for name, calendar in sorted(settings.calendars.items())]}


def _flow(settings: Settings) -> dict[str, Any]:
    flow = settings.flow
    return {
        "flow_window_days": flow.window_days,
        # Null stands for all projects that have no table of their own.
        "flow_statuses": [
            {"project": project, "status": status, "kind": kind}
            for project, declared in [(None, flow), *sorted(flow.projects.items())]
            for kind, statuses in (("active", declared.active_statuses), ("wait", declared.wait_statuses))
            for status in statuses
        ],
        "flow_projects": sorted(flow.projects),
    }


def _ci(settings: Settings) -> dict[str, Any]:
    return {
        "ci_gates": [{"gate": gate, "patterns": list(patterns)} for gate, patterns in settings.ci.gates.items()],
        "required_workflows": list(settings.ci.required_workflows),
    }


def _ai(settings: Settings) -> dict[str, Any]:
    ai = settings.ai
    dates = [("team", team.lower(), since) for team, since in ai.teams.items()]
    dates += [("developer", key, since) for name, since in ai.developers.items()
              for key in keys_of(settings, sources(), name)]  # fmt: skip
    labels = [
        {"kind": "label", "pattern": label.lower(), "tool": "declared", "is_declared": True}
        for label in settings.stories.ai_labels
    ]
    return {
        "ai_enabled_at": _midnight(ai.enabled_on) if ai.enabled_on else None,
        "ai_dates": [{"scope": scope, "key": key, "enabled_at": _midnight(day)} for scope, key, day in sorted(dates)],
        "ai_unmarked_teams": list(ai.unmarked_teams),
        "ai_signals": [*labels, *(signal.model_dump() for signal in ai.signals)],
    }


def _guardrails(settings: Settings) -> dict[str, Any]:
    guardrails = settings.guardrails
    return {
        "guardrail_limits": guardrails.limits,
        "guardrail_watched_hours": guardrails.watched_hours,
        "guardrail_treated_variants": list(guardrails.treated_variants),
        "guardrail_control_variants": list(guardrails.control_variants),
        "critical_severities": list(guardrails.critical_severities),
    }


def _impact(settings: Settings) -> dict[str, Any]:
    return {"impact": settings.impact.model_dump(mode="json")}


def _midnight(day: date) -> str:
    return f"{day.isoformat()} 00:00:00+00"
