"""The address that was meant where an email's domain looks like a slip in a well-known one."""

import re

from rapidfuzz.distance import OSA

from conversations.understanding.contacts import LONGEST

_HOSTS = ("gmail", "yahoo", "hotmail", "outlook", "icloud")
"""Where most addresses are, and so most slips."""
_IN_COUNTRIES = frozenset({"yahoo", "hotmail", "outlook"})
"""They have mail under the endings of countries too ("yahoo.co.in", "hotmail.es")."""
_COUNTRY = re.compile(r"(?:(?:com?)\.)?[a-z]{2}")
_SLIPS_OF_COM = frozenset({
    "", "c", "cm", "cmo", "co", "cok", "col", "com.com", "comcom", "comm", "con", "con.com", "coom", "copm", "cpm",
    "ccom", "cim", "clm", "cokm", "cpom", "c0m", "cvom", "dom", "fom", "kom", "m", "ocm", "om", "vom", "xom", "como",
})  # fmt: skip
"""Some are countries, where none of those has mail."""
_REAL = frozenset({
    "gail.com", "gmall.com", "grail.com", "gemail.com", "gsmail.com", "gomail.com", "g-mail.com", "hotmailer.com",
    "outlooks.com", "outlookindia.com", "hotmart.com",
})  # fmt: skip
"""Domains of somebody else that lie near."""
_TWO_SLIPS = 6
"""Letters of a host in which two slips pass, if all that was typed are letters of it ("icould", but "outdoor")."""
_SHORTEST = 4


def suggested(email: str) -> str:
    """ "ana@gmial.com" → "ana@gmail.com"; "" where nothing speaks against the address, or nothing better is known."""
    written = email.strip()
    name, _, typed = written.rpartition("@")
    name = name.rstrip("@")
    if not name or not typed or "@" in name or len(written) > LONGEST or len(name.split()) != 1:
        return ""
    domain = re.sub(r"[.,;]+", ".", "".join(typed.lower().split())).strip(".")
    meant = _meant(domain)
    if f"{name}@{meant}".lower() == written.lower() or "." not in meant:
        return ""
    return f"{name}@{meant}"


def _meant(domain: str) -> str:
    """The well-known domain that one is a slip of; itself where it is none."""
    if domain in _REAL:
        return domain
    label, _, ending = domain.partition(".")
    if not ending and label.removesuffix("com") in _HOSTS:
        label = label.removesuffix("com")
    host = label if label in _HOSTS else next((each for each in _HOSTS if _is_slip(label, each)), "")
    if not host or (label != host and not ending):
        return domain
    if ending == "com" or ending in _SLIPS_OF_COM:
        return f"{host}.com"
    return f"{host}.{ending}" if host in _IN_COUNTRIES and _COUNTRY.fullmatch(ending) else domain


def _is_slip(label: str, host: str) -> bool:
    """One letter wrong, missing, doubled or in another's place, or two of them. The first may only be swapped: "mail"
    and "email" are hosts as well."""
    if len(label) < _SHORTEST or (label[0] != host[0] and label[:2] != host[1::-1]):
        return False
    slips = OSA.distance(label, host)
    has_its_letters = set(label) <= set(host) if len(host) >= _TWO_SLIPS else sorted(label) == sorted(host)
    return slips == 1 or (slips == 2 and has_its_letters)
