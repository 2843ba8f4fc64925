"""Requests, and the answers to them, held against the contract by openapi-core."""

import json
import sys
from pathlib import Path

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

told = json.loads(sys.argv[1])
api = OpenAPI.from_dict(json.loads(Path("openapi.json").read_text("utf-8")))
for path, query in told["requests"]:
    sent = requests.Request("GET", told["base"] + path, params=query, headers=told["headers"])
    answer = requests.get(told["base"] + path, params=query, headers=told["headers"], timeout=60)
    assert answer.status_code == 200, answer.text
    request = RequestsOpenAPIRequest(sent)
    api.validate_request(request)
    api.validate_response(request, RequestsOpenAPIResponse(answer))
