# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""The models: attrs classes that msgspec decodes from the server's bytes. Each is imported when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent_type import AgentType
    from .call_cost import CallCost
    from .call_direction import CallDirection
    from .call_execution import CallExecution
    from .call_execution_page import CallExecutionPage
    from .call_latency import CallLatency
    from .call_run import CallRun
    from .call_status import CallStatus
    from .call_type import CallType
    from .chat_message import ChatMessage
    from .chat_role import ChatRole
    from .cluster_kind import ClusterKind
    from .column import Column
    from .column_type import ColumnType
    from .error import Error
    from .eval_config import EvalConfig
    from .eval_metric import EvalMetric
    from .eval_output import EvalOutput
    from .eval_output_type import EvalOutputType
    from .eval_result import EvalResult
    from .eval_result_part import EvalResultPart
    from .eval_status import EvalStatus
    from .execution_run import ExecutionRun
    from .execution_run_call import ExecutionRunCall
    from .execution_run_call_page import ExecutionRunCallPage
    from .execution_run_detail import ExecutionRunDetail
    from .execution_run_page import ExecutionRunPage
    from .explanation_cluster import ExplanationCluster
    from .explanation_status import ExplanationStatus
    from .group_row import GroupRow
    from .mono_recordings import MonoRecordings
    from .provider_call_type import ProviderCallType
    from .recordings import Recordings
    from .rerun_snapshot import RerunSnapshot
    from .runs_by_call import RunsByCall
    from .runs_by_execution import RunsByExecution
    from .runs_by_name import RunsByName
    from .scenario_column import ScenarioColumn
    from .scenario_ref import ScenarioRef
    from .speaker_role import SpeakerRole
    from .test_execution import TestExecution
    from .test_execution_call import TestExecutionCall
    from .test_execution_detail import TestExecutionDetail
    from .test_execution_page import TestExecutionPage
    from .test_execution_status import TestExecutionStatus
    from .tool_call import ToolCall
    from .tool_output import ToolOutput
    from .transcript_turn import TranscriptTurn
    from .version_call_execution import VersionCallExecution
    from .version_call_execution_page import VersionCallExecutionPage
else:
    _MODULES = {
        "AgentType": "agent_type",
        "CallCost": "call_cost",
        "CallDirection": "call_direction",
        "CallExecution": "call_execution",
        "CallExecutionPage": "call_execution_page",
        "CallLatency": "call_latency",
        "CallRun": "call_run",
        "CallStatus": "call_status",
        "CallType": "call_type",
        "ChatMessage": "chat_message",
        "ChatRole": "chat_role",
        "ClusterKind": "cluster_kind",
        "Column": "column",
        "ColumnType": "column_type",
        "Error": "error",
        "EvalConfig": "eval_config",
        "EvalMetric": "eval_metric",
        "EvalOutput": "eval_output",
        "EvalOutputType": "eval_output_type",
        "EvalResult": "eval_result",
        "EvalResultPart": "eval_result_part",
        "EvalStatus": "eval_status",
        "ExecutionRun": "execution_run",
        "ExecutionRunCall": "execution_run_call",
        "ExecutionRunCallPage": "execution_run_call_page",
        "ExecutionRunDetail": "execution_run_detail",
        "ExecutionRunPage": "execution_run_page",
        "ExplanationCluster": "explanation_cluster",
        "ExplanationStatus": "explanation_status",
        "GroupRow": "group_row",
        "MonoRecordings": "mono_recordings",
        "ProviderCallType": "provider_call_type",
        "Recordings": "recordings",
        "RerunSnapshot": "rerun_snapshot",
        "RunsByCall": "runs_by_call",
        "RunsByExecution": "runs_by_execution",
        "RunsByName": "runs_by_name",
        "ScenarioColumn": "scenario_column",
        "ScenarioRef": "scenario_ref",
        "SpeakerRole": "speaker_role",
        "TestExecution": "test_execution",
        "TestExecutionCall": "test_execution_call",
        "TestExecutionDetail": "test_execution_detail",
        "TestExecutionPage": "test_execution_page",
        "TestExecutionStatus": "test_execution_status",
        "ToolCall": "tool_call",
        "ToolOutput": "tool_output",
        "TranscriptTurn": "transcript_turn",
        "VersionCallExecution": "version_call_execution",
        "VersionCallExecutionPage": "version_call_execution_page",
    }

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = [
    "AgentType",
    "CallCost",
    "CallDirection",
    "CallExecution",
    "CallExecutionPage",
    "CallLatency",
    "CallRun",
    "CallStatus",
    "CallType",
    "ChatMessage",
    "ChatRole",
    "ClusterKind",
    "Column",
    "ColumnType",
    "Error",
    "EvalConfig",
    "EvalMetric",
    "EvalOutput",
    "EvalOutputType",
    "EvalResult",
    "EvalResultPart",
    "EvalStatus",
    "ExecutionRun",
    "ExecutionRunCall",
    "ExecutionRunCallPage",
    "ExecutionRunDetail",
    "ExecutionRunPage",
    "ExplanationCluster",
    "ExplanationStatus",
    "GroupRow",
    "MonoRecordings",
    "ProviderCallType",
    "Recordings",
    "RerunSnapshot",
    "RunsByCall",
    "RunsByExecution",
    "RunsByName",
    "ScenarioColumn",
    "ScenarioRef",
    "SpeakerRole",
    "TestExecution",
    "TestExecutionCall",
    "TestExecutionDetail",
    "TestExecutionPage",
    "TestExecutionStatus",
    "ToolCall",
    "ToolOutput",
    "TranscriptTurn",
    "VersionCallExecution",
    "VersionCallExecutionPage",
]
