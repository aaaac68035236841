# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)


class ModuleDocFragment:
    """How the result is proven."""

    DOCUMENTATION = r"""
options:
  smoke_test:
    description: "Whether to prove the result through the PKCS #11 module, as the service's account."
    type: bool
    default: true
  timeout:
    description: Seconds for the smoke test of one token. Left out, the program's own default counts.
    type: int
  strict:
    description: Whether to refuse a PIN that looks as if it held more, such as quotes or C(NAME=).
    type: bool
    default: false
  retry_pin:
    description:
      - Whether to send a PIN to a token that has refused it before.
      - Wrong PINs lock users out. By default such a PIN is not sent again.
    type: bool
    default: false
"""
