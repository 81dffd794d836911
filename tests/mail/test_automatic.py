"""Automatic replies in many languages: known by two signs, never by a subject alone; absences with their dates."""

from __future__ import annotations

from datetime import date

import pytest

from mail.absence import Absence, absence_of
from mail.automatic_words import PREFIXES
from mail.classify import classify
from tests.mail.build import mail, multipart

NOTES = [
    ("Automatic reply: Your claim", "Thank you for your mail. I am out of the office until 30 November.", "11-30"),
    ("Automatische Antwort: Ihr Schaden", "Ich bin bis zum 30.11.2026 nicht im Büro.", "11-30"),
    ("Abwesenheitsnotiz: Ihr Schaden", "Ich bin abwesend und ab dem 1. Dezember wieder erreichbar.", "12-01"),
    ("Réponse automatique : Votre dossier", "Je suis absente du bureau jusqu'au 30 novembre 2026.", "11-30"),
    ("Respuesta automática: Su caso", "Estoy fuera de la oficina hasta el 30 de noviembre de 2026.", "11-30"),
    ("Resposta automática: Seu caso", "Estou de férias até 30 de novembro.", "11-30"),
    ("Risposta automatica: La pratica", "Sono in ferie fino al 30 novembre 2026.", "11-30"),
    ("Automatisch antwoord: Uw zaak", "Ik ben afwezig tot en met 30 november.", "11-30"),
    ("Autosvar: Ditt ärende", "Jag är på semester till 30 november.", "11-30"),
    ("Automatisk svar: Din sag", "Jeg er på ferie til og med den 30. november 2026.", "11-30"),
    ("Automaattinen vastaus: Asianne", "Olen lomalla 30.11.2026 asti.", "11-30"),
    ("Odpowiedź automatyczna: Sprawa", "Jestem nieobecny do 30 listopada 2026.", "11-30"),
    ("Automatická odpověď: Věc", "Jsem mimo kancelář do 30. 11. 2026.", "11-30"),
    ("Automatikus válasz: Ügy", "Szabadságon vagyok 2026-11-30-ig.", "11-30"),
    ("Răspuns automat: Caz", "Sunt în concediu până la 30 noiembrie 2026.", "11-30"),
    ("Автоматический ответ: Дело", "Я в отпуске до 30 ноября.", "11-30"),
    ("Автоматична відповідь: Справа", "Я у відпустці до 30.11.2026.", "11-30"),
    ("Αυτόματη απάντηση: Υπόθεση", "Βρίσκομαι εκτός γραφείου μέχρι 30/11/2026.", "11-30"),
    ("Otomatik Yanıt: Dosya", "30 Kasım 2026 tarihine kadar izindeyim.", "11-30"),
    ("自動応答: 件名", "11月30日まで休暇をいただいております。", "11-30"),
    ("自动答复: 案件", "我正在休假，直到2026年11月30日。", "11-30"),
    ("자동 회신: 사건", "11월 30일까지 휴가입니다.", "11-30"),
    ("תשובה אוטומטית: תיק", "אני מחוץ למשרד", None),
    ("رد تلقائي: قضية", "أنا خارج المكتب حاليا", None),
    ("Automatski odgovor: Predmet", "Na godišnjem sam odmoru.", None),
]


