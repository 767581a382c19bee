"""The law, article beside every rule; a new programme's module is added to `MODULES`."""

from doudi.rules.programmes import dibao, income, members, property

MODULES = (members, income, property, dibao)
