from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.identity.errors import BirthDateDiffers, BirthDateMissing, NameDiffers
from esign.identity.person import AssuranceLevel, ExpectedPerson, IdentifiedPerson, check_person, same_name


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Müller", "Mu\u0308ller"),
        ("Müller", "MÜLLER"),
        ("Groß", "GROSS"),
        ("Yılmaz", "Yılmaz"),
        ("Anna  Maria", "Anna Maria"),
        (" Anna Maria ", "Anna\u00a0Maria"),
        ("Müller-Lüdenscheidt", "Müller\u2010Lüdenscheidt"),
        ("Müller-Lüdenscheidt", "Müller\u2013Lüdenscheidt"),
        ("Karl-Heinz", "Karl\u2011Heinz"),
        ("Σωκράτης", "ΣΩΚΡΆΤΗΣ"),
        ("Ａｎｎａ", "Anna"),
    ],
)
def test_spellings_of_one_name_are_the_same(left, right):
    assert same_name(left, right)
    assert same_name(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Müller", "Mueller"),
        ("Müller", "Muller"),
        ("Yılmaz", "Yilmaz"),
        ("Anna Maria", "Anna"),
        ("Anna Maria", "Anna-Maria"),
        ("Anna Maria", "AnnaMaria"),
        ("Anna Maria", "Maria Anna"),
        ("O'Neill", "ONeill"),
        ("Meier", "Meyer"),
        ("Anna", "Аnna"),
        ("Anna", "An\u200bna"),
        ("von Bülow", "Bülow"),
        ("Anna", ""),
    ],
)
def test_nothing_is_guessed(left, right):
    assert not same_name(left, right)
    assert not same_name(right, left)


@settings(deadline=None)
@given(st.text())
def test_every_name_is_the_same_as_itself_in_any_case_folding(name):
    assert same_name(name, name)
    assert same_name(name, name.casefold())


def identified(**changes):
    values = {
        "issuer": "https://idp.example",
        "subject": "s",
        "given_name": "Karl-Heinz",
        "family_name": "Österreicher",
        "birth_date": date(1958, 1, 17),
        "assurance": AssuranceLevel.UNSTATED,
        "token": "t",
        "nonce": "n",
    }
    return IdentifiedPerson(**(values | changes))


def test_the_contracts_party_is_accepted():
    check_person(identified(), ExpectedPerson(given_name="KARL-HEINZ", family_name="Österreicher"))
    check_person(
        identified(),
        ExpectedPerson(given_name="Karl-Heinz", family_name="österreicher", birth_date=date(1958, 1, 17)),
    )


@pytest.mark.parametrize("changes", [{"given_name": "Karl"}, {"family_name": "Oesterreicher"}])
def test_another_name_is_refused(changes):
    with pytest.raises(NameDiffers) as error:
        check_person(identified(**changes), ExpectedPerson(given_name="Karl-Heinz", family_name="Österreicher"))
    assert error.value.code == "identity.person.name_differs"
    assert not error.value.facts


def test_swapped_names_are_refused():
    with pytest.raises(NameDiffers):
        check_person(identified(), ExpectedPerson(given_name="Österreicher", family_name="Karl-Heinz"))


@pytest.mark.parametrize(
    ("birth_date", "error", "code"),
    [
        (date(1958, 1, 18), BirthDateDiffers, "identity.person.birth_date_differs"),
        (None, BirthDateMissing, "identity.person.birth_date_missing"),
    ],
)
def test_date_of_birth_counts_where_the_contract_names_one(birth_date, error, code):
    named = {"given_name": "Karl-Heinz", "family_name": "Österreicher"}
    with pytest.raises(error) as refusal:
        check_person(identified(birth_date=birth_date), ExpectedPerson(**named, birth_date=date(1958, 1, 17)))
    assert refusal.value.code == code
    assert not refusal.value.facts
    check_person(identified(birth_date=birth_date), ExpectedPerson(**named))
