"""Rows of the `observed` profile: calls, executions, snapshots, columns and runs."""

from __future__ import annotations

from typing import Any, Final

import attrs

from futureagi_simulate_mock.data.details import scripts
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.models import (
    Agent,
    Call,
    EvalConfig,
    EvalOutput,
    EvalValue,
    Execution,
    Tally,
    Turn,
    iso,
)
from futureagi_simulate_mock.rows import (
    call_run,
    dataset_columns,
    execution_run,
    explanation,
    run_item,
    scenario_columns,
    shown,
)
from futureagi_simulate_mock.store import Catalogue, Counted, Reader, Recent


@attrs.frozen
class CallContext:
    """An execution and the agent that it tested."""

    execution: Execution
    agent: Agent


class ContextCache:
    """Look up the context of a call, once per execution as long as nothing changes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: Recent[int, CallContext] = Recent(5_000)
        self._seen = -1

    def of(self, call: Call) -> CallContext:
        """Return the context of this call."""
        return self.of_execution(call.execution)

    def of_execution(self, number: int) -> CallContext:
        """Return the context of the calls of this execution."""
        if self._seen != self._reader.store.changes:
            self._seen = self._reader.store.changes
            self._kept.clear()
        found = self._kept.get(number)
        if found is None:
            execution = self._reader.store.executions[number]
            catalogue = self._reader.catalogue
            agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
            found = self._kept.put(number, CallContext(execution, agent))
        return found


Item = dict[str, Any]


def stored_outputs(call: Call) -> Item:
    """Return the outputs by eval id as they are stored."""
    return {output.config.id: stored(output, call) for output in call.evals}


def stored(output: EvalOutput, call: Call) -> Item:
    """Return one output as it is stored: a pending one has nothing but its status."""
    config = output.config
    if output.status == "pending":
        return {"status": "pending"}
    reason = {"reason": output.reason}
    kind = {"output_type": None if output.status == "skipped" else config.output_type}
    written = _writer_status(output, call)
    told = {"status": written} if written else {}
    if output.status == "skipped":
        return {"name": config.name, "output": None, **reason, "status": "skipped", "skipped": True, **kind}
    if output.status == "error":
        at = {"timestamp": iso(call.updated_at)}
        return {"name": config.name, "error": "error", "output": None, **reason, **at, **told, **kind}
    return {"name": config.name, "output": stored_value(config, output.value), **reason, **told, **kind}


def _writer_status(output: EvalOutput, call: Call) -> str | None:
    """Return the status as it is stored: in Title Case for chats, none for voice calls."""
    if call.channel != "text" or call.original is not None:
        return None
    return {"completed": "Completed", "error": "Failed"}.get(output.status)


def stored_value(config: EvalConfig, value: EvalValue) -> object:
    """Return a value as it is stored. Choices come in four forms, by which choices they are."""
    if not isinstance(value, tuple):
        return shown(config, value)
    chosen = list(value)
    if not chosen:
        return []
    if len(chosen) > 1:
        return {"choices": chosen}
    position = config.choices.index(chosen[0]) if chosen[0] in config.choices else 0
    if position % 4 == 1:
        return {"choice": chosen[0]}
    return chosen if position % 4 == 2 else chosen[0]


def displayed_outputs(call: Call, *, deleted: bool) -> Item:
    """Return the outputs by eval id as rows display them; an eval that hasn't run is an empty object.

    `deleted`: whether the outputs of deleted evals are among them.
    """
    return {one.config.id: _displayed(one, call) for one in call.evals if deleted or not one.config.deleted}


def _displayed(output: EvalOutput, call: Call) -> Item:
    if output.status == "pending":
        return {}
    value = output.value
    return {
        "value": list(value) if isinstance(value, tuple) else shown(output.config, value),
        "reason": output.reason,
        "type": None if output.status == "skipped" else output.config.output_type,
        "name": output.config.name,
        "error": output.status == "error",
        "status": _writer_status(output, call) or output.status,
        "skipped": output.status == "skipped",
    }


def displayed_metrics(call: Call, template_type: str | None) -> Item:
    """Return the same with what the results grid needs. `template_type` is null in one endpoint."""
    found: Item = {}
    for output in call.evals:
        if template_type is not None and output.config.deleted:
            continue
        shown_as = _displayed(output, call)
        if shown_as:
            shown_as = {
                "id": output.config.id,
                "name": shown_as["name"],
                "value": shown_as["value"],
                "reason": shown_as["reason"],
                "type": shown_as["type"],
                "template_type": template_type,
                "visible": True,
                "error": shown_as["error"],
                "status": shown_as["status"],
                "skipped": shown_as["skipped"],
                "error_localizer": False,
            }
        found[output.config.id] = shown_as
    return found


def listing_row(call: Call, context: CallContext) -> Item:
    """Return a call as the run test's listing has it: no session, but transcript and recordings."""
    return {
        **_start(call, context, session=None, transcript=transcript(call), template_type=None),
        **_measures(call),
        **_end(call, context),
    }


