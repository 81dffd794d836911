"""The short forms of given names that do not begin as the name does: William signs `Bill`, Margarita `Rita`."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nicknames_of"]

_TABLE = """
    william: bill billy will willy liam
    robert: bob bobby rob robin bert
    richard: dick rick ricky rich
    edward: ed ted teddy ned eddie
    theodore: ted teddy theo
    james: jim jimmy jamie
    john: jack johnny
    jonathan: jon jack
    charles: chuck charlie chas
    henry: hank harry hal
    harold: hal harry
    hendrik: henk rik
    lawrence laurence: larry lars
    anthony antony: tony
    elizabeth elisabeth: liz lizzie beth betty betsy bess lisa elsa lisbeth
    margaret: peggy meg maggie greta rita marge
    margarete margarethe: gretel grete greta
    katherine catherine katharine: kate kathy cathy kitty kit cath katie
    katharina: käthe kathi trine
    dorothy: dot dottie dolly
    mary: molly polly
    martha: patty
    patricia: pat trish tricia patty
    susan: sue suzy
    deborah: deb debbie
    barbara: babs barb
    rebecca: becky
    sarah: sally sadie
    frances: fran fanny
    francis: frank
    victoria: vicky tori
    virginia: ginny
    christopher: chris kit topher
    christine christina: chris tina
    albert: al bert bertie
    alexander: alex sandy sascha sasha
    alexandra: sandra sasha
    andrew: drew andy
    benjamin: ben
    leonard: len lenny
    walter: walt
    ronald: ron
    donald: don
    gerald: gerry jerry
    jerome: jerry
    gregory: greg
    nicholas: nick klaus
    peter: pete
    stephen steven: steve
    michael: mike mick mickey micha
    matthew: matt
    joseph: joe jo
    josephine: jo josie
    johannes: hans hannes jan
    johann: hans
    friedrich: fritz
    heinrich: heinz heiner
    josef: sepp jupp pepa pepík
    georg: schorsch jörg
    jiří: jirka
    francisco: paco pancho curro kiko
    josé: pepe
    jesús: chus
    ignacio: nacho
    dolores: lola
    concepción: concha conchita
    rosario: charo
    guillermo: memo
    manuel: manolo
    enrique: quique kike
    giuseppe: beppe peppe pino
    giovanni: gianni nino
    luigi: gigi
    francesca: checca
    eduardo: edu dudu lalo
    luiz: lula
    wilhelm: willi
    willem: wim pim
    cornelis: kees cees
    petrus: piet
    zofia: zosia
    tomasz: tomek
    józefa: józia
    magdalena: magda lena madzia
    barbora: bára
    zuzana: zuzka
    juhani: jussi
    johanna: hanna jonna
    salvatore: totò turi
    antonio: tonino toni
    francisca: paqui
    maria: mia marie ria
    lars: lasse
    karl carl: kalle
    johan: janne jocke
    joakim: jocke
    nils: nisse
    bengt: benke
    erik: jerker
    krzysztof: krzysiek
    małgorzata: gosia
    katarzyna: kasia
    agnieszka: aga
    aleksandra: ola
    joanna: asia
    wojciech: wojtek
    stanisław: staszek
    jan: janek honza
    františek: franta
    václav: vašek
    александр: саша шура
    александра: саша шура
    алексей: лёша леша
    дмитрий: дима митя
    евгений: женя
    евгения: женя
    екатерина: катя
    мария: маша
    наталья: наташа
    николай: коля
    павел: паша
    татьяна: таня
    иван: ваня
    михаил: миша
    анна: аня нюра
    ольга: оля
    юрий: юра
    elena: lena
    елена: лена
    istván: pisti
    józsef: józsi
    erzsébet: bözsi erzsi
    mehmet: memo
    mustafa: mıstık
"""
_NICKNAMES: dict[str, tuple[str, ...]] = {
    name: tuple(short.split())
    for names, _, short in (line.partition(":") for line in _TABLE.strip().split("\n"))
    for name in names.split()
}


def nicknames_of(names: Iterable[str]) -> tuple[str, ...]:
    """Short forms of the given name that the first word of one of `names` (case-folded) is; none where it has none."""
    for name in names:
        found = _NICKNAMES.get(name.partition(" ")[0])
        if found:
            return found
    return ()
