# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
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
    data_type: str | Absent = None
    type: ColumnType | Absent = None
    scenario_id: str | None = None
    dataset_id: str | Absent = None
    dataset_column_ids: list[str] | Absent = None
    eval_config: EvalConfig | None = None

    def __attrs_pre_init__(self) -> None:
        self.data_type = self.type = self.scenario_id = None
        self.dataset_id = self.dataset_column_ids = self.eval_config = None
