"""The mock's made-up data: everything in it follows from a seed."""
