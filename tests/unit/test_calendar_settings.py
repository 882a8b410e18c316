"""A calendar of the settings is refused where it would count an hour twice, and handed on version by version."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.calendar_settings import Calendar, CalendarChange
from pipelines.company.team_calendars import TeamCalendar
from pipelines.settings import SettingsError, load_settings


def test_a_calendar_is_handed_on_version_by_version_each_with_what_it_left_as_it_was() -> None:
    calendar = Calendar(
        time_zone="Asia/Kolkata",
        working_hours=("09:00-12:30", "13:00-24:00"),
        holidays=(date(2026, 8, 15), date(2026, 1, 26), date(2026, 1, 26)),
        changes=(
            CalendarChange(valid_from=date(2026, 4, 1), working_days=("sun", "mon")),
            CalendarChange(valid_from=date(2026, 7, 1), working_hours=("10:00-11:00",)),
        ),
    )
    long, short = [[540, 750], [780, 1440]], [[600, 660]]
    assert calendar.as_variable("india") == {
        "calendar": "india",
        "time_zone": "Asia/Kolkata",
        "holidays": ["2026-01-26", "2026-08-15"],
        "versions": [
            {"valid_from": None, "valid_to": "2026-04-01", "days": [1, 2, 3, 4, 5], "spans": long},
            {"valid_from": "2026-04-01", "valid_to": "2026-07-01", "days": [1, 7], "spans": long},
            {"valid_from": "2026-07-01", "valid_to": None, "days": [1, 7], "spans": short},
        ],
    }


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('time_zone = "Europe/Berlinn"', "no IANA time zone"),
        ('time_zone = "UTC"\nworking_hours = ["9-5"]', "no span of hours"),
        ('time_zone = "UTC"\nworking_hours = ["22:00-06:00"]', "before it ends"),
        ('time_zone = "UTC"\nworking_hours = ["09:00-13:00", "12:00-17:00"]', "has ended"),
        ('time_zone = "UTC"\nworking_hours = ["09:00-24:30"]', "no span of hours"),
        ('time_zone = "UTC"\nworking_days = ["monday"]', "mon"),
        (
            'time_zone = "UTC"\nchanges = [{ valid_from = 2026-02-01 }, { valid_from = 2026-01-01 }]',
            "in the order of their valid_from",
        ),
    ],
    ids=["zone", "no span", "backwards", "overlapping", "after midnight", "no day", "changes"],
)
def test_a_calendar_that_cannot_be_meant_is_refused_with_its_name(tmp_path: Path, lines: str, says: str) -> None:
    file = tmp_path / "storyline.toml"
    file.write_text(f"[calendars.berlin]\n{lines}\n")
    with pytest.raises(SettingsError, match=says) as refused:
        load_settings(file)
    assert "calendars.berlin" in str(refused.value)


def test_a_team_cannot_have_a_calendar_that_nobody_declared(tmp_path: Path) -> None:
    file = tmp_path / "storyline.toml"
    file.write_text('[teams.checkout]\ncalendar = "berlin"\n')
    with pytest.raises(SettingsError, match="team 'checkout' has calendar 'berlin'"):
        load_settings(file)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"])
def test_the_database_and_python_know_the_same_hour_of_every_working_day(zone: str) -> None:
    # Both bring time zones of their own. Where they differed, business time would.
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(3 * 366)]
    told = duckdb.sql(
        f"select timezone('{zone}', cast(unnest({[f'{day} 09:00' for day in days]}::varchar[]) as timestamp))"
    ).fetchall()
    assert [at for (at,) in told] == [datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo(zone)) for day in days]


def test_working_time_of_the_company_is_signed_and_knows_the_change_of_the_clocks() -> None:
    berlin = TeamCalendar("Europe/Berlin", (date(2025, 10, 3),))
    zone = ZoneInfo("Europe/Berlin")
    friday, monday = datetime(2025, 10, 24, 16, tzinfo=zone), datetime(2025, 10, 27, 10, tzinfo=zone)
    assert berlin.worked(friday, monday) == timedelta(hours=2.5)
    assert berlin.worked(monday, friday) == -timedelta(hours=2.5)
    assert berlin.worked(datetime(2025, 10, 3, tzinfo=zone), datetime(2025, 10, 4, tzinfo=zone)) == timedelta()
