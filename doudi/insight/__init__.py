"""Dashboards, statistics, what-if: a read-only database role."""
