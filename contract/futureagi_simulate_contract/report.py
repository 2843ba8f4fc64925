"""Reports of findings: JSON, Markdown and tables; baselines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import attrs
import msgspec

from futureagi_simulate_contract.claim import Finding, Kind
from futureagi_simulate_contract.exchange import Endpoint, Log

COLUMNS: Final = ("severity", "where", "kind", "expected", "got", "seen before")


@attrs.frozen
class Report:
    """The findings in one log. `source`: the server's address or a file's name."""

    source: str
    against: str
    log: Log
    findings: Sequence[Finding]
    hidden: int = 0

    def as_dict(self, *, redact: bool = False) -> dict[str, Any]:
        """Return the report as plain values; redacted, it names neither the server nor any value.

        `unasked` is null where no plan is known: in a file of exchanges that `write` didn't make.
        """
        return {
            "source": "" if redact else self.source,
            "against": self.against,
            "requests": len(self.log.exchanges),
            "unasked": self.log.unsent,
            "unseen": list(self.log.unseen),
            "in_baseline": self.hidden,
            "findings": [_shown(finding, redact=redact).as_dict() for finding in self.findings],
        }

    def as_markdown(self, *, redact: bool = False) -> str:
        """Return the report as a Markdown document with one table for each endpoint."""
        where = "" if redact else f" of {self.source}"
        lines = [f"# Drift{where}", "", *(f"{line}\n" for line in (self.summary(), *self.gaps()))]
        for endpoint, rows in self.tables(grouped=False, redact=redact):
            lines += [f"## {endpoint}", "", _row(COLUMNS), _row("---" for _ in COLUMNS)]
            lines += [*(_row(map(_escaped, row)) for row in rows), ""]
        return "\n".join(lines)

    def summary(self) -> str:
        """Return the result in one line."""
        new = sum(not finding.known for finding in self.findings)
        far = " so far" if self.log.unsent else ""
        text = f"{len(self.findings)} departures from what is {_WORDS[self.against]}{far}"
        text += f", {len(self.log.exchanges)} requests"
        text += f"; {new} of them were not seen at the open-source server" if new else ""
        return text + (f"; {self.hidden} more are in the baseline" if self.hidden else "") + "."

    def gaps(self) -> Iterator[str]:
        """Yield what was not requested or not received, a line each; nothing where all was."""
        if self.log.unsent:
            left = "request was" if self.log.unsent == 1 else "requests were"
            why = self.log.stopped or "--max-requests"
            yield f"Unfinished: at least {self.log.unsent} planned {left} not sent ({why})."
        if self.log.unseen:
            yield f"Nothing was seen of {', '.join(self.log.unseen)}: no id, or no good answer."

    def tables(
        self, *, grouped: bool = True, redact: bool = False
    ) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
        """Yield (endpoint, rows); `grouped` puts the fields that are only added into one row."""
        order = {endpoint.value: place for place, endpoint in enumerate(Endpoint)}
        by_endpoint = sorted(self.findings, key=lambda finding: order[finding.endpoint])
        for endpoint, group in groupby(by_endpoint, key=lambda finding: finding.endpoint):
            findings = [_shown(finding, redact=redact) for finding in group]
            added = [f for f in findings if grouped and f.kind is Kind.EXTRA and f.known]
            rows = [_cells(finding) for finding in findings if finding not in added]
            if added:
                fields = f"{len(added)} fields"
                rows.append(("adds", fields, "extra", "aren't documented", "they are there", "yes"))
            yield endpoint, rows


class _SavedFinding(msgspec.Struct):
    """The identity of a finding."""

    rule: str
    endpoint: str
    location: str
    kind: str


class _Saved(msgspec.Struct):
    """The parts of a saved report that are read again."""

    against: str
    findings: list[_SavedFinding]


def read_saved(content: bytes) -> tuple[str, list[dict[str, Any]]]:
    """Return what a saved report was compared with, and the identities of its findings.

    Raises ValueError for anything else.
    """
    saved = msgspec.convert(json.loads(content), _Saved)  # json: a shell may have saved it as UTF-16
    return saved.against, [msgspec.structs.asdict(finding) for finding in saved.findings]


def new_since(findings: Iterable[Finding], baseline: Sequence[dict[str, Any]]) -> list[Finding]:
    """Return the findings that a saved report (its list of findings) doesn't hold."""
    known = {
        tuple(str(saved.get(part)) for part in ("rule", "endpoint", "location", "kind")) for saved in baseline
    }
    return [finding for finding in findings if finding.key not in known]


_WORDS: Final = {"documents": "documented", "observed": "observed"}


def _shown(finding: Finding, *, redact: bool) -> Finding:
    return finding.redacted() if redact else finding


def _cells(finding: Finding) -> tuple[str, ...]:
    return (
        finding.severity.value,
        finding.location,
        finding.kind.value,
        finding.expected,
        finding.got,
        "yes" if finding.known else "no",
    )


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
