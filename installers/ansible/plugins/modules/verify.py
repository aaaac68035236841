#!/usr/bin/python
# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)

DOCUMENTATION = r"""
module: verify
short_description: Look whether a host is as its profile says, and whether it works
version_added: 0.1.0
description:
  - >-
    Runs C(knetctl verify). It compares the host with its profile, asks each member of an HA vector, and runs
    the PKCS #11 smoke test as the service's account.
  - It changes nothing, in check mode neither, where it logs in all the same.
options:
  fail_on:
    description:
      - Verdicts that fail the task.
      - C(drift), something differs from the profile. C(degraded), all works, but not with every member
        of an HA vector. C(unreachable), a token, the service or a whole vector cannot be reached now.
        C(failed), anything else.
      - With an empty list only what keeps it from looking fails the task, such as a profile that is not
        valid.
    type: list
    elements: str
    choices: [drift, degraded, unreachable, failed]
    default: [drift, degraded, unreachable, failed]
  metrics:
    description: >-
      Writes what was seen to this file too, for the textfile collector of Prometheus' node exporter.
    type: path
extends_documentation_fragment:
  - knetctl.knet.program
  - knetctl.knet.profile
  - knetctl.knet.proof
attributes:
  check_mode:
    description: Looks all the same.
    support: full
  diff_mode:
    description: Shows the drift, as the changes that C(knetctl apply) would make.
    support: full
  platform:
    description: Which hosts it is for.
    support: full
    platforms: Linux
notes:
  - Needs root on the host, and knetctl there.
seealso:
  - module: knetctl.knet.apply
author:
  - the knetctl authors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Verify the host
  knetctl.knet.verify:
    profile: /etc/knetctl/profile.yaml

- name: Only compare, without a login
  knetctl.knet.verify:
    profile: /etc/knetctl/profile.yaml
    smoke_test: false

- name: Look, and decide later
  knetctl.knet.verify:
    profile: /etc/knetctl/profile.yaml
    fail_on: []
  register: look

- name: Say which hosts are not as wanted
  ansible.builtin.debug:
    msg: "{{ look.verdict }}: {{ look.smoke.verdict }}"
  when: look.verdict != 'as-wanted'
"""

RETURN = r"""
verdict:
  description: One of as-wanted, drift, degraded, unreachable, failed.
  returned: when it could look
  type: str
  sample: as-wanted
exit_code:
  description: The program's exit code.
  returned: when it ran
  type: int
  sample: 0
changes:
  description: The drift, as the changes that C(knetctl apply) would make.
  returned: when it could look
  type: list
  elements: dict
  sample:
    - step: ownership
      kind: set-mode
      path: /var/amplia/.config
      from: "0755"
      mode: "0750"
problems:
  description:
    - Everything that is wrong, each with its code, severity, title, and where they help where, detail and
      hint.
    - Warnings are shown as warnings too, and errors are what the task fails with.
  returned: when it ran
  type: list
  elements: dict
  sample:
    - code: smoke-test-failed
      severity: error
      title: the smoke test of token "ca_signer" failed at login with CKR_PIN_INCORRECT
      hint: look for a space or quotes in the PIN file
notes:
  description: What else is to be known, each with its step.
  returned: when it could look
  type: list
  elements: dict
  sample:
    - step: module
      text: version 1.7.0 is installed at /usr/lib/libkNETPKCS11.so
smoke:
  description: The smoke test. Its verdict in one line, and for each token what was proven and each check.
  returned: when it could look
  type: dict
  sample:
    verdict: 'token "ca_signer": reached, but nobody logged in (login: CKR_PIN_INCORRECT)'
    tokens:
      - label: ca_signer
        proven: reached
        checks:
          - id: login
            status: fail
            ms: 12.4
            ckr: CKR_PIN_INCORRECT
"""

from ansible_collections.knetctl.knet.plugins.module_utils.changes import diff_of
from ansible_collections.knetctl.knet.plugins.module_utils.options import (
    PROFILE,
    PROFILE_RULES,
    PROGRAM,
    PROOF,
    words,
)
from ansible_collections.knetctl.knet.plugins.module_utils.problems import failure_text, problem_text
from ansible_collections.knetctl.knet.plugins.module_utils.profile import run_with_profile
from ansible_collections.knetctl.knet.plugins.module_utils.program import Module

VERDICTS = ["drift", "degraded", "unreachable", "failed"]

OWN = {
    "fail_on": {"type": "list", "elements": "str", "choices": VERDICTS, "default": VERDICTS},
    "metrics": {"type": "path"},
}


def main():
    module = Module(
        argument_spec={**PROGRAM, **PROFILE, **PROOF, **OWN}, supports_check_mode=True, **PROFILE_RULES
    )
    options = words(module.params, ["root", *PROOF, "metrics"])
    code, document = run_with_profile(module, "verify", options)
    result = {**document, "exit_code": code, "changed": False}
    if module._diff:
        result["diff"] = diff_of(document)
    verdict = document.get("verdict")
    if verdict is None or verdict in module.params["fail_on"]:
        module.fail_json(msg=failure_text(document, summary(verdict, document)), **result)
    for problem in document["problems"]:
        if problem["severity"] == "error":
            module.warn(problem_text(problem))
    module.exit_json(**result)


def summary(verdict, document):
    """Why it fails where no problem is an error: drift, or a member that is down."""
    paths = [change["path"] for change in document.get("changes", [])]
    if paths:
        return "the host is not as its profile says: %s" % ", ".join(paths)
    warnings = [problem_text(one) for one in document.get("problems", [])]
    return "\n".join(["the host is %s" % verdict, *warnings])


if __name__ == "__main__":
    main()
