"""What users ask the help desk."""

from pipelines.company.company import Company
from pipelines.company.operations import SupportTicket


def support_tickets(company: Company) -> tuple[SupportTicket, ...]:  # noqa: ARG001
    """Return every ticket of the company's life, oldest first."""
    return ()
