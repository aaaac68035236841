#!/usr/bin/python
# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)

DOCUMENTATION = r"""
module: apply
short_description: "Set up the Kryptus kNET PKCS #11 client as a profile says"
version_added: 0.1.0
description:
  - >-
    Runs C(knetctl apply). It makes the changes in a copy-on-write view of the host, proves them there with
    a PKCS #11 smoke test run as the service's account, then makes them on the host.
  - What fails before that has changed nothing. What fails later is taken back.
  - A second run changes nothing, and restarts nothing.
options:
  in_place:
    description:
      - Whether C(install.sh) of the vendor's archive runs on the host itself. What it replaces cannot be put
        back.
      - For image builds, and where the kernel allows no copy-on-write view.
    type: bool
    default: false
extends_documentation_fragment:
  - knetctl.knet.program
  - knetctl.knet.profile
  - knetctl.knet.proof
  - knetctl.knet.run
attributes:
  check_mode:
    description: Makes the plan. The result has C(changes), but neither C(outcome) nor C(smoke).
    support: full
  diff_mode:
    description: Shows the plan's changes, without secrets.
    support: full
  platform:
    description: Which hosts it is for.
    support: full
    platforms: Linux
notes:
  - Needs root on the host, and knetctl there.
seealso:
  - module: knetctl.knet.verify
  - module: knetctl.knet.ha
author:
  - the knetctl authors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Set up the client
  knetctl.knet.apply:
    profile: /etc/knetctl/profile.yaml
    lock_timeout: 60

- name: Set up the client by a profile of this play, with PIN files that are on the host
  knetctl.knet.apply:
    content:
      connections:
        hsm_1:
          endpoints: "{{ vhsm_endpoints }}"
      users:
        ca_signer:
          connection: hsm_1
          pin: { file: /etc/knetctl/pins/ca_signer }
      service: { user: amplia, unit: amplia.service }

- name: Provision an image
  knetctl.knet.apply:
    profile: /srv/build/profile.yaml
    root: /srv/image
    in_place: true
"""

RETURN = r"""
outcome:
  description: How the run ended. C(failed) and C(rolled-back) fail the task.
  returned: when it ran, not in check mode
  type: str
  sample: applied
exit_code:
  description: The program's exit code. In check mode 2 says that something would change.
  returned: when it ran
  type: int
  sample: 0
changes:
  description: What was changed, or would be, each with its step, kind, path and more.
  returned: when a plan was made
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
  returned: when a plan was made
  type: list
  elements: dict
  sample:
    - step: module
      text: version 1.7.0 is installed at /usr/lib/libkNETPKCS11.so
smoke:
  description: The smoke test. Its verdict in one line, and for each token what was proven and each check.
  returned: when it came to it
  type: dict
  sample:
    verdict: 'token "ca_signer": signed and verified'
    tokens:
      - label: ca_signer
        proven: signed-session-key
        checks:
          - id: login
            status: pass
            ms: 12.4
run:
  description: Name of the run, for C(knetctl history). Null if nothing of the host was changed.
  returned: when it ran, not in check mode
  type: str
  sample: 20261127T210036Z-10e2
exposure_ms:
  description: Milliseconds from the beginning of the first change of the host to the end of the last one.
  returned: when something was changed
  type: float
  sample: 300.8
recovered:
  description: Name of an unfinished run that was taken back first.
  returned: when there was one
  type: str
  sample: 20261127T204400Z-1c0d
"""

from ansible_collections.knetctl.knet.plugins.module_utils.options import (
    PROFILE,
    PROFILE_RULES,
    PROGRAM,
    PROOF,
    RUN,
    words,
)
from ansible_collections.knetctl.knet.plugins.module_utils.outcome import end_run, end_without_program
from ansible_collections.knetctl.knet.plugins.module_utils.profile import run_with_profile
from ansible_collections.knetctl.knet.plugins.module_utils.program import Module

OWN = {"in_place": {"type": "bool", "default": False}}


def main():
    module = Module(
        argument_spec={**PROGRAM, **PROFILE, **PROOF, **RUN, **OWN}, supports_check_mode=True, **PROFILE_RULES
    )
    planned = module.check_mode
    if planned and module.executable() is None:
        end_without_program(module)
    options = words(module.params, ["root", *PROOF, *RUN, *OWN])
    last = ["--dry-run"] if planned else ["--yes"]
    code, document = run_with_profile(module, "apply", [*options, *last])
    end_run(module, code, document, planned)


if __name__ == "__main__":
    main()
