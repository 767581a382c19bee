"""Persons, households, dated facts with source and two times, visits, the aid chain."""
