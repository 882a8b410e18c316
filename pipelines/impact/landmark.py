"""Those who used a feature by a landmark against those who did not, within strata of what they did before.

Nobody drew these groups. Compared as they stand, people who use a feature that does nothing come back 1.3 to 1.5 times
as often as others, because busy people meet every feature. Two things take most of that away, and neither all of it:
a landmark (use counts in a fixed time from the first exposure, the outcome strictly after it, so that nobody has to
stay in order to count as a user), and strata by activity before the exposure. What is left is told with an E-value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.impact.estimate import CONFIDENCE, Estimate
from pipelines.impact.evalue import EValue, e_value
from pipelines.impact.means import of_share
from pipelines.impact.proportions import Share
from pipelines.impact.ratios import koopman
from pipelines.impact.strata import Stratified, Stratum, mantel_haenszel_ratio, post_stratified_difference


@dataclass(frozen=True, slots=True)
class Landmark:
    """What the comparison says.

    Attributes:
        ratio: within strata; the figure that may be told, in the words of evidence grade C.
        difference: within strata, weighed by people.
        crude: strata aside; grade D, kept to show what the strata took away.
        e_value: of `ratio`.
        is_turned_round: whether `crude` lies on the other side of 1 than `ratio`: then the mix is the story, and the
            sentence says so (Simpson).
    """

    ratio: Stratified
    difference: Stratified | None
    crude: Estimate | None
    e_value: EValue | None
    is_turned_round: bool


def landmark(strata: Sequence[tuple[Share, Share]], confidence: float = CONFIDENCE) -> Landmark | None:
    """Return users against others, from their shares with the outcome in each stratum; None where no ratio is defined.

    The shares count persons who were there at the landmark and whose outcome's window is over. Strata are of what was
    known before the first exposure (active days, plan, tenure), never of what came after. It must not be told as an
    effect: what the strata do not name is not adjusted for.
    """
    ratio = mantel_haenszel_ratio(strata, confidence)
    if ratio is None:
        return None
    users, others = (
        Share(sum(pair[side].events for pair in strata), sum(pair[side].n for pair in strata)) for side in (0, 1)
    )
    crude = koopman(users, others, confidence)
    difference = post_stratified_difference([Stratum(of_share(one), of_share(two)) for one, two in strata], confidence)
    plain, within = crude.value if crude else None, ratio.estimate.value
    turned = plain is not None and within is not None and (plain - 1) * (within - 1) < 0
    return Landmark(ratio, difference, crude, e_value(ratio.estimate), turned)
