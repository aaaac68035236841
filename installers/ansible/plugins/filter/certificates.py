# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""Certificates' fingerprints in a profile."""

from __future__ import annotations

import copy

from ansible.errors import AnsibleFilterError
from ansible_collections.knetctl.knet.plugins.module_utils.endpoints import meaning, text_of


def pinned(profile, endpoints):
    """The profile with the fingerprint of each of these endpoints, as the module ha found them."""
    found = {meaning(text_of(one)): one["certificate"]["fingerprint"] for one in endpoints}
    result = copy.deepcopy(profile)
    for name, connection in result.get("connections", {}).items():
        if "endpoints" not in connection:
            raise AnsibleFilterError("connection %s has no list of endpoints to pin certificates in" % name)
        for endpoint in connection["endpoints"]:
            fingerprint = found.get(meaning(text_of(endpoint)))
            if fingerprint is not None:
                endpoint["fingerprint"] = fingerprint
    return result


def disagreeing(endpoints, expected=None):
    """Those of which not all have one certificate, or which have not the expected one, as IP:PORT, each once."""
    known = {meaning(text): _plain(fingerprint) for text, fingerprint in (expected or {}).items()}
    wrong = []
    for one in endpoints:
        text, fingerprint = text_of(one), one["certificate"]["fingerprint"]
        if known.setdefault(meaning(text), fingerprint) != fingerprint and text not in wrong:
            wrong.append(text)
    return wrong


def _plain(fingerprint):
    return str(fingerprint).replace(":", "").lower()


class FilterModule:
    """What plays find here."""

    def filters(self):
        """By their names."""
        return {"pinned": pinned, "disagreeing": disagreeing}
