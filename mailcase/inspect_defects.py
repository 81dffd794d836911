"""Defects of a mail's form, in words for people: what is wrong, and what was made of it."""

from __future__ import annotations

__all__ = ["WORDS", "defect_words"]

WORDS = {
    "base64_after_padding": "Its base64 goes on after its end; what follows was read as well.",
    "base64_before_text": "Under its base64 stands text in the clear, as lists add it; the text was left out.",
    "base64_broken": "It is said to be base64 and is not; it was read as it stands.",
    "base64_truncated": "Its base64 ends in the middle; the rest is missing.",
    "boundary_missing": "The line that should part its pieces does not occur; they were parted as far as can be seen.",
    "charset_broken": "Some bytes do not fit the charset that it names; they are shown as �.",
    "charset_undeclared": "It names no charset but has letters beyond ASCII; the charset was guessed.",
    "charset_unknown": "It names a charset that does not exist; the charset was guessed.",
    "charset_wrong": "It names the wrong charset; the text was read in the one that fits.",
    "content_cut": "Its content is larger than the limit; the rest was not read.",
    "content_type_broken": "Its content type cannot be understood; it was read as plain text.",
    "date_broken": "Its date cannot be understood.",
    "encoding_unknown": "It names a transfer encoding that does not exist; it was read as it stands.",
    "encrypted": "It is encrypted: without the recipient's key only its header can be read.",
    "header_body_separator_missing": "No empty line stands between header and text; the text begins where no field is.",
    "header_cut": "Its header is larger than the limit; the rest was not read.",
    "header_line_broken": "A line of its header is no field; it was passed over.",
    "header_missing": "It has no header.",
    "line_ends_cr": "Its lines end in a lone CR, as no mail's should; they were read as lines all the same.",
    "msg_broken": "It is a file of Outlook that is damaged.",
    "multipart_unclosed": "The last of its pieces is not closed: the mail may have been cut off.",
    "nesting_too_deep": "Pieces stand within each other deeper than the limit; the innermost were not read.",
    "parser_failed": "It could not be taken apart; this is a bug in mailcase.",
    "rtf_broken": "Its rich text is damaged.",
    "rtf_truncated": "Its rich text ends in the middle.",
    "several_authors": "It names more than one author: check who really sent it.",
    "text_cut": "Its text is longer than the limit; the rest was left out.",
    "smime_broken": "It is said to be signed or packed by S/MIME, and that part is damaged; it was left as a file.",
    "tnef_broken": "Its winmail.dat is damaged.",
    "tnef_garbage": "Something that does not belong there stands in its winmail.dat.",
    "tnef_truncated": "Its winmail.dat ends in the middle.",
    "tnef_unknown_type": "Its winmail.dat has properties of an unknown type.",
    "too_many_parts": "It has more pieces than the limit; the rest was not read.",
    "uuencode_broken": "Its uuencoded file has lines that do not fit; they were passed over.",
    "uuencode_truncated": "Its uuencoded file has no end.",
}
"""Each defect that has words of its own; the others are told by their name."""


def defect_words(defect: str) -> str:
    """A sentence for `code` or `code@part`."""
    code, _, part = defect.partition("@")
    name = code.partition(":")[0]
    if name in WORDS:
        words = WORDS[name]
    elif name.startswith("several_"):
        field = name.removeprefix("several_").replace("_", "-").title()
        words = f"The header field {field} stands there several times."
    else:
        words = name.replace("_", " ").capitalize() + "."
    return f"Part {part}: {words[0].lower()}{words[1:]}" if part else words
