"""Mail templates: a document, a language and data become subject, text and HTML.

In: a `MailTemplate` and the `data` of `mail.requested`. Out: `RenderedMail`, or a TemplateRefused that says what is
missing. Pure; may be imported by casesvc and the command for previews. May import: schemas, jinja2.
"""

from notifier.templates.render import RenderedMail, TemplateRefused, render, text_of_html

__all__ = ["RenderedMail", "TemplateRefused", "render", "text_of_html"]
