"""A source for dlt (extra `dlt`): the calls, executions, evals and turns of a run test, kept current.

```python
pipeline = dlt.pipeline("simulations", destination="duckdb", dataset_name="results")
pipeline.run(futureagi("RUN_TEST_ID"))
```

What dlt keeps of it in its state are a hundred bytes for each resource. Digests of calls, and what was
received and isn't loaded yet, are in a folder of the pipeline's working directory.
"""

# dlt takes 100 MB, and types are checked without it.
# pyright: reportMissingImports=false

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import dlt
from dlt.extract.resource import DltResource

from futureagi_simulate.checks import at_least_one, uuid
from futureagi_simulate.client import Client
from futureagi_simulate_cli.sync.changes import KEYS, TABLES, Changes, Position

__all__ = ["futureagi"]

NAME: Final = "futureagi"
_FOLDER: Final = "futureagi_simulate"
_COLUMNS: Final[Any] = {"removed": {"hard_delete": True}}


@dlt.source(name=NAME)
def futureagi(
    run_test_id: str = dlt.config.value, page_size: int = 100, prefetch: int = 4, client: Any = None
) -> Iterator[DltResource]:
    """Make the resources `calls`, `executions`, `evals` and `turns` of a run test.

    The first run reads everything, later ones what changed. All are merged: calls and executions by `id`, the
    evals and turns of a call by `call_id`. A page of calls has `page_size`, and `prefetch` pages are
    requested at once. Keys come from FI_API_KEY and FI_SECRET_KEY, as for any `Client()`, or with a `client`
    that you made; dlt stores neither. Select resources with `.with_resources("calls")`: one that joins later
    begins with everything.

    Raises:
        ConfigurationError: an id or a number can't be used; in a run: another run of the pipeline is at work.
        FutureAGIError: in a run: a page could not be fetched. What came before is kept for the next run.

    """
    run_test = uuid(run_test_id, "run_test_id")
    size, ahead = at_least_one(page_size, "page_size"), at_least_one(prefetch, "prefetch")

    @dlt.resource(name="changes", selected=False)
    def changes() -> Iterator[tuple[str, Any]]:
        with ExitStack() as stack:
            used = client if client is not None else stack.enter_context(Client())
            folder = Path(dlt.current.pipeline().working_dir, _FOLDER, run_test)
            feed = stack.enter_context(Changes(used, folder, run_test, page_size=size, prefetch=ahead))
            chosen = [name for name in TABLES if name in dlt.current.source().selected_resources]
            states = [dlt.current.resource_state(name) for name in chosen]
            _go_on(feed, [state.get(run_test, {}) for state in states])
            position = feed.offer()
            yield from feed.batches(chosen)
            if position != feed.position:
                load = dlt.current.load_package_state().get("load_id")
                for state in states:
                    state[run_test] = {**position, "load": load}

    yield changes
    for name in TABLES:
        yield changes | _table(name)


def _table(name: str) -> DltResource:
    def rows(change: tuple[str, Any]) -> Iterator[Any]:
        if change[0] == name:
            yield change[1]

    keys: Any = {"primary_key" if KEYS[name] == "id" else "merge_key": KEYS[name]}
    made: DltResource = dlt.transformer(rows, name=name, write_disposition="merge", columns=_COLUMNS, **keys)
    return made


def _go_on(feed: Changes, positions: list[dict[str, Any]]) -> None:
    """Go on from where all resources are; if they are at different places, from the beginning."""
    first = positions[0]
    position: Position = {name: first[name] for name in ("state", "batch") if name in first}
    if any(one != first for one in positions):
        position = {"state": "none"}
    pipeline = dlt.current.pipeline()
    there = {
        *pipeline.list_extracted_load_packages(),
        *pipeline.list_normalized_load_packages(),
        *pipeline.list_completed_load_packages(),
    }
    feed.go_on(position, arrived=first.get("load") in there)  # else the package was dropped
