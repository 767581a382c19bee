"""Pure Python: money, dates, working days, id numbers, problems, hash chain, clock."""
