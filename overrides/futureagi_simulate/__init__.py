"""Python client for the simulation results of the Future AGI API.

    from futureagi_simulate import Client, column

    with Client() as client:
        for call in client.list_call_executions("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"):
            print(call.id, call.status)

Names are imported when they are first used: importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from futureagi_simulate.client import AsyncClient, Client
    from futureagi_simulate.errors import (
        APIStatusError,
        Attempt,
        AuthenticationError,
        BadRequestError,
        ConfigurationError,
        ConnectError,
        ContractError,
        ContractWarning,
        FilterIgnoredWarning,
        FutureAGIError,
        FutureAGIWarning,
        InsecureConnectionWarning,
        ListingChangedWarning,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        RedirectError,
        RequestInfo,
        ServerError,
        TimeoutError,
        TransportError,
    )
    from futureagi_simulate.exact import IncompleteListingError
    from futureagi_simulate.filters import Column, Filter, FilterType, column
    from futureagi_simulate.listings import AsyncListing, Listing
    from futureagi_simulate.options import Timeout
    from futureagi_simulate.pagination import Deviation, Page
    from futureagi_simulate.records import (
        CallRecord,
        EvalRecord,
        EvalSummary,
        ExecutionRecord,
        Turn,
        call_record,
        execution_record,
    )
    from futureagi_simulate.retry import Clock, ManualClock, RetryPolicy, SystemClock
    from futureagi_simulate_api.methods import (
        AsyncExecutionRun,
        AsyncTestExecutionDetail,
        ExecutionRun,
        TestExecutionDetail,
    )
    from futureagi_simulate_api.models import (
        CallExecution,
        CallRun,
        ExecutionRunCall,
        GroupRow,
        TestExecution,
        TestExecutionCall,
        VersionCallExecution,
    )

__all__ = [
    "APIStatusError",
    "AsyncClient",
    "AsyncExecutionRun",
    "AsyncListing",
    "AsyncTestExecutionDetail",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "CallExecution",
    "CallRecord",
    "CallRun",
    "Client",
    "Clock",
    "Column",
    "ConfigurationError",
    "ConnectError",
    "ContractError",
    "ContractWarning",
    "Deviation",
    "EvalRecord",
    "EvalSummary",
    "ExecutionRecord",
    "ExecutionRun",
    "ExecutionRunCall",
    "Filter",
    "FilterIgnoredWarning",
    "FilterType",
    "FutureAGIError",
    "FutureAGIWarning",
    "GroupRow",
    "IncompleteListingError",
    "InsecureConnectionWarning",
    "Listing",
    "ListingChangedWarning",
    "ManualClock",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "RedirectError",
    "RequestInfo",
    "RetryPolicy",
    "ServerError",
    "SystemClock",
    "TestExecution",
    "TestExecutionCall",
    "TestExecutionDetail",
    "Timeout",
    "TimeoutError",
    "TransportError",
    "Turn",
    "VersionCallExecution",
    "call_record",
    "column",
    "execution_record",
]

_HOMES = {
    "futureagi_simulate_api.models": (
        "CallExecution",
        "CallRun",
        "ExecutionRunCall",
        "GroupRow",
        "TestExecution",
        "TestExecutionCall",
        "VersionCallExecution",
    ),
    "client": ("AsyncClient", "Client"),
    "retry": ("Clock", "ManualClock", "RetryPolicy", "SystemClock"),
    "errors": (
        "APIStatusError",
        "Attempt",
        "AuthenticationError",
        "BadRequestError",
        "ConfigurationError",
        "ConnectError",
        "ContractError",
        "ContractWarning",
        "FilterIgnoredWarning",
        "FutureAGIError",
        "FutureAGIWarning",
        "InsecureConnectionWarning",
        "ListingChangedWarning",
        "NotFoundError",
        "PermissionDeniedError",
        "RateLimitError",
        "RedirectError",
        "RequestInfo",
        "ServerError",
        "TimeoutError",
        "TransportError",
    ),
    "exact": ("IncompleteListingError",),
    "filters": ("Column", "Filter", "FilterType", "column"),
    "listings": ("AsyncListing", "Listing"),
    "options": ("Timeout",),
    "pagination": ("Deviation", "Page"),
    "records": (
        "CallRecord",
        "EvalRecord",
        "EvalSummary",
        "ExecutionRecord",
        "Turn",
        "call_record",
        "execution_record",
    ),
    "futureagi_simulate_api.methods": (
        "AsyncExecutionRun",
        "AsyncTestExecutionDetail",
        "ExecutionRun",
        "TestExecutionDetail",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOME[name]
    value = getattr(import_module(home if home.startswith("futureagi_") else f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
