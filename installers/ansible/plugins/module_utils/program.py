# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""Runs the program with --json, and gives its document on."""

import json
import os

from ansible.module_utils.basic import AnsibleModule

from .problems import name_place, problem_text

# exit codes, see docs/reference/exit-codes.md
DONE = 0
CHANGES_PENDING = 2

_FOLDERS = ["/usr/local/bin"]


class Module(AnsibleModule):
    """A module whose parameters may hold secrets, and that may run the program."""

    def __init__(self, **spec):
        super().__init__(**spec)
        # no_log made a secret of every value of the profile, which no result could name then
        self.no_log_values = secrets_in(self.params)

    def executable(self):
        """The program's path; None if it is not on the host."""
        given = self.params["executable"]
        if given is None:
            return self.get_bin_path("knetctl", opt_dirs=_FOLDERS)
        return given if os.access(given, os.X_OK) else None

    def required_executable(self):
        found = self.executable()
        if found is None:
            self.fail_json(
                msg="%s is not an executable on this host; "
                "install knetctl, or say where it is with 'executable'"
                % (self.params["executable"] or "knetctl")
            )
        return found

    def run(self, verb, words, start=None, lines=None, warn=True):
        """
        Runs the program; returns its exit code and its document, whose warnings are passed on. start:
        arguments of run_command. lines: what the lines of standard input stand for.
        """
        command = [self.required_executable(), *verb.split(), "--json", *words]
        code, out, err = self.run_command(
            command, expand_user_and_vars=False, ignore_invalid_cwd=False, **(start or {"cwd": "/"})
        )
        try:
            document = json.loads(out)
        except ValueError:
            self.fail_json(
                msg="%s ended with exit code %d and without a JSON document" % (command[0], code),
                exit_code=code,
                stdout=out,
                stderr=err,
            )
        for problem in document.get("problems", []):
            name_place(problem, lines or {})
            if warn and problem["severity"] == "warning":
                self.warn(problem_text(problem))
        return code, document


def secrets_in(params):
    """What no result may show: the given PINs, and what stands in the profile where only its source may."""
    given = (params.get("pins") or {}).values()
    found = {str(value) for value in given} | set(_literals(params.get("content")))
    return {value for value in found if value != ""}


def _literals(value, named=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _literals(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _literals(inner, named)
    elif value is not None and _is_secret(named):
        yield str(value)


def _is_secret(name):
    lower = name.lower()
    return lower in ("pin", "app_key") or "password" in lower
