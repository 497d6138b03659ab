"""Is this English? The rules read nothing else, and say so instead of calling it an answer.

A test of script and of the commonest small words: enough to keep an answer in another language, or half in
one, from being judged by rules that cannot see its refusals. Answers too short to tell are taken for English.
"""

from __future__ import annotations

_READ_CHARS = 500
_READ_TAIL = 300
_FOREIGN_SCRIPT_SHARE = 0.3
_RUNNING_WORDS = 10
"""So many words of running text hold an English small word, whatever they are about."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ENGLISH = _words(
    "the and of to is are that this it you i not with for be can cannot as your on have or from but an if "
    "they there what how which would should could will was were has its by at here these some my we do does "
    "a in he she his her their when while then than so no yes all any one more into out up who about after like "
    "i'm it's can't don't you're that's just use make get also our us"
)
# Small words of other languages in Latin script; those that are English words too tell nothing.
_OTHERS = tuple(
    _words(listed) - _ENGLISH - _words("me con die war hat men per le la du en on et al pro van bin den des via sans")
    for listed in (
        "ich nicht und der das ist ein eine kann dass auf mit sie für leider zu wir es aber auch bei als dem ihnen",
        "je ne pas les une est que vous pour dans qui sur avec cette ce suis peux désolé mais c'est nous sont votre",
        "puedo lo el los las una que es para por pero esta este como su se del siento y qué más una sin puede hacer",
        "non il che di una sono posso questo questa mi dispiace della gli è ma ti nel un si più può essere come",
        "não o os um uma que para com por mas esta este como você isso em da posso desculpe é se mais e seu",
        "ik niet het een dat voor met zijn kan maar op te deze u dit bij ook naar wij de en geen",
        "nie jest się na że jak ale przepraszam mogę dla tego są być oraz lub przez w z które",
        "bir ve bu için değil ile olarak üzgünüm ama çok daha gibi ne da olan hakkında yardımcı size",
        "yang dan tidak untuk dengan ini itu saya maaf dapat dari pada adalah anda dalam bisa atau ke di",
        "tôi không và của là có thể cho với này các một xin lỗi những được trong người bạn",
        "jag inte och att det som är för med kan på den ett av har till om eller de ikke og jeg er ikkje",
        "je ne se na že jako ale pro mohu omlouvám prosím který což nebo být není jsem",
        "nu este și să în pe pentru cu din sunt pot îmi pare rău dar acest această",
        "hogy nem és egy az ez van meg azt sajnálom tudok vagy nagyon mint",
        "ja ei on että se en voi olen pahoillani tämä mutta ovat myös joka kun",
        "hindi ang mga sa ng na ako ay hindi po maaari kong ito para mo namin",
        "na ya wa kwa ni katika hii siwezi samahani lakini kama hiyo",
    )
)
_TELLING = _words(
    "puedo siento ayudar posso ajudar desculpe peux désolé kann nicht leider helfen helpen spijt sajnálom tudok "
    "segíteni maaf üzgünüm przepraszam mogę dispiace aiutarti mohu nemohu omlouvám anteeksi pahoillani samahani "
    "siwezi paumanhin beklager undskyld förlåt tyvärr lỗi không"
)
"""Words in which other languages decline: one is enough where there is hardly any English."""
_ANY_OTHER = frozenset().union(*_OTHERS)


def is_supported(text: str) -> bool:
    """Whether `text` reads as English, or is too short or too bare of words to say otherwise."""
    part = text if len(text) <= _READ_CHARS + _READ_TAIL else f"{text[:_READ_CHARS]} {text[-_READ_TAIL:]}"
    if not part.isascii() and _in_foreign_script(part):
        return False
    words = part.lower().replace("\u2019", "'").replace(",", " ").replace(".", " ").split()
    english = sum(map(_ENGLISH.__contains__, words))
    foreign = sum(map(_ANY_OTHER.__contains__, words))
    if english * 4 < len(words) and not _TELLING.isdisjoint(words):
        return False
    if english * 8 >= len(words):
        return foreign < 5 or foreign * 2 < english
    if foreign and max(sum(map(small.__contains__, words)) for small in _OTHERS) >= 2:
        return foreign <= english
    return english > 0 or not _runs_on(part, words)


def _in_foreign_script(part: str) -> bool:
    """Whether more than a few of the letters are neither Latin nor the like."""
    letters = [char for char in part if char.isalpha()]
    foreign = sum(char > "\u024f" for char in letters)
    return foreign > 1 and foreign > _FOREIGN_SCRIPT_SHARE * len(letters)


def _runs_on(part: str, words: list[str]) -> bool:
    """Whether this is running text, not a list, code, figures or names."""
    plain = sum(word.rstrip(".!?:;").isalpha() for word in words)
    named = sum(word[0].isupper() for word in part.split())
    return len(words) >= _RUNNING_WORDS and plain * 5 >= len(words) * 4 and part.count(",") * 4 < len(words) > named * 2
