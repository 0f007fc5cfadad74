"""Check the files of a contact form against the shop's rules."""

from collections.abc import Sequence

from services.ingest.domain.attachments import attachment
from services.ingest.domain.attachments_and_copies import megabytes, size_of
from shared.contracts.ingest import FormFile, FormFiles, SubmitContact
from shared.contracts.ingest.files import MAX_TOTAL_BYTES
from shared.contracts.reason import Reason

KINDS = {
    "application/msword": "Word",
    "text/plain": "text",
    "application/octet-stream": "unknown",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
}


def objection(command: SubmitContact, rules: FormFiles) -> Reason | None:
    """Return a refusal if the files of a form are not allowed. The type is that of the content;
    neither name nor content may be executable.
    """
    files = command.attachments
    if files and not rules.allowed:
        return Reason("no_attachments", "This shop accepts no attachments.", field="attachments")
    if len(files) > rules.most:
        reason = f"There are {len(files)} attachments; at most {rules.most} are allowed."
        return Reason(
            "too_many_attachments", reason, field="attachments", details={"most": rules.most}
        )
    size = size_of(files)
    if size > MAX_TOTAL_BYTES:
        reason = (
            f"The files have {megabytes(size)} together;"
            f" at most {megabytes(MAX_TOTAL_BYTES)} are allowed."
        )
        return Reason(
            "attachment_too_large",
            reason,
            field="attachments",
            details={"largest": MAX_TOTAL_BYTES},
        )
    return _wrong_file(files, rules)


def _wrong_file(files: Sequence[FormFile], rules: FormFiles) -> Reason | None:
    for number, file in enumerate(files):
        read, field = attachment(file.filename, file.content), f"attachments[{number}]"
        if len(file.content) > rules.largest:
            size, largest = megabytes(len(file.content)), megabytes(rules.largest)
            reason = f"'{read.filename}' has {size}; at most {largest} are allowed."
            return Reason(
                "attachment_too_large", reason, field=field, details={"largest": rules.largest}
            )
        if read.dangerous and read.media_type in rules.media_types:
            reason = f"'{read.filename}' is not accepted: its name is that of a program."
            return Reason(
                "attachment_type", reason, field=field, details={"allowed": rules.media_types}
            )
        if read.media_type not in rules.media_types:
            allowed = ", ".join(dict.fromkeys(map(_kind, rules.media_types)))
            reason = (
                f"'{read.filename}' has a type that is not accepted ({_kind(read.media_type)});"
                f" accepted are {allowed}."
            )
            return Reason(
                "attachment_type", reason, field=field, details={"allowed": rules.media_types}
            )
    return None


def _kind(media_type: str) -> str:
    """Return a media type as people say it: `PDF`."""
    return KINDS.get(media_type) or media_type.partition("/")[2].removeprefix("x-").upper()
