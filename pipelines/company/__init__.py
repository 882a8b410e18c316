"""The demo company: a seeded story of people, tickets, code, deployments and flags that knows its own truth.

Vendor-neutral and timeless: the whole life is drawn once, and whoever shows it says as of which moment. Nothing here
knows a vendor, the log or a mart; nothing is random but by its seed.
"""

from pipelines.company.ai_truth import ai_truth
from pipelines.company.build_truth import build_truths
from pipelines.company.company import Company, Scale
from pipelines.company.dora_truth import deployment_truths, dora_truths
from pipelines.company.simulation import simulate
from pipelines.company.truth import story_truths

__all__ = [
    "Company",
    "Scale",
    "ai_truth",
    "build_truths",
    "deployment_truths",
    "dora_truths",
    "simulate",
    "story_truths",
]
