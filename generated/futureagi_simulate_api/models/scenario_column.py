# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model


@define(kw_only=True)
class ScenarioColumn(Model):
    """One cell of the scenario's dataset. The documents do not say what is in it.

    Attributes:
        value: The cell's value; numbers and booleans are written as text.
        visible: Whether the grid shows the column.
        dataset_column_id: Id of the dataset column.
        dataset_id: Id of the dataset.
        column_name: Name of the column.
        data_type: Type of the values, for instance `text`, `integer` or `boolean`.
    """

    value: str | dict[str, Any] | Absent = None
    visible: bool | Absent = None
    dataset_column_id: str | Absent = None
    dataset_id: str | Absent = None
    column_name: str | Absent = None
    data_type: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.value = self.visible = self.dataset_column_id = None
        self.dataset_id = self.column_name = self.data_type = None
