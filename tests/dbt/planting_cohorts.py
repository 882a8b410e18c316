"""A small log of product events in which every edge changes the answer: whose event it is, when it was done, which arm
somebody is in, and on which side of a window something lies. Each person is one edge, named by it.
"""

from collections.abc import Iterator
from datetime import timedelta

from pipelines.events.records import RawRecord
from tests.dbt.planting import Tracker, change, day, deployment, sha
from tests.dbt.planting_flags import flag, shares
from tests.dbt.planting_usage import Line, bought, did, met

AS_OF = day(100)
TRACKER = Tracker(statuses={"1": ("To Do", "to_do")})
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
# Most people meet the flag here, at 10 %.
AT = day(21)
SEEN, USED = "page_viewed", "export_im_1_completed"


def company() -> Iterator[RawRecord]:
    """One flag from nobody over 10 % to all, one rolled back that came again, one for edges, one story without any."""
    yield from TRACKER.definitions()
    yield from (TRACKER.ticket(f"IM-{number}", day(1)) for number in (1, 2, 3, 4))
    yield flag("trial", *shares((10, 0), (20, 10), (30, 100)), tags=["im-1"])
    yield flag("again", *shares((10, 0), (20, 50), (25, 0), (30, 50), (40, 100)), tags=["im-2"])
    yield flag("edges", *shares((10, 0), (20, 10), (30, 50), (60, 100)), tags=["im-4"])
    yield deployment(1, "e" * 40, day(2))
    yield change(3, "IM-3 code", day(18), merged=day(19))
    yield deployment(3, sha(3), day(20))


def windows() -> Iterator[Line]:
    """Who was active, bought or used on this side or the other of where a window begins or ends."""
    for user in ("first", "last", "before", "after", "week over", "late", "doubled"):
        yield met(user, "trial", "on", AT)
    yield did("first", SEEN, AT + 24 * HOUR)
    yield did("before", SEEN, AT + 24 * HOUR - INSTANT)
    yield did("last", SEEN, AT + 192 * HOUR - INSTANT)
    yield did("after", SEEN, AT + 192 * HOUR)
    yield bought("first", AT, 5.0)
    yield bought("last", AT + 168 * HOUR - INSTANT, 7.5)
    yield bought("week over", AT + 168 * HOUR, 9.0)
    yield did("last", USED, AT + 168 * HOUR - INSTANT)
    yield did("week over", USED, AT + 168 * HOUR)
    # Five days late and not lost.
    yield did("late", SEEN, AT + 48 * HOUR, told_late=timedelta(days=5))
    # Delivered twice, a day apart.
    twice = [bought("doubled", AT + HOUR, 4.0, **{"$insert_id": "twice"}), bought("doubled", AT + 2 * HOUR, -1.0)]
    yield from twice
    yield twice[0] | {"server_upload_time": f"{AT + 25 * HOUR:%Y-%m-%d %H:%M:%S}.000000"}
    yield did("doubled", USED, AT + HOUR)
    yield did("doubled", USED, AT + 30 * HOUR)


def identities() -> Iterator[Line]:
    """Second devices, shared ones, and devices that nobody ever signed in on."""
    yield met("mobile", "trial", "on", AT)
    yield did("mobile", SEEN, AT - 100 * HOUR, device="telephone")
    yield did(None, SEEN, AT + 48 * HOUR, device="telephone")
    for user in ("sharer", "other sharer"):
        yield met(user, "trial", "off", AT, device="tablet")
    yield did(None, SEEN, AT + 48 * HOUR, device="tablet")
    yield met(None, "trial", "on", AT, device="tablet")
    yield met(None, "trial", "off", AT, device="kiosk")
    yield did(None, SEEN, AT + 48 * HOUR, device="kiosk")
    # Nobody signed in on this one, and the vendor knows whose it is.
    yield did("merged", SEEN, AT - 100 * HOUR, amplitude_id="77")
    yield met(None, "trial", "on", AT, device="laptop", amplitude_id="77")


