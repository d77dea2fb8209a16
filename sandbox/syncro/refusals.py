"""The forms in which Syncro's published API refuses: which one comes depends on the call and on what is wrong."""

from sandbox.syncro.wire import ApiError


def as_list(*sentences: str) -> ApiError:
    """422 with ``{"error": [...]}``."""
    return ApiError(422, "; ".join(sentences), body={"error": list(sentences)})


def as_message(sentence: str) -> ApiError:
    """422 with ``{"message": ...}``."""
    return ApiError(422, sentence, body={"message": sentence})


def as_failure(*sentences: str) -> ApiError:
    """422 with ``{"success": false, "message": [...]}``."""
    return ApiError(422, "; ".join(sentences), body={"success": False, "message": list(sentences)})


def as_errors(what: str, *names: str) -> ApiError:
    """422 with ``{"errors": {...}}``: the same is wrong with every field named."""
    return ApiError(422, what, body={"errors": {name: [what] for name in names}})
