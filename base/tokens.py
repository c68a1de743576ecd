"""Personal links: a signed text that names one purpose and the rows it is about.

A token is `payload:signature`, where the payload is its parts joined by dots. The purpose is part
of the key (Django's salt), so a token made for one purpose is worthless for another. Rotating
SECRET_KEY keeps old links alive through SECRET_KEY_FALLBACKS.
"""

import hashlib
import hmac
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.core.signals import setting_changed
from django.dispatch import receiver


class TokenInvalid(Exception):
    """The token was not made here for this purpose."""


class TokenExpired(TokenInvalid):
    """The token was made here, but too long ago."""


def make(purpose: str, *parts: int | str) -> str:
    """Return a token for `purpose` that never expires by itself.

    Parts are ids or short words without dots or colons.
    """
    value = ".".join(map(str, parts))
    return f"{value}:{_signature(f'bijeen.{purpose}signer', value)}"


# Two links of one mail may carry the same token, and its header repeats one of them.
@lru_cache(maxsize=16)
def _signature(salt: str, value: str) -> str:
    mac = _keyed(salt).copy()
    mac.update(value.encode())
    return signing.b64_encode(mac.digest()).decode()


def digest(purpose: str, value: str) -> str:
    """Return a keyed hash in hexadecimal: what only we can compute of a value that is no secret."""
    mac = _keyed(f"bijeen.{purpose}").copy()
    mac.update(value.encode())
    return mac.hexdigest()


@lru_cache(maxsize=64)
def _keyed(salt: str) -> "hmac.HMAC":
    """Return what signing.Signer makes anew for each signature; a mailing makes thousands."""
    key = hashlib.sha256(f"{salt}{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, digestmod=hashlib.sha256)


@receiver(setting_changed)
def _forget_the_key(*, setting: str, **_more: object) -> None:
    if setting == "SECRET_KEY":
        _keyed.cache_clear()
        _signature.cache_clear()


def read(purpose: str, token: str) -> list[str]:
    """Return the parts of a token made by `make`. Raises TokenInvalid."""
    try:
        return signing.Signer(salt=f"bijeen.{purpose}").unsign(token).split(".")
    except signing.BadSignature as error:
        raise TokenInvalid(purpose) from error


def make_timed(purpose: str, *parts: int | str) -> str:
    """Return a token that carries the moment it was made."""
    return signing.TimestampSigner(salt=f"bijeen.{purpose}").sign(".".join(map(str, parts)))


def read_timed(purpose: str, token: str, max_age: timedelta) -> list[str]:
    """Return the parts of a token made by `make_timed`. Raises TokenExpired or TokenInvalid."""
    signer = signing.TimestampSigner(salt=f"bijeen.{purpose}")
    try:
        return signer.unsign(token, max_age=max_age).split(".")
    except signing.SignatureExpired as error:
        raise TokenExpired(purpose) from error
    except signing.BadSignature as error:
        raise TokenInvalid(purpose) from error
