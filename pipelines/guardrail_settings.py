"""What the settings say of guardrails: from which figures on a rollout is told to stop, and how sure that must be.

The address that alerts go to is a secret, so it stands in the environment: `STORYLINE_ALERT_WEBHOOK`.
"""

from pydantic import BaseModel, ConfigDict, Field


class Guardrails(BaseModel):
    """Thresholds, least counts, and by what the arms of a flag are told apart.

    Attributes:
        error_rate: of the requests that met the feature; above it a rollout pauses, and falls back once that is sure.
        error_investigate_ratio: so many times as often as without the feature, though below `error_rate`.
        latency_investigate_ratio: of the 95th percentile with the feature over that without; so is the other.
        usage_rate: of those who met the feature, who should use it.
        business_margin: so much less, as a share, is still called no loss.
        minimum_requests: that must have met the feature before its error rate is judged.
        minimum_errors: once so many failed, fewer requests will do.
        minimum_latency_requests: in each arm.
        minimum_people: in each arm, for usage and business metrics.
        confidence: of every bound, one-sided.
        watched_hours: after a step; what comes later is no longer told of it by monitoring.
        treated_variants: what monitoring calls the arm with the feature; `control_variants` the one without.
        critical_severities: an incident of these is critical, whatever else is told of it.
        alert_hours: of a step that ended longer ago nobody is alerted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    error_rate: float = Field(default=0.01, gt=0, lt=1)
    error_investigate_ratio: float = Field(default=2, gt=1)
    latency_investigate_ratio: float = Field(default=2, gt=1)
    latency_roll_back_ratio: float = Field(default=3, gt=1)
    usage_rate: float = Field(default=0.1, gt=0, lt=1)
    business_margin: float = Field(default=0.1, gt=0, lt=1)
    minimum_requests: int = Field(default=300, ge=1)
    minimum_errors: int = Field(default=10, ge=1)
    minimum_latency_requests: int = Field(default=1_000, ge=1)
    minimum_people: int = Field(default=30, ge=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    watched_hours: int = Field(default=72, ge=1)
    treated_variants: tuple[str, ...] = ("on", "true", "enabled", "treatment", "treated", "variant", "1")
    control_variants: tuple[str, ...] = ("off", "false", "disabled", "control", "baseline", "0")
    critical_severities: tuple[str, ...] = ("critical", "sev0", "sev1", "p0", "p1")
    alert_hours: int = Field(default=48, ge=1)

    @property
    def limits(self) -> dict[str, float]:
        """What verdicts are computed with, by name."""
        told = self.model_dump(exclude={"watched_hours", "alert_hours"})
        return {name: float(value) for name, value in told.items() if isinstance(value, int | float)}
