"""The operator's and the analyst's command line; settings; URL roots."""
