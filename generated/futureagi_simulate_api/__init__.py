# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""Future AGI simulation results: models, operations as data, and two functions for each operation.

    from futureagi_simulate import Client
    from futureagi_simulate_api.api.simulation import list_call_executions

    with Client() as client:
        page = list_call_executions.sync(run_test_id, client=client)

`sync` and `asyncio` send one request through the client given, with its keys, retries and errors, and return the
answer as a model. `methods` are what Client and AsyncClient are made of.
"""
