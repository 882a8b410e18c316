"""Who uses the product: when they sign up and leave, how often they come, from where, with what, and under which plan.

Activity is very uneven, as it is everywhere: a few heavy users make most of the visits. That alone makes who adopts a
feature come back more often than who does not, whatever the feature does.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.company.company import Company
from pipelines.company.draws import Draws, Real, Truth, Whole

PLANS = ("free", "pro", "enterprise")
PLATFORMS = ("web", "ios", "android")
INTERNAL_SHARE = 0.01
TWO_DEVICES_SHARE = 0.25
SHARED_DEVICE_SHARE = 0.01
TWO_VARIANTS_SHARE = 0.01
SKEWED_DEVICES_SHARE = 0.015
# Hours from UTC and how many live there.
_COUNTRIES = {
    "US": (-6.0, 30), "DE": (1.0, 15), "GB": (0.0, 10), "IN": (5.5, 12), "JP": (9.0, 6), "BR": (-3.0, 7),
    "FR": (1.0, 7), "EG": (2.0, 4), "AU": (10.0, 5), "NZ": (12.0, 2), "TR": (3.0, 2),
}  # fmt: skip
COUNTRIES = tuple(_COUNTRIES)
_EARLIER = 0.45
_UNEVEN = 1.15
_STAYS_DAYS = 420.0
_WEEKEND = 0.45
_SATURDAY, _THURSDAY = 5, 3  # 1 January 1970 was a Thursday.


@dataclass(frozen=True, slots=True)
class Population:
    """All users, by number; days are counted from 1970, of the user's own calendar.

    Attributes:
        pull: how often one comes against the others; the mean of all is 1.
        left_on: no visit from this day on.
        plan: when they sign up; a position in `PLANS`, as `upgrades_on` of the next one.
        device: of most visits, and `other_device` of the rest: -1 for none, another user's where it is shared.
        skew_ms: by device, what its clock is wrong by.
    """

    count: int
    pull: Real
    signed_up_on: Whole
    left_on: Whole
    offset_ms: Whole
    country: Whole
    plan: Whole
    upgrades_on: Whole
    other_device: Whole
    skew_ms: Whole
    platform: Whole
    is_internal: Truth
    is_bot: Truth
    sees_two: Truth

    def is_here(self, day: int) -> Truth:
        """Return who has signed up and not left yet."""
        return (self.signed_up_on <= day) & (day < self.left_on)

    def plan_on(self, person: Whole, day: int) -> Whole:
        """Return the plan of people on a day, as positions in `PLANS`."""
        return np.minimum(self.plan[person] + (self.upgrades_on[person] <= day), len(PLANS) - 1)

    def users(self) -> pl.Series:
        """Return the key of every user, by number."""
        return pl.Series([user_key(number) for number in range(self.count)], dtype=pl.String)

    def devices(self) -> pl.Series:
        """Return the key of every device, by number: the first of each user, then the second."""
        drawn = Draws("device").bits(np.arange(2 * self.count))
        return "device-" + pl.Series(drawn).cast(pl.String)


def user_key(number: int) -> str:
    """Return the key of a user."""
    return f"user-{number:06}"


def days_of(company: Company) -> tuple[int, int]:
    """Return the first day of the company's life and the one after its last, counted from 1970 in UTC."""
    first, last = (int(at.timestamp()) // 86_400 for at in (company.begins_at, company.ends_at))
    return first, last + 1


def population_of(company: Company) -> Population:
    """Draw all users of a company."""
    draws, count = Draws(company.seed, "users"), company.scale.users
    who = np.arange(count)
    begins, ends = days_of(company)
    pull = np.exp(_UNEVEN * draws.of("pull").normal(who) - _UNEVEN**2 / 2)
    signed_up = _signed_up(draws, who, begins, ends)
    # Who comes more often leaves later.
    stays = -np.log(draws.of("stays").unit(who)) * _STAYS_DAYS * np.clip(np.sqrt(pull), 0.4, 3.0)
    left = signed_up + 1 + stays.astype(np.int64)
    bots = max(1, count // 5_000)
    is_bot = who < bots
    is_internal = ~is_bot & draws.of("internal").chance(INTERNAL_SHARE, who)
    country = draws.of("country").pick([share for _, share in _COUNTRIES.values()], who)
    hours = np.array([offset for offset, _ in _COUNTRIES.values()])
    plan = np.where(is_internal, 2, draws.of("plan").pick([75, 20, 5], who))
    upgrades = signed_up + draws.of("upgrades after").below(700, who)
    upgrades = np.where(draws.of("upgrades").chance(0.12, who), upgrades, np.iinfo(np.int64).max)
    return Population(
        count, np.where(is_internal, pull * 3.0, pull),
        np.where(is_bot, begins, signed_up), np.where(is_bot | is_internal, ends + 10_000, left),
        (hours[country] * 3_600_000).astype(np.int64), country, plan, upgrades,
        _other_devices(draws, who), _skews(draws.of("skew"), 2 * count), _platforms(draws, count),
        is_internal, is_bot, draws.of("two variants").chance(TWO_VARIANTS_SHARE, who),
    )  # fmt: skip


def busy(day: int) -> float:
    """Return how busy a day is against an ordinary one: less so at weekends and in summer."""
    weekday = (day + _THURSDAY) % 7
    season = 1.0 + 0.08 * np.cos(2 * np.pi * (day % 365.25) / 365.25)
    return float(season) * (_WEEKEND if weekday >= _SATURDAY else 1.0)


def _signed_up(draws: Draws, who: Whole, begins: int, ends: int) -> Whole:
    share = draws.of("signed up").unit(who)
    earlier = begins - 1 - (share * 700).astype(np.int64)
    later = begins + (share**0.9 * (ends - begins)).astype(np.int64)
    return np.where(draws.of("earlier").chance(_EARLIER, who), earlier, later)


def _other_devices(draws: Draws, who: Whole) -> Whole:
    count = len(who)
    own = np.where(draws.of("two devices").chance(TWO_DEVICES_SHARE, who), count + who, -1)
    return np.where(draws.of("shares").chance(SHARED_DEVICE_SHARE, who), (who + 1) % max(count, 1), own)


def _platforms(draws: Draws, count: int) -> Whole:
    """Return the platform of each device: the first is mostly a browser, the second mostly a telephone."""
    who = np.arange(count)
    first = draws.of("platform").pick([70, 17, 13], who)
    second = draws.of("other platform").pick([20, 45, 35], who)
    return np.concatenate([first, second])


def _skews(draws: Draws, count: int) -> Whole:
    """Return by how much each device's clock is wrong: most by nothing, some by hours, days or years, either way."""
    device = np.arange(count)
    longest = np.array([12.0, 24.0 * 20, 24.0 * 365 * 9])[draws.of("how").pick([60, 25, 15], device)]
    hours = (0.2 + 0.8 * draws.of("hours").unit(device)) * longest
    signed = np.where(draws.of("sign").chance(0.5, device), hours, -hours)
    is_wrong = draws.chance(SKEWED_DEVICES_SHARE, device)
    return np.where(is_wrong, signed * 3_600_000, 0.0).astype(np.int64)
