"""The command `fi-simulate`."""
