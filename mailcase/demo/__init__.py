"""`mailcase demo`: a company's day of mail through the real pipeline, and a report that is checked.

`mails/` holds the mails and what each must lead to; `scenario.py` reads them, `relay.py` plays the organisation's MX,
`observe.py` follows every mail over the topics, as any analyst could, `report.py` tells and checks what happened,
`play.py` runs it all. In: nothing but Python. Out: a report; exit code 0 when all is as it must be.
"""
