# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""What the module settled asks a host, as one shell script, and how the answer is read."""

import hashlib
import json
import re
import secrets
import shlex

SETTLED = {
    "mark": {"type": "path", "required": True},
    "wanted": {"type": "list", "elements": "raw", "default": []},
    "files": {"type": "list", "elements": "path", "default": []},
    "there": {"type": "list", "elements": "path", "default": []},
    "untouched": {"type": "list", "elements": "path", "default": []},
    "pins": {"type": "dict", "no_log": True},
    "pins_folder": {"type": "path"},
    "units": {"type": "list", "elements": "str", "default": []},
    "profile": {"type": "path", "required": True},
}

SETTLED_RULES = {"required_by": {"pins": "pins_folder"}}

_ANSWER = re.compile(r"^settled: (yes|no)(?: (.*))?$", re.MULTILINE)

# a change time, unlike a modification time, is nobody's to set
_SCRIPT = """
no() {{ echo "settled: no $*"; exit 0; }}
look() {{
  PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin"
  mark={mark}
  [ "$(head -n 1 "$mark" 2>/dev/null)" = {digest} ] || no "what is wanted is not what was done last"
  program=$(command -v knetctl) || no "knetctl is not there"
  set -- "$program" {there}
  for one; do [ -e "$one" ] || no "$one is not there"; done
  newer=$(find -P "$@" {untouched} -maxdepth 0 -newercc "$mark" 2>/dev/null)
  [ -z "$newer" ] || no "changed since:" $newer
{pins}{units}  echo "settled: yes"
  exec "$program" verify --json --no-smoke-test -- {profile}
}}
look </dev/null
"""


def digest_of(things):
    """The same for the same things: whatever JSON, or text, can say."""
    return hashlib.sha256(json.dumps(things, sort_keys=True, default=str).encode("utf-8")).hexdigest()


def script_for(params, digest):
    """
    Asks whether everything on the host is as it was when the mark was made, for the same wishes. It goes to a
    shell's standard input, where no other user sees it: of the PINs it has digests, each with a salt of its
    own.
    """
    pins = params["pins"] or {}
    files = {"%s/%s" % (params["pins_folder"], name): str(pin) for name, pin in pins.items()}
    return _SCRIPT.format(
        mark=shlex.quote(params["mark"]),
        digest=shlex.quote(digest),
        there=_words([params["profile"], *params["there"], *files]),
        untouched=_words(params["untouched"]),
        pins="".join(_pin(*one) for one in files.items()),
        units="".join(_unit(shlex.quote(one)) for one in params["units"]),
        profile=shlex.quote(params["profile"]),
    )


def answer_in(text):
    """
    Whether it is settled, why not, and the document of knetctl verify. Undefined where there is no answer.
    """
    found = _ANSWER.search(text)
    if found is None:
        return (False, "the host gave no answer", {})
    if found.group(1) == "no":
        return (False, found.group(2), {})
    try:
        document = json.loads(text[found.end():])
    except ValueError:
        return (False, "knetctl verify said nothing", {})
    settled = document.get("verdict") == "as-wanted"
    return (settled, "" if settled else "knetctl verify: %s" % document.get("verdict"), document)


def _words(paths):
    return " ".join(shlex.quote(path) for path in paths)


def _pin(path, pin):
    salt = secrets.token_hex(16)
    wanted = hashlib.sha256((salt + pin).encode("utf-8")).hexdigest()
    file = shlex.quote(path)
    return '  [ "$({ printf %%s %s; cat %s; } | sha256sum)" = "%s  -" ] || no %s is another\n' % (
        salt,
        file,
        wanted,
        file,
    )


def _unit(name):
    return "  systemctl is-active --quiet %s && systemctl is-enabled --quiet %s || no %s is not on\n" % (
        name,
        name,
        name,
    )
