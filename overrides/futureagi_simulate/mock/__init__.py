"""A stand-in for the Future AGI service, for tests without a network."""
