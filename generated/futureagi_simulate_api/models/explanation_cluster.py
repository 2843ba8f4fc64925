# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .cluster_kind import ClusterKind


@define(kw_only=True)
class ExplanationCluster(Model):
    """Calls that one eval judged alike, and why. The documents show `cluster_name`,
    `call_execution_ids` and `description`; the server writes the other fields, and has the
    calls in `member_ids`. Data from before then can have some of each, and other spellings of
    them.

    Attributes:
        cluster_name: Name of the cause; observed as `theme`.
        call_execution_ids: Ids of the calls; observed as `member_ids`.
        description: What went wrong, in a sentence or two; observed as `evidence_summary`.
        kind: Whether the calls failed or passed. A `success` cluster tells what went well.
        theme: Name of what the calls have in common.
        status: How far the cluster was checked, for instance `validated`.
        issues: What went wrong, one text each. Empty in a success cluster.
        triggers: What brings it about, one text each.
        capabilities: What the agent did well, one text each. Empty in a failure cluster.
        application_contexts: Where it happens, one text each.
        evidence_summary: What in the calls speaks for it.
        guidance: What to change, or to keep.
        confidence: How sure the explanation is, for instance `high`.
        cluster_id: Number of the cluster, counted from 0.
        size: Number of calls in the cluster.
        member_ids: Ids of the calls.
        representative_ids: Ids of the calls that show it best; each is in `member_ids` too.
        eval_name: Name of the eval template.
        eval_config_id: Id of the eval configuration.
        eval_template_id: Id of the eval template.
    """

    cluster_name: str | Absent = None
    call_execution_ids: list[str] | Absent = None
    description: str | Absent = None
    kind: ClusterKind | Absent = None
    theme: str | Absent = None
    status: str | Absent = None
    issues: list[str] | Absent = None
    triggers: list[str] | Absent = None
    capabilities: list[str] | Absent = None
    application_contexts: list[str] | Absent = None
    evidence_summary: str | Absent = None
    guidance: str | Absent = None
    confidence: str | Absent = None
    cluster_id: int | Absent = None
    size: int | Absent = None
    member_ids: list[str] | Absent = None
    representative_ids: list[str] | Absent = None
    eval_name: str | Absent = None
    eval_config_id: str | Absent = None
    eval_template_id: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.cluster_name = self.call_execution_ids = self.description = None
        self.kind = self.theme = self.status = None
        self.issues = self.triggers = self.capabilities = None
        self.application_contexts = self.evidence_summary = self.guidance = None
        self.confidence = self.cluster_id = self.size = None
        self.member_ids = self.representative_ids = self.eval_name = None
        self.eval_config_id = self.eval_template_id = None
