"""Applications, investigation, publicity, decisions, reviews, referrals, letters."""
