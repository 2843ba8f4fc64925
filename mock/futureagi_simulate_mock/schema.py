"""The tables. Times are whole milliseconds since 1970 (UTC), money whole cents, scores as noted."""

from __future__ import annotations

from typing import Final

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE organization (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, api_key TEXT NOT NULL UNIQUE, secret_key TEXT NOT NULL);
CREATE TABLE agent (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL, name TEXT NOT NULL,
    channel TEXT NOT NULL, provider TEXT, deleted INTEGER NOT NULL);
CREATE TABLE version (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE scenario (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL, name TEXT NOT NULL,
    script TEXT NOT NULL, dataset_id TEXT, deleted INTEGER NOT NULL);
CREATE TABLE run_test (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL, name TEXT NOT NULL,
    agent INTEGER NOT NULL, deleted INTEGER NOT NULL);
CREATE TABLE eval_config (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run_test INTEGER NOT NULL, name TEXT NOT NULL,
    template_id TEXT NOT NULL, template_name TEXT NOT NULL, output_type TEXT NOT NULL,
    form TEXT NOT NULL, choices TEXT NOT NULL);
CREATE TABLE execution (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run_test INTEGER NOT NULL, version INTEGER NOT NULL,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER,
    scenarios TEXT NOT NULL, simulator TEXT, errors TEXT NOT NULL, summary_status TEXT, summary TEXT);
-- overall_score is 0-100; settled is 1 once nothing more will happen, and evals and costs are known
CREATE TABLE call (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, run_test INTEGER NOT NULL, execution INTEGER NOT NULL,
    version INTEGER NOT NULL, scenario INTEGER NOT NULL, original INTEGER, rerun_type TEXT,
    deleted INTEGER NOT NULL, status TEXT NOT NULL, channel TEXT NOT NULL, call_type TEXT NOT NULL,
    phone TEXT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
    duration INTEGER, overall_score REAL, response_time INTEGER, settled INTEGER NOT NULL, given TEXT);
-- value: 0 or 1 for Pass/Fail, 0-1 for score, a JSON array for choices; NULL unless status is completed
CREATE TABLE eval_output (
    call INTEGER NOT NULL, config INTEGER NOT NULL, status TEXT NOT NULL, value, reason TEXT,
    PRIMARY KEY (call, config)) WITHOUT ROWID;
-- what a call or an execution looks like from `at` on, while it is under way
CREATE TABLE call_stage (
    call INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, updated_at INTEGER NOT NULL,
    started_at INTEGER, ended_at INTEGER, duration INTEGER, overall_score REAL, response_time INTEGER,
    settled INTEGER NOT NULL, PRIMARY KEY (call, at)) WITHOUT ROWID;
CREATE TABLE execution_stage (
    execution INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, started_at INTEGER,
    completed_at INTEGER, PRIMARY KEY (execution, at)) WITHOUT ROWID;
"""

# Each listing reads one of these from its end: newest first, ties by number.
INDEXES: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS call_by_id ON call (id);
CREATE INDEX IF NOT EXISTS call_by_run_test ON call (run_test, updated_at, number, deleted, original);
CREATE INDEX IF NOT EXISTS call_by_execution
    ON call (execution, updated_at, number, deleted, original, status);
CREATE INDEX IF NOT EXISTS call_by_version ON call (version, updated_at, number, deleted, original, status);
CREATE INDEX IF NOT EXISTS execution_by_run_test ON execution (run_test, created_at, number);
CREATE INDEX IF NOT EXISTS call_by_original ON call (original) WHERE original IS NOT NULL;
"""
