"""Who works in the company: teams of several time zones, with leave, and the bots among them."""

from datetime import date, timedelta

from pipelines.company.dice import Dice
from pipelines.company.facts import Person, Team

_FIRST = (
    "Ada", "Bruno", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Mika", "Noor",
    "Olga", "Pia", "Quinn", "Rosa", "Sven", "Tala", "Uma", "Vito", "Wren", "Xavi", "Yara", "Zoë", "Łukasz", "Søren",
)  # fmt: skip
_LAST = (
    "Abara", "Blum", "Costa", "Diaz", "Engel", "Fofana", "García", "Haas", "Ito", "Jansen", "Kaya", "Lindqvist", "Mori",
    "Nowak", "Okafor", "Petit", "Quist", "Rossi", "Şahin", "Tanaka", "Usman", "Vogel", "Weber", "Yilmaz", "Žižek",
)  # fmt: skip
_TEAMS = (
    ("checkout", "Checkout", "SHOP", "acme/shop", "Europe/Berlin"),
    ("search", "Search", "FIND", "acme/search", "America/New_York"),
    ("accounts", "Accounts", "ACCT", "acme/accounts", "Asia/Kolkata"),
    ("reports", "Reports", "REP", "acme/reports", "Europe/Lisbon"),
    ("mobile", "Mobile", "MOB", "acme/mobile", "America/Los_Angeles"),
    ("platform", "Platform", "PLAT", "acme/platform", "Australia/Sydney"),
)
_SIZE = 5
# One is called a bot by its type, the other is a plain account that only a list can tell.
BOTS = (
    Person("b1", "dependabot[bot]", "", "dependabot[bot]", "UTC", is_bot=True),
    Person("b2", "golangcibot", "", "golangcibot", "UTC", is_bot=True),
    Person("b3", "Copilot", "", "copilot-swe-agent[bot]", "UTC", is_bot=True),
    Person("b4", "coderabbitai[bot]", "", "coderabbitai[bot]", "UTC", is_bot=True),
)


def teams_of(dice: Dice, count: int, begins_on: date, months: int) -> tuple[Team, ...]:
    """Return the first teams of the company, each with its people.

    Raises:
        ValueError: the company has not so many.
    """
    if count > len(_TEAMS):
        raise ValueError(f"the company has {len(_TEAMS)} teams, and {count} were asked for")
    found = []
    for number, (key, name, project, repository, zone) in enumerate(_TEAMS[:count]):
        people = tuple(
            _person(dice.of("person", key, place), number * _SIZE + place, zone, begins_on, months)
            for place in range(_SIZE)
        )
        found.append(Team(key, name, project, repository, people))
    return tuple(found)


def _person(dice: Dice, number: int, zone: str, begins_on: date, months: int) -> Person:
    # Each pair of names once: the two lists share no divisor.
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"
    login = f"{name.split()[0].lower()}{number:02}".encode("ascii", "ignore").decode()
    return Person(f"p{number:03}", name, f"{login}@acme.example", login, zone, away=_leave(dice, begins_on, months))


def _leave(dice: Dice, begins_on: date, months: int) -> tuple[tuple[date, date], ...]:
    """Two weeks in the summer, one at another time, each year."""
    found = []
    for year in range(begins_on.year, begins_on.year + months // 12 + 2):
        summer = date(year, 7, 1) + timedelta(days=dice.whole(0, 45))
        other = date(year, dice.pick((2, 3, 4, 5, 10, 11)), dice.whole(1, 20))
        found += [(summer, summer + timedelta(days=13)), (other, other + timedelta(days=6))]
    return tuple(sorted(found))
