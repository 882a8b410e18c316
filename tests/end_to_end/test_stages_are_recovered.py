"""The company knows how long each story was in each stage, by the clock and by its team's calendar."""

from datetime import datetime
from typing import Any

from tests.end_to_end.conftest import Recovered

STAGES = """
select
    story_key, stage, entered_at, left_at, is_current,
    cast(round(coalesce(duration_seconds, age_seconds) * 1e6) as bigint) as microseconds,
    cast(round(coalesce(business_seconds, business_age_seconds) * 1e6) as bigint) as business_microseconds,
    first_entered_at, last_entered_at, visit_count,
    cast(round(total_visit_seconds * 1e6) as bigint) as visit_microseconds
from marts.fct_story_stages
where is_measured and story_key not in (select story_key from marts.fct_stories where title = 'Please ignore')
"""


def _by_stage(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    found = {(row["story_key"], row["stage"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def _true(recovered: Recovered) -> dict[tuple[str, str], dict[str, Any]]:
    def read(name: str, value: Any) -> Any:
        return datetime.fromisoformat(value) if name.endswith("_at") and value else value

    rows = [{name: read(name, value) for name, value in row.items()} for row in recovered.truth["stages"]]
    return _by_stage(rows)


def test_every_stage_of_every_story_is_recovered_to_the_microsecond(recovered: Recovered) -> None:
    # What nobody will do has stages as well; they are held by the curves of the flow.
    given_up = {one.key for one in recovered.company.abandoned}
    told = _by_stage([row for row in recovered.named_rows(STAGES) if row["story_key"] not in given_up])
    true = _true(recovered)
    assert told.keys() == true.keys()
    assert [(told[key], true[key]) for key in true if told[key] != true[key]] == []


def test_the_company_has_stages_of_every_kind(recovered: Recovered) -> None:
    # What is not there cannot be recovered: merged stages, open ones, those out of order, work that was sent back,
    # and working time that differs from the calendar's in every team.
    stages = _true(recovered).values()
    names = {stage["stage"] for stage in stages}
    assert {
        "interview_to_backlog",
        "backlog_to_spec",
        "backlog_to_code_complete",
        "production_to_full_rollout",
    } <= names
    assert any(stage["is_current"] for stage in stages)
    assert any(stage["microseconds"] < 0 for stage in stages)
    assert any(stage["visit_count"] > 1 for stage in stages)
    teams = {stage["story_key"].split("-")[0] for stage in stages if stage["business_microseconds"]}
    assert len(teams) == len(recovered.company.teams)


def test_the_stages_of_a_story_add_up_to_its_total(recovered: Recovered) -> None:
    wrong = recovered.rows(
        """
        with added as (
            select story_key, sum(cast(round(duration_seconds * 1e6) as hugeint)) as microseconds
            from marts.fct_story_stages
            group by story_key
        )
        select story_key, total_seconds, microseconds
        from marts.fct_stories left join added using (story_key)
        where microseconds is distinct from cast(round(total_seconds * 1e6) as hugeint)
        """
    )
    assert wrong == []


def test_what_is_done_deleted_or_out_for_all_is_in_no_stage(recovered: Recovered) -> None:
    told = recovered.rows(
        """
        select is_open and full_rollout_at is null, count(*) filter (where is_current), count(distinct story_key)
        from marts.fct_stories left join marts.fct_story_stages using (story_key)
        group by 1 order by 1
        """
    )
    ((over, none, _), (waits, current, stories)) = told
    assert (over, none, waits) == (False, 0, True)
    assert current == stories > 0
