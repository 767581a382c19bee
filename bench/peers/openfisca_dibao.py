"""The 低保 rule in OpenFisca-core: ``openfisca_dibao.py REGISTRY OUT``."""

from __future__ import annotations

import numpy as np
from fisca_rule import system_of
from openfisca_core.simulations import SimulationBuilder
from shared import asked, read_arrays, read_figures, write_answer
from timing import rule_is_read, timed

PERIOD = "2022-06"


def main() -> None:
    """Read the rule, join persons to households, set inputs, calculate."""
    registry, out = asked()
    f = read_figures(registry)
    system = system_of(f)
    rule_is_read()
    households, persons = read_arrays(registry, f["places"])
    households["评定类别"] = households["评定类别"] - 1
    numbers, owners = households.pop("户号"), persons.pop("户号")

    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(len(owners)))
    group = builder.declare_entity("household", numbers)
    builder.join_with_persons(group, owners, roles=np.zeros(len(owners), np.int8))
    simulation = builder.build(system)
    for name, values in (*households.items(), *persons.items()):
        simulation.set_input(name, PERIOD, values)
    write_answer(
        out, numbers, simulation.calculate("低保户", PERIOD), simulation.calculate("低保金", PERIOD)
    )


if __name__ == "__main__":
    timed(main)
