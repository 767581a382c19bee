"""Other departments: formats, intake, read, match, requests, returns."""
