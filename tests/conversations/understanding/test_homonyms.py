"""Words of dates that are none where they stand: names of places and people, wishes, prices, labels, things told."""

from dataclasses import replace

import pytest

from conversations.understanding import understand
from tests.conversations.understanding.readings import QATAR, written

DATELESS = {
    "en": [
        "merry christmas and happy new year",
        "happy friday!",
        "i live on july 4th drive",
        "we are on 26 july street",
        "april here, is that you?",
        "recommended by june",
        "the 4 bus is late",
        "court 2 please",
        "chair 3",
        "1500 is too much, do 1200",
        "sat nav is wrong",
        "i came yesterday",
    ],
    "es": [
        "feliz navidad y próspero año nuevo",
        "Av. 9 de Julio 1250, piso 3",
        "calle 5 de febrero 120",
        "barrio 25 de Mayo",
        "de parte de Abril",
        "Santo Domingo queda lejos?",
        "soy Domingo Pérez",
        "cancha 2 por favor",
        "mesa 5",
        "1500 es mucho, 1200?",
        "vine ayer",
    ],
    "fr": [
        "joyeux noël",
        "on est près de la place du 7 décembre",
        "rue du 4 septembre 15",
        "Sam m'a recommandé",
        "terrain 2",
        "15000 c'est cher, fais 1200",
        "je suis venue hier",
    ],
    "pt": [
        "feliz ano novo!",
        "Rua 25 de Março, 410",
        "av 9 de julho 1230",
        "moro na 24 de julho",
        "prefiro a segunda opção",
        "é minha segunda vez",
        "fica na Quinta da Serra?",
        "sou o Domingos",
        "cadeira 2",
        "fui aí ontem",
    ],
    "ar": [
        "شارع ٢٦ يوليو",
        "ساكن في ٦ اكتوبر",
        "معك خميس العلي",
        "انا جمعة المري",
        "ملعب ٣",
        "١٥٠٠ غالي، ١٢٠٠؟",
        "جيتكم امس",
        "عيد سعيد",
    ],
    "sw": [
        "heri ya mwaka mpya",
        "krismasi njema",
        "nimeletwa na Jumanne",
        "mimi ni Jumanne Ally",
        "meza 5",
        "1500 ni ghali, fanya 1200",
        "nilikuja jana",
    ],
    "fil": [
        "maligayang pasko po",
        "manigong bagong taon",
        "si Mayo ang barbero ko",
        "court 3 po",
        "1500 ang mahal, 1200 na lang",
        "kahapon po ako pumunta",
    ],
    "hi": [
        "naya saal mubarak",
        "15 august park ke paas",
        "Raviwar Peth",
        "mangal bazar kahan hai",
        "sun bhai rate bata",
        "Mangal Lal bol raha hu",
        "kal aaya tha",
        "court 2",
    ],
}
DATED = {
    "en": {
        "merry christmas, is 3pm tomorrow ok": "2026-03-11 15:00",
        "are you open on christmas?": "2026-12-25",
        "happy friday at 3 works": "2026-03-13 15:00",
        "april 5 at 3pm": "2026-04-05 15:00",
        "a table 7pm tonight": "2026-03-10 19:00",
        "court 6pm friday": "2026-03-13 18:00",
        "court 2 tomorrow 6pm": "2026-03-11 18:00",
        "friday 1530 too expensive": "2026-03-13 15:30",
        "i booked yesterday for friday 3pm": "2026-03-13 15:00",
        "between 9 in the morning and 3 in the afternoon": "09:00..15:00",
    },
    "es": {
        "hay plaza el 5 de mayo?": "2026-05-05",
        "en navidad abren?": "2026-12-25",
        "mesa a las 9 el viernes": "2026-03-13 09:00",
        "domingo a las 5": "2026-03-15 17:00",
        "de las 9 de la mañana a las 3 de la tarde": "09:00..15:00",
    },
    "fr": {
        "une place le 7 avril": "2026-04-07",
        "sam 15h": "2026-03-14 15:00",
        "chez moi samedi 15h": "2026-03-14 15:00",
    },
    "pt": {
        "segunda às 15h": "2026-03-16 15:00",
        "quinta da semana que vem": "2026-03-19",
        "tá bom sexta então": "2026-03-13",
        "das 9 da manhã às 3 da tarde": "09:00..15:00",
    },
    "ar": {"جمعة بعد العصر": "2026-03-13 15:00..18:00", "شكرا كثير بكرة 1530": "2026-03-11 15:30"},
    "sw": {"ni jumapili saa nne": "2026-03-15 10:00", "krismasi mko wazi?": "2026-12-25"},
    "fil": {"kuya sabado 5pm": "2026-03-14 17:00", "may 5 po": "2026-05-05"},
    "hi": {"kal 5 baje chahiye tha": "2026-03-11 17:00", "sun ko 10 baje": "2026-03-15 10:00"},
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language in DATELESS for text in DATELESS[language]]
)
def test_what_only_looks_like_a_date_is_none(language: str, text: str):
    assert "" == written(understand(text, replace(QATAR, language=language)))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, text, expected) for language in DATED for text, expected in DATED[language].items()],
)
def test_the_same_words_are_dates_where_they_are_meant(language: str, text: str, expected: str):
    assert expected == written(understand(text, replace(QATAR, language=language)))
