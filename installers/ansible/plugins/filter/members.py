# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""The members of a connection."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError
from ansible_collections.knetctl.knet.plugins.module_utils.endpoints import text_of


def members(profile, name):
    """Of this connection of a profile, as IP:PORT, in their order."""
    connection = profile.get("connections", {}).get(name)
    if connection is None:
        raise AnsibleFilterError("the profile has no connection %s" % name)
    endpoints = connection.get("endpoints")
    if endpoints is None:
        ips, ports = (
            [one] if not isinstance(one, list) else one for one in (connection["ip"], connection["port"])
        )
        endpoints = [{"ip": ip, "port": port} for ip, port in zip(ips, ports)]
    return [text_of(one) for one in endpoints]


class FilterModule:
    """What plays find here."""

    def filters(self):
        """By their names."""
        return {"members": members}
