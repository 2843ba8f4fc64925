# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model


@define(kw_only=True)
class ScenarioRef(Model):
    """The scenario that a call played.

    Attributes:
        id: Id of the scenario.
        name: Name of the scenario.
    """

    id: str
    name: str
