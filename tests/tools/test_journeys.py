"""The tool that counts what a request crosses."""

from __future__ import annotations

from pathlib import Path

from tools.journeys import BEFORE, PACKAGES, crossed, folder_of, journeys

LISTING = "list_call_executions, prefetch 4"


def test_the_files_and_functions_of_a_listing_are_counted_in_all_threads() -> None:
    run, packages = journeys()[LISTING]
    found = crossed(run, *packages)
    assert all(path.parts[0] == "overrides" for path in found)
    assert found[Path("overrides/futureagi_simulate/decoding.py")] > 5  # in the threads that fetch
    assert len(found) < BEFORE[LISTING][0]


def test_what_did_not_run_does_not_count() -> None:
    assert crossed(lambda: None, *PACKAGES).total() == 0


def test_every_package_has_its_folder() -> None:
    assert all(folder_of(package).is_dir() for package in PACKAGES)
