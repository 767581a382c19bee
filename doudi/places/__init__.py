"""Administrative divisions and place names, dated."""
