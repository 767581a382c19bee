"""Every command and option that a page tells somebody to type exists."""

import argparse
import importlib
import re
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

import pytest

from demo.__main__ import _arguments
from doudi.cli.main import COMMANDS
from tests.docs.pages import ROOT, name_of, pages, text_of, typed_in

_RUN = re.compile(r"\./run ([a-z][a-z-]*)")
_DOUDI = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:\./run )?doudi ([a-z][a-z-]*)(.*)")
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")


@pytest.fixture(scope="module")
def run_script() -> ModuleType:
    loader = SourceFileLoader("run_script", str(ROOT / "run"))
    spec = spec_from_loader("run_script", loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules["run_script"] = module
    # Nothing may be written beside the script.
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


def _options(command: str) -> set[str]:
    parser = argparse.ArgumentParser()
    module = f"doudi.cli.commands.{command.replace('-', '_')}"
    importlib.import_module(module).arguments(parser)
    own = {option for action in parser._actions for option in action.option_strings}
    return own | {"--json", "--help"}


def told_commands() -> list[tuple[str, str, str]]:
    """Page, command and the rest of the line, wherever a page says ``doudi …``."""
    return [
        (name_of(page), found[1], found[2])
        for page in pages()
        for line in typed_in(page)
        if (found := _DOUDI.search(line))
    ]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_run_command_of_a_page_exists(page, run_script):
    told = {name for line in typed_in(page) for name in _RUN.findall(line)}
    assert told - set(run_script.COMMANDS) == set()


def test_every_doudi_command_of_a_page_exists_with_its_options():
    told = told_commands()
    assert len(told) > 20, "the pattern finds nothing any more"
    wrong = [f"{page}: doudi {name}" for page, name, _ in told if name not in COMMANDS]
    assert wrong == []
    for page, name, rest in told:
        assert set(_OPTION.findall(rest)) <= _options(name), f"{page}: doudi {name}{rest}"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_front_pages_name_every_command(page, run_script):
    text = text_of(ROOT / page)
    assert [name for name in run_script.COMMANDS if f"./run {name}" not in text] == []
    assert [name for name in COMMANDS if f"`doudi {name}`" not in text] == []


def test_the_demo_takes_the_options_that_pages_name(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["demo", "--help"])
    with pytest.raises(SystemExit):
        _arguments()
    helped = set(_OPTION.findall(re.sub(r"[\[\],]", " ", capsys.readouterr().out)))
    lines = [line for page in pages() for line in typed_in(page) if "./run demo" in line]
    told = {option for line in lines for option in _OPTION.findall(line)}
    assert "--reset" in told
    assert told <= helped


def test_the_front_pages_name_every_sample_user_and_the_password():
    from demo import office

    names = [told[0] for told in (*office.COUNTY_STAFF, *office.TOWNSHIP_STAFF)]
    names.append(office.VILLAGE_WORKER[0])
    for page in ("README.md", "README.zh-CN.md"):
        text = text_of(ROOT / page)
        assert [name for name in (*names, office.PASSWORD) if f"`{name}`" not in text] == []
