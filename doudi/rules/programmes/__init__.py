"""The law, article beside every rule; a new programme's module is added to `MODULES`."""

from doudi.rules.programmes import (
    carried,
    children,
    dibao,
    disability,
    emergency,
    income,
    layers,
    members,
    obligors,
    price,
    property,
    referrals,
    relapse,
    rigid,
    taper,
    tekun,
)  # fmt: skip

MODULES = (
    members, obligors, income, property, dibao, taper, tekun, rigid, relapse, layers, children,
    disability, emergency, price, referrals,
    carried,
)  # fmt: skip
