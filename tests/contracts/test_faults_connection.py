"""A connection that breaks, before or within an answer, or is slow."""

from pipelines.settings import Settings
from tests.contracts.collecting import Vendor
from tests.contracts.faults import Clean, Fault, every_fault, every_place, every_vendor, heals

FAULTS = {
    "a dropped connection": Fault(lambda faults, at: faults.next("drop", match=at)),
    "connections dropped without end": Fault(lambda faults, at: faults.next("drop", 99, match=at), "try later"),
    "a body that is cut off": Fault(lambda faults, at: faults.next("truncate", match=at), is_quick=True),
    "bodies cut off without end": Fault(
        lambda faults, at: faults.next("truncate", 99, match=at), "broke off its answer"
    ),
    "a slow body": Fault(lambda faults, at: faults.next("slow", match=at, pause_seconds=0.000_01)),
}


@every_place
@every_vendor
@every_fault(FAULTS)
def test_under_a_fault_the_log_ends_equal_or_says_why_and_the_next_run_heals(
    fault: Fault, vendor: Vendor, where: str, settings: Settings, clean: Clean
) -> None:
    heals(fault, vendor, where, settings, clean)
