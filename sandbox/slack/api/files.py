"""files.*: the first and third step of an upload, and a file's facts."""

from sandbox.slack.api.arguments import Args
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack


def get_upload_url(slack: Slack, args: Args) -> Json:
    length = args.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: length")
    file = slack.files.reserve(args.needed("filename"), length)
    return {"upload_url": f"{slack.address}/upload/{file.id}", "file_id": file.id}


def complete_upload(slack: Slack, args: Args) -> Json:
    named = args.parsed("files")
    if not isinstance(named, list) or not named:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: files")
    files = []
    for one in named:
        file = slack.files.get(one.get("id", ""))
        if len(file.content) != file.length:
            raise SlackError("file_not_found")
        file.title = one.get("title", "")
        files.append(slack.files.as_json(file))
    if target := args.text("channel_id") or args.text("channels"):
        channel = slack.workspace.for_posting(target)
        thread = args.text("thread_ts") or None
        slack.messages.post_file(channel, files, args.text("initial_comment"), thread)
    return {"files": files}


def info(slack: Slack, args: Args) -> Json:
    return {"file": slack.files.as_json(slack.files.get(args.needed("file")))}
