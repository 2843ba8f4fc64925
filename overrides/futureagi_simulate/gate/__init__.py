"""Is the agent ready to promote? Thresholds, intervals, a baseline and a verdict with an exit code."""
