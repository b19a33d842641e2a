"""Log lines are JSON and hold no message of an exception and no address."""

import json
import logging

import pytest

from esign.cli.logs import JsonFormatter, configure


def line(message, *arguments, error=None, **extra):
    record = logging.getLogger("test").makeRecord(
        "test",
        logging.WARNING,
        __file__,
        1,
        message,
        arguments,
        (type(error), error, error.__traceback__) if error else None,
    )
    vars(record).update(extra)
    return json.loads(JsonFormatter().format(record))


def test_a_line_says_when_how_bad_and_what():
    value = line("task failed", task="deliveries", failures=3)
    assert (value["level"], value["logger"], value["message"]) == ("warning", "test", "task failed")
    assert (value["task"], value["failures"]) == ("deliveries", 3)
    assert value["at"].endswith("Z")


def test_an_exception_is_its_type_and_its_places_without_its_message():
    try:
        raise ValueError("Jana Beispiel, jana@example.org")
    except ValueError as error:
        value = line("internal", error=error)
    assert value["exception"] == "ValueError"
    assert value["where"][0].startswith("test_cli_logs.py:")
    assert "Jana" not in json.dumps(value)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Invalid request from ip=192.0.2.7: bad", "Invalid request from ip=<address>: bad"),
        ("peer 2001:db8::1 gone", "peer <address> gone"),
        ("peer ::1 gone", "peer <address> gone"),
        ("version 27.0.1 at 10:15:30", "version 27.0.1 at 10:15:30"),
        ("Listening at: http://127.0.0.1:8080 (12)", "Listening at: http://<address>:8080 (12)"),
    ],
)
def test_addresses_are_left_out(said, kept):
    assert line(said)["message"] == kept


def test_a_librarys_warnings_with_names_of_signatories_are_never_written():
    import esign.validation.second_opinion  # noqa: F401 - it silences them too, and comes first here

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure()
        for library in ("pyhanko", "pyhanko_certvalidator", "pyhanko.sign.validation"):
            assert not logging.getLogger(library).isEnabledFor(logging.ERROR)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
