"""The contract, and the tools that hold a server against it."""
