"""The Django ground: actions, access, audit, work list, files, settings."""
