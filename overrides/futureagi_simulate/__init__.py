"""Python client for the simulation results of the Future AGI API."""
