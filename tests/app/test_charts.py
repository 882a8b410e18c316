"""Pictures drawn from frames, without a page around them."""

from datetime import date

import polars as pl
import pytest

from app import charts, line_chart

STAGE = {"story_key": "A-1", "title": "t", "status": "Done", "finished_at": None, "stage_from": "backlog",
         "stage_to": "production", "start_seconds": 0.0, "end_seconds": 7200.0, "duration_seconds": 7200.0,
         "is_out_of_order": False}  # fmt: skip
NO_MEDIANS = pl.DataFrame(schema={"median_seconds": pl.Float64})


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "ok", "watch", "act"])
def test_every_ink_can_be_read_on_its_ground(theme: str, ink: str) -> None:
    colours = charts.palette(theme)
    assert contrast(getattr(colours, ink), colours.ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_stages_go_from_light_to_dark_along_the_line(theme: str) -> None:
    tones = [luminance(colour) for colour in charts.palette(theme).stages]
    assert tones == sorted(tones, reverse=True)


def test_a_stage_that_ends_before_it_starts_is_drawn_as_one_and_said() -> None:
    first = {**STAGE, "is_out_of_order": True}
    backwards = {**first, "start_seconds": 7200.0, "end_seconds": 3600.0, "duration_seconds": -3600.0}
    spec = line_chart.line(pl.DataFrame([first, backwards]), NO_MEDIANS, charts.LIGHT, str).to_json()
    assert "out of order" in spec
    assert "strokeDash" in spec


def test_a_story_of_no_length_is_drawn() -> None:
    nothing = {**STAGE, "end_seconds": 0.0, "duration_seconds": 0.0}
    assert line_chart.line(pl.DataFrame([nothing]), NO_MEDIANS, charts.LIGHT, str).to_dict()


def test_a_metric_without_a_value_in_any_week_is_drawn_empty() -> None:
    week = {"week_on": None, "value": None, "high": None, "n": 0, "is_now": True}
    frame = pl.DataFrame([week], schema={"week_on": pl.Date, "value": pl.Float64, "high": pl.Float64,
                                         "n": pl.Int64, "is_now": pl.Boolean})  # fmt: skip
    assert charts.weeks(frame, "recovery", (date(2026, 1, 5), date(2026, 3, 30)), charts.LIGHT).to_dict()
