"""The made-up county: its recipe, its month, its simulated clerks."""
