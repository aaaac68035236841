#!/usr/bin/python
# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)

DOCUMENTATION = r"""
module: info
short_description: Tell what knetctl knows of a host
version_added: 0.1.0
description:
  - The program and its version, the client's connections with their endpoints and users, the runs that
    changed the host, and if asked for what listens at each endpoint.
  - It changes nothing, and logs in nowhere. What a host does not have is null, and does not fail the task.
options:
  gather:
    description:
      - What to tell. C(version), C(knetctl version). C(connections), C(knetctl ha list). C(history),
        C(knetctl history). C(probe), C(knetctl ha probe), which sends no credential.
    type: list
    elements: str
    choices: [version, connections, history, probe]
    default: [version, connections, history]
  profile:
    description: Take the connections from this profile on the host, not from the client's C(config.json).
    type: path
  user:
    description: Without I(profile), the service's account. Left out, the program's own default counts.
    type: str
  home:
    description: Without I(profile), the account's home. Left out, it is as in its passwd entry.
    type: path
extends_documentation_fragment:
  - knetctl.knet.program
attributes:
  check_mode:
    description: Tells all the same.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  platform:
    description: Which hosts it is for.
    support: full
    platforms: Linux
seealso:
  - module: knetctl.knet.ha
author:
  - the knetctl authors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Look at the host
  knetctl.knet.info:
  register: host

- name: Say which members it has
  ansible.builtin.debug:
    msg: "{{ host.connections | map(attribute='endpoints') | list }}"
  when: host.installed and host.connections

- name: Gather the certificates of all members
  knetctl.knet.info:
    gather: [probe]
    profile: /etc/knetctl/profile.yaml
  register: seen
"""

RETURN = r"""
installed:
  description: Whether the program is on the host.
  returned: always
  type: bool
  sample: true
executable:
  description: Where it is.
  returned: when it is installed
  type: str
  sample: /usr/bin/knetctl
version:
  description: The program's version.
  returned: with C(version), null if it is not installed
  type: str
  sample: 0.1.0
connections:
  description: The connections, each with its endpoints in order of preference, and its users.
  returned: with C(connections), null if they could not be read
  type: list
  elements: dict
  sample:
    - name: hsm_1
      endpoints:
        - ip: 10.1.2.3
          port: 60161
      users: [ca_signer]
source:
  description: The file that the connections are from.
  returned: with C(connections), when they could be read
  type: str
  sample: /var/amplia/.config/kryptus/knet/pkcs11/config.json
history:
  description: The runs that changed this host, the latest first.
  returned: with C(history), null if they could not be read
  type: list
  elements: dict
  sample:
    - run: 20261127T210036Z-10e2
      sequence: 1
      began: "2026-11-27T21:00:36.665Z"
      who: root
      version: 0.1.0
      profile: /etc/knetctl/profile.yaml
      outcome: applied
      count: 17
probe:
  description: What was found at each endpoint, its certificate's fingerprint among it.
  returned: with C(probe), null if none could be probed
  type: list
  elements: dict
  sample:
    - connection: hsm_1
      ip: 10.1.2.3
      port: 60161
      ok: true
      speaks: KMIP over HTTPS
      certificate:
        fingerprint: 6945c6d9838b1f98a19e4e396c74f3e7d93a30e088b682ec25b9e3c9b557d0b0
problems:
  description:
    - Everything that is wrong, each with its code, severity, title, and where they help where, detail and
      hint.
    - Why something is null is here.
  returned: always
  type: list
  elements: dict
  sample:
    - code: account-missing
      severity: error
      title: there is no user "amplia"
"""

from ansible_collections.knetctl.knet.plugins.module_utils.options import PROGRAM, words
from ansible_collections.knetctl.knet.plugins.module_utils.program import Module

# each with the program's verb, the options that it takes, and which keys of its document are told as which
TOLD = {
    "version": ("version", [], {"version": "version"}),
    "connections": (
        "ha list",
        ["profile", "user", "home", "root"],
        {"connections": "connections", "source": "source"},
    ),
    "history": ("history", ["root"], {"runs": "history"}),
    "probe": ("ha probe", ["profile", "user", "home", "root"], {"endpoints": "probe"}),
}

OWN = {
    "gather": {
        "type": "list",
        "elements": "str",
        "choices": list(TOLD),
        "default": ["version", "connections", "history"],
    },
    "profile": {"type": "path"},
    "user": {"type": "str"},
    "home": {"type": "path"},
}


def main():
    module = Module(
        argument_spec={**PROGRAM, **OWN},
        supports_check_mode=True,
        mutually_exclusive=[("profile", "user"), ("profile", "home")],
    )
    asked = [name for name in TOLD if name in module.params["gather"]]
    found = module.executable()
    result = {
        "changed": False,
        "installed": found is not None,
        "problems": [],
        **{name: None for name in asked},
    }
    if found is not None:
        result["executable"] = found
        for name in asked:
            tell(module, name, result)
    module.exit_json(**result)


def tell(module, name, result):
    verb, options, keys = TOLD[name]
    document = module.run(verb, words(module.params, options), warn=False)[1]
    result.update({ours: document[theirs] for theirs, ours in keys.items() if theirs in document})
    result["problems"] += [one for one in document["problems"] if one not in result["problems"]]


if __name__ == "__main__":
    main()
