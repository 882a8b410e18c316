"""What a column promises is looked at: each kind of rule, broken on purpose, turns its mart red by its name."""

import shutil

import pytest

from pipelines.clock import now
from pipelines.docs_columns import column_of
from pipelines.settings import Settings
from pipelines.transform import TransformOutcome, run_dbt
from warehouse.store import open_log

# mart: what to break, and the words by which it must be told.
PROMISES = {
    "fct_links": (
        "rule = null, confidence = 1.5, from_key = ' '",
        ["rule, rule is never null", "confidence, rule lies between 0 and 1", "from_key, rule is not blank"],
    ),
    "fct_changes": (
        "state = 'lost', pickup_seconds = -1, review_seconds = 'infinity'",
        [
            "state, rule is one of open, merged, closed",
            "pickup_seconds, rule is not negative",
            "review_seconds, rule is finite",
        ],
    ),
    "fct_deployments": ("change_count = -1", ["change_count, rule is not negative"]),
    "fct_story_status_intervals": ("visit_number = 0", ["visit_number, rule is 1 or more"]),
    "dim_teams": (
        "projects = ['A', null], repositories = ['a', 'a']",
        ["projects, rule holds no null", "repositories, rule holds nothing twice"],
    ),
    "agg_dora_weekly": ("deployment_frequency_per_day = 'nan'", ["deployment_frequency_per_day, rule is finite"]),
}
ODDITIES = {
    "fct_stories": (
        "title = '', url = 'ftp://a b', created_at = '1970-01-01', done_at = '2999-01-01', ticket_key = 'A '",
        [
            "title, rule is not blank",
            "url, rule is an address of the web",
            "created_at, rule lies after 1990",
            "done_at, rule lies no more than a day after as_of",
            "ticket_key, rule has no blank at its ends",
        ],
    ),
    "dim_dates": (
        "month_on = '1980-01-01', quarter_on = '2999-01-01'",
        ["month_on, rule lies after 1990", "quarter_on, rule lies no more than a day after as_of"],
    ),
}

# What is looked at across tables: the test, what breaks it, how it ends, and what it says.
OTHERS = {
    "keys_lead_somewhere_fct_story_events": (
        "update marts.fct_story_events set story_key = 'NONE-1' where rowid = 0",
        "failed",
        "column_name story_key, leads_to fct_stories.story_key, failing_rows 1, example NONE-1",
    ),
    "keys_lead_somewhere_fct_deployments": (
        "update marts.fct_deployments set service = 'no such service' where rowid = 2",
        "failed",
        "column_name service, leads_to dim_services.service, failing_rows 1, example no such service",
    ),
    "assert_a_link_leads_to_what_is_known": (
        "update marts.fct_links set to_key = 'NONE-2' where is_linked and to_kind = 'deployment'",
        "failed",
        "to_key NONE-2",
    ),
    "assert_the_days_of_the_facts_are_known": (
        "update marts.fct_story_status_intervals set entered_at = '1971-01-01' where rowid = 0",
        "warn",
        "column_name fct_story_status_intervals.entered_at, first_on 1971-01-01",
    ),
}
# A row that is there twice, and a column of a model that was to hold a value.
KEYS = {
    "columns_hold_fct_rollouts": (
        "insert into marts.fct_rollouts select * from marts.fct_rollouts order by all limit 1",
        "column_name flag_key, environment, epoch, rule names one row, failing_rows 1",
    ),
    "unique_combination_int_change_flags": (
        "update intermediate.int_change_flags set reason = null where rowid = 0",
        "copies 1, nulls 1",
    ),
}
LOOKED_AT = [
    "test_name:columns_hold",
    "test_name:keys_lead_somewhere",
    "assert_volumes_are_as_usual",
    *list(OTHERS)[2:],
    "int_change_flags",
]


