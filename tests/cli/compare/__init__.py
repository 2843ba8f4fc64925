"""Tests of statistics and comparisons."""
