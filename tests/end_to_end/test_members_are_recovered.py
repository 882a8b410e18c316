"""The company knows who did what for which team; who is a member of what, and since when, must follow from it."""

from collections import Counter
from datetime import date, timedelta

from tests.end_to_end.conftest import Recovered
from warehouse.people import pseudonyms

Membership = tuple[str, str, str, date, date | None, int]


def _true(recovered: Recovered) -> list[Membership]:
    keys = pseudonyms(recovered.settings)
    people = {person.key: person for team in recovered.company.teams for person in team.members}

    def told(place: str, person: str) -> tuple[str, str]:
        if place == "forge":
            return "github", keys.key("github", "login", people[person].login)
        return "jira", keys.key("jira", "account_id", f"712020:demo-{person}")

    return sorted(
        (
            (
                *told(row["place"], row["person"]),
                row["team"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                row["acts"],
            )
            for row in recovered.truth["members"]
        ),
        key=str,
    )


def test_every_membership_is_recovered(recovered: Recovered) -> None:
    told = recovered.rows(
        """
        select distinct source, person_key, team, member_since, member_until, act_count
        from marts.dim_team_members
        where team in (select team from marts.dim_teams where len(repositories) > 0)
        """
    )
    assert sorted(told, key=str) == _true(recovered)


def test_a_sum_of_weights_counts_everybody_once_on_every_day(recovered: Recovered) -> None:
    rows = recovered.rows("select person_key, valid_from, valid_to, weight from marts.dim_team_members")
    ends = recovered.as_of.date() + timedelta(days=1)
    weights: Counter[tuple[str, date]] = Counter()
    for person, since, until, weight in rows:
        for number in range(((until or ends) - since).days):
            weights[person, since + timedelta(days=number)] += weight
    assert rows
    assert {round(weight, 9) for weight in weights.values()} == {1.0}
