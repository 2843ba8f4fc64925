"""Defective variants of the mock: each spoils one thing about its questions or answers."""

from . import access, errors, fields, filters, pages, runs
from .making import MUTANTS, Mutant

__all__ = ["MUTANTS", "Mutant", "access", "errors", "fields", "filters", "pages", "runs"]
