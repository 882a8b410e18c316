"""What can go wrong between us and a language model: it costs what it may have cost, and the template speaks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.language_models import KEYS
from pipelines.sources.loopback import Reply
from pipelines.summaries.model import question
from tests.contracts.asking_models import VENDORS, Asker, Ledger, assert_template
from tests.contracts.played_models import KEY, PlayedModels, spoilt
from tests.unit.summaries.told import golden


@pytest.fixture(params=VENDORS)
def asker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Asker]:
    monkeypatch.chdir(tmp_path)
    for name in KEYS.values():
        monkeypatch.setenv(name, KEY)
    with PlayedModels() as server:
        yield Asker(request.param, server)


@pytest.mark.parametrize("status", [429, 529])
def test_a_busy_vendor_is_asked_again_when_it_says_so(asker: Asker, status: int) -> None:
    asker.server.replies = [Reply(status, {"error": {}}, {"retry-after": "7"}), Reply(status, {"error": {}})]
    assert asker.told().author != "template"
    assert asker.waits == [7.0, 2.0]
    assert asker.ledger.verdicts == ["accepted"]


@pytest.mark.parametrize("status", [429, 529])
def test_who_asks_to_wait_too_long_or_too_often_is_not_waited_for(asker: Asker, status: int) -> None:
    asker.server.replies = [Reply(status, {}, {"retry-after": "3600"})]
    assert_template(asker, asker.told())
    asker.server.replies = [Reply(status, {}, {"retry-after": "20"}) for _ in range(9)]
    assert_template(asker, asker.told())
    assert asker.waits == [20.0, 20.0, 20.0]
    assert asker.ledger.verdicts == ["failed", "failed"]
    assert asker.ledger.spent_usd() == 0


@pytest.mark.parametrize("told", ["soon", "-5", "nan", "inf", "", "Fri, 99 Foo 2026 99:99:99 GMT"])
def test_a_wait_that_nobody_can_read_is_a_short_one(asker: Asker, told: str) -> None:
    asker.server.replies = [Reply(429, {}, {"retry-after": told})]
    assert asker.told().author != "template"
    assert asker.waits == [1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 302])
def test_a_refusal_is_not_asked_again_and_costs_nothing(asker: Asker, status: int) -> None:
    asker.server.replies = [Reply(status, {"error": {"message": "no"}}, {"location": "http://127.0.0.1:9/"})]
    assert_template(asker, asker.told())
    (call,) = asker.ledger.calls
    assert (call.verdict, call.cost_usd, len(asker.server.requests)) == ("failed", 0.0, 1)
    assert str(status) in call.reasons[0]


def test_an_answer_that_trickles_or_breaks_off_is_not_waited_for_and_is_paid_for(asker: Asker) -> None:
    asker.more = {"timeout_seconds": 0.3}
    asker.server.faults.next("slow", 1, pause_seconds=0.02)
    assert_template(asker, asker.told())
    asker.server.faults.next("truncate", 1)
    assert_template(asker, asker.told())
    asker.server.faults.next("drop", 1)
    assert_template(asker, asker.told())
    assert asker.ledger.verdicts == ["failed"] * 3
    assert all(call.cost_usd > 0.008 for call in asker.ledger.calls)


def test_a_vendor_that_cannot_be_reached_costs_nothing(asker: Asker) -> None:
    asker.more = {asker.vendor: {"url": "http://127.0.0.1:9"}}
    assert_template(asker, asker.told())
    assert (asker.ledger.verdicts, asker.ledger.spent_usd()) == (["failed"], 0)


@pytest.mark.parametrize(
    "body",
    [b"<html>down</html>", b"{}", b'{"content": [], "usage": {}}', b"[" * 100_000, b"\xff\xfe", b"x" * 2_000_000,
     b'{"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}'],
    ids=["html", "empty", "no usage", "deep", "no text", "endless", "no choice"],
)  # fmt: skip
def test_a_body_that_is_none_of_the_vendor_s_is_paid_for_at_most(asker: Asker, body: bytes) -> None:
    asker.server.replies = [Reply(200, content=body)]
    assert_template(asker, asker.told())
    (call,) = asker.ledger.calls
    assert call.verdict == "failed"
    assert call.cost_usd > 0.008


@pytest.mark.parametrize("tokens", [-1, 1.5, "many", None, True])
def test_tokens_that_are_no_count_are_paid_for_at_most(asker: Asker, tokens: Any) -> None:
    usage = {"input_tokens": tokens, "output_tokens": 5, "prompt_tokens": tokens, "completion_tokens": 5}
    asker.server.changes = {"usage": usage}
    assert_template(asker, asker.told())
    assert asker.ledger.calls[0].cost_usd > 0.008


def test_an_answer_that_is_cut_off_or_refused_is_no_answer(asker: Asker) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I would rather not."}
    for change in (
        {"stop_reason": "max_tokens", "choices": [{"message": message | {"refusal": None}, "finish_reason": "length"}]},
        {"stop_reason": "refusal", "choices": [{"message": message, "finish_reason": "stop"}]},
    ):
        asker.server.changes = change
        assert_template(asker, asker.told())
    assert asker.ledger.verdicts == ["failed", "failed"]
    assert all(0 < call.cost_usd < 0.0082 for call in asker.ledger.calls)


def test_a_month_whose_budget_could_be_overdrawn_asks_nobody(asker: Asker) -> None:
    assert_template(asker, asker.told(budget=0.001))
    asker.ledger = Ledger(before=9.9999)
    assert_template(asker, asker.told())
    asker.ledger = Ledger(before=float("nan"))
    assert_template(asker, asker.told())
    assert asker.server.requests == []
    assert asker.ledger.verdicts == ["budget_spent"]


def test_what_an_answer_costs_is_never_more_than_was_reckoned_with(asker: Asker) -> None:
    asker.server.says = [spoilt("Increased", "Doubled")] * 2
    with asker.model() as model:
        most = model.most_usd(question(golden("grade_a")))
    asker.told(budget=1.5 * most)
    assert 0 < asker.ledger.spent_usd() <= most


def test_no_error_and_no_record_holds_the_key(asker: Asker) -> None:
    asker.server.faults.next("drop", 1)
    asker.told()
    asker.server.replies = [Reply(401, {"error": {"message": "who is there?"}})]
    asker.told()
    assert KEY not in repr(asker.ledger.calls)
