"""Every link, and every refusal with its reason: what names nothing is told as plainly as what names something."""

from datetime import timedelta

import pytest

from tests.dbt.conftest import Ask
from tests.dbt.planting_links import REPOSITORY
from tests.dbt.test_status_visits import story

NO_TICKET = "it names no ticket in its title, branch, text or commits"
NO_OTHER = "a pull request that it does not name"


def told(ask: Ask, from_kind: str, from_key: str, to_kind: str) -> list[tuple[object, ...]]:
    return ask(
        "select to_key, rule, confidence, is_linked, reason from marts.fct_links"
        " where from_kind = ? and from_key = ? and to_kind = ? order by all",
        from_kind, from_key, to_kind,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "links"),
    [
        (
            301,
            [
                ("LK-1", "title, by a sub-task", 0.95, True, "LK-2 stands in the title, and is a part of LK-1"),
                ("LK-2", "title", 1.0, True, "LK-2 stands in the title"),
            ],
        ),
        (302, [("LK-3", "title", 1.0, True, "LK-3 stands in the title (of type Epic, which is not measured)")]),
        (
            303,
            [
                ("LK-4", "title", 0.0, False, "LK-4 was deleted"),
                (None, "none", 0.0, False, "what looks like a ticket key in it names no story"),
            ],
        ),
        (
            304,
            [
                ("LK-77", "title", 0.0, False, "no ticket LK-77 is known"),
                ("OPS-7", "title", 0.0, False, "no ticket OPS-7 is known: no project OPS is collected"),
                (None, "none", 0.0, False, "none of the 2 words like ticket keys in it names a story"),
            ],
        ),
        (305, [(None, "none", 0.0, False, NO_TICKET)]),
        (309, [("LK-5", "title", 1.0, True, "OLDK-5 is a former key of LK-5")]),
    ],
    ids=["a sub-task", "an epic", "a deleted ticket", "a board that is not collected", "nothing", "a former key"],
)
def test_a_pull_request_is_tied_by_what_it_names_or_told_why_not(ask: Ask, number, links) -> None:
    assert told(ask, "change", f"{REPOSITORY}#{number}", "story") == links


def test_what_is_written_for_a_sub_task_is_written_for_its_story(ask: Ask) -> None:
    ((keys,),) = ask("select story_keys from marts.fct_changes where change_key = ?", f"{REPOSITORY}#301")
    assert keys == ["LK-1", "LK-2"]
    # One names the sub-task, three the story, of which two were given up.
    assert story(ask, "LK-1", "change_count") == (4,)


@pytest.mark.parametrize(
    ("number", "link"),
    [
        (306, (f"{REPOSITORY}#307", "superseded by", 1.0, True, f"it was given up for {REPOSITORY}#307")),
        (308, (None, "superseded by", 0.0, False, "it was given up for a pull request that is not known")),
        (310, (f"{REPOSITORY}#307", "cherry pick", 0.95, True, f"it picks a commit of {REPOSITORY}#307")),
        (311, (None, "cherry pick", 0.0, False, "it picks a commit that no pull request is known to hold")),
        (312, (None, "hotfix", 0.0, False, f"it repairs what was broken by {NO_OTHER}")),
        (313, (f"{REPOSITORY}#310", "revert", 0.95, True, f"it takes back {REPOSITORY}#310")),
    ],
    ids=["given up for another", "given up for a stranger", "a pick", "a pick of a stranger", "a hotfix", "a revert"],
)
def test_a_pull_request_that_repairs_picks_or_yields_says_whom(ask: Ask, number, link) -> None:
    assert told(ask, "change", f"{REPOSITORY}#{number}", "change") == [link]


def test_a_pull_request_names_a_flag_in_a_line_of_its_own_or_between_backticks(ask: Ask) -> None:
    line = "it names the flag in a line `Feature-Flag:`"
    assert told(ask, "change", f"{REPOSITORY}#307", "flag") == [("lk-export", "trailer", 0.95, True, line)]
    assert told(ask, "change", f"{REPOSITORY}#309", "flag") == [
        ("lk-export", "key between backticks", 0.7, True, "it names the flag between backticks"),
        ("lk-none", "trailer", 0.0, False, "no flag lk-none is known"),
    ]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (901, "first deployment of the service: what it carried cannot be known"),
        (903, "its commit was there before, with deployment 901, so it carried nothing new"),
        (904, "it failed, so it carried nothing"),
        (905, "it names no commit, so nobody can tell what it carried"),
        (906, "its commit 999999999999 is in no history that is collected"),
        (907, "no pull request that is known came between it and the deployment before it"),
    ],
    ids=["the first", "the same again", "one that failed", "one without a commit", "a stranger's", "a push by hand"],
)
def test_a_deployment_of_which_nothing_is_known_says_why(ask: Ask, number, reason) -> None:
    assert told(ask, "deployment", str(number), "change") == [(None, "none", 0.0, False, reason)]


