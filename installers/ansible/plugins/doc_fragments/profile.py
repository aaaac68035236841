# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)


class ModuleDocFragment:
    """Which profile, and the PINs that go with it."""

    DOCUMENTATION = r"""
options:
  profile:
    description:
      - The profile, a YAML or JSON file on the host.
      - Either this or I(content).
    type: path
  content:
    description:
      - The profile itself.
      - It is given to the program on its standard input, and stored nowhere.
      - A PIN in it is refused, as in a file. It is where a PIN is, such as C(pin) with C(file).
    type: dict
  chdir:
    description:
      - Where relative paths in I(content) start from.
      - Those in a file start from the file's folder.
    type: path
    default: /
  pins:
    description:
      - PINs of users of I(content), each by the name of its user, who has no C(pin) there.
      - Each goes to the program on a descriptor of its own, never on a command line, in the environment or
        in a file.
      - Files on the host that only root can read, named in the profile, are better. They are there
        when the host verifies itself, and do not travel with every task.
    type: dict
"""
