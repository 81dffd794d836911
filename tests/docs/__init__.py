"""Tests of the project's own pages and rules: features, glossary, dependencies, the house."""
