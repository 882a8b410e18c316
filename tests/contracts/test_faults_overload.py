"""A vendor that has too much to do: it says so, or fails."""

from tests.contracts.faults import Fault, healing

LIMIT = b'{"message": "You have exceeded a secondary rate limit."}'
FAULTS = {
    "429 that names a second": Fault(
        lambda faults, at: faults.next("status", status=429, match=at, headers={"Retry-After": "1"})
    ),
    "429 that names an hour": Fault(
        lambda faults, at: faults.next("status", status=429, match=at, headers={"Retry-After": "7200"}),
        "asks to wait", is_quick=True,
    ),
    "429 that names nothing, without end": Fault(
        lambda faults, at: faults.next("status", 99, status=429, match=at, body=LIMIT), "asks to wait"
    ),
    "503 once": Fault(lambda faults, at: faults.next("status", status=503, match=at), is_quick=True),
    "500 in the middle of the list": Fault(lambda faults, at: faults.next("status", status=500, match=at, after=1)),
    "502 without end": Fault(lambda faults, at: faults.next("status", 99, status=502, match=at), "answers 502"),
}  # fmt: skip

test_under_a_fault_the_log_ends_equal_or_says_why_and_the_next_run_heals = healing(FAULTS)
