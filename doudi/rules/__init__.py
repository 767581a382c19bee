"""Pure Python: the law as code."""