def detail_row(call: Call, context: CallContext, snapshots: list[Any]) -> Item:
    """Return a call as the test execution's details have it: no transcript, no recordings, its reruns."""
    session = call.details.session_id
    return {
        **_start(call, context, session=session, transcript=None, template_type="single"),
        **_measures(call),
        "rerun_snapshots": snapshots,
        **_end(call, context),
    }


def _start(
    call: Call,
    context: CallContext,
    *,
    session: str | None,
    transcript: list[Item] | None,
    template_type: str | None,
) -> Item:
    details, scenario = call.details, call.scenario
    audio = audio_url(call)
    row: Item = {
        "id": call.id,
        "service_provider_call_id": details.provider_call_id,
        "session_id": session,
        "timestamp": iso(call.updated_at),
        "call_type": call.call_type,
        "status": call.status,
        "duration": call.duration
        if call.channel == "voice" or call.duration is None
        else float(call.duration),
        "duration_seconds": call.duration if call.channel == "voice" else None,
        "start_time": iso(call.started_at),
        "transcript": transcript or [],
        "scenario": scenario.name,
        "overall_score": call.overall_score,
        "response_time": None if call.response_time is None else call.response_time / 1000,
        "response_time_ms": call.response_time,
        "audio_url": audio,
        "customer_name": details.customer_number,
        "eval_outputs": displayed_outputs(call, deleted=template_type is None),
        "eval_metrics": displayed_metrics(call, template_type),
        "scenario_columns": scenario_columns(call),
        "ended_reason": details.ended_reason,
    }
    if not context.agent.deleted:
        simulator = context.execution.simulator or "Default simulator"
        row["simulator_agent_name"] = simulator
        row["simulator_agent_id"] = make_id("simulator", context.agent.id, simulator)
        row["agent_definition_used_name"] = context.agent.name
        row["agent_definition_used_id"] = context.agent.id
    recordings = {"combined": audio, "assistant": None, "customer": None} if audio else {}
    graph = scenario.number % 4 == 1
    row |= {
        "call_summary": details.summary,
        "recordings": {} if transcript is None else recordings,
        "test_execution_id": context.execution.id,
        "scenario_id": scenario.id,
        "scenario_graph": _graph() if graph else {},
        "scenario_graph_id": make_id("scenario-graph", scenario.id) if graph else None,
    }
    return row


def _graph() -> Item:
    return {"edges": [], "nodes": [{"id": "n1", "type": "conversation"}]}


def _measures(call: Call) -> Item:
    details = call.details
    users, agents = details.interruptions or (None, None)
    user_speed, agent_speed = details.words_per_minute or (None, None)
    spent, made = details.tokens or (None, None)
    ratio = details.talk_ratio
    return {
        "avg_agent_latency": details.agent_latency_ms,
        "avg_agent_latency_ms": details.agent_latency_ms,
        "user_interruption_count": users,
        "user_interruption_rate": _per_minute(users, call.duration),
        "user_wpm": user_speed,
        "bot_wpm": agent_speed,
        "talk_ratio": ratio,
        "ai_interruption_count": agents,
        "ai_interruption_rate": _per_minute(agents, call.duration),
        "avg_stop_time_after_interruption": details.stop_time_ms,
        "total_tokens": None if spent is None or made is None else spent + made,
        "input_tokens": spent,
        "output_tokens": made,
        "avg_latency_ms": None if spent is None else details.agent_latency_ms,
        "turn_count": len(details.transcript) if users is not None else None,
        "agent_talk_percentage": None if ratio is None else round(100 * ratio / (1 + ratio), 1),
        "csat_score": details.csat,
        "processing_skipped": details.skip_reason is not None,
        "processing_skip_reason": details.skip_reason,
    }


