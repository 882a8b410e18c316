"""Shows what the demo company's users do as an Amplitude project has it at a moment."""

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from pipelines.company import Company
from pipelines.company.usage import uploads
from pipelines.sources.amplitude.server import Store, serve
from pipelines.sources.amplitude.server.store import Packed
from pipelines.sources.played import Demo, Played

PROJECT, _KEY, _SECRET = "187520", "demo-key", "demo-secret"
_DAYS_PER_REQUEST = 30
_TIME = "%Y-%m-%d %H:%M:%S%.6f"
_EXPOSURE = "[Experiment] Exposure"


def lines(frame: pl.DataFrame) -> pl.DataFrame:
    """Render uploads as the vendor exports them.

    Args:
        frame: of `pipelines.company.usage.USAGE`.

    Returns:
        `hour` of upload, `line` of NDJSON without its end, in the order of the frame.
    """
    mail = pl.when("is_internal").then(pl.lit("@acme.example")).otherwise(pl.lit("@customer.example"))
    user = pl.struct(
        pl.col("plan"), pl.concat_str("user", mail).alias("email"), pl.col("is_internal").alias("employee")
    ).struct.json_encode()
    line = pl.concat_str(
        _flat().str.strip_suffix("}"),
        pl.lit(',"event_properties":'),
        _properties(),
        pl.lit(',"user_properties":'),
        user,
        pl.lit("}"),
    )
    return frame.select(pl.col("uploaded_at").dt.truncate("1h").alias("hour"), line.alias("line"))


def _flat() -> pl.Expr:
    """Return all of an event but its objects as JSON text."""
    # The vendor corrects what a client's clock tells: nothing is done after it was uploaded.
    done_at = pl.min_horizontal("occurred_at", "uploaded_at").dt.strftime(_TIME)
    uploaded_at = pl.col("uploaded_at").dt.strftime(_TIME)
    return pl.struct(
        pl.col("event_key").alias("$insert_id"),
        pl.lit(int(PROJECT)).alias("app"),
        (pl.coalesce("user", "device").hash(seed=7) // 4_096).alias("amplitude_id"),
        pl.col("user").alias("user_id"),
        pl.col("device").alias("device_id"),
        pl.col("session").fill_null(-1).alias("session_id"),
        pl.when(pl.col("flag").is_null()).then("event").otherwise(pl.lit(_EXPOSURE)).alias("event_type"),
        done_at.alias("event_time"),
        pl.col("occurred_at").dt.strftime(_TIME).alias("client_event_time"),
        uploaded_at.alias("server_upload_time"),
        uploaded_at.alias("server_received_time"),
        uploaded_at.alias("processed_time"),
        pl.concat_str(pl.lit("delivery-"), "event_key", pl.lit("-"), uploaded_at).alias("uuid"),
        pl.col("platform"),
        pl.col("country"),
        pl.lit("203.0.113.7").alias("ip_address"),
        pl.lit("amplitude-ts/2.11.1").alias("library"),
        pl.lit("4.2.1").alias("version_name"),
        pl.lit("event").alias("data_type"),
    ).struct.json_encode()


def _properties() -> pl.Expr:
    """Return the event's properties as JSON text, with what the vendor puts there of an exposure or a purchase."""
    more = (
        pl.when(pl.col("flag").is_not_null())
        .then(pl.struct(pl.col("flag").alias("flag_key"), "variant").struct.json_encode())
        .when(pl.col("revenue").is_not_null())
        .then(pl.struct(pl.col("revenue").alias("$revenue")).struct.json_encode())
        .otherwise(pl.lit("{}"))
    )
    told = pl.col("properties").fill_null("{}")
    both = pl.concat_str(told.str.strip_suffix("}"), pl.lit(","), more.str.strip_prefix("{"))
    return pl.when(more == "{}").then(told).when(told == "{}").then(more).otherwise(both)


class Rendering:
    """Packs the company's uploads hour by hour as far as they are asked for, and keeps them in files.

    The company is drawn from its first day on, once, a day at a time; nothing but the day at hand is in memory.
    """

    def __init__(self, company: Company, as_of: datetime, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        # Up to the last whole hour: what is being uploaded now cannot be exported.
        self._ends_at = as_of.replace(minute=0, second=0, microsecond=0)
        self._frames = uploads(company, company.begins_at, self._ends_at)
        self._rendered_until = datetime.min.replace(tzinfo=UTC)
        self._places: dict[datetime, tuple[Path, int, int]] = {}

    def __call__(self, begins_at: datetime, ends_at: datetime) -> Iterator[Packed]:
        """Yield the packed hours of [begins_at, ends_at)."""
        while self._rendered_until < min(ends_at, self._ends_at):
            frame = next(self._frames, None)
            if frame is None:
                self._rendered_until = self._ends_at
            elif not frame.is_empty():
                self._keep(lines(frame))
        for hour in sorted(self._places):
            if begins_at <= hour < ends_at:
                file, start, size = self._places[hour]
                with file.open("rb") as kept:
                    kept.seek(start)
                    yield hour, kept.read(size)

    def _keep(self, told: pl.DataFrame) -> None:
        first: datetime = told["hour"][0]
        file = self._folder / f"{first:%Y-%m-%d}.gz"
        with file.open("wb") as kept:
            for hour, rows in told.group_by("hour", maintain_order=True):
                content = _packed("\n".join(rows["line"].to_list()).encode() + b"\n")
                at = hour[0]
                assert isinstance(at, datetime), "an hour is a moment"
                self._places[at.astimezone(UTC)] = (file, kept.tell(), len(content))
                kept.write(content)
        # A frame is a day: the days before its own are whole.
        self._rendered_until = first.astimezone(UTC).replace(hour=0) + timedelta(days=1)


def _packed(content: bytes) -> bytes:
    """Pack quickly: a million events are a gigabyte."""
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()


class _Demo:
    """The company's product analytics. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, folder: Path) -> Played:
        """Return the project; its exports are rendered as they are asked for."""
        store = Store(PROJECT, f"{_KEY}:{_SECRET}", rendered=Rendering(company, as_of, folder))
        table = {
            "projects": [PROJECT],
            "begins_on": f"{company.begins_at:%Y-%m-%d}",
            "days_per_request": _DAYS_PER_REQUEST,
            "internal_domains": ["acme.example"],
        }
        return Played(serve(store), table, {"key": _KEY, "secret": _SECRET})


DEMO: Demo = _Demo()
