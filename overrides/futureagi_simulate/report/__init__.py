"""One HTML file that shows an execution to somebody: verdict, rates, charts, failures and every call.

`build_page` lays out what `gather` fetched; `fi-simulate report` does both.
"""

from futureagi_simulate.report.gather import Material, gather
from futureagi_simulate.report.page import build_page

__all__ = ["Material", "build_page", "gather"]
