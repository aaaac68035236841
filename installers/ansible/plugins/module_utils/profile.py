# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""The profile as the program is given it: a file's name, or standard input with PINs on descriptors."""

import copy
import json
import os

_INDENT = 2


def profile_word(params):
    """The argument that names the profile."""
    return "-" if params["profile"] is None else os.path.abspath(params["profile"])


def run_with_profile(module, verb, options):
    """Runs the program with this profile; returns its exit code and its document."""
    words = [*options, "--", profile_word(module.params)]
    if module.params["content"] is None:
        return module.run(verb, words)
    content = copy.deepcopy(module.params["content"])
    pins = (module.params["pins"] or {}).items()
    descriptors = [_give(module, content, user, str(pin)) for user, pin in pins]
    start = {
        "cwd": module.params["chdir"],
        "data": json.dumps(content, indent=_INDENT, ensure_ascii=False),
        "pass_fds": descriptors,
    }
    return module.run(verb, words, start, keys_of_lines(content))


def keys_of_lines(content):
    """
    What each line of the JSON text that the program is given stands for, such as content.users.ca_signer.
    """
    found = {}
    _note(content, "content", 1, found)
    return found


def _note(value, path, line, found):
    """Notes the lines of a value that begins on this one; returns the line after it."""
    found[line] = path
    if not isinstance(value, (dict, list)) or not value:
        return line + 1
    is_map = isinstance(value, dict)
    after = line + 1
    for key, inner in value.items() if is_map else enumerate(value):
        after = _note(inner, "%s.%s" % (path, key) if is_map else "%s[%d]" % (path, key), after, found)
    return after + 1


def _give(module, content, user, pin):
    """Says in the profile that this user's PIN is on a descriptor, which holds it; returns the descriptor."""
    users = content.get("users")
    known = users.get(user) if isinstance(users, dict) else None
    if not isinstance(known, dict):
        module.fail_json(msg="pins names %s, who is not a user of content" % user)
    if "pin" in known:
        module.fail_json(msg="user %s has a PIN in pins, and a pin in content: leave one of them out" % user)
    known["pin"] = {"fd": _filled(pin)}
    return known["pin"]["fd"]


def _filled(pin):
    """A descriptor from which exactly this can be read. A PIN is far shorter than what a pipe holds."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as stream:
        stream.write(pin.encode("utf-8"))
    return reading
