"""Risk indicators, scored alerts, their loop to a verdict, the register, sweeps."""