@pytest.mark.feature("RU-09", "auto-reply by subject words in 20+ languages")
@pytest.mark.parametrize(("subject", "text", "end"), NOTES, ids=[note[0].partition(":")[0] for note in NOTES])
def test_unmarked_out_of_office_note_is_known_by_subject_and_text_together(
    subject: str, text: str, end: str | None
) -> None:
    base = f"From: ann@example.org\nSubject: {subject}\nDate: Fri, 20 Nov 2026 09:00:00 +0100\n"
    plain = "Content-Type: text/plain; charset=utf-8\n"
    found = classify(mail(plain, text, base=base))
    assert found.kind == "out_of_office"
    wanted = None if end is None else date.fromisoformat(f"2026-{end}")
    assert (found.absence.end if found.absence else None) == wanted
    assert classify(mail(plain, "Could you tell me more?", base=base)).kind == "human"
    assert classify(mail(plain, text, base=base.replace("Subject: ", "Subject: Re: "))).kind == "human"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("I am away from 20 November to 30 November 2026.", "2026-11-20", "2026-11-30"),
        ("I am out Nov 20 - Nov 30.", "2026-11-20", "2026-11-30"),
        ("I will be back on December 1st.", None, "2026-12-01"),
        ("Ich bin vom 20.11. bis 30.11.2026 im Urlaub.", "2026-11-20", "2026-11-30"),
        ("Absent du 20/11/2026 au 30/11/2026.", "2026-11-20", "2026-11-30"),
        ("Ik ben van 20 november t/m 30 november met vakantie.", "2026-11-20", "2026-11-30"),
        ("Away until 01/04/2027", None, "2027-01-04"),
        ("I return on January 4", None, "2027-01-04"),
        ("11月20日から11月30日まで", "2026-11-20", "2026-11-30"),
        ("Open 24/7, from 9-17, call 030/12 34", None, None),
        ("until 31 February", None, None),
        ("I was ill.", None, None),
        ("I am out from November 20th through 24th and reply after that.", "2026-11-20", "2026-11-24"),
        ("Away 11/20 - 11/24, support is there 24/7 from 9 to 5.", "2026-11-20", "2026-11-24"),
        ("Ich bin am 20. und 21. November nicht im Haus.", "2026-11-20", "2026-11-21"),
        ("Betriebsferien 28.12.-03.01.", "2026-12-28", "2027-01-03"),
        ("Wir melden uns ab dem 30. November.", None, "2026-11-30"),
        ("Ab dem 20. November bin ich nicht erreichbar.", "2026-11-20", None),
        ("Je serai de retour le 1er décembre.", None, "2026-12-01"),
        ("Con vacaciones del 20 al 30 de noviembre.", "2026-11-20", "2026-11-30"),
        ("Na dovolené do 30. 11. 2026.", None, "2026-11-30"),
        ("С 20 по 30 ноября 2026 года в отпуске.", "2026-11-20", "2026-11-30"),
        ("Godišnji odmor, vraćam se 30. listopada, čitam poštu.", None, "2026-10-30"),
        ("Wracam 30 listopada.", None, "2026-11-30"),
        ("2026. november 20-tól november 30-ig szabadság", "2026-11-20", "2026-11-30"),
        ("20 Kasım'dan 30 Kasım'a kadar izinliyim", "2026-11-20", "2026-11-30"),
        ("Từ ngày 20 tháng 11 đến ngày 30 tháng 11 năm 2026", "2026-11-20", "2026-11-30"),
        ("ลาพักร้อนถึงวันที่ 30 พฤศจิกายน 2569", None, "2026-11-30"),
        ("11/24(火)に出社いたします", None, "2026-11-24"),
        ("٢٠/١١/٢٠٢٦ إلى ٣٠/١١/٢٠٢٦", "2026-11-20", "2026-11-30"),
        ("from 28 to 3 December", "2026-11-28", "2026-12-03"),
        ("Your mail of 19 November 2026 arrived; version 2.11 is out.", None, None),
        ("from 30 November, until 20 November", None, "2026-11-20"),
        ("> until 1 December\n> we are closed", None, "2026-12-01"),
        ("Back soon.\n\n> until 1 December\n> we are closed", None, None),
    ],
)
def test_dates_of_an_absence(text: str, start: str | None, end: str | None) -> None:
    head = "Date: Fri, 20 Nov 2026 09:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n"
    found = absence_of(mail(head, text, base="From: a@b.c\nSubject: x\n")) or Absence(None, None)
    assert (found.start and found.start.isoformat(), found.end and found.end.isoformat()) == (start, end)


def test_absence_in_the_subject_and_in_a_header_of_the_server() -> None:
    head = "Date: Fri, 20 Nov 2026 09:00:00 +0100\nAuto-Submitted: auto-replied\n"
    found = classify(mail(head, "Bye", base="From: a@b.c\nSubject: Afwezig tot 30 november Re: claim\n"))
    assert (found.kind, found.absence) == ("out_of_office", Absence(None, date(2026, 11, 30)))
    criteria = "{kind=VACATION,startDate=2026-11-20T15:00:00Z,endDate=2026-12-10T14:59:59Z}"
    apple = f"X-Apple-Action: VACATION\nX-Apple-Criteria: {criteria}\n"
    parsed = mail(apple, "Sleeping", base="From: a@b.c\nSubject: Auto reply: x\n")
    assert classify(parsed).kind == "auto_reply"
    assert absence_of(parsed) == Absence(date(2026, 11, 20), date(2026, 12, 10))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("X-Apple-Action: VACATION\n", "auto_reply"),
        ("X-Mailer: vacation 1.2.8.0\n", "auto_reply"),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n", "auto_reply"),
        ("X-BoxTrapper: 1\n", "challenge"),
        ("X-Mailer: Thunderbird\n", "human"),
    ],
)
def test_marks_of_vendors(head: str, kind: str) -> None:
    assert classify(mail(head)).kind == kind


def test_challenge_is_an_automatic_mail_that_asks_for_confirmation() -> None:
    body = "Your message requires verification. To complete this verification, simply reply.\n"
    assert classify(mail("Auto-Submitted: auto-replied\n", body)).kind == "challenge"
    assert classify(mail("", body)).kind == "human"


def test_null_sender_and_the_usual_subject_are_an_automatic_reply() -> None:
    parsed = mail("Return-Path: <>\n", "We got it.", base="From: a@b.c\nSubject: Autoreply: claim\n")
    assert classify(parsed).reason == "null return-path, and the subject begins with “autoreply”"


def test_prefixes_are_lower_case() -> None:
    assert [words for words in PREFIXES if words != words.lower()] == []
    assert len(PREFIXES) == len(set(PREFIXES))


def test_attached_calendar_file_is_a_persons_mail() -> None:
    part = "Content-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment\n\nBEGIN:VCALENDAR"
    assert classify(mail(*multipart("mixed", "\nx", part))).kind == "human"
