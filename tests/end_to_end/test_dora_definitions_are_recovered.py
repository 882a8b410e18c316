"""DORA's figures under four definitions: the marts tell of each service and week what was planted, and so of months."""

import math
from typing import Any

from tests.end_to_end.conftest import Recovered

DEFINITIONS = {"dora", "devlake", "gitlab", "four_keys"}


def _wrong(known: dict[Any, dict[str, Any]], truths: list[dict[str, Any]], place: tuple[str, ...]) -> list[Any]:
    """Every figure that is told otherwise than the truth."""
    told = {key: {name: row[name] for name in truths[0] if name not in place} for key, row in known.items()}
    found = []
    for truth in truths:
        own = told[tuple(truth[name] for name in place)]
        found += [
            (*(truth[name] for name in place), name, value, truth[name])
            for name, value in own.items()
            if not _is_same(value, truth[name])
        ]
    return found


def _is_same(told: float | None, true: float | None) -> bool:
    """What is between two values is reckoned in another order here and there: the last digit may differ."""
    return told == true or (told is not None and true is not None and math.isclose(told, true, rel_tol=1e-12))


def test_every_week_of_every_service_is_told_as_each_definition_has_it(recovered: Recovered) -> None:
    place = ("definition", "service", "week_on")
    rows = recovered.named_rows("select * replace (week_on::varchar as week_on) from marts.agg_dora_weekly")
    known = {tuple(row[name] for name in place): row for row in rows}
    truths = recovered.truth["dora_definitions"]
    assert known.keys() == {tuple(truth[name] for name in place) for truth in truths}
    assert {definition for definition, *_ in known} == DEFINITIONS
    assert _wrong(known, truths, place) == []


def test_every_longer_window_is_told_as_a_whole(recovered: Recovered) -> None:
    place = ("definition", "service", "window_name")
    known = {
        tuple(row[name] for name in place): row for row in recovered.named_rows("select * from marts.agg_dora_windows")
    }
    truths = recovered.truth["dora_windows"]
    assert known.keys() == {tuple(truth[name] for name in place) for truth in truths}
    assert _wrong(known, truths, place) == []


def test_the_definitions_differ_over_the_very_same_events(recovered: Recovered) -> None:
    rows = recovered.named_rows("select * from marts.agg_dora_windows where window_name = 'last_90_days'")
    by_service: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_service.setdefault(row["service"], {})[row["definition"]] = row
    # Where two services share a repository, the others count what does not touch the service, too.
    alone = [
        service
        for (service,) in recovered.rows(
            "select min(service) from marts.fct_deployments group by repository having count(distinct service) = 1"
        )
    ]
    assert alone
    lead_times = [
        {name: row["change_lead_time_median_seconds"] for name, row in by_service[service].items()} for service in alone
    ]
    # From the merge on it always looks better than from the first commit on.
    assert all(told["gitlab"] < told["dora"] for told in lead_times)
    assert all(told["dora"] not in (told["devlake"], told["four_keys"]) for told in lead_times)
    assert all(row["rework_rate"] is None and row["rework_rate_n"] == 0 for row in rows if row["definition"] != "dora")


def test_a_service_belongs_to_its_team_in_every_week(recovered: Recovered) -> None:
    told = dict(recovered.rows("select distinct service, team from marts.agg_dora_weekly"))
    repositories = dict(
        recovered.rows("select distinct service, repository from marts.fct_deployments where is_production")
    )
    teams = {team.repository: team.key for team in recovered.company.teams}
    assert told == {service: teams[repository] for service, repository in repositories.items()}


def test_services_of_one_repository_count_what_touches_them_where_the_definition_knows_of_paths(
    recovered: Recovered,
) -> None:
    shared = "service in (select service from marts.fct_deployments where repository = 'acme/shop')"
    n = dict(
        recovered.rows(
            f"select definition, sum(change_lead_time_n) from marts.agg_dora_weekly where {shared} group by definition"
        )
    )
    touched = [services for services in recovered.company.touches.values() if "shop-web" in services]
    assert {("shop-web",), ("shop", "shop-web")} <= set(touched)
    assert 0 < n["dora"] < n["devlake"] == n["gitlab"]
