"""Our few lines of DER, beside a library that knows all of it."""

from __future__ import annotations

import datetime as dt

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from finsecure.doctor.certificate import read


def _der(subject: x509.Name, issuer: x509.Name, begins: dt.datetime, ends: dt.datetime, names: list[str]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if names:
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _name(**attributes: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(getattr(x509.NameOID, name.upper()), value) for name, value in attributes.items()]
    )


@pytest.mark.parametrize("year", [1999, 2026, 2049, 2050, 2199])
def test_names_and_dates_are_read(year: int) -> None:
    begins = dt.datetime(year, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    ends = begins + dt.timedelta(days=90)
    der = _der(
        _name(country_name="US", common_name="pay.example"),
        _name(organization_name="ACME Corp", common_name="ACME TLS Inspection ü"),
        begins,
        ends,
        ["pay.example", "*.pay.example"],
    )
    found = read(der)
    assert found is not None
    assert (found.begins, found.ends) == (begins, ends)
    assert found.subject == "pay.example"
    assert found.issuer == "ACME TLS Inspection ü"
    assert found.names == ("pay.example", "*.pay.example")
    assert not found.self_signed


def test_a_certificate_without_names_is_for_its_subject() -> None:
    now = dt.datetime.now(dt.UTC)
    name = _name(organization_name="router.local")
    found = read(_der(name, name, now, now, []))
    assert found is not None
    assert found.names == ("router.local",)
    assert found.self_signed


def test_two_that_are_called_alike_are_not_the_same() -> None:
    leaf = trustme.CA().issue_cert("pay.example")
    pem = leaf.cert_chain_pems[0].bytes()
    found = read(x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER))
    assert found is not None
    assert not found.self_signed


@given(st.binary(max_size=200))
def test_anything_else_is_no_certificate(data: bytes) -> None:
    assert read(data) is None


def test_a_certificate_that_is_cut_off_is_none() -> None:
    now = dt.datetime.now(dt.UTC)
    whole = _der(_name(common_name="a"), _name(common_name="b"), now, now, ["a"])
    for length in range(0, len(whole), 7):
        assert read(whole[:length]) is None