def _end(call: Call, context: CallContext) -> Item:
    details = call.details
    billed = billing(call)
    return {
        "is_snapshot": False,
        "snapshot_timestamp": None,
        "rerun_type": None,
        "original_call_execution_id": None,
        "tool_outputs": _tools(call),
        "cost_cents": details.costs[0] if details.costs else None,
        "customer_cost_cents": billed[0] if billed else None,
        "customer_cost_breakdown": billed[1] if billed else None,
        "customer_latency_metrics": {"systemMetrics": system_metrics(call)} if billed else None,
        "customer_call_id": details.provider_call_id,
        "simulation_call_type": call.channel,
        "provider": context.agent.provider if call.channel == "voice" else None,
        "phone_number": call.phone,
    }


def _tools(call: Call) -> Item | None:
    if not call.details.tools:
        return None
    return {
        tool["id"]: {key: value for key, value in tool.items() if key != "id"} for tool in call.details.tools
    }


def _per_minute(count: int | None, duration: int | None) -> float | None:
    return None if count is None or not duration else round(60 * count / duration, 2)


def audio_url(call: Call) -> str | None:
    """Return where the recording is, or None."""
    return None if call.details.recording is None else f"{call.details.recording}.wav"


def billing(call: Call) -> tuple[int, dict[str, float]] | None:
    """Return what the customer's side of a voice call cost in cents, and its parts in dollars."""
    costs = call.details.costs
    if costs is None or call.channel != "voice":
        return None
    total, stt, llm, _ = costs
    return total // 2, {"llm": llm / 100, "stt": stt / 100}


def system_metrics(call: Call) -> dict[str, float]:
    """Return how long a turn and the model's part of it took, in ms."""
    turn = call.details.agent_latency_ms or 1_000
    return {"turn": turn, "model": turn / 2.5}


def transcript(call: Call) -> list[Item]:
    """Return the turns: spoken ones with times, written ones as messages."""
    if call.channel == "voice":
        return spoken(call)
    created = iso(call.updated_at)
    return [
        {
            "id": turn.id,
            "role": turn.speaker,
            "messages": [turn.text],
            "content": [{"role": turn.speaker, "content": turn.text}],
            "session_id": call.details.session_id or f"chat-{call.id[:8]}",
            "tool_calls": [],
            "created_at": created,
        }
        for turn in call.details.transcript
    ]


def spoken(call: Call) -> list[Item]:
    """Return the turns of a voice call, with times in ms and in seconds."""
    created = iso(call.updated_at)
    return [
        {
            **_turn(turn),
            "start_time_seconds": turn.start_ms / 1000,
            "end_time_seconds": turn.end_ms / 1000 or None,
            "created_at": created,
        }
        for turn in call.details.transcript
    ]


def _turn(turn: Turn) -> Item:
    return {
        "id": turn.id,
        "speaker_role": turn.speaker,
        "content": turn.text,
        "start_time_ms": turn.start_ms,
        "end_time_ms": turn.end_ms,
        "confidence_score": 0.95,
    }


_OTHER_SPEAKER: Final = {"user": "assistant", "assistant": "user"}


def stored_turns(call: Call, provider: str | None) -> list[Item]:
    """Return the turns as a snapshot keeps them: without ids, an inbound Vapi call's as the provider said."""
    turned = provider == "vapi" and call.call_type.lower() == "inbound"
    turns = [_turn(turn) for turn in call.details.transcript]
    for turn in turns:
        del turn["id"]
        if turned:
            turn["speaker_role"] = _OTHER_SPEAKER.get(turn["speaker_role"], turn["speaker_role"])
    return turns


def _raw_call_type(call: Call) -> str | None:
    """Return the provider's word for the kind of call, which differs by provider and version."""
    if call.channel != "voice" or bare(call):
        return None
    direction = call.call_type.lower()
    return (f"{direction}PhoneCall", direction, "web")[call.number % 3]


