"""Promises that the whole project keeps, checked where a reader would not think of looking."""

import ast
import importlib.metadata
import inspect
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from exact_client import errors
from zoho_client import errors as zoho_errors

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("accounts_link", "config", "exact_client", "sync", "tests", "zoho_client")
LONGEST_FUNCTION, LONGEST_FILE = 40, 400  # lines
TOP_LEVEL = {
    *("manage.py", "pyproject.toml", "Makefile", "docker-compose.yml", "README.md", "CHANGELOG.md"),
    *("config", "exact_client", "zoho_client", "accounts_link", "sync", "templates", "tests"),
    "docs",
}
SYSTEMS = [
    {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    for python in ("3.11", "3.12", "3.13")
    for platform in ("linux", "darwin")
]


def our_files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in our_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert too_long == []


def test_no_file_is_longer_than_one_reads_at_once() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in our_files()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]

    assert too_long == []


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in our_files()
        if (text := path.read_text()).strip() and not ast.get_docstring(ast.parse(text))
    ]

    assert silent == []


def test_every_setting_is_explained_in_the_example_and_the_reverse() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)\"""", settings))
    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {
        line.split("=")[0]
        for before, line in pairwise(lines)
        if re.match(r"[A-Z_]+=", line) and before.startswith("# ")
    }

    assert read
    assert explained == read


def error_classes() -> list[str]:
    roots = {errors: errors.ExactError, zoho_errors: zoho_errors.ZohoError}
    return [
        name
        for module, root in roots.items()
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, root)
    ]


@pytest.mark.parametrize("name", error_classes())
def test_every_error_is_explained_to_operators(name: str) -> None:
    assert name in (ROOT / "docs" / "operations.md").read_text()


def make_targets() -> list[str]:
    return re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", [name for name in make_targets() if name != "help"])
def test_every_make_target_is_in_the_readme(target: str) -> None:
    assert f"make {target}" in (ROOT / "README.md").read_text()


def test_no_recipe_is_longer_than_two_lines() -> None:
    recipes = re.findall(r"(?:^\t.*(?:\\\n.*)*\n)+", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert recipes
    assert [recipe for recipe in recipes if len(recipe.splitlines()) > 2] == []


def test_the_top_level_holds_nothing_unexpected() -> None:
    in_git = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert in_git - {"data", "htmlcov", "test-results"} - TOP_LEVEL == set()


@pytest.mark.parametrize("lock", [".requirements.txt", ".requirements-dev.txt"])
def test_the_lock_holds_every_package_with_its_hash_and_names_no_server(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r"^[a-z0-9._-]+==[^\\\n]+\\\n    --hash=sha256:", text, re.MULTILINE)

    assert pinned
    assert len(pinned) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
    assert not re.search(r"^-|://|@ ", text, re.MULTILINE)


@pytest.mark.parametrize(
    "system", SYSTEMS, ids=lambda s: f"{s['sys_platform']}-{s['python_version']}"
)
@pytest.mark.parametrize("lock", [".requirements.txt", ".requirements-dev.txt"])
def test_the_lock_holds_what_every_supported_system_asks_for(
    system: dict[str, str], lock: str
) -> None:
    """A package that only another Python needs would fail to install there, for want of a hash."""
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
    environment = {**default_environment(), **system}

    missing = {
        f"{name} asks for {need.name}"
        for name in pinned & installed_packages()
        for need in map(Requirement, importlib.metadata.requires(name) or ())
        if applies(need, environment) and canonicalize_name(need.name) not in pinned
    }

    assert missing == set()


def installed_packages() -> set[str]:
    return {canonicalize_name(one.name) for one in importlib.metadata.distributions()}


def applies(need: Requirement, environment: Mapping[str, Any]) -> bool:
    return need.marker is None or need.marker.evaluate({**environment, "extra": ""})
