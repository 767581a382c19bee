"""The law over a whole registry: the rules of one household, the same answer to the fen."""
