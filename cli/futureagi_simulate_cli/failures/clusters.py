"""The service's own explanation of what went wrong: failures of one kind, clustered over calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs


@attrs.frozen
class Cluster:
    """Failures of one kind: the eval they were found by, a name, a description, and the calls."""

    eval_name: str
    name: str
    description: str
    call_ids: tuple[str, ...]


def read_clusters(summary: Any) -> tuple[Cluster, ...]:
    """Read `eval_explanation_summary`: an object of eval names, `{}` or null.

    Entries come with `cluster_name` and `description`, some with other words for them besides or instead.
    """
    return tuple(_clusters(summary)) if isinstance(summary, dict) else ()


def _clusters(summary: dict[str, Any]) -> Iterator[Cluster]:
    for eval_name, entries in summary.items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                ids = entry.get("call_execution_ids", entry.get("member_ids"))
                yield Cluster(
                    eval_name,
                    _first(entry, "cluster_name", "theme", "name") or "Unnamed cluster",
                    _first(entry, "description", "evidence_summary", "evidenceSummary", "guidance"),
                    tuple(filter(_is_text, ids)) if isinstance(ids, list) else (),
                )


def _first(entry: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if _is_text(value := entry.get(key)) and value), "")


def _is_text(value: object) -> bool:
    return isinstance(value, str)
