# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import UNSET, Model, UnsetType


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

    cluster_name: str | UnsetType = UNSET
    call_execution_ids: list[str] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    theme: str | UnsetType = UNSET
    guidance: str | UnsetType = UNSET
    eval_name: str | UnsetType = UNSET
    confidence: str | UnsetType = UNSET
    eval_config_id: str | UnsetType = UNSET
    eval_template_id: str | UnsetType = UNSET
    evidenceSummary: str | UnsetType = UNSET

    def __attrs_pre_init__(self) -> None:
        self.cluster_name = self.call_execution_ids = self.description = UNSET
        self.kind = self.theme = self.guidance = UNSET
        self.eval_name = self.confidence = self.eval_config_id = UNSET
        self.eval_template_id = self.evidenceSummary = UNSET
