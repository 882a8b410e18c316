"""What a query measures and which label tells what: as the settings say, else by the names alone."""

import json
from collections.abc import Mapping
from typing import Any, get_args

from pipelines.events.catalog.monitor import Measure
from pipelines.sources.base import mapping_of

MEASURES: tuple[str, ...] = get_args(Measure)
# What each canonical field is called in labels, the first that is there counts.
LABELS: dict[str, tuple[str, ...]] = {
    "service": ("service", "service_name", "job", "app"),
    "environment": ("environment", "env", "deployment_environment"),
    "release": ("release", "version", "service_version"),
    "flag_key": ("flag_key", "flag", "feature_flag", "feature_flag_key"),
    "variant": ("variant", "flag_variant", "feature_flag_variant", "feature_flag_result_variant"),
}


def measure_of(query: str, definition: Any) -> str:
    """Return what a query measures: as its definition says, else the longest measure that its name holds."""
    told = mapping_of(definition).get("measure")
    if told in MEASURES:
        return str(told)
    name = query.lower()
    named = [measure for measure in MEASURES if measure != "other" and measure in name]
    return max(named, key=len, default="other")


def named_fields(labels: Mapping[str, str], definition: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return the canonical fields that labels tell, and the labels that tell none of them.

    A label that the definition names counts alone, even where a series lacks it. An empty label is an absent one, as
    it is to the vendor.
    """
    told, fields, used = mapping_of(definition), dict[str, str](), {"__name__"}
    for field, names in LABELS.items():
        own = told.get(field)
        for name in (own,) if isinstance(own, str) else names:
            if labels.get(name):
                fields[field] = labels[name]
                used.add(name)
                break
    return fields, {name: value for name, value in labels.items() if name not in used and value}


def selector(labels: Mapping[str, str]) -> str:
    """Write labels as the vendor does, in one order: `{service="shop",variant="on"}`."""
    return (
        "{"
        + ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(labels.items()))
        + "}"
    )
