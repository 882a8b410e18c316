"""An answer that is not the vendor's, or that tells nothing any more."""

from tests.contracts.faults import Fault, healing

FAULTS = {
    "a web page": Fault(lambda faults, at: faults.next("garbage", match=at), "a web page where"),
    "a web page later on": Fault(
        lambda faults, at: faults.next("garbage", match=at, after=1), "a web page where", is_quick=True
    ),
    "sent on to another host": Fault(
        lambda faults, at: faults.next("redirect", status=302, match=at, headers={"Location": "http://127.0.0.2/"}),
        "sends on to 127.0.0.2",
    ),
    "a token revoked in the middle": Fault(
        lambda faults, at: faults.next("status", status=401, match=at, after=1), "expired or revoked"
    ),
    "a right taken away": Fault(
        lambda faults, at: faults.next("status", status=403, match=at), "lacks the right to read it", is_quick=True
    ),
}

test_under_a_fault_the_log_ends_equal_or_says_why_and_the_next_run_heals = healing(FAULTS)