_NEVER: Final = dict.fromkeys(
    (
        "user_interruption_count",
        "user_interruption_rate",
        "user_wpm",
        "bot_wpm",
        "talk_ratio",
        "ai_interruption_count",
        "ai_interruption_rate",
    )
)


def bare(call: Call) -> bool:
    """Return whether this snapshot kept nothing but that it exists: one in five."""
    return call.number % 5 == 0


def snapshot_row(call: Call, original_id: str, context: CallContext) -> Item:
    """Return a snapshot as the run test's listing has it: 29 keys of a call are missing."""
    details, empty = call.details, bare(call)
    audio = None if empty else audio_url(call)
    row: Item = {
        "id": call.id,
        "timestamp": iso(call.updated_at),
        "call_type": _raw_call_type(call),
        "status": None if empty else call.status,
        "duration": None if empty else call.duration,
        "transcript": [] if empty else stored_turns(call, context.agent.provider),
        "scenario": call.scenario.name,
        "overall_score": None if empty else call.overall_score,
        "response_time": None if empty else call.response_time,
        "audio_url": audio,
        "customer_name": details.customer_number,
        "eval_outputs": None if empty else stored_outputs(call),
        "eval_metrics": {},
        "scenario_columns": scenario_columns(call),
        "error_localizer_tasks": [],
        "ended_reason": None if empty else details.ended_reason,
    }
    if not context.agent.deleted:
        row["agent_definition_used_name"] = context.agent.name
        row["agent_definition_used_id"] = context.agent.id
    row |= {
        "call_summary": None if empty else details.summary,
        "recordings": {
            "mono": {"combined_url": audio, "customer_url": None, "assistant_url": None},
            "stereo_url": None,
        },
        "scenario_id": call.scenario.id,
        "avg_agent_latency": None if empty else details.agent_latency_ms,
        **_NEVER,
        "avg_stop_time_after_interruption": None,
        "is_snapshot": True,
        "snapshot_timestamp": iso(call.updated_at),
        "rerun_type": call.rerun_type,
        "original_call_execution_id": original_id,
    }
    return row


def snapshot_entry(call: Call, context: CallContext) -> Item:
    """Return a snapshot as an entry of `rerun_snapshots`."""
    details, empty = call.details, bare(call)
    return {
        "id": call.id,
        "snapshot_timestamp": iso(call.updated_at),
        "rerun_type": call.rerun_type,
        "service_provider_call_id": None,
        "status": None if empty else call.status,
        "started_at": iso(call.started_at),
        "completed_at": iso(call.ended_at),
        "ended_at": None,
        "duration_seconds": None if empty else call.duration,
        "recording_url": None if empty else audio_url(call),
        "stereo_recording_url": None,
        **dict.fromkeys(("cost_cents", "stt_cost_cents", "llm_cost_cents", "tts_cost_cents")),
        "call_summary": None if empty else details.summary,
        "ended_reason": None if empty else details.ended_reason,
        "overall_score": None if empty else call.overall_score,
        "response_time_ms": None if empty else call.response_time,
        "assistant_id": None,
        "customer_number": details.customer_number,
        "call_type": _raw_call_type(call),
        "message_count": None,
        "transcript_available": False,
        "recording_available": False,
        "eval_outputs": None if empty else stored_outputs(call),
        "transcripts": [] if empty else stored_turns(call, context.agent.provider),
        **dict.fromkeys(("analysis_data", "evaluation_data", "provider_call_data")),
        "avg_agent_latency_ms": None if empty else details.agent_latency_ms,
        **_NEVER,
        "avg_stop_time_after_interruption_ms": None,
        "conversation_metrics_data": None,
    }