def test_a_deployment_that_carried_something_is_not_refused(ask: Ask) -> None:
    assert told(ask, "deployment", "902", "change") == []
    ((to_key, is_linked),) = ask(
        "select to_key, is_linked from marts.fct_links where from_key = ? and to_kind = 'deployment'",
        f"{REPOSITORY}#307",
    )
    assert (to_key, is_linked) == ("902", True)


def test_a_pull_request_that_is_not_merged_or_not_out_says_so(ask: Ask) -> None:
    reasons = {number: told(ask, "change", f"{REPOSITORY}#{number}", "deployment")[0][3:] for number in (301, 306, 313)}
    assert reasons[306] == (False, "not merged")
    assert {reasons[301][0], reasons[313][0]} == {False}
    assert reasons[301][1].startswith("no commit graph")


def test_a_commit_that_was_pushed_by_hand_came_by_no_pull_request(ask: Ask) -> None:
    reason = "no pull request that is known lists it, and none came onto the branch as it"
    assert told(ask, "commit", f"{REPOSITORY}@{390:040x}", "change") == [(None, "none", 0.0, False, reason)]


def test_an_incident_is_tied_to_what_it_names_and_to_nothing_weeks_ago(ask: Ask) -> None:
    assert told(ask, "incident", "LI-flag", "flag") == [
        ("lk-export", "flag key", 1.0, True, "the incident names the flag")
    ]
    assert told(ask, "incident", "LI-flag", "story") == [
        ("LK-1", "flag of the story", 0.95, True, "it names the flag lk-export, which lets the story out")
    ]
    assert told(ask, "incident", "LI-flag", "deployment")[0][3:] == (False, "it names the flag lk-export")
    assert told(ask, "incident", "LI-stranger", "flag")[0][3:] == (False, "no flag lk-unheard-of is known")
    late = "it names no deployment, and none of links finished in the 24 hours before it"
    assert told(ask, "incident", "LI-late", "deployment") == [(None, "none", 0.0, False, late)]
    assert told(ask, "incident", "LK-7", "story") == [
        ("LK-1", "linked story", 0.8, True, "its ticket is caused by LK-1")
    ]


def test_flags_talks_and_topics_that_name_nothing_are_refused(ask: Ask) -> None:
    assert told(ask, "flag", "lk-nameless", "story")[0][3] is False
    nothing = "it names no story, and no story links to it"
    assert told(ask, "interview", "talk of nothing", "story") == [(None, "none", 0.0, False, nothing)]
    assert told(ask, "interview", "LK-6", "story") == [(None, "none", 0.0, False, nothing)]
    assert [row[3] for row in told(ask, "interview", "talk of LK-5", "story")] == [True]
    assert [(row[0], row[3]) for row in told(ask, "topic", "exports", "story")] == [("LK-1", True), ("LK-99", False)]


@pytest.mark.parametrize(
    ("mart", "key", "from_kind", "to_kind"),
    [("fct_changes", "change_key", "change", "story"), ("fct_incidents", "incident_id", "incident", "deployment")],
)
def test_nothing_is_silent_where_a_link_is_expected(ask: Ask, mart, key, from_kind, to_kind) -> None:
    told_of = f"select from_key from marts.fct_links where from_kind = '{from_kind}' and to_kind = '{to_kind}'"
    assert ask(f"select {key} from marts.{mart} where {key} not in ({told_of})") == []


def test_coverage_counts_what_is_tied_of_all_that_is_asked(ask: Ask) -> None:
    rows = ask("select check_name, linked, total from marts.data_quality where scope = ?", REPOSITORY)
    counts = {check: (linked, total) for check, linked, total in rows}
    # Of twelve that a person merged, the deleted ticket's, the other board's, the nameless, and the hotfix; LK-5 stands
    # in the title that the revert quotes.
    assert counts["changes_with_stories"] == (8, 12)
    assert counts["changes_with_deployments"] == (1, 12)
    assert counts["commits_with_changes"] == (0, 1)
    weekly = ask("select sum(linked), sum(total) from marts.agg_link_coverage_weekly where scope = ?"
                 " and check_name = 'changes_with_stories'", REPOSITORY)  # fmt: skip
    assert weekly == [(8, 12)]


def test_the_median_leaves_out_what_is_not_tied_and_coverage_counts_it(ask: Ask) -> None:
    spans = ask(
        "select change_lead_time_seconds, number from marts.fct_changes"
        " where repository = ? and first_commit_at is not null order by number",
        REPOSITORY,
    )
    # Four have commits to count from, and one of them a deployment to count to.
    lead_time = timedelta(days=43 - 41.6).total_seconds()
    assert [span for span, _ in spans] == [None, lead_time, None, None]
    weeks = ask(
        "select change_lead_time_median_seconds, change_lead_time_n from marts.agg_dora_weekly"
        " where service = 'links' and definition = 'dora' and change_lead_time_n > 0"
    )
    assert weeks == [(lead_time, 1)]
