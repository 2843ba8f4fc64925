# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""Future AGI simulation results: the models, and four functions for each operation.

    from futureagi_simulate_api import Client
    from futureagi_simulate_api.api.simulation import list_call_executions

    with Client(api_key="...", secret_key="...") as client:
        page = list_call_executions.sync(run_test_id, client=client)

`sync` and `asyncio` return the answer as a model and raise `errors.ErrorStatus` for a documented error;
`sync_detailed` and `asyncio_detailed` return either in a `types.Response`. One request is one request:
pages, retries and tolerance for odd answers are the business of `futureagi_simulate`.
"""

from .client import Client

__all__ = ["Client"]
