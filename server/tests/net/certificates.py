"""TLS contexts of receivers: one as it should be, and each way to get it wrong."""

from __future__ import annotations

import datetime as dt
import ssl
import warnings
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


class Certificates:
    """An authority that the sender trusts (its certificate is in `ca_file`), and what receivers present."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self._folder = folder
        self.ca_file = str(folder / "ca.pem")
        self._ca.cert_pem.write_to_path(self.ca_file)

    def good(self) -> ssl.SSLContext:
        return _presents(self._ca.issue_cert(HOST, "localhost"))

    def expired(self) -> ssl.SSLContext:
        return _presents(self._ca.issue_cert(HOST, not_before=NOW - 30 * DAY, not_after=NOW - DAY))

    def not_yet_valid(self) -> ssl.SSLContext:
        return _presents(self._ca.issue_cert(HOST, not_before=NOW + DAY, not_after=NOW + 30 * DAY))

    def wrong_host(self) -> ssl.SSLContext:
        return _presents(self._ca.issue_cert("shop.example"))

    def wrong_address(self) -> ssl.SSLContext:
        return _presents(self._ca.issue_cert("127.0.0.9"))

    def unknown_authority(self) -> ssl.SSLContext:
        return _presents(trustme.CA().issue_cert(HOST))

    def without_intermediate(self) -> ssl.SSLContext:
        """The leaf alone, of an authority below the one that is trusted."""
        leaf = self._ca.create_child_ca().issue_cert(HOST)
        path = self._folder / "leaf.pem"
        path.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def self_signed(self) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - DAY)
            .not_valid_after(NOW + DAY)
            .sign(key, hashes.SHA256())
        )
        path = self._folder / "self-signed.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def old_tls(self) -> ssl.SSLContext:
        """TLS 1.0 and nothing newer."""
        context = self.good()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    def tls_1_2(self) -> ssl.SSLContext:
        context = self.good()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    def demands_certificate_1_2(self) -> ssl.SSLContext:
        return self._demands_certificate(ssl.TLSVersion.TLSv1_2)

    def demands_certificate_1_3(self) -> ssl.SSLContext:
        return self._demands_certificate(ssl.TLSVersion.TLSv1_3)

    def _demands_certificate(self, version: ssl.TLSVersion) -> ssl.SSLContext:
        context = self.good()
        context.minimum_version = context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        self._ca.configure_trust(context)
        return context


def _presents(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context
