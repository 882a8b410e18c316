"""What the settings say of summaries: the language of comments, and which language model may word them, at what price.

The models' keys are secrets, so they stand in the environment: `ANTHROPIC_API_KEY`, `OPENAI_API_KEY`.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.time_zone import TimeZone


class Vendor(BaseModel):
    """A language model: its address, its name, and what a million tokens cost, in USD."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    model: str = Field(pattern=r"^[\w.:/-]{1,100}$")
    input_usd: float = Field(ge=0)
    output_usd: float = Field(ge=0)


class Claude(Vendor):
    """Claude, over Anthropic's Messages API."""

    url: str = Field(default="https://api.anthropic.com", pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    model: str = Field(default="claude-sonnet-4-5", pattern=r"^[\w.:/-]{1,100}$")
    input_usd: float = Field(default=3.0, ge=0)
    output_usd: float = Field(default=15.0, ge=0)


class Gpt(Vendor):
    """GPT, over OpenAI's Chat Completions API."""

    url: str = Field(default="https://api.openai.com", pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    model: str = Field(default="gpt-5-mini", pattern=r"^[\w.:/-]{1,100}$")
    input_usd: float = Field(default=0.25, ge=0)
    output_usd: float = Field(default=2.0, ge=0)


class Specs(BaseModel):
    """What `storyline spec` drafts a specification from, beside the ticket.

    Attributes:
        context_file: text on the team's stack and conventions.
        repository_map: a listing of the repository: a file that holds one, or a folder whose paths are listed.
        max_context_chars: of both together; what is beyond is left out, and said to be.
        timeout_seconds: of one answer in all; `max_output_tokens` of it, thinking included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    context_file: Path | None = None
    repository_map: Path | None = None
    max_context_chars: int = Field(default=20_000, ge=1_000)
    timeout_seconds: float = Field(default=300, gt=0)
    max_output_tokens: int = Field(default=8_000, ge=1_000)


class Summaries(BaseModel):
    """How comments are worded.

    Attributes:
        locale: language of comments, with its numbers and dates.
        time_zone: an IANA name; days are told by it.
        provider: whose model words the figures where its key is there; `off` for the template alone.
        monthly_budget_usd: once a call could go beyond it, the template speaks for the rest of the month.
        timeout_seconds: of one answer in all.
        max_wait_seconds: that a model may ask to wait, all its answers together.
        max_output_tokens: of one answer, thinking included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    locale: Literal["en", "de"] = "en"
    time_zone: TimeZone = "UTC"
    provider: Literal["claude", "gpt", "off"] = "claude"
    monthly_budget_usd: float = Field(default=10.0, ge=0)
    timeout_seconds: float = Field(default=60, gt=0)
    max_wait_seconds: float = Field(default=60, ge=0)
    max_output_tokens: int = Field(default=4_000, ge=100)
    claude: Claude = Claude()
    gpt: Gpt = Gpt()
