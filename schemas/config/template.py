"""`MailTemplate`: subject, text and HTML of an outgoing mail, per language."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from schemas.config.base import Document, Language, Part

__all__ = ["TEMPLATE_DATA", "LocalizedMail", "MailTemplate"]

TEMPLATE_DATA: dict[str, tuple[str, ...]] = {
    "case": ("id", "type", "type_label", "label", "status", "stage", "queue", "created_at", "fields"),
    "mail": ("subject", "from_name", "from_address", "date"),
    "account": ("address", "display_name"),
    "installation": ("id",),
}
"""What templates may use, as `{{ case.id }}` or `{{ case.fields.order_number }}`; a check refuses any other name.
`case` is there only where a case is: `mail.requested` carries exactly these as its `data`."""


class LocalizedMail(Part):
    """One language of a template (Jinja2 in a sandbox). HTML is escaped where it takes values; text is not."""

    subject: str = Field(min_length=1, max_length=998)
    text: str = Field(min_length=1, max_length=262144)
    html: str | None = Field(default=None, max_length=1048576, description="Left out: the mail is text only.")


class MailTemplate(Document):
    """A template in its languages."""

    kind: Literal["MailTemplate"]
    languages: dict[Language, LocalizedMail] = Field(min_length=1, max_length=100)
    default_language: Language

    @model_validator(mode="after")
    def _has_default(self) -> MailTemplate:
        if self.default_language not in self.languages:
            raise ValueError(
                f"default_language {self.default_language!r} is not one of its languages: {', '.join(self.languages)}"
            )
        return self

    def in_language(self, language: str | None) -> tuple[str, LocalizedMail]:
        """Language and mail for `language`: itself, else its first part (`pt` for `pt-BR`), else the default."""
        for wanted in (language, language.partition("-")[0] if language else None):
            if wanted is not None and wanted in self.languages:
                return wanted, self.languages[wanted]
        return self.default_language, self.languages[self.default_language]
