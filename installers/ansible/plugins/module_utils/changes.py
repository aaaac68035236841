# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""The changes of a plan as a diff."""


def diff_of(document):
    """The changes as Ansible shows them: a block for each, in their order."""
    return [{"prepared": _block(change)} for change in document.get("changes", [])]


def _block(change):
    lines = change.get("diff") or []
    if not lines:
        return "".join(line + "\n" for line in _lines(change))
    head = ["--- %s" % ("/dev/null" if change["new"] else change["path"]), "+++ %s" % change["path"]]
    return "".join(line + "\n" for line in [*head, *lines])


def _lines(change):
    """For a change that no lines of a file show."""
    texts = _TEXTS.get(change["kind"])
    if texts is not None:
        return texts(change)
    return ["@@ %s %s @@" % (change["kind"], change["path"]), *_summary(change)]


def _summary(change):
    return ["  %s" % line for line in change.get("summary", [])]


def _rights(change):
    return "%s:%s %s" % (change["owner"], change["group"], change["mode"])


def _account(change):
    made = [
        "user %s, home %s" % (change["user"], change["home"]) if change["createUser"] else None,
        "group %s" % change["group"] if change["createGroup"] else None,
    ]
    return ["+%s" % text for text in made if text is not None]


def _replaced(before, after):
    return [*(["-%s" % before] if before is not None else []), "+%s" % after]


def _file(change):
    after = "%s %s sha256 %s" % (change["path"], _rights(change), change["sha256"])
    before = change["before"]
    return _replaced(None if before is None else "%s %s" % (change["path"], _what(before)), after)


def _link(change):
    before = change["before"]
    after = "%s -> %s" % (change["path"], change["target"])
    return _replaced(None if before is None else "%s -> %s" % (change["path"], _what(before)), after)


def _what(before):
    """Of a file or link that is replaced: what tells it from the new one."""
    if not isinstance(before, dict):
        return str(before)
    if "target" in before:
        return before["target"]
    return "sha256 %s" % before["sha256"] if "sha256" in before else before.get("kind", "")


_TEXTS = {
    "create-account": _account,
    "create-folder": lambda change: ["+%s/ %s" % (change["path"], _rights(change))],
    "set-owner": lambda change: _replaced(
        "%s %s" % (change["path"], change["from"]),
        "%s %s:%s" % (change["path"], change["owner"], change["group"]),
    ),
    "set-mode": lambda change: _replaced(
        "%s %s" % (change["path"], change["from"]), "%s %s" % (change["path"], change["mode"])
    ),
    "install-file": _file,
    "create-link": _link,
    "remove-entry": lambda change: ["-%s" % change["path"]],
    "register-library": lambda change: ["+%s: %s" % (change["path"], change["folder"])],
    "restart-service": lambda change: ["@@ restart %s @@" % change["unit"]],
}
