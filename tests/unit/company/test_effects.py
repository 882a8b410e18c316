"""What features do is in the events, can be told from them, and is known; and so is what a hasty look at them tells."""

import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pipelines.company import Company
from pipelines.company.effects import Kind
from pipelines.company.facts import Flag
from pipelines.company.flags import PRODUCTION
from pipelines.company.trials import feature_event
from pipelines.company.usage_truth import Effects, ImpactTruth, impact_truths

TruthOf = Callable[[str], ImpactTruth]
BOTS = ["user-000000", "user-000001", "user-000002"]
RETURN_FROM, RETURN_UNTIL, WEEK = timedelta(hours=24), timedelta(hours=192), timedelta(days=7)


def people(events: pl.DataFrame) -> pl.DataFrame:
    """Events of signed-in users, without bots and our own."""
    return events.filter(pl.col("user").is_not_null() & ~pl.col("is_internal") & ~pl.col("user").is_in(BOTS))


def held_back(company: Company) -> list[Flag]:
    """Flags whose holdback was kept to its end and long enough before the company's."""
    flags = [story.flag for story in company.stories if story.flag and story.flag.has_holdback]
    return [flag for flag in flags if flag.steps[-1].at + timedelta(days=31) < company.ends_at]


def cohort(events: pl.DataFrame, flag: Flag, name: str) -> pl.DataFrame:
    """Return who first met a flag during its holdback, in which arm, and what they did since: a row per user."""
    known = people(events)
    exposures = known.filter(pl.col("flag") == flag.key)
    met = exposures.group_by("user").agg(
        pl.col("occurred_at").min().alias("met_at"),
        pl.col("variant").sort_by("occurred_at").first(),
    )  # fmt: skip
    begins, ends = flag.steps[-2].at, flag.steps[-1].at
    met = met.filter(pl.col("met_at").is_between(begins, ends - RETURN_UNTIL, closed="left"))
    done = known.join(met.rename({"variant": "arm"}), on="user")
    since = pl.col("occurred_at") - pl.col("met_at")
    is_active = pl.col("flag").is_null()
    return done.group_by("user", "arm").agg(
        (is_active & (since >= RETURN_FROM) & (since < RETURN_UNTIL)).any().alias("returned"),
        ((pl.col("event") == "purchase_completed") & (since >= timedelta()) & (since < WEEK)).any().alias("bought"),
        ((pl.col("event") == name) & (since >= timedelta()) & (since < WEEK)).any().alias("used"),
    )


def difference(cohort: pl.DataFrame, outcome: str, means: Effects) -> tuple[float, float]:
    """Return the difference of the arms' shares, and the standard error that it has if the truth is what is told."""
    on, off = (cohort.filter(pl.col("arm") == arm)[outcome] for arm in ("on", "off"))
    known = ((means.mean_on or 0.0, len(on)), (means.mean_off or 0.0, len(off)))
    return float(on.mean() or 0) - float(off.mean() or 0), math.sqrt(sum(p * (1 - p) / n for p, n in known))


@pytest.fixture(scope="module")
def cohorts(measured: Company, events: pl.DataFrame) -> dict[str, pl.DataFrame]:
    names = {story.key: feature_event(story) for story in measured.stories}
    return {flag.story: cohort(events, flag, names[flag.story]) for flag in held_back(measured)}


def test_arms_are_as_large_as_the_share_of_their_step_says(truths):
    steps = [(arm.percentage / 100, arm.n_on, arm.n_off) for truth in truths if truth.flag_key for arm in truth.arms
             if arm.percentage and arm.percentage < 100]  # fmt: skip
    assert sum(n_on + n_off for _, n_on, n_off in steps) > 10_000
    odd = [
        (share, on, off) for share, on, off in steps
        # One degree of freedom: one in a thousand is above 10.83. A chi-square needs five of each.
        if min(share, 1 - share) * (on + off) >= 5
        and (on - share * (on + off)) ** 2 / (share * (1 - share) * (on + off)) > 10.83
    ]  # fmt: skip
    assert odd == []


def test_the_events_tell_what_the_truth_counts(measured, cohorts, truth_of):
    assert len(cohorts) >= 8
    for story, found in cohorts.items():
        arms = next(arms for arms in truth_of(story).arms if arms.percentage == 95)
        told = {arm: found.filter(pl.col("arm") == arm) for arm in ("on", "off")}
        # A wrong clock, a device that two share, and who is offered two variants: a few are told otherwise.
        assert len(told["on"]) < arms.n_on * 1.1
        assert told["on"]["returned"].mean() == pytest.approx(arms.returned_on / arms.n_on, abs=0.04)
        assert told["off"]["returned"].mean() == pytest.approx(arms.returned_off / arms.n_off, abs=0.12)


