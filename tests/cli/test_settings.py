"""Where settings come from: command line beats environment beats file, all under the same names."""

from __future__ import annotations

import os

import pytest

# A port that nothing listens on tells which setting won: the error names it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CQLBULK_")}


@pytest.fixture
def contacted(cqlbulk, tmp_path):
    """The address that cqlbulk tried, given a file's text, an environment and arguments."""

    def run(*arguments: str, file: str | None = None, environment: dict[str, str] | None = None) -> str:
        if file is not None:
            (tmp_path / "settings.toml").write_text(file)
            arguments = (*arguments, "--config", "settings.toml")
        result = cqlbulk("count", "a.b", *arguments, env={**ENVIRONMENT, **(environment or {})})
        assert result.returncode == 2, result.stderr
        return result.stderr

    return run


def test_file_is_read(contacted):
    assert "127.0.0.1:3" in contacted(file='hosts = "127.0.0.1:3"\n')


def test_environment_beats_file(contacted):
    said = contacted(file='hosts = "127.0.0.1:3"\n', environment={"CQLBULK_HOSTS": "127.0.0.1:2"})
    assert "127.0.0.1:2" in said and "127.0.0.1:3" not in said


def test_command_line_beats_environment(contacted):
    said = contacted("--hosts", "127.0.0.1:1", environment={"CQLBULK_HOSTS": "127.0.0.1:2"})
    assert "127.0.0.1:1" in said and "127.0.0.1:2" not in said


def test_a_table_of_the_command_beats_the_top(contacted):
    assert "127.0.0.1:5" in contacted(file='hosts = "127.0.0.1:4"\n[count]\nhosts = "127.0.0.1:5"\n')
    assert "127.0.0.1:4" in contacted(file='hosts = "127.0.0.1:4"\n[export]\nhosts = "127.0.0.1:5"\n')


def test_lists_and_switches_and_numbers(contacted):
    said = contacted(file='hosts = ["127.0.0.1:4", "127.0.0.1:5"]\nsplits = 8\nquiet = true\n')
    assert "127.0.0.1:4" in said and "127.0.0.1:5" in said


def test_options_of_other_commands_are_passed_over_at_the_top(contacted):
    assert "127.0.0.1:3" in contacted(file='hosts = "127.0.0.1:3"\nto = "x.csv"\n')


def test_file_may_be_named_by_the_environment(contacted, tmp_path):
    (tmp_path / "other.toml").write_text('hosts = "127.0.0.1:6"\n')
    assert "127.0.0.1:6" in contacted(environment={"CQLBULK_CONFIG": "other.toml"})


@pytest.mark.parametrize(
    "file, texts",
    [
        ("spilts = 3\n", ["settings.toml:1", "spilts", "did you mean --splits?"]),
        ("\nsplits = 0\n", ["settings.toml:2", "--splits"]),
        ("[count]\nto = 'x'\n", ["settings.toml:2", "to is no option"]),
        ("splits = \n", ["settings.toml:1"]),
        ("splits = { a = 1 }\n", ["settings.toml:1"]),
        ("quiet = 3\n", ["settings.toml:1"]),
    ],
)
def test_mistakes_are_named_with_their_line(contacted, file, texts):
    said = contacted(file=file)
    for text in texts:
        assert text in said


def test_a_file_that_is_not_there(contacted):
    assert "nowhere.toml" in contacted("--config", "nowhere.toml")


def test_mistakes_in_the_environment_are_named(contacted):
    assert "CQLBULK_SPLITS" in contacted(environment={"CQLBULK_SPLITS": "few"})
