"""Tests of the demo: its mails lead to what they must, told by the pure parts alone."""
