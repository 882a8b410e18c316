"""A connection that breaks, before or within an answer, or is slow."""

from tests.contracts.faults import Fault, healing

FAULTS = {
    "a dropped connection": Fault(lambda faults, at: faults.next("drop", match=at)),
    "connections dropped without end": Fault(lambda faults, at: faults.next("drop", 99, match=at), "try later"),
    "a body that is cut off": Fault(lambda faults, at: faults.next("truncate", match=at), is_quick=True),
    "bodies cut off without end": Fault(
        lambda faults, at: faults.next("truncate", 99, match=at), "broke off its answer"
    ),
    "a slow body": Fault(lambda faults, at: faults.next("slow", match=at, pause_seconds=0.000_01)),
}

test_under_a_fault_the_log_ends_equal_or_says_why_and_the_next_run_heals = healing(FAULTS)
