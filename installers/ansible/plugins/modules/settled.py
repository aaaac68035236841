#!/usr/bin/python
# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)

DOCUMENTATION = r"""
module: settled
short_description: Tell in one round trip whether a host still is as the role knetctl left it
version_added: 0.1.0
description:
  - >-
    The role begins with it, and leaves out everything else where it says yes. It is no proof: it compares
    what was wanted and proven then with what is wanted now, asks the host whether anything of it was changed
    since, and runs C(knetctl verify --no-smoke-test) there. Nobody logs in.
  - >-
    It runs where plays are started, and asks the host by a shell, on its standard input. Connections that
    cannot do that, and become by C(su), are told that the host is not settled.
options:
  mark:
    description: "The file that the role wrote last: the digest, in a line."
    type: path
    required: true
  wanted:
    description: All that is wanted of the host, in whatever form.
    type: list
    elements: raw
    default: []
  files:
    description: Files where plays are started whose content is wanted too.
    type: list
    elements: path
    default: []
  there:
    description: Files on the host that have to be there, and have not been changed since the mark.
    type: list
    elements: path
    default: []
  untouched:
    description: Files and folders on the host that have not been changed since the mark, if they are there.
    type: list
    elements: path
    default: []
  pins:
    description:
      - PINs by the names of their files, which have to be what they are there.
      - Only a salted digest of each goes to the host.
    type: dict
  pins_folder:
    description: The folder of these files.
    type: path
  units:
    description: Units of systemd that have to be on.
    type: list
    elements: str
    default: []
  profile:
    description: The profile on the host, by which it is verified.
    type: path
    required: true
attributes:
  check_mode:
    description: It never changes anything.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  platform:
    description: Which hosts it is for.
    support: full
    platforms: Linux
seealso:
  - module: knetctl.knet.verify
author:
  - the knetctl authors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Look whether the host still is as it was left
  knetctl.knet.settled:
    mark: /etc/knetctl/.left-by-ansible
    wanted: ["{{ knetctl_profile }}"]
    profile: /etc/knetctl/profile.yaml
  register: look
"""

RETURN = r"""
settled:
  description: Whether the host still is as it was left, and that is what is wanted.
  returned: always
  type: bool
  sample: true
because:
  description: Why not. Empty if it is.
  returned: always
  type: str
  sample: what is wanted is not what was done last
digest:
  description: Of what is wanted, for the mark.
  returned: when every file was found
  type: str
  sample: 6945c6d9838b1f98a19e4e396c74f3e7d93a30e088b682ec25b9e3c9b557d0b0
problems:
  description: What C(knetctl verify) tells. Warnings are shown as warnings too.
  returned: when the host was asked
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.knetctl.knet.plugins.module_utils.program import Module
from ansible_collections.knetctl.knet.plugins.module_utils.settled import SETTLED, SETTLED_RULES


def main():
    module = Module(argument_spec=SETTLED, supports_check_mode=True, **SETTLED_RULES)
    module.exit_json(changed=False, settled=False, because="it was run on the host, without its action")


if __name__ == "__main__":
    main()
