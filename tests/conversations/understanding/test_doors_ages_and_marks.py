"""Numbers that name a door or a street, an age, a mark or a class at school, and people named like a day; the same
words where a day or an hour is meant; and a month that a booking is wished for in."""

from dataclasses import replace
from datetime import date

import pytest

from conversations.understanding import understand
from tests.conversations.understanding.readings import QATAR, written

DATELESS = {
    ("en", "doors and streets"): [
        "Which bell is yours, 2A or 2B? Street door is locked",
        "Villa 38, Street 11A, Al Barsha 2. Makani 24512 73846",
        "its the blue door, 9P on the bell",
        "is it 5A upstairs or downstairs",
        "the buzzer says 6P not 6D",
        "apt 7a gate code 4410",
        "door 2a please knock loudly",
        "am outside 3A no one is answering",
        "parking space 8A is ours, leave the van there",
        "my locker was 11A and I left my towel",
        "do I come to studio 2A or 2B",
    ],
    ("es", "doors and streets"): [
        "El timbre es el 3º B, el portal está abierto",
        "Es en 5 de Mayo 118 int 3, col. Centro, zaguán verde",
        "vivo en el 2o B, puerta derecha",
        "toca el 5ºC porfa",
        "es el 1º izquierda, el portal azul",
        "la puerta es la 2ª a la derecha",
        "el local es el 14, planta 1ª",
        "el edificio de 16 de Septiembre 45, int 2",
        "estoy en 9 de Julio 500, piso 2",
        "nos ubicamos en 1 de Mayo #45",
        "mi casa está en 12 de Octubre y Colón",
        "vivimos por la 24 de Mayo, portón negro",
    ],
    ("fr", "doors and streets"): [
        "sonnez au 3B, 2e étage",
        "bât 4, porte 12, interphone 2A",
        "je suis au 12 bis, porte gauche",
        "c'est le 5e gauche en sortant",
    ],
    ("pt", "doors and streets"): [
        "interfone 12A, pode subir",
        "a campainha é o 1º A",
    ],
    ("sw", "doors and streets"): [
        "mlango wa 4A, piga hodi",
        "ni mlango 2A au 2B?",
    ],
    ("fil", "doors and streets"): [
        "doorbell 2A o 2B po?",
    ],
    ("hi", "doors and streets"): [
        "H.No 45A, gali no 3",
        "2A ya 2B kaunsi bell hai",
    ],
    ("en", "ages"): [
        "My two kids, 7 and 12, can they do the lesson together",
        "kids are 4 & 9, is that ok for the class?",
        "the girls (6 and 8) want braids",
        "boys 3, 5 and 9 need trims",
    ],
    ("es", "ages"): [
        "mis hijos de 7 y 12 pueden ir juntos?",
        "tengo dos niñas, 7 y 12, van a la misma clase",
        "las nenas de 6 y 8 quieren trenzas",
        "los chicos, 10 y 14, hacen futbol",
    ],
    ("fr", "ages"): [
        "mes enfants, 7 et 12, peuvent venir ensemble ?",
        "les petits ont 5 et 8",
    ],
    ("pt", "ages"): [
        "meus dois filhos, 7 e 12, podem fazer juntos",
        "as meninas de 6 e 8 querem tranças",
    ],
    ("ar", "ages"): [
        "عندي ولدين ٧ و ١٢ يقدرون مع بعض؟",
        "3ndi 2 wlad 7 w 12",
    ],
    ("sw", "ages"): [
        "watoto wangu, 7 na 12, wanaweza kuja pamoja",
        "umri 7 na 12",
        "wana 4 na 9",
    ],
    ("fil", "ages"): [
        "mga anak ko, 7 at 12, pwede ba sabay",
        "edad 7 at 12",
    ],
    ("hi", "ages"): [
        "mere do bacche, 7 aur 12, saath me seekh sakte hain",
    ],
    ("en", "marks"): [
        "knee pain about 7/10 going downstairs",
        "4.5/5 on google nice",
    ],
    ("es", "marks"): [
        "dolor 8/10 en la rodilla",
        "tienen 4.5/5 en google",
    ],
    ("fr", "marks"): [
        "douleur à 8/10 au genou",
        "il a eu 9/20 en maths",
        "4,5/5 sur google bravo",
    ],
    ("pt", "marks"): [
        "dor 8/10 no joelho",
    ],
    ("ar", "marks"): [
        "الالم ٨/١٠ في الركبة",
        "جاب ٤ من ١٠ في الرياضيات",
    ],
    ("sw", "marks"): [
        "maumivu ni 8/10 kwenye goti",
    ],
    ("fil", "marks"): [
        "8/10 yung sakit ng likod ko",
    ],
    ("hi", "marks"): [
        "papa ko ghutno me dard 8/10 rehta hai",
        "maths me 4/10 aaya",
    ],
    ("en", "school classes"): [
        "he's in 9th, struggling with physics",
    ],
    ("es", "school classes"): [
        "hace 6to y le cuesta lengua",
    ],
    ("fr", "school classes"): [
        "il redouble sa 3eme",
    ],
    ("hi", "school classes"): [
        "Beta 9th me hai, science padhate ho?",
        "beti 10th me hai maths weak hai",
        "12th ka student hu, physics chahiye",
        "9th ki maths ki tuition",
    ],
    ("es", "people"): [
        "Soy Domingo Reyes, me recomendó mi cuñada",
        "Domingo es mi marido, él paga",
        "mi perro Domingo muerde",
    ],
    ("pt", "people"): [
        "O terapeuta Domingos é o senhor de barba? Queria saber",
        "o Domingos ainda atende aí?",
        "quem é o Domingos?",
    ],
    ("ar", "people"): [
        "جمعة موجود عندكم؟",
        "زوجي خميس اللي بيدفع",
        "m3lsh ana kont bab3at le 7ad tany",
        "mafish 7ad byrod",
        "fe 7ad hena ye3raf el se3r?",
        "khamis mawgood?",
        "wala 7ad rad 3alaya",
    ],
    ("sw", "people"): [
        "kaka Jumanne bado anafanya kazi hapo?",
    ],
    ("hi", "people"): [
        "Mangal bhaiya ka reference se aaya hu",
    ],
    ("en", "others"): [
        "I'm 5ft 2 and 17 stone, is that ok for the massage table",
        "i am 5 6 and about 11 stone",
        "she weighs 9st 4 and shes 5 foot nothing",
        "my hb is 9.8 am i ok for the drip",
        "i can do 10 pushups now thanks to you",
        "it's 4x4 and 18in",
    ],
    ("fr", "others"): [
        "je chausse du 38 et demi",
        "le bus 42 ou le 17 s'arrête devant ?",
        "code A12B, 4e droite",
        "c'est au 5 bis rue des Roses",
        "j'habite au 7e sans ascenseur",
        "le petit est en CE1 et la grande en 5e",
        "lotissement 11 novembre, villa 8",
    ],
    ("es", "others"): [
        "tomo 2 pastillas de 500",
        "cuánto por las 4 piezas?",
        "me operaron de las 2 rodillas",
        "tomo 1 de 50 y media de 25",
        "del 1 al 10 me duele 8",
    ],
    ("pt", "others"): [
        "tomo 2 comprimidos de 500",
        "quanto fica as 2 pernas?",
    ],
    ("sw", "others"): [
        "namba ya gari KBA 123A",
    ],
    ("ar", "others"): [
        "ana sakna fe 6 october",
        "3ndi alam 8/10 fel rokba",
        "انا حامل في الاسبوع ٢٨",
        "الوجع ٧ من ١٠",
        "khalas m3lsh 7ad tany 7agaz",
        "msh 3aref 7ad hena",
    ],
    ("hi", "others"): [
        "Mangal kaka ko jaante ho aap",
    ],
    ("en", "told"): [
        "In your reel at 0:45 what is that oil",
        "what's that at 2:15 of the video?",
        "do you close for lunch usually, 1 to 2 like the chemist?",
        "do you do SAT prep, he got 610",
    ],
    ("es", "told"): [
        "qué diferencia hay entre el 2 y el 3 del menú",
        "en el video a las 0:45 qué usas?",
    ],
    ("fr", "told"): [
        "vous fermez le midi d'habitude ?",
        "c'est quoi la différence entre le 60 et le 90",
    ],
    ("hi", "told"): [
        "kal jo cream aapne lagayi thi usse jalan hai",
        "CBSE 9th aur 10th",
        "umar 7 aur 12",
    ],
    ("ar", "told"): [
        "اخت جمعة اللي عندكم",
    ],
}
DATED = {
    "en": {
        "ring the bell at 9a": "09:00",
        "9a tomorrow, flat 4B": "2026-03-11 09:00",
        "can i come at 3p, bell is broken": "15:00",
        "sat 9a-1p": "2026-03-14 09:00..13:00",
        "2a or 3p": "02:00/15:00",
        "my kids friday 3 and 5": "2026-03-13 15:00..17:00",
        "tomorrow at 3 and 5 for the boys": "2026-03-11 15:00..17:00",
        "my pain appointment 8/10": "2026-10-08",
        "knee pain, can i come on 8/10": "2026-10-08",
        "back pain, 5/6 at 3pm": "2026-06-05 15:00",
        "fit me in on the 9th": "2026-04-09",
        "is may 5 ok, flat 2B": "2026-05-05",
        "the 9st at 5": "2026-04-09 17:00",
        "1st at 5": "2026-04-01 17:00",
        "can do 4 cheers": "16:00",
        "I normally work till 3, 4 works": "16:00",
        "saw your reel, can i come at 5:30?": "17:30",
        "can do 10 tomorrow, 3 girls": "2026-03-11 10:00",
    },
    "es": {
        "el timbre es el 4, el jueves a las 3": "2026-03-12 15:00",
        "voy en bus, el 5 a las 6": "2026-04-05 18:00",
        "el 3º de mayo": "2026-05-03",
        "la fiesta es el 5 de mayo a las 8": "2026-05-05 08:00/20:00",
        "niñas 5 y 6 de abril": "2026-04-05/2026-04-06",
        "para mis niñas 28-05 al mediodía": "2026-05-28 12:00",
        "las 4 besos": "16:00",
    },
    "fr": {
        "je prends le bus, le 5": "2026-04-05",
        "sonnez à l'interphone, le premier week-end d'avril": "2026-04-03/2026-04-04",
        "le 3e à 15h": "2026-04-03 15:00",
        "pour mes filles le 5 et le 6 avril": "2026-04-05/2026-04-06",
        "j'ai mal au dos, le 8/10 à 15h": "2026-10-08 15:00",
        "A15H30 demain": "2026-03-11 15:30",
    },
    "pt": {
        "domingos de manhã": "2026-03-15 06:00..12:00",
        "pode ser o domingo?": "2026-03-15",
        "as 4 beijos": "16:00",
        "vou de ônibus, dia 12 as 4": "2026-03-12 16:00",
        "dor no joelho, dia 8/10 às 15h": "2026-10-08 15:00",
    },
    "ar": {
        "7ad 5pm": "2026-03-15 17:00",
        "7ad momken?": "2026-03-15",
        "bokra aw el 7ad": "2026-03-11/2026-03-15",
        "اولادي بكرة ٣ و ٥": "2026-03-11 15:00..17:00",
    },
    "sw": {
        "umri wa miaka 7, kesho saa nane": "2026-03-11 14:00",
    },
    "fil": {
        "bukas 7 at 8": "2026-03-11 07:00/19:00",
    },
    "hi": {
        "9th ko aau?": "2026-04-09",
        "9th ko 5 baje, beta 9th me hai": "2026-04-09 17:00",
        "mere bacche 14-08 ko 3 baje": "2026-08-14 15:00",
        "umar 7 aur 12, 12 tareekh": "2026-03-12",
        "kal jo time ho bata do": "2026-03-11",
        "mangal bhaiya 5 baje": "2026-03-10/2026-03-17 17:00",
    },
}
AUGUST = {
    "en": ["book me for August", "can i book for august?", "appointment for august please", "book me august"],
    "es": ["resérvame para agosto", "quiero cita para agosto"],
    "fr": ["un rdv pour août", "je voudrais réserver pour août"],
    "pt": ["quero marcar para agosto", "agendar para agosto"],
    "ar": ["احجزلي لاغسطس", "موعد لشهر اغسطس"],
    "sw": ["niwekee kwa agosti"],
    "fil": ["pabook po para sa agosto"],
    "hi": ["अगस्त के लिए बुक करो"],
}
NOT_A_MONTH = ["it's for june, my daughter", "a gift card for april", "book a massage as a gift for april"]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for (language, _), texts in DATELESS.items() for text in texts]
)
def test_a_number_or_a_name_that_is_no_date_is_read_as_nothing(language: str, text: str):
    assert "" == written(understand(text, replace(QATAR, language=language)))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, text, expected) for language in DATED for text, expected in DATED[language].items()],
)
def test_a_day_or_an_hour_beside_such_words_is_read(language: str, text: str, expected: str):
    assert expected == written(understand(text, replace(QATAR, language=language)))


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in AUGUST for text in AUGUST[language]])
def test_a_month_that_a_booking_is_wished_for_is_that_month(language: str, text: str):
    day = understand(text, replace(QATAR, language=language)).date
    assert (date(2026, 8, 1), date(2026, 8, 31)) == (day.earliest, day.latest)


@pytest.mark.parametrize("text", NOT_A_MONTH)
def test_a_month_that_may_be_a_name_is_none(text: str):
    assert "" == written(understand(text, QATAR))
