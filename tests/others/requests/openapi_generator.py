"""One listing, and one call's run record, through the client that openapi-generator makes."""

import json
import sys

import openapi_client as generated

settings = json.loads(sys.argv[1])
keys = {"ApiKey": settings["headers"]["X-Api-Key"], "SecretKey": settings["headers"]["X-Secret-Key"]}
configuration = generated.Configuration(host=settings["base"], api_key=keys)
with generated.ApiClient(configuration) as sender:
    api = generated.SimulationApi(sender)
    page = api.list_call_executions(settings["runTest"], limit=5, status=generated.CallStatus.COMPLETED)
    run = api.get_simulation_runs(call_execution_id=settings["call"])
assert isinstance(run.actual_instance, generated.RunsByCall)
call = page.results[0]
print(json.dumps({"count": page.count, "first": str(call.id), "status": call.status}))
