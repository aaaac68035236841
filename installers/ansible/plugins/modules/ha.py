#!/usr/bin/python
# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)

DOCUMENTATION = r"""
module: ha
short_description: Change or probe the members of an HA vector of the Kryptus kNET client
version_added: 0.1.0
description:
  - Runs C(knetctl ha set), C(add), C(remove) or C(promote) on one connection of the client's C(config.json),
    and of the profile if one is given.
  - New and promoted members are probed first. With a profile the edit is proven with a login, and each new
    member alone, before the host is changed. What fails later is taken back.
  - Nothing is asked. The task is the consent.
options:
  state:
    description:
      - C(present) adds those of I(endpoints) that the connection does not have.
      - C(absent) takes out those that it has.
      - C(exact) gives the connection these endpoints, in this order of preference.
      - C(preferred) moves the endpoint to the front.
      - C(probed) only asks what listens at I(endpoints), or at all of I(connection), without a login, and
        fails if one does not pass. It changes nothing.
    type: str
    choices: [present, absent, exact, preferred, probed]
    default: present
  connection:
    description: >-
      The connection's name. Needed, except for C(probed), which probes all connections without one.
    type: str
  endpoints:
    description: Endpoints, each as C(IP:PORT) or C([IPv6]:PORT).
    type: list
    elements: str
    default: []
  first:
    description: With C(present), whether new ones go to the front and not to the end.
    type: bool
    default: false
  before:
    description: With C(present), the endpoint that new ones go before.
    type: str
  profile:
    description:
      - The profile, a file on the host. It is changed in the same run, and gives the smoke test its PINs.
      - Left out, C(config.json) alone is changed, and no login is proven.
    type: path
  user:
    description: Without I(profile), the service's account. Left out, the program's own default counts.
    type: str
  home:
    description: Without I(profile), the account's home. Left out, it is as in its passwd entry.
    type: path
  unit:
    description: Without I(profile), the systemd unit to restart.
    type: str
extends_documentation_fragment:
  - knetctl.knet.program
  - knetctl.knet.proof
  - knetctl.knet.run
attributes:
  check_mode:
    description: Makes the plan, and probes. The result has C(changes), but neither C(outcome) nor C(smoke).
    support: full
  diff_mode:
    description: Shows the plan's changes.
    support: full
  platform:
    description: Which hosts it is for.
    support: full
    platforms: Linux
notes:
  - Needs root on the host, and knetctl there.
seealso:
  - module: knetctl.knet.apply
  - module: knetctl.knet.info
author:
  - the knetctl authors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Ask from this host what listens at a new member
  knetctl.knet.ha:
    state: probed
    endpoints: ["10.1.2.5:60161"]

- name: Add a member
  knetctl.knet.ha:
    connection: hsm_1
    endpoints: ["10.1.2.5:60161"]
    profile: /etc/knetctl/profile.yaml

- name: Prefer it
  knetctl.knet.ha:
    state: preferred
    connection: hsm_1
    endpoints: ["10.1.2.5:60161"]
    profile: /etc/knetctl/profile.yaml

- name: Take out a member that is down already
  knetctl.knet.ha:
    state: absent
    connection: hsm_1
    endpoints: ["10.1.2.3:60161"]
    profile: /etc/knetctl/profile.yaml
    probe: false
"""

RETURN = r"""
outcome:
  description: How the run ended. C(failed) and C(rolled-back) fail the task.
  returned: when it ran, neither in check mode nor with C(probed)
  type: str
  sample: applied
exit_code:
  description: The program's exit code. In check mode 2 says that something would change.
  returned: when it ran
  type: int
  sample: 0
before:
  description: The connection's endpoints before, in order of preference.
  returned: with C(present) and C(absent), when they could be read
  type: list
  elements: str
  sample: ["10.1.2.3:60161", "10.1.2.4:60161"]
endpoints:
  description: With C(probed), what was found at each endpoint, its certificate's fingerprint among it.
  returned: with C(probed)
  type: list
  elements: dict
  sample:
    - ip: 10.1.2.5
      port: 60161
      ok: true
      speaks: KMIP over HTTPS
      certificate:
        fingerprint: 6945c6d9838b1f98a19e4e396c74f3e7d93a30e088b682ec25b9e3c9b557d0b0
changes:
  description: What was changed, or would be, each with its step, kind, path and more.
  returned: when a plan was made
  type: list
  elements: dict
  sample:
    - step: client-config
      kind: write-file
      path: /var/amplia/.config/kryptus/knet/pkcs11/config.json
      summary:
        - "connection hsm_1: endpoint 10.1.2.5:60161 added"
problems:
  description:
    - Everything that is wrong, each with its code, severity, title, and where they help where, detail and
      hint.
    - Warnings are shown as warnings too, and errors are what the task fails with.
  returned: when it ran
  type: list
  elements: dict
  sample:
    - code: endpoint-refused
      severity: error
      title: 10.1.2.5:60161 refuses connections
      hint: check the port, and whether the VHSM is up
notes:
  description: What else is to be known, each with its step.
  returned: when a plan was made
  type: list
  elements: dict
  sample:
    - step: service
      text: restart the application yourself
smoke:
  description: The smoke test. Its verdict in one line, and for each token what was proven and each check.
  returned: when it came to it
  type: dict
  sample:
    verdict: 'token "ca_signer": signed and verified'
    tokens: []
run:
  description: Name of the run, for C(knetctl history). Null if nothing of the host was changed.
  returned: when it ran, neither in check mode nor with C(probed)
  type: str
  sample: 20261127T210036Z-10e2
"""

