from datetime import date
from pathlib import Path

import pytest

from esign.policy import (
    LegalLevel,
    PolicyMalformed,
    PolicyNotFound,
    policies_root,
    read_policy,
    signature_policies,
    signature_policy,
)


def folder(tmp_path: Path, text: str, schema: str = "{}") -> Path:
    (tmp_path / "schema.json").write_text(schema)
    path = tmp_path / "rule.yaml"
    path.write_text(text)
    return path


def test_every_scalar_stays_text(tmp_path: Path) -> None:
    path = folder(tmp_path, "country: NO\npostal_code: 01067\ntime: 12:30:45\nfloat: 1.0\nempty: ~\n")
    assert read_policy(path) == {
        "country": "NO",
        "postal_code": "01067",
        "time": "12:30:45",
        "float": "1.0",
        "empty": "~",
    }


def test_a_repeated_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyMalformed) as refusal:
        read_policy(folder(tmp_path, "a: 1\na: 2\n"))
    assert refusal.value.code == "policy.malformed"


@pytest.mark.parametrize("text", ["a: [", "- a list", "a: !!python/object/apply:os.system ['true']", "a: \x00"])
def test_what_is_not_a_mapping_of_text_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyMalformed):
        read_policy(folder(tmp_path, text))


def test_the_schema_beside_the_file_decides(tmp_path: Path) -> None:
    with pytest.raises(PolicyMalformed) as refusal:
        read_policy(folder(tmp_path, "a: 1\n", '{"required": ["b"]}'))
    assert refusal.value.facts["rule"] == "required"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyNotFound):
        read_policy(tmp_path / "nothing.yaml")


def test_the_default_policy_for_advanced_demands_user_verification() -> None:
    policy = signature_policy("scratch-advanced", date(2026, 11, 22))
    assert (policy.level, policy.user_verification) == (LegalLevel.ADVANCED, "required")


def test_a_policy_is_chosen_by_day() -> None:
    with pytest.raises(PolicyNotFound):
        signature_policy("scratch-advanced", date(2026, 5, 31))


def test_arcs_are_never_used_twice() -> None:
    oids = [policy.oid for policy in signature_policies()]
    assert len(oids) == len(set(oids)) == 4


@pytest.mark.parametrize("path", sorted((policies_root() / "signature").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_cases_in_each_signature_policy_hold(path: Path) -> None:
    data = read_policy(path)
    policy = next(p for p in signature_policies() if p.name == data["id"])
    for case in data["tests"]:
        assert policy.in_force(date.fromisoformat(case["day"])) is (case["in_force"] == "true"), case


def test_levels_are_ordered_and_a_higher_one_satisfies_a_lower_one() -> None:
    assert LegalLevel.SIMPLE < LegalLevel.ADVANCED < LegalLevel.QUALIFIED
    assert [LegalLevel.parse(level.word) for level in LegalLevel] == list(LegalLevel)
    with pytest.raises(ValueError):
        LegalLevel.parse("Advanced")
