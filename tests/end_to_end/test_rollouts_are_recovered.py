"""Every step of every flag in every environment, and what became of each rollout, as the facts have it."""

import pytest

from pipelines.company.rollout_truth import RolloutTruth, StepTruth, rollout_truths, step_truths
from tests.end_to_end.conftest import Recovered


def _told(recovered: Recovered, mart: str, kind: type, order: str) -> list[tuple]:
    columns = list(kind.__dataclass_fields__)
    return recovered.rows(f"select {', '.join(columns)} from marts.{mart} order by {order}")


def _true(truths: list) -> list[tuple]:
    return [tuple(getattr(one, name) for name in one.__dataclass_fields__) for one in truths]


@pytest.fixture(scope="module")
def steps(recovered: Recovered) -> list[StepTruth]:
    return step_truths(recovered.company, recovered.as_of)


def test_every_step_of_every_flag_is_recovered(recovered, steps):
    assert _told(recovered, "fct_rollout_steps", StepTruth, "flag_key, environment, started_at") == _true(steps)
    assert {one.kind for one in steps} == {"off", "raise", "re_raise", "rollback"}
    for sign in ("is_pause", "is_holdback", "is_unbroken_full", "is_rollback"):
        assert any(getattr(one, sign) for one in steps), sign


def test_every_rollout_is_recovered_with_what_became_of_it(recovered):
    truths = rollout_truths(recovered.company, recovered.as_of)
    found = _told(recovered, "fct_rollouts", RolloutTruth, "flag_key, environment, epoch")
    assert found == _true(truths)
    assert {one.outcome for one in truths} >= {"full", "rolled_back", "not_released"}
    assert any(one.epoch == 2 and one.outcome == "full" for one in truths)
    stale = [one.flag_key for one in truths if one.is_stale]
    gone = recovered.rows("select count(*) from marts.fct_rollouts where is_put_away and is_production")
    assert stale
    assert gone[0][0] > 0


def test_a_story_is_whole_since_its_flags_last_unbroken_hundred_percent(recovered):
    differing = recovered.rows(
        "select stories.story_key from marts.fct_stories as stories inner join ("
        "  select story_key, max(full_at) as full_at from marts.fct_rollouts "
        "  where is_production and is_current and story_key is not null group by story_key"
        ") as rollouts using (story_key) where stories.full_rollout_at is distinct from rollouts.full_at"
    )
    assert differing == []


def test_a_hundred_percent_elsewhere_reaches_no_user_of_production(recovered, steps):
    elsewhere = {one.flag_key for one in steps if one.environment == "staging" and one.percentage == 10}
    assert elsewhere
    keys = ", ".join(f"'{key}'" for key in sorted(elsewhere))
    assert recovered.rows(
        f"select distinct outcome from marts.fct_rollouts where is_production and flag_key in ({keys})"
    ) == [("not_released",)]
