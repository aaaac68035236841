# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""Endpoints, IP:PORT or [IPv6]:PORT, compared by what they mean."""

import ipaddress


def meaning(text):
    """
    The same for every spelling of an endpoint; of what is none, the text, which the program then refuses.
    """
    host, colon, port = text.strip().rpartition(":")
    try:
        return (str(ipaddress.ip_address(host.strip("[]"))), int(port))
    except ValueError:
        return (text, colon)


def text_of(endpoint):
    """Of an endpoint in a document."""
    ip = endpoint["ip"]
    return "%s:%s" % ("[%s]" % ip if ":" in ip else ip, endpoint["port"])
