# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""How a run that changes the host, or its plan, ends as a result of a task."""

from .changes import diff_of
from .problems import failure_text
from .program import CHANGES_PENDING, DONE


def end_run(module, code, document, planned):
    """
    Ends the module as the run ended. planned: it was a plan, whose changes are pending. Whatever a failed run
    knows is in the result too: its problems, the smoke test.
    """
    # not 'rc': Ansible fails a task for one that is not 0
    result = {**document, "exit_code": code, "changed": _changed(code, document, planned)}
    if module._diff:
        result["diff"] = diff_of(document)
    if code in ((DONE, CHANGES_PENDING) if planned else (DONE,)):
        module.exit_json(**result)
    module.fail_json(msg=failure_text(document, "knetctl ended with exit code %d" % code), **result)


def _changed(code, document, planned):
    if planned:
        return code == CHANGES_PENDING
    # a run that failed and was not taken back has left changes; one that was cut off earlier was taken back
    return _left_changes(document) or "recovered" in document


def _left_changes(document):
    outcome = document.get("outcome")
    return outcome == "applied" or (outcome == "failed" and document.get("run") is not None)


def end_without_program(module):
    """In check mode on a host where the program is still to be installed."""
    module.warn("knetctl is not installed on this host: what it would change cannot be told before it is")
    module.exit_json(changed=True)