def version_row(call: Call, version_id: str, provider: str | None) -> Item:
    """Return a completed call of a version. Written conversations are left out."""
    details = call.details
    voice = call.channel == "voice"
    audio = audio_url(call)
    billed = billing(call)
    total, stt, llm, tts = details.costs or (0, 0, 0, 0)
    turns = spoken(call) if voice else []
    direction = call.call_type.lower()
    metadata: Item = {"row_id": make_id("dataset-row", call.id), "call_direction": direction}
    if details.skip_reason is not None:
        metadata |= {"processing_skipped": True, "processing_skip_reason": details.skip_reason}
    return {
        "id": call.id,
        "phone_number": call.phone,
        "service_provider_call_id": details.provider_call_id,
        "status": call.status,
        "started_at": iso(call.started_at),
        "completed_at": iso(call.ended_at),
        "duration_seconds": call.duration if voice else None,
        "recording_url": audio,
        "cost_cents": total,
        "call_metadata": metadata,
        "error_message": details.error,
        "scenario_name": call.scenario.name,
        "transcripts": turns,
        "created_at": iso(call.created_at),
        "updated_at": iso(call.updated_at),
        "provider_call_data": _provider_data(call, provider, audio, total),
        "stereo_recording_url": f"{details.recording}-stereo.wav" if audio and details.stereo else None,
        "ended_reason": details.ended_reason,
        "stt_cost_cents": stt,
        "llm_cost_cents": llm,
        "tts_cost_cents": tts,
        "overall_score": call.overall_score,
        "response_time_ms": call.response_time,
        "response_time_seconds": None if call.response_time is None else call.response_time / 1000,
        "assistant_id": None,
        "customer_number": details.customer_number,
        "call_type": f"{direction}PhoneCall" if voice and details.customer_number else None,
        "ended_at": iso(call.ended_at),
        "analysis_data": {"summary": details.summary or ""} if billed else None,
        "evaluation_data": _evaluation_data(call),
        "message_count": len(details.transcript) if voice else None,
        "transcript_available": bool(turns),
        "recording_available": audio is not None,
        "eval_outputs": stored_outputs(call),
        "error_localizer_tasks": [],
        "call_summary": details.summary,
        "agent_version": version_id,
        "customer_cost_cents": billed[0] if billed else None,
        "system_metrics": system_metrics(call) if billed else None,
        "cost_breakdown": billed[1] if billed else None,
        "customer_call_id": details.provider_call_id,
        "simulation_call_type": call.channel,
        "processing_skipped": details.skip_reason is not None,
        "processing_skip_reason": details.skip_reason,
    }


def _provider_data(call: Call, provider: str | None, audio: str | None, total: int) -> Item | None:
    if provider is None or audio is None or call.number % 3:
        return None
    known = {"id": f"{provider}-{call.id[:8]}", "recording": {"combined": audio}}
    return {provider: {**known, "costBreakdown": {"total": total / 100}}}


def _evaluation_data(call: Call) -> Item | None:
    if not call.details.tools:
        return None
    return {
        "tool_column_order": [
            {
                "id": tool["id"],
                "type": "tool_evaluation",
                "visible": True,
                "column_name": tool["name"],
                "eval_config": tool_config(tool["name"]),
            }
            for tool in call.details.tools
        ]
    }


def tool_config(name: str) -> Item:
    """Return what a tool's column says about the tool."""
    tool, _, index = name.partition(" #")
    return {
        "name": name,
        "tool_name": tool,
        "tool_index": int(index or 1),
        "eval_type_id": "tool_evaluation",
        "tool_call_id": f"call_{index or 1}",
    }


def execution_row(execution: Execution, tally: Tally, catalogue: Catalogue) -> Item:
    """Return an execution. Numbers are 0 where nothing is known; times end in +00:00 here, elsewhere in Z."""
    agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
    attempted = tally.total - tally.count("pending", "queued")
    connected = tally.count("completed", "analyzing")
    begun = execution.created_at if execution.started_at is None else execution.started_at
    ended = execution.completed_at
    names = [catalogue.scenarios[number].name for number in execution.scenarios]
    return {
        "id": execution.id,
        "status": execution.status.title(),
        "scenarios": ", ".join(names) if names else "No scenarios",
        "start_time": str(iso(begun)).replace("Z", "+00:00"),
        "duration": 0 if ended is None else (ended - begun) // 1000,
        "error_reason": "; ".join(execution.errors) or None,
        "success_rate": _share(tally.count("completed"), tally.total, 1),
        "avg_response_time": round((tally.response_time or 0.0) / 1000, 3),
        "calls": tally.total,
        "calls_attempted": attempted,
        "connected_calls": connected,
        "agent_version": catalogue.versions[execution.version].name,
        "agent_definition": agent.name,
        "calls_connected_percentage": _share(connected, attempted, 2),
        "total_chats": tally.total if agent.channel == "text" else 0,
        "agent_type": _agent_type(agent.channel, execution.number),
        "total_number_of_fagi_agent_turns": 0,
        "source_type": "agent_definition",
    }


