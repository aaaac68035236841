# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""Asks a host by a shell alone: no module is transferred, and no Python started there."""

from __future__ import annotations

from hashlib import sha256
from os import walk
from os.path import join

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.hashing import secure_hash
from ansible_collections.knetctl.knet.plugins.module_utils.problems import problem_text
from ansible_collections.knetctl.knet.plugins.module_utils.settled import (
    SETTLED,
    SETTLED_RULES,
    answer_in,
    digest_of,
    script_for,
)


class ActionModule(ActionBase):
    """The work of the module settled, where plays are started."""

    def run(self, tmp=None, task_vars=None):
        """See the module's documentation."""
        result = super().run(tmp, task_vars)
        params = self.validate_argument_spec(SETTLED, **SETTLED_RULES)[1]
        result.update(changed=False, settled=False)
        try:
            result["digest"] = digest_of([self._role(), params["wanted"], *map(self._local, params["files"])])
        except AnsibleError as error:
            # the task that needs the file says it better
            return {**result, "because": str(error)}
        if not self._takes_input():
            return {**result, "because": "this connection cannot be asked without Python on the host"}
        script = script_for(params, result["digest"])
        answer = self._low_level_execute_command("/bin/sh", in_data=script.encode("utf-8"))
        settled, because, document = answer_in(answer["stdout"])
        result.update(settled=settled, because=because, problems=document.get("problems", []))
        if settled:
            result["warnings"] = [problem_text(one) for one in result["problems"]]
        return result

    def _takes_input(self):
        """As a module that is not stored on the host needs it too; but no setting has to allow it."""
        become = self._connection.become.name if self._connection.become else ""
        return self._connection.has_pipelining and become != "su" and not constants.DEFAULT_KEEP_REMOTE_FILES

    def _local(self, name):
        """The digest of a file where plays are started, as tasks of the role find it."""
        return secure_hash(self._loader.get_real_file(self._find_needle("files", name)), sha256)

    def _role(self):
        """Digests of the role's own files: what another version of it left is looked at anew."""
        if self._task._role is None:
            return []
        found = walk(self._task._role._role_path)
        return sorted(
            secure_hash(join(folder, name), sha256) for folder, _folders, names in found for name in names
        )