def test_a_random_draw_of_arms_recovers_what_was_planted(cohorts, truth_of):
    for story, found in cohorts.items():
        truth = truth_of(story)
        for outcome, effects in (("returned", truth.retention), ("bought", truth.conversion)):
            seen, error = difference(found, outcome, effects)
            assert abs(seen - (effects.difference or 0)) < 3 * error, (story, outcome)


def test_a_feature_that_does_nothing_looks_as_if_it_did(cohorts, truth_of):
    idle = {story: found for story, found in cohorts.items() if truth_of(story).kind == Kind.NOTHING}
    assert len(idle) >= 3
    ratios = []
    for story, found in idle.items():
        truth = truth_of(story)
        assert (truth.retention.difference, truth.retention.ratio) == (0, 1)
        assert truth.conversion.difference == 0
        seen, error = difference(found, "returned", truth.retention)
        assert abs(seen) < 3 * error
        on = found.filter(pl.col("arm") == "on")
        ratios.append(on.filter("used")["returned"].mean() / on.filter(~pl.col("used"))["returned"].mean())
        assert 1.2 < ratios[-1] < 1.6
        assert truth.naive_ratio == pytest.approx(ratios[-1], abs=0.2)
    assert 1.3 < sum(ratios) / len(ratios) < 1.5


def test_adoption_is_of_those_who_were_active_and_had_met_it_in_the_month_since_all_got_it(measured, events, truth_of):
    names = {story.key: feature_event(story) for story in measured.stories}
    for flag in held_back(measured):
        begins = flag.steps[-1].at
        known = people(events)
        month = known.filter(pl.col("occurred_at").is_between(begins, begins + timedelta(days=30), closed="left"))
        met = known.filter(pl.col("flag") == flag.key).group_by("user").agg(pl.col("occurred_at").min().alias("met_at"))
        last = month.filter(pl.col("flag").is_null()).group_by("user").agg(pl.col("occurred_at").max())
        active = last.join(met, on="user").filter(pl.col("met_at") <= pl.col("occurred_at"))
        used = month.filter(pl.col("event") == names[flag.story])["user"].unique()
        assert active.height > 500
        adoption = active["user"].is_in(used.implode()).mean()
        assert adoption == pytest.approx(truth_of(flag.story).adoption_month, abs=0.01)


def test_each_kind_of_effect_is_there_and_goes_its_way(truths):
    by_kind: dict[str, list[ImpactTruth]] = {}
    for truth in truths:
        if truth.n > 300 and truth.flag_key:
            by_kind.setdefault(truth.kind, []).append(truth)
    assert set(by_kind) == set(Kind)
    for truth in by_kind[Kind.BRINGS_BACK]:
        assert (truth.retention.difference or 0) > 0.08
    for truth in by_kind[Kind.DRIVES_AWAY]:
        assert (truth.retention.difference or 0) < -0.04
    assert all((truth.conversion.difference or 0) > 0.04 for truth in by_kind[Kind.SELLS])
    assert all((truth.conversion.difference or 0) < -0.01 for truth in by_kind[Kind.PUTS_OFF])
    assert all((truth.extra_events or 0) > 0.8 for truth in by_kind[Kind.ENGAGES])
    assert all(truth.adoption == 0 for truth in by_kind[Kind.UNUSED])
    assert all(truth.extra_events is None for truth in by_kind[Kind.NOTHING])


def test_an_engaging_feature_makes_more_of_the_week_after_it(measured, events, truth_of):
    flags = [flag for flag in held_back(measured) if truth_of(flag.story).kind == Kind.ENGAGES]
    assert flags
    for flag in flags:
        known = people(events)
        met = known.filter(pl.col("flag") == flag.key).sort("occurred_at").group_by("user").first()
        met = met.filter(pl.col("occurred_at") >= flag.steps[-2].at)
        week = known.join(met.select("user", met_at="occurred_at", arm="variant"), on="user").filter(
            pl.col("occurred_at").is_between(pl.col("met_at"), pl.col("met_at") + WEEK)
        )
        # Not the feature's own event, which nobody without it can have.
        own = feature_event(next(story for story in measured.stories if story.key == flag.story))
        each = week.filter(pl.col("event") != own).group_by("user", "arm").len()
        on, off = (each.filter(pl.col("arm") == arm)["len"] for arm in ("on", "off"))
        error = math.sqrt(on.var() / len(on) + off.var() / len(off))
        assert abs(on.mean() - off.mean() - truth_of(flag.story).extra_events) < 3 * error


