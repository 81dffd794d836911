"""What in the text of a mail is new, and what is quoted, an attribution, a copied header, a signature or a disclaimer.

In: the text of one mail (and the marks that a mail client left in its HTML). Out: zones with their spans in that text.
The words of the languages stand in `words_*`, the forms of the clients in `attributions`, `headers` and `tails`.
May import: `mail` only.
"""
