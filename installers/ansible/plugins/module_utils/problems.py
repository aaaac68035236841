# Copyright (c) the authors of knetctl
# MIT License (see LICENSE)
"""The program's problems as text."""


def problem_text(problem):
    """What is wrong, where, why, and what to do, in one line."""
    parts = [problem["title"] + _place(problem.get("where"))]
    if problem.get("detail"):
        parts.append(problem["detail"])
    if problem.get("hint"):
        parts.append("hint: %s" % problem["hint"])
    return "; ".join(parts)


def name_place(problem, lines):
    """A line of standard input, which nobody has seen, becomes the key that is there."""
    where = problem.get("where", {})
    if where.get("path") == "-" and where.get("line") in lines:
        problem["where"] = {"path": lines[where["line"]]}


def failure_text(document, otherwise):
    """All errors of a document, those of each endpoint too, a line each."""
    inner = [one for endpoint in document.get("endpoints", []) for one in endpoint.get("problems", [])]
    problems = [*document.get("problems", []), *inner]
    errors = [one for one in problems if one["severity"] == "error"]
    return "\n".join(problem_text(one) for one in errors) or otherwise


def _place(where):
    if where is None:
        return ""
    numbers = [str(where[key]) for key in ("line", "column") if key in where]
    return " (%s)" % ":".join([where["path"], *numbers])