from ansible_collections.knetctl.knet.plugins.module_utils.endpoints import meaning, text_of
from ansible_collections.knetctl.knet.plugins.module_utils.options import PROGRAM, PROOF, RUN, words
from ansible_collections.knetctl.knet.plugins.module_utils.outcome import end_run, end_without_program
from ansible_collections.knetctl.knet.plugins.module_utils.problems import failure_text
from ansible_collections.knetctl.knet.plugins.module_utils.program import DONE, Module

PLACE = {
    "first": {"type": "bool", "default": False},
    "before": {"type": "str"},
}

WHERE = {
    "profile": {"type": "path"},
    "user": {"type": "str"},
    "home": {"type": "path"},
    "unit": {"type": "str"},
}

OWN = {
    "state": {
        "type": "str",
        "choices": ["present", "absent", "exact", "preferred", "probed"],
        "default": "present",
    },
    "connection": {"type": "str"},
    "endpoints": {"type": "list", "elements": "str", "default": []},
}


def main():
    edit = ["connection", "endpoints"]
    module = Module(
        argument_spec={**PROGRAM, **PROOF, **RUN, **OWN, **PLACE, **WHERE},
        supports_check_mode=True,
        mutually_exclusive=[
            ("first", "before"),
            ("profile", "user"),
            ("profile", "home"),
            ("profile", "unit"),
        ],
        required_if=[("state", state, edit) for state in ("present", "absent", "exact", "preferred")],
    )
    if module.params["state"] == "probed":
        probe(module)
    if module.check_mode and module.executable() is None:
        end_without_program(module)
    change(module)


def probe(module):
    params = module.params
    asked = params["endpoints"] or ([params["connection"]] if params["connection"] else [])
    where = words(params, ["profile", "user", "home", "root"])
    code, document = module.run("ha probe", [*where, "--", *asked])
    result = {**document, "exit_code": code, "changed": False}
    if code == DONE:
        module.exit_json(**result)
    module.fail_json(msg=failure_text(document, "knetctl ended with exit code %d" % code), **result)


def change(module):
    params = module.params
    verb, endpoints, known = edit_for(module)
    place = list(PLACE) if verb == "add" else []
    options = words(params, [*place, *WHERE, "root", *PROOF, *RUN])
    last = ["--dry-run"] if module.check_mode else ["--yes"]
    edit = ["--", params["connection"], *endpoints]
    code, document = module.run("ha %s" % verb, [*options, *last, *edit])
    end_run(module, code, {**document, **known}, module.check_mode)


def edit_for(module):
    """
    The program's verb, its endpoints, and what was found out for that. add and remove refuse an endpoint that
    is already there, or is not. Where none is left for them, the connection gets what it has, so that a host
    that differs from the profile is brought in line.
    """
    wanted = module.params["endpoints"]
    state = module.params["state"]
    if state in ("exact", "preferred"):
        return ("set" if state == "exact" else "promote", wanted, {})
    verb = "add" if state == "present" else "remove"
    current = current_endpoints(module)
    if not current:
        return (verb, wanted, {})
    there = [meaning(endpoint) for endpoint in current]
    left = [endpoint for endpoint in wanted if (meaning(endpoint) in there) == (verb == "remove")]
    known = {"before": current}
    return (verb, left, known) if left else ("set", current, known)


def current_endpoints(module):
    """
    In the profile if there is one, else on the host. Empty if they cannot be told: the edit then says why.
    """
    where = words(module.params, ["profile", "user", "home", "root"])
    listed = module.run("ha list", [*where, "--", module.params["connection"]], warn=False)[1]
    found = [
        one for one in listed.get("connections", []) if one["name"] == module.params["connection"]
    ]
    return [text_of(endpoint) for one in found for endpoint in one["endpoints"]]


if __name__ == "__main__":
    main()
