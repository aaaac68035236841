# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)


class ModuleDocFragment:
    """What every module takes."""

    DOCUMENTATION = r"""
options:
  executable:
    description:
      - The program on the host.
      - Left out, C(knetctl) is looked for in C(PATH) and in C(/usr/local/bin).
    type: path
  root:
    description:
      - A folder that holds the root of an image or container, instead of C(/).
      - Paths in the result are relative to it.
    type: path
"""
