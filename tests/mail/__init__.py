"""Tests of the email library."""
