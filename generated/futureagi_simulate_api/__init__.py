# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""Future AGI simulation results: models, and one function for each operation."""

from .client import Client

__all__ = ["Client"]
