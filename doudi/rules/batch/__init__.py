"""The law over a whole registry: the rules of one household, the same answer to the fen."""

from doudi.rules.batch.sweep import Swept, sweep

__all__ = ["Swept", "sweep"]
