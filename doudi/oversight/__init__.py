"""Anomalies, inspections, hotline and petitions, work-plan tasks, appraisal."""
