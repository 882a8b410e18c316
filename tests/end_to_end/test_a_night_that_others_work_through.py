"""What happens while a night reads, or by a clock that is ahead, comes after the marts' moment: it breaks nothing."""

import shutil
from datetime import timedelta

import pytest

from pipelines.clock import now
from pipelines.transform import run_dbt
from tests.end_to_end.conftest import Recovered
from tests.end_to_end.recovering import rows
from warehouse.event_log import Run, record_run
from warehouse.store import open_log

_OPEN = """
select 'stage' as what, entered_at, age_seconds from marts.fct_story_stages where age_seconds is not null
union all
select 'status', entered_at, age_seconds from marts.fct_story_status_intervals where age_seconds is not null
union all
select 'step', started_at, age_seconds from marts.fct_rollout_steps where age_seconds is not null
"""


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_what_began_after_the_moment_of_the_marts_has_lasted_for_no_time_and_they_are_published(
    recovered: Recovered, tmp_path
):
    """A ticket that was moved while the night read made its age negative, and nothing was published."""
    shutil.copytree(recovered.settings.home, tmp_path / "home", symlinks=True)
    settings = recovered.settings.model_copy(update={"home": tmp_path / "home"})
    moment = recovered.as_of - timedelta(hours=20)
    with open_log(settings, command="test", since=now()) as log:
        record_run(log, Run(command="nightly", as_of=moment))
    outcome = run_dbt(settings)
    assert outcome.ok, outcome.error
    told = rows(settings, _OPEN)
    later = [what for what, began_at, _ in told if began_at > moment]
    assert {"stage", "status"} <= set(later)
    assert [age for _, began_at, age in told] == [
        max((moment - began_at).total_seconds(), 0) for _, began_at, _ in told
    ]
