"""What language models cost this month, as the warehouse keeps it."""

from dataclasses import asdict
from datetime import datetime

import duckdb

from pipelines.clock import now
from pipelines.summaries.wording import ACCEPTED, ModelCall
from warehouse import model_calls


class ModelLedger:
    """The calls of one warehouse. Implements `pipelines.summaries.wording.Ledger`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def spent_usd(self) -> float:
        """Return what was spent this month."""
        return model_calls.spent_usd(self._connection, now())

    def note(self, call: ModelCall) -> None:
        """Keep a call."""
        model_calls.note(self._connection, {**asdict(call), "reasons": list(call.reasons)}, now())

    def taken(self, facts_digest: str, prompt_version: str, model: str) -> tuple[str, datetime] | None:
        """Return the newest answer to a question that was taken, and when it came; None where there is none."""
        return model_calls.newest(self._connection, facts_digest, prompt_version, model, ACCEPTED)
