"""Tests of the command line itself: groups, errors, exit codes."""
