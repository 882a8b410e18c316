"""Each vendor's limits are obeyed to the second, by the vendor's own clock."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from pipelines.clock import now
from pipelines.sources.github.limits import GitHubLimits
from pipelines.sources.jira.limits import JiraLimits
from pipelines.sources.live import LimitedError, RefusedError
from pipelines.sources.loopback import Reply


@pytest.mark.parametrize("limits", [GitHubLimits(), JiraLimits()], ids=lambda limits: limits.vendor)
def test_retry_after_is_obeyed_to_the_second(vendor, client, pauses, limits):
    vendor.replies = [Reply(429, json={}, headers={"Retry-After": "37"})]
    assert client(limits).get("/x").json() == {"ok": True}
    assert pauses == [37]


def test_a_spent_quota_waits_for_its_reset_by_the_vendors_clock_though_ours_is_an_hour_slow(vendor, client, pauses):
    vendor.clock_offset = timedelta(hours=1)
    reset = int((now() + vendor.clock_offset + timedelta(seconds=90)).timestamp())
    vendor.replies = [Reply(403, json={}, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)})]
    assert client().get("/x").json() == {"ok": True}
    assert pauses == [pytest.approx(90, abs=2.5)]


def test_a_secondary_limit_that_tells_no_time_waits_a_minute_and_then_longer(vendor, client, pauses):
    refused = Reply(403, json={"message": "You have exceeded a secondary rate limit."})
    vendor.replies = [refused, Reply(429), refused]
    assert client().get("/x").json() == {"ok": True}
    assert pauses == [60, 120, 240]


def test_graphql_refuses_with_200_and_is_heard(vendor, client, pauses):
    refused = {"data": None, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    vendor.replies = [Reply(json=refused, headers={"Retry-After": "5"})]
    assert client().read("/graphql", {"query": "{viewer{login}}"}).json() == {"ok": True}
    assert pauses == [5]


def test_a_right_that_lacks_is_no_limit(vendor, client, pauses):
    vendor.replies = [Reply(403, json={"message": "Resource not accessible by personal access token"})]
    with pytest.raises(RefusedError, match=r"does not allow /x .Resource not accessible"):
        client().get("/x")
    assert pauses == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("jira-burst-based", "bursts to one endpoint"),
        ("jira-per-issue-on-write", "writes to one issue"),
        ("jira-quota-global-based", "hourly quota"),
    ],
)
def test_jiras_three_limits_are_told_apart(vendor, client, reason, told):
    notices: list[str] = []
    vendor.replies = [Reply(429, headers={"Retry-After": "2", "RateLimit-Reason": reason})]
    client(JiraLimits(), notice=notices.append).get("/x")
    assert [told in notice for notice in notices] == [True]


def test_a_time_to_come_again_may_be_a_date(vendor, client, pauses):
    at = format_datetime(now() + timedelta(seconds=20), usegmt=True)
    vendor.replies = [Reply(503, headers={"Retry-After": at})]
    assert client(JiraLimits()).get("/x").json() == {"ok": True}
    assert pauses == [pytest.approx(20, abs=1.5)]


def test_a_limit_longer_than_a_run_may_wait_ends_it_and_says_so(vendor, client, pauses):
    vendor.replies = [Reply(429, headers={"Retry-After": "7200"})]
    with pytest.raises(LimitedError, match=r"asks to wait 120 minutes .* the next run goes on"):
        client().get("/x")
    assert pauses == []
