"""The same 低保 rule, written by hand for other engines as their users would write it."""
