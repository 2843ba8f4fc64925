"""One listing, and one call's run record, through the client that openapi-python-client makes by default."""

import json
import sys

from generated import Client
from generated.api.simulation import get_simulation_runs, list_call_executions
from generated.models import CallExecution, CallStatus, RunsByCall

settings = json.loads(sys.argv[1])
client = Client(base_url=settings["base"], headers=settings["headers"], raise_on_unexpected_status=True)
page = list_call_executions.sync(settings["runTest"], client=client, limit=5, status=CallStatus.COMPLETED)
assert all(isinstance(call, CallExecution) for call in page.results)
run = get_simulation_runs.sync(client=client, call_execution_id=settings["call"])
assert isinstance(run, RunsByCall)
call = page.results[0]
print(json.dumps({"count": page.count, "first": str(call.id), "status": call.status}))
