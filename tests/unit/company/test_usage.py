"""What users do is drawn alike each time, day by day, with all that is messy about clients, in flat memory."""

import gc
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from pipelines.company import Company, Scale, simulate
from pipelines.company.acts import DOUBLED_SHARE, LATE_SHARE
from pipelines.company.effects import Effect, Kind
from pipelines.company.population import SKEWED_DEVICES_SHARE, population_of
from pipelines.company.trials import feature_event
from pipelines.company.usage import USAGE, uploads


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.small())


def everything(company: Company) -> pl.DataFrame:
    return pl.concat(uploads(company, company.begins_at, company.ends_at))


def test_the_same_seed_gives_the_same_events_and_another_others(company):
    assert everything(company).equals(everything(simulate(Scale.small())))
    assert not everything(company).equals(everything(simulate(Scale.small(), 2)))


def test_a_frame_holds_a_day_of_uploads_in_their_order(company):
    begins, ends = company.begins_at, company.ends_at
    frames = list(uploads(company, begins, ends))
    assert len(frames) == (ends.date() - begins.date()).days + 1
    for number, frame in enumerate(frames):
        assert frame.schema == pl.Schema(USAGE)
        assert frame["uploaded_at"].is_sorted()
        assert (frame["uploaded_at"].dt.date() == begins.date() + timedelta(days=number)).all()
    whole = pl.concat(frames)
    assert whole["uploaded_at"].is_between(begins, ends, closed="left").all()


@pytest.mark.parametrize("hours", [(5, 29), (100, 101), (2_000, 2_400)])
def test_any_time_that_is_asked_for_is_that_part_of_the_whole(company, hours):
    begins, ends = (company.begins_at + timedelta(hours=hour) for hour in hours)
    part = pl.concat(uploads(company, begins, ends))
    assert part.equals(everything(company).filter(pl.col("uploaded_at").is_between(begins, ends, closed="left")))
    assert list(uploads(company, begins, begins)) == []


def test_one_more_story_changes_nothing_that_others_do(company):
    like = next(story for story in company.stories if story.flag and story.flag.steps[-1].percentage == 100)
    flag = replace(like.flag, key="shop-999", story="SHOP-999")
    added = replace(like, key="SHOP-999", title="Add nothing at all", flag=flag)
    effect = Effect("SHOP-999", Kind.NOTHING, 0.6, 0.5)
    more = replace(company, stories=(*company.stories, added), effects=(*company.effects, effect))
    before, after = everything(company), everything(more)
    own = (pl.col("flag") == "shop-999") | (pl.col("event") == feature_event(added))
    assert after.filter(own).height > 50
    assert after.filter(~own.fill_null(value=False)).equals(before)


def test_a_company_has_about_as_many_events_as_its_scale_says(company, deliveries):
    assert everything(company).height == pytest.approx(Scale.small().product_events, rel=0.15)
    assert deliveries.height == pytest.approx(900_000, rel=0.2)


def test_some_deliveries_come_twice_mostly_in_another_hour_and_within_a_week(deliveries, events):
    assert deliveries.height / events.height - 1 == pytest.approx(DOUBLED_SHARE, abs=0.002)
    twice = deliveries.group_by("event_key").agg(
        pl.col("uploaded_at").min().alias("first"), pl.col("uploaded_at").max().alias("last"), pl.len(),
        pl.struct(pl.exclude("event_key", "uploaded_at")).n_unique().alias("contents"),
    ).filter(pl.col("len") > 1)  # fmt: skip
    assert (twice["len"] == 2).all()
    assert (twice["contents"] == 1).all()
    assert (twice["last"] - twice["first"]).max() < timedelta(days=7)
    is_other = twice["last"].dt.truncate("1h") != twice["first"].dt.truncate("1h")
    assert 0.6 < is_other.mean() < 0.9


def test_some_events_come_late_and_some_clocks_are_wrong_by_hours_to_years(measured, events):
    wrong = (population_of(measured).skew_ms != 0).mean()
    assert wrong == pytest.approx(SKEWED_DEVICES_SHARE, abs=0.003)
    delay = events["uploaded_at"] - events["occurred_at"]
    is_late = ((delay > timedelta(minutes=30)) & (delay < timedelta(days=5))).mean()
    assert is_late == pytest.approx(LATE_SHARE, abs=0.01)
    assert delay.max() > timedelta(days=365)
    assert delay.min() < -timedelta(days=365)
    assert (delay.abs() > timedelta(days=6)).mean() < 0.02


def test_people_come_unknown_sign_up_and_use_several_devices_some_of_which_others_use(events):
    first = events.sort("occurred_at").group_by("device", maintain_order=True).first()
    new = events.filter(pl.col("event") == "signed_up")["device"]
    assert first.filter(pl.col("device").is_in(new.implode()))["user"].is_null().mean() > 0.9
    known = events.filter(pl.col("user").is_not_null())
    pairs = (("user", "device"), ("device", "user"))
    devices, users = (known.group_by(one).agg(pl.col(other).n_unique())[other] for one, other in pairs)
    assert (devices == 2).mean() > 0.05
    assert devices.max() == 2
    assert 0 < (users == 2).mean() < 0.02
    assert events["user"].is_null().mean() > 0.01


def test_bots_click_like_clocks_and_our_own_people_are_told_apart(events):
    session = events.group_by("user", "session").agg(
        pl.len(), pl.col("occurred_at").max() - pl.col("occurred_at").min()
    )
    fast = session.filter((pl.col("len") > 50) & (pl.col("occurred_at") < timedelta(minutes=3)))
    assert set(fast["user"].unique()) == {"user-000000", "user-000001", "user-000002"}
    own = events.filter("is_internal")["user"].n_unique()
    assert own / events["user"].n_unique() == pytest.approx(0.01, abs=0.01)
    assert own > 0


def test_names_and_properties_hold_any_text(events):
    names = set(events["event"].unique())
    assert {"Größe geändert", "レポートを開く", "zero\u200bwidth\u200dname", "tab\tand\nnewline"} <= names
    read = events["properties"].unique().str.json_decode(pl.Struct({"page": pl.String}))
    assert read.null_count() == 0
    assert any("اسم" in text for text in events["properties"].unique())


def test_activity_is_uneven_rests_at_weekends_and_comes_from_many_places(events):
    human = events.filter(~pl.col("user").is_in(["user-000000", "user-000001", "user-000002"]).fill_null(value=False))
    by_user = human.group_by("user").len().drop_nulls()["len"].sort(descending=True)
    assert by_user.head(len(by_user) // 10).sum() / by_user.sum() > 0.4
    by_weekday = dict(human.group_by(pl.col("uploaded_at").dt.weekday()).len().iter_rows())
    assert by_weekday[7] < 0.7 * by_weekday[3]
    assert human["country"].n_unique() == 11
    assert set(human["plan"].drop_nulls().unique()) == {"free", "pro", "enterprise"}
    assert set(human["platform"].unique()) == {"web", "ios", "android"}


def test_who_reads_a_company_alone_loads_no_tables():
    code = "import sys, pipelines.company; print(sorted({'numpy', 'polars'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def peak_bytes(months: int) -> int:
    """The most that one life holds at once, of the same users, as often, and of as many stories a month."""
    company = simulate(Scale(2, months, 6 * months, users=3_000, product_events=15_000 * months))
    gc.collect()
    tracemalloc.start()
    for frame in uploads(company, company.begins_at, company.ends_at):
        del frame
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.heavy
def test_a_life_four_times_as_long_takes_no_more_memory():
    peak_bytes(2)
    assert peak_bytes(16) < 1.25 * peak_bytes(4)
