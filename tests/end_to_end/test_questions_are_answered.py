"""The worked questions, asked of the published file: the answers are the truth of the company where it has one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from pipelines.company import deployment_truths, dora_truths, story_truths
from pipelines.company.build_truth import build_truths
from pipelines.company.link_truth import link_truth
from pipelines.company.people import BOTS
from pipelines.company.releases import merge_sha
from pipelines.docs_questions import Question, answerable, questions
from warehouse.connection import reader

Rows = list[dict[str, Any]]

# How many can be answered from the marts that there are. It only grows; at the end all of them.
ANSWERED = 20


@pytest.fixture(scope="module")
def published(recovered) -> Iterator[duckdb.DuckDBPyConnection]:
    with reader(recovered.serving) as connection:
        yield connection


@pytest.fixture(scope="module")
def ready(published) -> tuple[Question, ...]:
    """The questions whose marts are published."""
    tables = published.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    return answerable(name for (name,) in tables)


@pytest.fixture(scope="module")
def answer(published) -> Callable[[str], Rows]:
    """Ask a question by the name of its file."""

    def ask(name: str) -> Rows:
        (sql,) = [question.sql for question in questions() if question.name == name]
        found = published.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return ask


def test_every_question_whose_marts_are_there_has_an_answer(ready, answer):
    assert [question.name for question in ready if not answer(question.name)] == []


def test_no_question_that_could_be_answered_was_lost(ready):
    assert len(ready) >= ANSWERED >= 12


def test_the_stories_that_went_the_whole_way_are_those_that_did(recovered, answer):
    days = 86400
    true = {}
    for truth in story_truths(recovered.company, recovered.as_of):
        moments = [
            truth.interviewed_at,
            truth.backlog_at,
            truth.spec_at,
            truth.code_complete_at,
            truth.reviewed_at,
            truth.production_at,
            truth.full_rollout_at,
        ]
        known = [moment for moment in moments if moment is not None]
        # Heard of afterwards only: the interview is feedback and begins nothing.
        if len(known) == len(moments) and known[0] < known[5]:
            spans = [round((end - start).total_seconds() / days, 2) for start, end in pairwise(known)]
            true[truth.story_key] = (*spans, round((known[-1] - known[0]).total_seconds() / days, 2))
    rows = answer("from_interview_to_everyone")
    found = {row["story_key"]: tuple(row[name] for name in row if name.endswith("_days")) for row in rows}
    assert found.keys() == true.keys()
    wrong = {key: (found[key], spans) for key, spans in true.items() if found[key] != pytest.approx(spans, abs=0.011)}
    assert wrong == {}


def test_a_bottleneck_is_named_once_for_each_team(answer):
    rows = answer("where_the_time_goes")
    named = Counter(row["team"] for row in rows if row["is_bottleneck"])
    assert set(named) == {row["team"] for row in rows}
    assert set(named.values()) == {1}
    longest = {team: max(row["median_days"] for row in rows if row["team"] == team) for team in named}
    assert all(row["median_days"] == longest[row["team"]] for row in rows if row["is_bottleneck"])


def test_the_pull_requests_without_a_story_are_the_strays_and_each_has_its_reason(recovered, answer):
    rows = answer("changes_without_a_story")
    # Some strays name an epic, and are tied to it.
    alone = link_truth(recovered.company, recovered.as_of).alone
    titles = sorted(pull.title for pull in recovered.company.strays if merge_sha(pull) in alone)
    assert sorted({row["change_key"]: row["title"] for row in rows}.values()) == titles
    assert all(row["reason"] for row in rows)


def test_doras_months_hold_what_the_weeks_hold(recovered, answer):
    true: dict[str, Counter[str]] = defaultdict(Counter)
    for week in dora_truths(recovered.company, recovered.as_of):
        true[week.service].update(deployments=week.deployments, finished=week.finished, failed=week.failed)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in answer("dora_by_month"):
        found[row["service"]].update({name: row[name] for name in ("deployments", "finished", "failed")})
    assert found == true


def test_the_failed_deployments_are_those_that_failed_with_the_hours_to_their_recovery(recovered, answer):
    true = {
        (one.deployment.service, one.deployment.finished_at): one.recovery_seconds
        for one in deployment_truths(recovered.company, recovered.as_of)
        if one.reasons and one.deployment.environment == "production"
    }
    rows = answer("failed_deployments")
    found = {(row["service"], row["finished_at"]): row["recovery_hours"] for row in rows}
    assert found.keys() == true.keys()
    assert [key for key, seconds in true.items() if (seconds is None) != (found[key] is None)] == []
    hours = {key: seconds / 3600 for key, seconds in true.items() if seconds is not None}
    assert [key for key, known in hours.items() if found[key] != pytest.approx(known, abs=0.0051)] == []
    assert all(row["failure_reason"] for row in rows)
    assert any(row["healed_by"] for row in rows)


def test_those_that_are_through_a_rollout_and_those_that_wait_are_counted(recovered, answer):
    flagged = {
        story.key_at(recovered.as_of)
        for story in recovered.company.stories
        if story.flag and story.created_at <= recovered.as_of
    }
    truths = [truth for truth in story_truths(recovered.company, recovered.as_of) if truth.production_at is not None]
    through = [truth for truth in truths if truth.story_key in flagged and truth.full_rollout_at is not None]
    waiting = [truth for truth in truths if truth.story_key in flagged and truth.full_rollout_at is None]
    rows = answer("from_ten_to_a_hundred")
    assert sum(row["through"] for row in rows) == len(through)
    assert sum(row["still_waiting"] for row in rows) == len(waiting)


def test_what_was_done_by_week_adds_up_to_all_that_was_done(recovered, answer):
    done = [truth for truth in story_truths(recovered.company, recovered.as_of) if truth.first_done_at is not None]
    rows = answer("in_work_and_done_by_week")
    assert sum(row["done"] for row in rows) == len(done)
    assert max(row["in_work"] for row in rows) > 0


def test_the_flaky_builds_are_as_flaky_as_they_were_made(recovered, answer):
    true = {
        (one.repository, one.workflow, one.event): (one.runs, one.first_pass_rate, one.last_pass_rate)
        for one in build_truths(recovered.company, recovered.as_of)
    }
    found = {
        (row["repository"], row["workflow"], row["event"]): (row["runs"], row["first_pass_rate"], row["last_pass_rate"])
        for row in answer("flaky_builds")
    }
    assert found.keys() == true.keys()
    assert [key for key, rates in true.items() if found[key] != pytest.approx(rates, abs=0.0001)] == []


def test_each_line_of_learning_is_followed_to_its_first_story(recovered, answer):
    stories = [story for story in recovered.company.stories if story.created_at <= recovered.as_of]
    keys = {story.key: story.key_at(recovered.as_of) for story in stories}
    before = {keys[story.key]: keys.get(story.learned_from or "") for story in stories}

    def line(key: str) -> list[str]:
        origin = before[key]
        return [*(line(origin) if origin else []), key]

    true = {key: " > ".join(line(key)) for key, origin in before.items() if origin}
    rows = answer("learnt_from_which")
    assert {row["story_key"]: row["line"] for row in rows} == true
    assert [row["rounds"] for row in rows] == [row["line"].count(" > ") for row in rows]


def test_what_changed_is_counted_in_the_last_seven_days(recovered, answer):
    found = {row["happened"]: row for row in answer("what_changed_this_week")}
    repositories = {team.repository for team in recovered.company.teams}
    pulls = [pull for repository in repositories for pull in recovered.company.pull_requests(repository)]
    merged = [pull.merged_at.date() for pull in pulls if pull.merged_at <= recovered.as_of]
    ages = Counter((recovered.as_of.date() - day).days // 7 for day in merged)
    row = found["pull request merged"]
    assert (row["last_seven_days"], row["seven_before"]) == (ages[0], ages[1])


def test_signs_of_ai_stand_beside_the_size_that_they_are_compared_in(recovered, answer):
    shipped = [truth for truth in story_truths(recovered.company, recovered.as_of) if truth.production_at is not None]
    rows = answer("with_ai_and_without")
    assert sum(row["stories"] for row in rows) == len(shipped)
    assert len({row["size"] for row in rows}) > 2


def test_what_is_not_tied_together_is_counted_as_what_is_missing(recovered, answer):
    rows = {(row["check_name"], row["scope"]): row for row in answer("what_is_tied_together")}
    bots = {bot.key for bot in BOTS}
    alone = link_truth(recovered.company, recovered.as_of).alone
    strays = [
        pull for pull in recovered.company.strays if merge_sha(pull) in alone and pull.merged_at <= recovered.as_of
    ]
    by_people = [pull for pull in strays if pull.author not in bots]
    assert rows["changes_with_stories", "all"]["missing"] == len(by_people)


def test_the_incidents_of_a_story_are_those_of_the_deployments_that_carried_it(answer, published):
    rows = answer("whose_code_hurt")
    for row in rows[:5]:
        (count,) = published.execute(
            "select count(*) from marts.fct_incidents where deployment_id in "
            "(select deployment_id from marts.fct_changes where list_contains(story_keys, ?))",
            [row["story_key"]],
        ).fetchall()[0]
        assert row["incidents"] == count


def test_every_pull_request_of_a_person_waits_in_one_month(recovered, answer, published):
    (people,) = published.execute("select count(*) from marts.fct_changes where not is_bot_author").fetchall()[0]
    assert sum(row["changes"] for row in answer("waiting_for_review")) == people