def _share(part: int, whole: int, digits: int) -> float:
    return round(100 * part / whole, digits) if whole else 0.0


def _agent_type(channel: str, number: int) -> str:
    """Return voice or text; some of the text ones shout."""
    return "TEXT" if channel == "text" and number % 2 else channel


_VOICE: Final = (
    ("timestamp", "Timestamp"),
    ("call_details", "Call Details"),
    ("overall_score", "Overall Score"),
    ("ai_interruption_count", "Agent interruption"),
    ("user_interruption_count", "Simulator interruption"),
    ("turn_count", "Turn Count"),
    ("agent_talk_percentage", "Agent Talk (%)"),
    ("latency", "Latency"),
    ("service_provider_call_id", "Provider Call ID"),
)
_TEXT: Final = (
    ("call_details", "Chat Details"),
    ("overall_score", "Overall Score"),
    ("total_tokens", "Total Tokens"),
    ("input_tokens", "Input Tokens"),
    ("output_tokens", "Output Tokens"),
    ("avg_latency_ms", "Average Latency (ms)"),
    ("turn_count", "Turn Count"),
)


def column_order(execution: Execution, catalogue: Catalogue) -> list[Item]:
    """Return the columns: fixed ones by their own words, then datasets', evals' and tools'."""
    agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
    fixed = _VOICE if agent.channel == "voice" else _TEXT
    columns: list[Item] = [{"column_name": name, "id": word, "visible": True} for word, name in fixed]
    columns += _dataset_columns(execution, catalogue)
    columns += [
        {
            "id": config.id,
            "column_name": config.name,
            "visible": True,
            "type": "evaluation",
            "eval_config": {
                "output": config.output_type,
                "eval_type_id": "CustomPromptEvaluator",
                "required_keys": ["conversation"],
            },
        }
        for config in catalogue.evals_of(execution.run_test)
    ]
    if agent.channel == "voice":
        columns += [
            {
                "id": make_id("tool-column", execution.run_test, tool),
                "type": "tool_evaluation",
                "visible": True,
                "column_name": f"{tool} #1",
                "eval_config": tool_config(f"{tool} #1"),
            }
            for tool in _tools_of_execution(execution, catalogue)
        ]
    return columns


def _dataset_columns(execution: Execution, catalogue: Catalogue) -> list[Item]:
    """Return one column for each name, whichever of the scenarios' datasets it comes from."""
    found: dict[str, Item] = {}
    for number in execution.scenarios:
        scenario = catalogue.scenarios[number]
        for dataset, name, _ in dataset_columns(scenario):
            column = found.setdefault(
                name,
                {
                    "column_name": name,
                    "id": name,
                    "visible": True,
                    "data_type": "text",
                    "type": "scenario_dataset_column",
                    "scenario_id": scenario.id,
                    "dataset_id": dataset,
                    "dataset_column_ids": [],
                },
            )
            column["dataset_column_ids"].append(make_id("dataset-column", dataset, name))
    return list(found.values())


def _tools_of_execution(execution: Execution, catalogue: Catalogue) -> list[str]:
    names = (scripts()[catalogue.scenarios[number].script].tool for number in execution.scenarios)
    return list(dict.fromkeys(names))[:2]


@attrs.frozen
class Names:
    """The requested eval names; None is all. Results compare them exactly, outputs in any case."""

    exact: frozenset[str] | None
    folded: frozenset[str] | None

    @classmethod
    def read(cls, text: str | None) -> Names:
        """Read names separated by commas; a name that contains one can't be requested."""
        exact = frozenset(name.strip() for name in (text or "").split(",") if name.strip())
        return cls(exact or None, frozenset(map(str.casefold, exact)) or None)

    def only(self, outputs: Item) -> Item:
        """Keep the outputs of these evals. What is pending has no name and goes."""
        if self.folded is None:
            return outputs
        return {
            key: output for key, output in outputs.items() if output.get("name", "").casefold() in self.folded
        }


def call_result(call: Call, execution_id: str, names: Names) -> Item:
    """Return one call in full."""
    return call_run(call, execution_id) | {"eval_outputs": names.only(stored_outputs(call))}


