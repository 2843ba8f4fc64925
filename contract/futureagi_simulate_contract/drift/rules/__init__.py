"""The rules that turn exchanges into findings, one module for each sort of behaviour."""