def clocks() -> Iterator[Line]:
    """Clocks that are slow, fast, and wrong by nobody knows how much."""
    slow = timedelta(hours=5)
    yield met("slow", "trial", "on", AT - slow, told_late=slow)
    for hours in (-200, -50, -3, 3, 20):
        yield did("slow", SEEN, AT + hours * HOUR - slow, told_late=slow)
    yield met("fast", "trial", "on", AT + 30 * HOUR, told_late=-30 * HOUR)
    yield met("lost", "trial", "on", AT)
    yield did("lost", SEEN, AT + 48 * HOUR, told_late=timedelta(days=14, seconds=1))
    yield met("patient", "trial", "on", AT)
    yield did("patient", SEEN, AT + 48 * HOUR, told_late=timedelta(days=14))


def arms() -> Iterator[Line]:
    """Who is in which arm, and who is in none."""
    yield met("control", "trial", "off", AT)
    yield met("control", "trial", "on", day(31))
    yield met("torn", "trial", "on", AT)
    yield met("torn", "trial", "off", day(23))
    yield met("twice met", "trial", "on", AT)
    yield met("twice met", "trial", "on", day(31))
    yield met("ours", "trial", "on", AT)
    yield did("ours", SEEN, day(50), user_properties={"email": "ann@acme.example"})
    yield met("named", "trial", "on", day(15))
    yield met("named", "trial", "on", AT)
    # Asked while nobody gets it, which is no arm; and told by an old page just after the change.
    yield met("early", "trial", "off", day(15))
    yield met("early", "trial", "off", day(30) + timedelta(seconds=60))
    yield met("early", "trial", "on", day(31))
    for number in range(3):
        yield from (did("program", SEEN, day(12 + number) + timedelta(seconds=second)) for second in range(20))
    yield met("program", "trial", "on", AT)
    # In the second rollout those who met the first are new again.
    yield met("back", "again", "treatment-b", AT)
    yield met("back", "again", "treatment-b", day(31))
    yield did("back", SEEN, day(23))
    # A page that was open when it was rolled back: nobody named them.
    yield met("open page", "again", "on", AT)
    yield met("open page", "again", "on", day(26))


def months() -> Iterator[Line]:
    """Who was active since all have it, who used it then, and how active somebody was before."""
    yield met("eager", "trial", "on", AT)
    for at in (day(30) - INSTANT, day(30), day(60) - INSTANT, day(60)):
        yield did("eager", USED, at)
    yield met("tardy", "trial", "on", day(61))
    yield did("tardy", SEEN, day(50))
    for before in (1, 1.1, 5, 28, 29):
        yield did("regular", SEEN, AT - timedelta(days=before))
    yield did("regular", SEEN, AT - HOUR)
    yield met("regular", "trial", "off", AT)
    for hours in (0, 1, 100, 167.999, 168):
        yield did("regular", SEEN, AT + hours * HOUR)
    yield met("new", "trial", "on", day(96))
    yield met("newest", "trial", "on", day(100))
    # Without a flag: active since its deployment of day 20, and used once.
    yield did("regular", "report_im_3_completed", day(22))


def sides() -> Iterator[Line]:
    """Who met a flag on this side or the other of where nobody changed sides, which begins and ends two minutes off."""
    off = timedelta(seconds=120)
    begins, ends = day(20) + off, day(30) - off
    yield met("settled", "edges", "on", begins)
    yield met("unsettled", "edges", "on", begins - INSTANT)
    yield met("whole", "edges", "off", ends - 192 * HOUR)
    yield met("cut", "edges", "off", ends - 192 * HOUR + INSTANT)
    yield met("at the raise", "edges", "off", ends)
    yield met("next", "edges", "on", day(30) + off)


def lines() -> Iterator[Line]:
    """Everything that everybody did."""
    for some in (windows, identities, clocks, arms, months, sides):
        yield from some()
