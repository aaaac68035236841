# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)


class ModuleDocFragment:
    """How the host is changed."""

    DOCUMENTATION = r"""
options:
  lock_timeout:
    description: Seconds to wait for another run of the program on this host to end.
    type: int
    default: 0
  probe:
    description: Whether to probe new endpoints, without a login, before anything else is tried.
    type: bool
    default: true
  prove:
    description: Whether to prove each new member of an HA vector alone, and to compare its keys.
    type: bool
    default: true
  rollback:
    description: Whether to put everything back when a change or the service fails.
    type: bool
    default: true
  restart:
    description: Whether to restart the service when something that it reads has changed.
    type: bool
    default: true
"""
