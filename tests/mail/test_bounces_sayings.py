"""What servers say, by what it means for the address: words that tell of its end, and the same words of others."""

from __future__ import annotations

import pytest
import re2

from mail.bounces.codes import find_codes, phase_of
from mail.bounces.reasons import kind_of, reason_of
from mail.bounces.said import _SOUGHT, _alternatives, _which

SOFT = """
500 Command not recognized
502 5.5.2 Error: command not recognized
550 Connection terminated by peer
554 Session terminated due to policy
550 Message-ID is not valid
550 5.6.0 Header From is not valid
550 From address is not a valid address
550 Your domain was not found in DNS
550 Sender address does not exist
550 sender mailbox unknown
554 No PTR record found for your host
550 SPF record not found for sender
550 DKIM key not found
550 The sending domain does not exist
550 5.7.1 certificate does not match
554 TLS certificate is not valid
550 Recipient does not have permission to receive external mail
550 recipient not allowed to receive mail from external senders
550 5.7.124 Sender not in allowed-senders list
550 Attachment type not valid
550 Bounce address does not exist
550 Return-path address not found
550 Reverse DNS does not match
550 EHLO hostname does not match your IP
550 too many unknown recipients
421 too many unknown users, slow down
550 Account over quota, mailbox not available
550 user mailbox is locked and not available
550 Date header not valid
550 You do not have an account here; authentication required
535 authentication failed: user not found
550 Invalid URL found in message
554 unknown error
554 An unknown error occurred
550 5.0.0 Unknown reason
451 Unknown problem, try later
550 not known as spam but rejected
554 Message refused: no valid Message-Id
550 No Date header
550 invalid sender address: domain not found
550 Unable to find sender domain
550 cannot resolve your domain
550 No route to host
554 5.4.4 host lookup did not complete
454 4.7.1 Relay access denied
550 relay not permitted, unknown domain
550 domain quota exceeded
550 Domain is suspended
550 domain has exceeded its limits
550 The recipient domain is blocked by our policy
550 MX server for your domain not found
550 Maximum hop count exceeded
552 Message exceeds maximum; address not found in whitelist
550 5.7.1 Message contains unknown attachment
550 Recipient's mailbox is closed for maintenance
550 Mail server closed for maintenance
421 Service closing transmission channel
550 user has blocked you
550 The account holder does not want your mail
550 recipient has opted out
550 Recipient address rejected: policy
550 Recipient address rejected: spam
550 Recipient address rejected: Greylisting in effect
450 Recipient address rejected: unverified address
550 5.1.1 Recipient address rejected: undeliverable address: mailbox full
550 Recipient address rejected: Domain not accepted here
550 No such file or directory
554 Malformed message, charset unknown
550 language not recognized
550 Unknown attachment type
550 access denied for unknown client
550 Client host rejected: cannot find your hostname
554 unknown virus found
550 content-type not known
550 Virus scanner not found
"""
HARD = """
550 5.1.1 nope
550 no such user here
550 X is not a user
550 recipient not in our database
550 unknown person
550 invalid email address
553 invalid mailbox name
550 address not in service
550 mailbox has been removed
550 user account deleted
550 account closed
550 There is no mailbox with this name
550 Employee no longer works here
550 Cannot find recipient
550 Recipient is not on this server
550 Destination user unknown
550 user has no mailbox
550 invalid local part
550 we have no mailbox by that name
550 no match for recipient
550 the person you wrote to left
550 The domain name does not exist
550 Host not found
550 domain is not registered
550 No such domain at this location
550 this domain is no longer in use
550 The address is obsolete
"""


@pytest.mark.feature("RU-10", "hard or soft")
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        *((line, "soft") for line in SOFT.strip().splitlines()),
        *((line, "hard") for line in HARD.strip().splitlines()),
    ],
)
def test_words_that_end_an_address_are_told_from_the_same_words_of_others(said: str, kind: str) -> None:
    status, code = find_codes(said)
    reason = reason_of(said, status, code, "failed", phase_of(said))
    assert kind_of("failed", reason, status, code) == kind, reason


def test_sets_find_what_each_expression_finds() -> None:
    texts = [
        line.lower() for line in (*SOFT.splitlines()[::6], "postboksen er full", "boîte pleine; utilisateur inconnu")
    ]
    for number, sought in enumerate(_SOUGHT):
        alone = re2.compile(sought)
        assert [number in found for found in map(_which, texts)] == [bool(alone.search(one)) for one in texts], sought


def test_alternatives_are_parted_at_the_outermost_level() -> None:
    assert _alternatives(r"a|(?:b|c)d|e\|f") == ["a", "(?:b|c)d", r"e\|f"]
