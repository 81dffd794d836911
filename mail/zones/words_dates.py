"""How the names of the months begin, in the languages that mail clients write dates in."""

from __future__ import annotations

__all__ = ["MONTHS"]

_MONTHS = """
    jan feb mar mär mrz apr may mai maj mei jun jul aug sep okt oct nov dec dez des
    janv fév fev avr juin juil août aout déc ene abr ago set dic gen mag giu lug ott out
    tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
    sty lut kwi cze lip sie wrz paź lis gru led úno bře dub kvě čer srp zář říj pro máj jún júl
    márc ápr szept ian iun iul noi oca şub nis haz tem ağu eyl eki kas ara
    sij velj ožu tra svi kol ruj stu avg jaan veeb jūn jūl saus vas bal geg bir lie rugp rugs spal lapkr gruod dets
    янв фев мар апр мая май мае июн июл авг сен окт ноя дек січ лют бер кві тра чер лип сер вер жов лис гру яну юни юли
    сеп ное феб јан јун јул дец
    ιαν φεβ μαρ απρ μάι μαΐ μαϊ ιουν ιούν ιουλ ιούλ αυγ σεπ οκτ νοε νοέ δεκ
    thg tháng agu agt mac ogos dis mars maí ágú nóv març juny ag urt ots api eka uzt abu ira urr aza abe
    يناير فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر كانون شباط آذار نيسان أيار حزيران
    تموز آب أيلول تشرين ژانویه فوریه آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر فروردین اردیبهشت خرداد تیر
    مرداد شهریور مهر آبان آذر دی بهمن اسفند
    ינו פבר מרץ מרס אפר מאי יונ יול אוג ספט אוק נוב דצמ בינו בפבר במרץ באפר במאי ביונ ביול באוג בספט באוק בנוב בדצמ
    जन फ़र मार्च अप्र मई जून जुल अग सित अक्ट अक्तू नव दिस
    ม.ค ก.พ มี.ค เม.ย พ.ค มิ.ย ก.ค ส.ค ก.ย ต.ค พ.ย ธ.ค มกรา กุมภา มีนา เมษา พฤษภา มิถุนา กรกฎา สิงหา กันยา ตุลา พฤศจิกา
    ธันวา nob tach hyd ion chw ebr meh gor awst medi rhag shk pri qer kor gus sht tet nën dhj
"""
MONTHS = tuple(dict.fromkeys(word.replace(".", "[.]") for word in _MONTHS.split()))
"""As expressions; what may follow is letters."""
