# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""The models: attrs classes that msgspec decodes from the server's bytes."""

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
from .filter_ import Filter
from .filter_column import FilterColumn
from .filter_config import FilterConfig
from .filter_operator import FilterOperator
from .filter_type import FilterType
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
from .test_execution_status_filter import TestExecutionStatusFilter
from .test_execution_status_label import TestExecutionStatusLabel
from .tool_call import ToolCall
from .tool_output import ToolOutput
from .transcript_turn import TranscriptTurn
from .version_call_execution import VersionCallExecution
from .version_call_execution_page import VersionCallExecutionPage

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
    "Filter",
    "FilterColumn",
    "FilterConfig",
    "FilterOperator",
    "FilterType",
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
    "TestExecutionStatusFilter",
    "TestExecutionStatusLabel",
    "ToolCall",
    "ToolOutput",
    "TranscriptTurn",
    "VersionCallExecution",
    "VersionCallExecutionPage",
]
