"""Tables that are made anew in parts of time equal those of their SQL over everything, at every edge of a part."""

import pytest

from pipelines import transform
from tests.dbt.planting_segments import Flags, did, hours, list_segments, met, on, tell
from tests.dbt.test_usage_follows import Line

FLAGS = Flags(
    steps={"a": [(0, 1, 50), (45, 1, 100)], "b": [(0, 1, 50)]},
    links=[("ST-A", "a"), ("ST-B", "b")],
    uses=[("a used", "ST-A")],
)
IN_PARTS = ("int_exposed_acts", "int_exposed_edges", "int_exposed_windows")
# Each meets it on a day of their own, and what tells of them lies on the first or the last day that may.
EVENTS = [
    met("prior", "a", on(30, 12)), did("prior", "looked", on(2, 1)),
    met("second week", "b", on(31, 12)), did("second week", "looked", on(45, 6)),
    met("month", "a", on(32, 12)), did("month", "looked", on(74, 20)),
    met("user before", "a", on(60, 12)), did("user before", "a used", on(50)),
    met("buyer", "a", on(33, 12)), did("buyer", "bought", on(40, 6), revenue=9),
    met("first day", "a", on(34, 12)), did("first day", "looked", on(34, 14)),
    met("last day", "a", on(35, 12)), did("last day", "looked", on(42, 6)),
]  # fmt: skip
TRUTH = {
    "prior": {"prior_active_days": 1},
    "second week": {"has_returned_d7_d13": True},
    "month": {"is_active_in_month": True},
    "user before": {"use_days_in_month": 1},
    "buyer": {"has_bought_7d": True, "revenue_7d": 9},
    "first day": {"event_count_7d": 1},
    "last day": {"event_count_7d": 1},
}


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_what_lies_on_the_last_day_of_a_window_is_found_from_another_part(tmp_path, monkeypatch):
    told = transform.variables
    monkeypatch.setattr(transform, "variables", lambda *values: told(*values) | {"rows_at_once": 1})
    line = Line(tmp_path)
    tell(line.settings, FLAGS, on(100))
    list_segments(line.settings, hours(line.settings, EVENTS))
    line.night()
    for name in IN_PARTS:
        ran = (line.settings.dbt_target / f"run/storyline/models/intermediate/{name}.sql").read_text()
        assert ran.count("insert into") == len(TRUTH) - 1
    assert line.differs() == []
    for person, columns in TRUTH.items():
        sql = f"select {', '.join(columns)} from intermediate.int_exposed_windows where person_key = '{person}'"
        assert line.ask(sql) == [tuple(columns.values())]
