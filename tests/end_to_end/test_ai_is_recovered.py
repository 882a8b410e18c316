"""Which stories of the demo company had AI tools, and what is said of them, out of what its vendors tell over HTTP."""

from pipelines.company.facts import Status
from tests.end_to_end.conftest import Recovered

RATES = {"change_fail_rate", "rework_rate", "reopen_rate"}


def test_each_story_is_called_by_its_own_sign_and_never_where_it_left_none(recovered: Recovered):
    found = dict(recovered.rows("select story_key, ai_assistance from marts.fct_stories where is_measured"))
    told = recovered.truth["ai"]["assistance"]
    assert {key: found[key] for key in told} == told
    assert set(told.values()) == {"declared", "detected", "none_detected", "unknown"}
    # A lower bound: some that had the tools cannot be told from those that had not.
    used = {story.key_at(recovered.as_of) for story in recovered.company.stories if story.is_ai_assisted}
    seen = {key for key, called in found.items() if called in ("declared", "detected")}
    assert seen < used


def test_before_and_after_hold_every_story_that_was_begun_by_the_day_of_the_tools(recovered: Recovered):
    (row,) = recovered.named_rows(
        "select * from marts.fct_ai_comparison where comparison = 'before_after_enablement' "
        "and stage = 'started_to_code_complete' and is_whole"
    )
    company, day = recovered.company, recovered.company.ai_tools_at.date()
    begun = {
        story.key: next(move.at for move in story.moves if move.status is Status.IN_PROGRESS)
        for story in [*company.stories, *company.abandoned]
        if any(move.status is Status.IN_PROGRESS for move in story.moves)
    }
    there = {key: at for key, at in begun.items() if at <= row["as_of"]}
    sides = [sum((at.date() >= day) == side for at in there.values()) for side in (False, True)]
    # A story that is over without its end, or ends before it begins, is counted and on neither side.
    told = [row["n_before"] + row["n_open_before"], row["n_after"] + row["n_open_after"]]
    assert sum(told) + row["n_cancelled"] + row["n_out_of_order"] == sum(sides)
    assert all(
        0 <= real - known <= row["n_cancelled"] + row["n_out_of_order"] for real, known in zip(sides, told, strict=True)
    )
    assert row["as_of"] <= recovered.as_of


def test_no_verdict_says_more_than_so_few_stories_allow(recovered: Recovered):
    rows = recovered.named_rows("select * from marts.fct_ai_comparison")
    assert {row["comparison"] for row in rows} == {"before_after_enablement", "signs_against_none"}
    assert {row["stage"] for row in rows if row["measure"] == "rate"} == RATES
    for row in rows:
        is_enough = (
            min(row["n_before"], row["n_after"]) >= 20
            and min(row["n_developers_before"], row["n_developers_after"]) >= 3
        )
        assert is_enough or (row["verdict"], row["ratio"]) == ("too few stories", None)
        assert "Not randomised" in row["reason"]
    # What the tools truly do to a story's days lies within what is said, wherever anything is.
    true = recovered.truth["ai"]["enablement_ratio"]
    (coding,) = [
        row for row in rows
        if (row["comparison"], row["stage"], row["stratum"])
        == ("before_after_enablement", "started_to_code_complete", "all")
    ]  # fmt: skip
    assert coding["ratio"] is None or coding["ci_low"] <= true <= coding["ci_high"]
    assert coding["verdict"] != "slower"


def test_nobody_is_named_beside_what_is_estimated(recovered: Recovered):
    text = str(recovered.rows("select * from marts.fct_ai_comparison"))
    people = [key for (key,) in recovered.rows("select person_key from marts.dim_people")]
    assert people
    assert [key for key in people if key in text] == []
