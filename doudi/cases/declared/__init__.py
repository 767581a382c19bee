"""The procedures, one file a law."""
