"""pytest plugin: the mock as fixtures."""
