# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model


@define(kw_only=True)
class ExplanationCluster(Model):
    """Calls that failed for the same cause. Observed in more than one form, so any field can be
    missing.

    Attributes:
        cluster_name: Name of the cause.
        call_execution_ids: Ids of the calls.
        description: What went wrong, in a sentence or two.
        kind: What the cluster is about, for instance `failure`.
        theme: Name of the cause in the newer form.
        guidance: What to change.
        eval_name: Name of the eval template.
        confidence: How sure the explanation is, for instance `high`.
        eval_config_id: Id of the eval configuration.
        eval_template_id: Id of the eval template.
        evidenceSummary: What in the calls speaks for it.
    """

    cluster_name: str | Absent = None
    call_execution_ids: list[str] | Absent = None
    description: str | Absent = None
    kind: str | Absent = None
    theme: str | Absent = None
    guidance: str | Absent = None
    eval_name: str | Absent = None
    confidence: str | Absent = None
    eval_config_id: str | Absent = None
    eval_template_id: str | Absent = None
    evidenceSummary: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.cluster_name = self.call_execution_ids = self.description = None
        self.kind = self.theme = self.guidance = None
        self.eval_name = self.confidence = self.eval_config_id = None
        self.eval_template_id = self.evidenceSummary = None
