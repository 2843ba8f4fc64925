# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import UNSET, Model, UnsetType
from .column_type import ColumnType
from .eval_config import EvalConfig


@define(kw_only=True)
class Column(Model):
    """A column of the results grid.

    Attributes:
        id: Documented as a UUID; observed, default columns have words such as `call_details`.
        column_name: Name to display.
        visible: Whether the grid shows it.
        data_type: Type of the values, for instance `text`, `integer` or `boolean`.
        type: What the column shows.
        scenario_id: Id of the scenario whose dataset it shows.
        dataset_id: Id of the dataset it shows.
        dataset_column_ids: Ids of the dataset columns that share this name.
        eval_config: The eval that fills the column.
    """

    id: str
    column_name: str
    visible: bool
    data_type: str | UnsetType = UNSET
    type: ColumnType | UnsetType = UNSET
    scenario_id: str | None | UnsetType = UNSET
    dataset_id: str | UnsetType = UNSET
    dataset_column_ids: list[str] | UnsetType = UNSET
    eval_config: EvalConfig | None | UnsetType = UNSET

    def __attrs_pre_init__(self) -> None:
        self.data_type = self.type = self.scenario_id = UNSET
        self.dataset_id = self.dataset_column_ids = self.eval_config = UNSET
