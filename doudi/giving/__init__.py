"""Donations of money and goods, allocation, disclosure, matching needs and gifts."""
