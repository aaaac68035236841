# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""Certificates' fingerprints in a profile."""

from __future__ import annotations

import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.knetctl.knet.plugins.module_utils.endpoints import meaning, text_of


def pinned(profile, endpoints):
    """
    The profile, a text, with the fingerprint of each of these endpoints, as the module ha found them. All
    else in it, comments and layout, stays as it is.
    """
    found = {meaning(text_of(one)): one["certificate"]["fingerprint"] for one in endpoints}
    edits = {}
    for name, connection in _pairs(_child(yaml.compose(profile, Loader=yaml.SafeLoader), "connections")):
        listed = _child(connection, "endpoints")
        if listed is None:
            raise AnsibleFilterError("connection %s has no list of endpoints to pin certificates in" % name)
        for endpoint in listed.value:
            fingerprint = found.get(meaning(text_of({key: value.value for key, value in _pairs(endpoint)})))
            if fingerprint is not None:
                # an endpoint that several connections name by an alias is edited once
                start, end, text = _edit(profile, endpoint, fingerprint)
                edits[start] = (end, text)
    for start, (end, text) in sorted(edits.items(), reverse=True):
        profile = profile[:start] + text + profile[end:]
    return profile


def _pairs(node):
    """Of a map among YAML's nodes: each key's text, and its value's node."""
    return [(key.value, value) for key, value in node.value] if node is not None else []


def _child(node, name):
    return dict(_pairs(node)).get(name)


def _edit(profile, endpoint, fingerprint):
    """Where in the text to put what, so that this endpoint has this fingerprint."""
    quoted = '"%s"' % fingerprint
    old = _child(endpoint, "fingerprint")
    if old is not None:
        same = _plain(old.value) == fingerprint
        start, end = old.start_mark.index, old.end_mark.index
        return (start, end, profile[start:end] if same else quoted)
    first, last = endpoint.value[0][0], endpoint.value[-1][1]
    # JSON has its keys in quotes
    key = '"fingerprint": ' if first.style == '"' else "fingerprint: "
    if endpoint.flow_style:
        return (last.end_mark.index, last.end_mark.index, ", " + key + quoted)
    # before the first key of the block, in its column
    start = first.start_mark.index
    return (start, start, key + quoted + "\n" + " " * first.start_mark.column)


def disagreeing(endpoints, expected=None):
    """
    Those of which not all have one certificate, or which have not the expected one, as IP:PORT, each once.
    """
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
