"""The only package that serves HTTP."""
