# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""The modules' options that they share, as argument specs, and as words of a command line."""

PROGRAM = {
    "executable": {"type": "path"},
    "root": {"type": "path"},
}

PROFILE = {
    "profile": {"type": "path"},
    # no_log keeps it out of the host's log, which is written before a PIN in it could be found
    "content": {"type": "dict", "no_log": True},
    "chdir": {"type": "path", "default": "/"},
    "pins": {"type": "dict", "no_log": True},
}

PROFILE_RULES = {
    "mutually_exclusive": [("profile", "content")],
    "required_one_of": [("profile", "content")],
    "required_by": {"pins": "content"},
}

PROOF = {
    "smoke_test": {"type": "bool", "default": True},
    "timeout": {"type": "int"},
    "strict": {"type": "bool", "default": False},
    "retry_pin": {"type": "bool", "default": False},
}

RUN = {
    "lock_timeout": {"type": "int", "default": 0},
    "probe": {"type": "bool", "default": True},
    "prove": {"type": "bool", "default": True},
    "rollback": {"type": "bool", "default": True},
    "restart": {"type": "bool", "default": True},
}


def words(params, names):
    """
    The named options as the program's own: a switch is said where it is not what the program does anyway.
    """
    return [word for name in names for word in _words(name, params.get(name))]


def _words(name, value):
    option = name.replace("_", "-")
    if value is None:
        return []
    if not isinstance(value, bool):
        return ["--%s=%s" % (option, value)]
    if name in _ON_BY_DEFAULT:
        return [] if value else ["--no-%s" % option]
    return ["--%s" % option] if value else []


_ON_BY_DEFAULT = frozenset(["smoke_test", "probe", "prove", "rollback", "restart"])
