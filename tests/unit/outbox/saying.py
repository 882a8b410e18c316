"""Messages for tests: a story's comment as a draft, and a home that holds it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.outbox.message import draft
from pipelines.outbox.policy import Terms
from pipelines.summaries.template import comment
from pipelines.writeback_settings import Writeback
from tests.unit.summaries.told import FINAL, FULL, golden
from warehouse.outbox import Draft

AT = FINAL + timedelta(hours=6)
BEGUN = datetime(2025, 11, 1, tzinfo=UTC)


def said(name: str = "grade_a", key: str = "SHOP-1", **changed: Any) -> Draft:
    """The comment of a golden story on a ticket of a played site."""
    place = {"source": "jira", "instance": "jira.example", "ticket_key": key, "project_key": key.partition("-")[0]}
    return replace(draft(replace(comment(golden(name)), story_key=key), place), **changed)


def terms(mode: str = "auto", at: datetime = AT, **changed: Any) -> Terms:
    settings = Writeback.model_validate({"mode": mode, "enabled_at": BEGUN, **changed})
    assert settings.enabled_at is not None
    return Terms(settings, settings.enabled_at, at)


__all__ = ["AT", "BEGUN", "FINAL", "FULL", "said", "terms"]