@pytest.fixture(scope="module")
def broken(stories_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> TransformOutcome:
    """The tests of the columns, run over a copy of the planted company in which one row of each mart was broken."""
    settings = stories_home.model_copy(update={"home": tmp_path_factory.mktemp("broken")})
    shutil.copytree(stories_home.home, settings.home, dirs_exist_ok=True)
    with open_log(settings, command="breaking", since=now()) as connection:
        for mart, (change, _said) in (PROMISES | ODDITIES).items():
            connection.execute(f"update marts.{mart} set {change} where rowid = (select min(rowid) from marts.{mart})")
        for change, *_said in (OTHERS | KEYS).values():
            connection.execute(change)
        connection.execute("update marts.data_quality set status = 'watch' where check_name = 'volumes_as_usual'")
    return run_dbt(settings, select=LOOKED_AT, verb="test")


def ended(outcome: TransformOutcome, mart: str) -> tuple[str, str]:
    return next((node.status, node.message) for node in outcome.nodes if node.name.startswith(f"columns_hold_{mart}_"))


@pytest.mark.parametrize("mart", PROMISES)
def test_a_broken_promise_turns_its_mart_red_and_is_named(broken: TransformOutcome, mart: str) -> None:
    status, message = ended(broken, mart)
    assert status == "failed"
    assert [said for said in PROMISES[mart][1] if f"column_name {said}, failing_rows 1" not in message] == []


@pytest.mark.parametrize("mart", ODDITIES)
def test_what_vendors_write_as_they_like_is_told_and_stops_no_night(broken: TransformOutcome, mart: str) -> None:
    status, message = ended(broken, mart)
    assert status == "warn"
    assert [said for said in ODDITIES[mart][1] if f"column_name {said}, failing_rows 1" not in message] == []


@pytest.mark.parametrize("test", KEYS)
def test_a_key_that_names_two_rows_or_a_value_that_is_not_there_turns_red(broken: TransformOutcome, test: str) -> None:
    change, said = KEYS[test]
    (node,) = [node for node in broken.nodes if node.name.startswith(test)]
    assert node.status == "failed", change
    assert said in node.message


@pytest.mark.parametrize("test", OTHERS)
def test_a_key_that_leads_nowhere_and_a_day_that_nobody_knows_are_named(broken: TransformOutcome, test: str) -> None:
    _change, status, said = OTHERS[test]
    (node,) = [node for node in broken.nodes if node.name.startswith(test)]
    assert node.status == status
    assert said in node.message


def test_a_volume_that_is_not_as_usual_is_told_with_its_source_and_stops_no_night(broken: TransformOutcome) -> None:
    (node,) = [node for node in broken.nodes if node.name == "assert_volumes_are_as_usual"]
    assert node.status == "warn"
    assert "scope planted planted.example, status watch" in node.message


def test_the_row_that_breaks_a_promise_is_named_by_its_key(broken: TransformOutcome) -> None:
    assert "example acme/" in ended(broken, "fct_changes")[1]


def test_a_mart_that_holds_what_it_promises_is_green(broken: TransformOutcome) -> None:
    red = (*(f"columns_hold_{mart}_" for mart in PROMISES | ODDITIES), *OTHERS, *KEYS, "assert_volumes")
    untouched = [node for node in broken.nodes if not node.name.startswith(red)]
    assert len(untouched) > 5
    assert {node.status for node in untouched} == {"ok"}


@pytest.mark.parametrize(
    ("name", "data_type", "holds", "told"),
    [
        ("merged_at", "timestamp with time zone", "", "optional time"),
        ("expected_at", "timestamptz", "may_lie_ahead", "optional time may_lie_ahead"),
        ("total_seconds", "double", "required may_be_negative", "required seconds may_be_negative"),
        ("change_fail_rate", "double", "", "optional share"),
        ("rework_rate_n", "bigint", "", "required count"),
        ("n_treated", "bigint", "optional", "optional count"),
        ("is_open", "boolean", "", "required flag"),
        ("ai_authored", "boolean", "optional", "optional flag"),
        ("story_key", "varchar", "required", "required key"),
        ("author", "varchar", "key", "optional key"),
        ("url", "varchar", "", "optional url"),
        ("story_keys", "varchar[]", "", "required list"),
        ("ratio", "double", "number", "optional number"),
        ("ratio", "double", "", ""),
        ("deployments", "bigint", "", ""),
    ],
)
def test_name_and_type_tell_what_a_column_holds_and_its_own_words_override_that(
    name: str, data_type: str, holds: str, told: str
) -> None:
    declared = {"name": name, "data_type": data_type, "config": {"meta": {"holds": holds}}}
    assert " ".join(column_of(declared).holds) == told


def test_what_the_database_itself_holds_need_not_be_said_again() -> None:
    declared = {"name": "lane", "data_type": "varchar", "constraints": [{"type": "not_null"}]}
    assert column_of(declared).is_required
