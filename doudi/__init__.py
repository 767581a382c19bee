"""兜底 doudi: the floor under everyone."""