def test_nobody_uses_what_they_do_not_have(measured, events):
    flags = {story.flag.key: feature_event(story) for story in measured.stories if story.flag}
    with_it = events.filter(pl.col("variant") == "on").group_by("flag", "user").agg(pl.col("occurred_at").min())
    for flag, name in list(flags.items())[:25]:
        used = events.filter((pl.col("event") == name) & (pl.col("user").is_not_null()))
        used = used.group_by("user").agg(pl.col("occurred_at").min().alias("used_at"))
        had = used.join(with_it.filter(pl.col("flag") == flag), on="user", how="left")
        whole = next(story for story in measured.stories if story.flag and story.flag.key == flag).flag.steps[-1].at
        early = had.filter(pl.col("used_at") < whole)
        # A clock that is wrong on the one device and right on the other may tell another order.
        assert early.filter(pl.col("occurred_at").is_null() | (pl.col("used_at") < pl.col("occurred_at"))).height <= 2


def test_rolled_back_and_misplaced_flags_and_features_without_one(measured, events, truths):
    flags = {story.flag.key: story.flag for story in measured.stories if story.flag}
    # By a clock that is right, of what is not late either.
    is_right = (pl.col("uploaded_at") - pl.col("occurred_at")).is_between(timedelta(), timedelta(minutes=10))
    told = events.filter(pl.col("flag").is_not_null() & is_right)
    last = dict(told.group_by("flag").agg(pl.col("occurred_at").max()).iter_rows())
    fallen = [flag for flag in flags.values() if flag.steps[-1].percentage == 0]
    misplaced = [key for key, flag in flags.items() if flag.steps[-1].environment != PRODUCTION]
    assert fallen
    assert misplaced
    assert all(last[flag.key] < flag.steps[-1].at for flag in fallen if flag.key in last)
    assert all(key not in last for key in misplaced)
    epochs = Counter(truth.flag_key for truth in truths if truth.flag_key)
    assert {epochs[key] for key in misplaced} == {1}
    assert all(truth.n == 0 and truth.epoch == 0 for truth in truths if truth.flag_key in misplaced)
    assert max(epochs.values()) == 2
    bare = [story for story in measured.stories if story.type == "Story" and story.flag is None]
    names = {feature_event(story) for story in bare}
    assert len(names & set(events["event"].unique())) >= len(names) - 5
    assert not told["flag"].is_in([story.key.lower() for story in bare]).any()


def test_our_own_people_and_named_ones_have_a_feature_before_its_first_share(measured, events):
    early = own = 0
    for flag in (
        story.flag for story in measured.stories if story.flag and story.flag.steps[0].environment == PRODUCTION
    ):
        first_share = flag.steps[1].at
        is_right = (pl.col("uploaded_at") - pl.col("occurred_at")).is_between(timedelta(), timedelta(minutes=10))
        before = events.filter((pl.col("flag") == flag.key) & (pl.col("occurred_at") < first_share) & is_right)
        assert (before["variant"] == "on").all()
        assert (before["occurred_at"] >= flag.steps[0].at).all()
        early, own = early + before.height, own + int(before["is_internal"].sum())
    assert 0 < own <= early
    assert own > early / 2


def test_a_few_see_two_variants_while_nothing_changes(measured, events):
    both = seen = 0
    for flag in held_back(measured):
        during = people(events).filter(
            (pl.col("flag") == flag.key) & pl.col("occurred_at").is_between(flag.steps[-2].at, flag.steps[-1].at)
        )
        counted = during.group_by("user").agg(pl.col("variant").n_unique())["variant"]
        both, seen = both + int((counted == 2).sum()), seen + len(counted)
    assert 0 < both / seen < 0.01


def test_the_truth_of_an_earlier_moment_counts_who_is_mature_by_then(measured, truths):
    middle = measured.begins_at + (measured.ends_at - measured.begins_at) / 2
    early = {(truth.feature_event, truth.epoch): truth for truth in impact_truths(measured, middle) if truth.epoch}
    late = {(truth.feature_event, truth.epoch): truth for truth in truths}
    assert 0 < len(early) < len(late)
    assert sum(truth.n_immature for truth in early.values()) > 100
    closed = [truth for key, truth in early.items() if truth.n_immature == 0 and truth.n == late[key].n]
    assert len(closed) > 10
    assert all(truth.retention == late[truth.feature_event, truth.epoch].retention for truth in closed)
    before_all = impact_truths(measured, datetime(2000, 1, 1, tzinfo=UTC))
    assert {truth.flag_key for truth in before_all} == {truth.flag_key for truth in truths if truth.epoch == 0}