def call_entry(call: Call, names: Names) -> Item:
    """Return a call as an entry of its execution's results."""
    return run_item(call) | {"eval_outputs": names.only(stored_outputs(call))}


def execution_result(reader: Reader, execution: Execution, names: Names) -> Item:
    """Return an execution with the results of these evals."""
    known = {config.name for config in reader.catalogue.evals_of(execution.run_test)}
    wanted = None if names.exact is None else frozenset(map(str.casefold, names.exact & known))
    item = execution_run(reader, execution, wanted)
    counts = reader.eval_counts(execution.number)
    by_id = {config.id: config for config in reader.catalogue.evals_of(execution.run_test)}
    for result in item["eval_results"]:
        if result["output_type"] != "choices":
            continue
        everything: Counted = []
        for part in result["result"]:
            cells = counts.get(by_id[part["id"]].number, [])
            part["output"] = _shares(reader, part["id"], execution, cells)
            everything += cells
        result["total_choices_avg"] = _shares(reader, result["result"][0]["id"], execution, everything)
    return item


def _shares(reader: Reader, config_id: str, execution: Execution, cells: Counted) -> dict[str, float]:
    """Count choices by the text of what is stored, whatever its form."""
    config = next(one for one in reader.catalogue.evals_of(execution.run_test) if one.id == config_id)
    total = sum(count for _, count in cells)
    shares: dict[str, float] = {}
    for value, count in cells:
        key = str(stored_value(config, value))
        shares[key] = round(shares.get(key, 0.0) + 100 * count / total, 2)
    return shares


def summary(reader: Reader, execution: Execution) -> Item:
    """Return the explanation of failures, its clusters as the server writes them: null until it is there."""
    found = explanation(reader, execution, None)
    status = found["eval_explanation_summary_status"] or "pending"
    if status != "completed":
        return {"eval_explanation_summary": None, "eval_explanation_summary_status": status}
    configs = {config.name: config for config in reader.catalogue.evals_of(execution.run_test)}
    shown: Item = {}
    for name, items in (found["eval_explanation_summary"] or {}).items():
        config = configs.get(name)
        shown[name] = [_cluster(item, at, config) for at, item in enumerate(items)]
        if config is not None and items and execution.summary is None:
            passing = _passing(reader, execution, config)
            if passing:
                shown[name].append(_cluster(passing, len(items), config, kind="success"))
    return {"eval_explanation_summary": shown, "eval_explanation_summary_status": status}


def _passing(reader: Reader, execution: Execution, config: EvalConfig) -> Item:
    """Return what went well as one cluster: the first calls that passed."""
    calls = [
        call.id
        for call in reader.store.shown_calls_of("execution", execution.number)
        if call.settled and any(one.config == config.number and _good(one.value) for one in call.evals)
    ][:_MOST_PASSING]
    text = f"{len(calls)} calls met what {config.name} looks for."
    if not calls:
        return {}
    return {"cluster_name": "Goes as intended", "call_execution_ids": calls, "description": text}


_MOST_PASSING: Final = 9
_MOST_REPRESENTATIVES: Final = 3


def _good(value: EvalValue) -> bool:
    return isinstance(value, (bool, float)) and value >= 0.5


def _cluster(item: Item, position: int, config: EvalConfig | None, *, kind: str = "failure") -> Item:
    """Return a cluster in the server's words. One that was given in these words is left as it is."""
    if "cluster_name" not in item:
        return item
    calls, failure = item.get("call_execution_ids", []), kind == "failure"
    return {
        "kind": kind,
        "size": len(calls),
        "theme": item["cluster_name"],
        "issues": [item["cluster_name"]] if failure else [],
        "status": "validated",
        "guidance": "Read the representative calls first." if failure else "Keep what these calls do.",
        "triggers": [],
        "eval_name": config.template_name if config else "",
        "cluster_id": position,
        "confidence": "high" if len(calls) > _MOST_REPRESENTATIVES else "medium",
        "member_ids": calls,
        "capabilities": [] if failure else [item["cluster_name"]],
        "eval_config_id": config.id if config else None,
        "eval_template_id": config.template_id if config else None,
        "evidence_summary": item.get("description", ""),
        "representative_ids": calls[:_MOST_REPRESENTATIVES],
        "application_contexts": [],
    }
