"""The one door: says what is missing, does nothing twice, records no addresses."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "run"
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def load(folder: Path) -> ModuleType:
    """The script as a module, working on another folder."""
    loader = importlib.machinery.SourceFileLoader("run_script", str(RUN))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    module.ROOT = folder
    module.VAR = folder / "var"
    module.VENV = folder / ".venv"
    module.PYTHON = folder / ".venv" / "bin" / "python"
    module.LOCKS = folder / "requirements"
    module.MODULES = folder / "node_modules"
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout under a name with a space and Chinese signs."""
    folder = tmp_path / "县 民政局"
    (folder / "requirements").mkdir(parents=True)
    for name in ("runtime", "dev", "node"):
        (folder / "requirements" / f"{name}.lock").write_text(f"# {name}\n")
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    return folder


@pytest.fixture
def run(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script with every installing step replaced by a note of it in ``run.steps``."""
    module = load(checkout)
    module.steps = []

    def note(label: str, command: list[str], env: dict[str, str]) -> None:
        module.steps.append(command)
        if "venv" in command:
            module.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            module.PYTHON.touch(mode=0o755)
        if "ci" in command:
            module.MODULES.mkdir(exist_ok=True)

    monkeypatch.setattr(module, "step", note)
    return module


# --- what it says when something is missing ------------------------------------------------------


def test_it_can_be_read_by_a_python_too_old_to_run_the_product() -> None:
    ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("version", [(3, 7), (3, 10)])
def test_an_old_python_is_named_with_the_line_to_type(
    run: ModuleType, version: tuple[int, int]
) -> None:
    fault = run.python_fault(version, True)
    assert f"Python 是 3.{version[1]}，需要 3.11" in fault
    assert "3.11 or newer is needed" in fault
    assert re.search(r"install .*python|https://", fault)


def test_a_python_without_venv_is_told_which_package_brings_it(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda name: "/x" if name == "apt-get" else None)
    assert "apt-get install -y python3.12-venv" in run.python_fault((3, 12), False)
    assert run.python_fault((3, 12), True) is None


def test_a_newer_python_of_the_machine_is_used_when_the_own_one_is_too_old(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "python3.12"
    old.write_text("#!/bin/sh\necho 3 9\necho venv\n")
    new.write_text("#!/bin/sh\necho 3 12\necho venv\n")
    for program in (old, new):
        program.chmod(0o755)
    monkeypatch.setattr(run.sys, "_base_executable", str(old))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    # A newer one may stand on the machine beside ours; ours is the newest of the folder alone.
    monkeypatch.setattr(run.shutil, "which", lambda name: str(tmp_path / name)
                        if (tmp_path / name).exists() else None)  # fmt: skip
    assert run.find_python() == os.path.realpath(new)
    new.unlink()
    with pytest.raises(run.Stop, match=r"Python 是 3\.9"):
        run.find_python()


def test_without_a_browser_an_ordinary_user_is_told_what_to_type_at_once(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(run.shutil, "which", lambda name: "/x" if name == "apt-get" else None)
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)
    with pytest.raises(run.Stop, match="sudo apt-get install -y chromium"):
        run.need_browser({})
    assert run.steps == []


def test_without_a_browser_root_installs_it(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([None, "/usr/bin/chromium"])
    monkeypatch.setattr(run, "find_browser", lambda: next(found))
    monkeypatch.setattr(run.shutil, "which", lambda name: "/x" if name == "apt-get" else None)
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)
    env: dict[str, str] = {}
    run.need_browser(env)
    assert [command[1] for command in run.steps] == ["update", "install"]
    assert env["CHROMIUM"] == "/usr/bin/chromium"


# --- the environment is made once ----------------------------------------------------------------


def installs(run: ModuleType) -> list[str]:
    return ["venv" if "venv" in step else Path(step[-1]).stem for step in run.steps]


def test_a_second_run_installs_nothing(run: ModuleType) -> None:
    run.need_python("runtime", {})
    assert installs(run) == ["venv", "runtime"]
    run.need_python("runtime", {})
    assert len(run.steps) == 2
    assert all("--require-hashes" in step for step in run.steps if "pip" in step)


def test_the_development_set_grows_in_place_and_serves_the_runtime_too(run: ModuleType) -> None:
    run.need_python("runtime", {})
    run.need_python("dev", {})
    run.need_python("runtime", {})
    assert installs(run) == ["venv", "runtime", "dev"]


def test_a_changed_lock_is_installed_again(run: ModuleType) -> None:
    run.need_python("runtime", {})
    (run.LOCKS / "runtime.lock").write_text("# other\n")
    run.need_python("runtime", {})
    assert installs(run) == ["venv", "runtime", "runtime"]


@pytest.mark.parametrize("cut", ["venv", "pip"])
def test_an_install_that_was_cut_off_starts_from_nothing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    note = run.step

    def cut_off(label: str, command: list[str], env: dict[str, str]) -> None:
        note(label, command, env)
        if cut in command:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "step", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run.need_python("runtime", {})
    assert not run.python_is_ready("runtime")
    run.steps.clear()
    run.need_python("runtime", {})
    assert installs(run) == ["venv", "runtime"]
    assert run.python_is_ready("runtime")


def test_a_moved_checkout_is_made_anew(run: ModuleType, tmp_path: Path) -> None:
    run.need_python("runtime", {})
    run.ROOT = tmp_path / "elsewhere"
    run.need_python("runtime", {})
    assert installs(run) == ["venv", "runtime", "venv", "runtime"]


def test_the_front_end_is_installed_once_and_again_after_its_lock_changes(run: ModuleType) -> None:
    env = {"PATH": os.environ["PATH"]}
    run.find_npm = lambda _: ["npm"]
    run.need_front_end(env)
    run.need_front_end(env)
    assert len(run.steps) == 1
    (run.ROOT / "package-lock.json").write_text('{"a": 1}')
    run.need_front_end(env)
    assert len(run.steps) == 2


def test_without_node_the_one_from_the_python_index_is_taken(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda _: None)
    env = {"PATH": "/bin"}
    (run.VAR / "node").mkdir(parents=True)

    def note(label: str, command: list[str], env: dict[str, str]) -> None:
        run.steps.append(command)
        (run.VAR / "node").mkdir()

    monkeypatch.setattr(run, "step", note)
    node, npm = run.find_npm(env)
    assert Path(node).parent == Path(env["PATH"].split(":")[0])
    assert npm.endswith("npm-cli.js")
    assert "--require-hashes" in run.steps[0]
    run.find_npm({"PATH": "/bin"})
    assert len(run.steps) == 1


def test_two_at_once_wait_for_each_other(checkout: Path) -> None:
    code = (
        "import importlib.machinery as m, importlib.util as u, pathlib, sys, time\n"
        "l = m.SourceFileLoader('r', sys.argv[1]); s = u.spec_from_loader('r', l)\n"
        "r = u.module_from_spec(s); l.exec_module(r); r.VAR = pathlib.Path(sys.argv[2])\n"
        "with r.exclusive('environment', '准备环境'):\n"
        "    print('in', flush=True); sys.stdin.readline(); print('out', flush=True)\n"
    )
    command = [sys.executable, "-X", "utf8", "-c", code, str(RUN), str(checkout / "var")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with (
        subprocess.Popen(command, **pipes) as first,  # type: ignore[call-overload]
    ):
        assert first.stdout.readline() == b"in\n"
        with subprocess.Popen(command, **pipes) as second:  # type: ignore[call-overload]
            assert "等它完成".encode() in second.stderr.readline()
            first.communicate(b"\n")
            assert second.communicate(b"\n")[0] == b"in\nout\n"


# --- every machine, every locale -----------------------------------------------------------------


def test_an_empty_environment_is_enough_and_utf8_is_forced(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for home in (None, "", "/nonexistent"):
        for name in list(os.environ):
            monkeypatch.delenv(name)
        if home is not None:
            monkeypatch.setenv("HOME", home)
        env = run.environment()
        assert env["PYTHONUTF8"] == "1"
        assert os.access(env["HOME"], os.W_OK)
        assert env["PATH"]


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_the_commands_are_shown_in_any_locale(locale: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, str(RUN)], env=env, capture_output=True, check=True)
    shown = done.stdout.decode("utf-8")
    assert all(f"./run {name}" in shown for name in ("demo", "test", "check", "promises", "bench"))


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    done = subprocess.run([sys.executable, str(RUN), "demoo"], capture_output=True, check=False)
    assert done.returncode == 2
    assert "没有这个命令：demoo" in done.stderr.decode("utf-8")


def test_exit_codes_and_signals_pass_through(run: ModuleType) -> None:
    run.ROOT.mkdir(exist_ok=True)
    assert run.supervise(["/bin/sh", "-c", "exit 7"], {}) == 7
    assert run.supervise(["/bin/sh", "-c", "kill -9 $$"], {}) == 137


def test_an_interrupt_reaches_the_child_which_may_finish_its_cleaning(checkout: Path) -> None:
    code = (
        "import importlib.machinery as m, importlib.util as u, pathlib, sys\n"
        "l = m.SourceFileLoader('r', sys.argv[1]); s = u.spec_from_loader('r', l)\n"
        "r = u.module_from_spec(s); l.exec_module(r); r.ROOT = pathlib.Path(sys.argv[2])\n"
        "child = 'trap \"echo cleaned; exit 5\" INT; echo up; while :; do read x || :; done'\n"
        "sys.exit(r.supervise(['/bin/sh', '-c', child], {'PATH': '/bin'}))\n"
    )
    reading, writing = os.pipe()
    command = [sys.executable, "-c", code, str(RUN), str(checkout)]
    # Started with the signal switched off, as a shell starts what it runs in the background.
    ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    with subprocess.Popen(
        command, stdin=reading, stdout=subprocess.PIPE, preexec_fn=ignore
    ) as process:
        os.close(reading)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGINT)
        os.close(writing)
        assert process.stdout.readline() == b"cleaned\n"
        assert process.wait(20) == 5


def test_pytest_gets_two_workers_and_no_full_length_tests_unless_told(run: ModuleType) -> None:
    assert run.pytest_arguments([]) == ["-n", "2", "--dist", "loadfile", "-m", "not slow"]
    assert run.pytest_arguments(["-n0", "-m", "slow"]) == ["-n0", "-m", "slow"]
    assert run.pytest_arguments(["--pdb"]) == ["-m", "not slow", "--pdb"]


def test_a_ready_environment_is_not_installed_again(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.need_python("runtime", {})

    def refuse(what: str, *_: object) -> None:
        raise AssertionError(f"{what} was done again")

    monkeypatch.setattr(run, "step", refuse)
    run.need_python("runtime", {})


# --- the lock files ------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_locked_package_is_pinned_by_hash_and_no_address_is_recorded(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"\n(?=[a-z0-9])", text.partition("./run lock\n")[2])
    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9._-]+==", package), package
        assert "--hash=sha256:" in package, package


def test_the_development_lock_holds_the_runtime_lock() -> None:
    pins = {
        name: set(
            re.findall(r"^\S+==\S+", (ROOT / "requirements" / f"{name}.lock").read_text(), re.M)
        )
        for name in ("runtime", "dev")
    }
    assert pins["runtime"] <= pins["dev"]


def test_the_front_end_lock_records_contents_and_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert packages
    for name, told in packages.items():
        assert "resolved" not in told, name
        assert told["integrity"].startswith("sha512-"), name
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()
