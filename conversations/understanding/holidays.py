"""The days that have a name, and where each lies in which region."""

from collections.abc import Mapping
from datetime import date, timedelta

from conversations.understanding import feasts, hebrew, moon

_MON, _THU, _SUN = 0, 3, 6
_LAST = 5
_YEARS_AHEAD = 9

_ARAB = ("AE", "BH", "EG", "IQ", "JO", "KW", "LB", "LY", "OM", "PS", "QA", "SA", "SD", "SY", "YE")
_MOTHERS = {
    **dict.fromkeys(("GB", "IE", "NG"), feasts.after_easter(-21)),
    **dict.fromkeys(("ES", "PT"), feasts.nth(5, 1, _SUN)),
    "FR": feasts.nth(5, _LAST, _SUN), "MX": feasts.fixed(5, 10),
    **dict.fromkeys(_ARAB, feasts.fixed(3, 21)),
}  # fmt: skip
_FATHERS = {
    **dict.fromkeys(("ES", "IT", "PT"), feasts.fixed(3, 19)), **dict.fromkeys(("AU", "NZ"), feasts.nth(9, 1, _SUN)),
    "BR": feasts.nth(8, 2, _SUN), **dict.fromkeys(_ARAB, feasts.fixed(6, 21)),
}  # fmt: skip
_NATIONAL = {
    "BR": feasts.fixed(9, 7), "GH": feasts.fixed(3, 6), "IN": feasts.fixed(8, 15), "KE": feasts.fixed(12, 12),
    "MX": feasts.fixed(9, 16), "NG": feasts.fixed(10, 1), "PH": feasts.fixed(6, 12), "PK": feasts.fixed(8, 14),
    "TZ": feasts.fixed(12, 9), "UG": feasts.fixed(10, 9),
}  # fmt: skip
_AMERICAN_LABOUR = dict.fromkeys(("US", "CA"), feasts.nth(9, 1, _MON))

HOLIDAYS: Mapping[str, tuple[feasts.Holiday, Mapping[str, feasts.Holiday]]] = {
    "april_fools": (feasts.fixed(4, 1), {}),
    "ascension": (feasts.after_easter(39), {}),
    "ashura": (feasts.by_moon(1, 10), {}),
    "ash_wednesday": (feasts.after_easter(-46), {}),
    "august_bank_holiday": (feasts.nth(8, _LAST, _MON), {"IE": feasts.nth(8, 1, _MON)}),
    "bastille": (feasts.fixed(7, 14), {}),
    "black_friday": (feasts.nth(11, 4, _THU, plus=1), {}),
    "bhai_dooj": (feasts.after_moon(10, 17, 0, moon.DELHI_EVENING, plus=2), {}),
    "bonfire": (feasts.fixed(11, 5), {}),
    "boss_day": (feasts.Holiday(feasts.boss_day), {}),
    "burns": (feasts.fixed(1, 25), {}),
    "buddha": (feasts.after_moon(4, 26, 0.5, moon.DELHI_EVENING), {}),
    "chhath": (feasts.after_moon(10, 17, 0, moon.DELHI_EVENING, plus=6), {}),
    "chhoti_diwali": (feasts.after_moon(10, 17, 0, moon.DELHI_EVENING, plus=-1), {}),
    "chinese_new_year": (feasts.after_moon(1, 21, 0, moon.BEIJING), {}),
    "columbus": (feasts.nth(10, 2, _MON), {}),
    "corpus_christi": (feasts.after_easter(60), {}),
    "cyber_monday": (feasts.nth(11, 4, _THU, plus=4), {}),
    "dhanteras": (feasts.after_moon(10, 17, 0, moon.DELHI_EVENING, plus=-2), {}),
    "diwali": (feasts.after_moon(10, 17, 0, moon.DELHI_EVENING), {}),
    "earth_day": (feasts.fixed(4, 22), {}),
    "easter": (feasts.after_easter(0), {}),
    "easter_monday": (feasts.after_easter(1), {}),
    "eid_adha": (feasts.by_moon(12, 10), {}),
    "eid_fitr": (feasts.by_moon(10, 1), {}),
    "epiphany": (feasts.fixed(1, 6), {}),
    "fathers_day": (feasts.nth(6, 3, _SUN), _FATHERS),
    "good_friday": (feasts.after_easter(-2), {}),
    "grandparents_day": (feasts.nth(9, 1, _MON, plus=6), {}),
    "groundhog": (feasts.fixed(2, 2), {}),
    "halloween": (feasts.fixed(10, 31), {}),
    "hanukkah": (feasts.with_its_eve(hebrew.in_winter, 7), {}),
    "holi": (feasts.after_moon(2, 27, 0.5, moon.DELHI_EVENING, plus=1), {}),
    "holy_saturday": (feasts.after_easter(-1), {}),
    "holika_dahan": (feasts.after_moon(2, 27, 0.5, moon.DELHI_EVENING), {}),
    "inauguration": (feasts.fixed(1, 20), {}),
    "independence_day": (feasts.fixed(7, 4), _NATIONAL),
    "islamic_new_year": (feasts.by_moon(1, 1), {}),
    "isra_miraj": (feasts.by_moon(7, 27), {}),
    "kings_day": (feasts.Holiday(feasts.kings_day), {}),
    "jumuatul_wida": (feasts.Holiday(feasts.last_friday_of_ramadan), {}),
    "juneteenth": (feasts.fixed(6, 19), {}),
    "kaanum_pongal": (feasts.days_after(feasts.pongal, 2), {}),
    "labour_day": (feasts.fixed(5, 1), {**_AMERICAN_LABOUR, "NZ": feasts.nth(10, 4, _MON)}),
    "laylat_al_qadr": (feasts.by_moon(9, 27), {}),
    "lincoln": (feasts.fixed(2, 12), {}),
    "mardi_gras": (feasts.after_easter(-47), {}),
    "mawlid": (feasts.by_moon(3, 12), {}),
    "mattu_pongal": (feasts.days_after(feasts.pongal, 1), {}),
    "maundy_thursday": (feasts.after_easter(-3), {}),
    "memorial_day": (feasts.nth(5, _LAST, _MON), {}),
    "mlk": (feasts.nth(1, 3, _MON), {}),
    "mothers_day": (feasts.nth(5, 2, _SUN), _MOTHERS),
    "orthodox_christmas": (feasts.fixed(1, 7), {}),
    "orthodox_easter": (feasts.after_orthodox_easter(0), {}),
    "clean_monday": (feasts.after_orthodox_easter(-48), {}),
    "lazarus_saturday": (feasts.after_orthodox_easter(-8), {}),
    "great_lent": (feasts.after_orthodox_easter(-48, 40), {}),
    "palm_sunday": (feasts.after_easter(-7), {}),
    "parsi_new_year": (feasts.Holiday(feasts.parsi_new_year), {}),
    "passover": (feasts.with_its_eve(hebrew.in_spring, 8), {}),
    "pentecost": (feasts.after_easter(49), {}),
    "pongal": (feasts.Holiday(feasts.pongal), {}),
    "presidents_day": (feasts.nth(2, 3, _MON), {}),
    "rabindra_jayanti": (feasts.Holiday(feasts.rabindra_jayanti), {}),
    "raksha_bandhan": (feasts.after_moon(8, 2, 0.5, moon.DELHI), {}),
    "ramadan": (feasts.by_moon(9, 1, 30), {}),
    "ravidas_jayanti": (feasts.after_moon(1, 29, 0.5, moon.DELHI), {}),
    "rosh_hashanah": (feasts.with_its_eve(hebrew.in_autumn, 2), {}),
    "shavuot": (feasts.with_its_eve(hebrew.in_spring, 2, plus=50), {}),
    "spring_bank_holiday": (feasts.nth(5, _LAST, _MON), {}),
    "early_may_bank_holiday": (feasts.nth(5, 1, _MON), {}),
    "st_george": (feasts.fixed(4, 23), {}),
    "st_patrick": (feasts.fixed(3, 17), {}),
    "sukkot": (feasts.with_its_eve(hebrew.in_autumn, 8, plus=14), {}),
    "thanksgiving": (feasts.nth(11, 4, _THU), {"CA": feasts.nth(10, 2, _MON)}),
    "trinity_sunday": (feasts.after_easter(56), {}),
    "vaisakhi": (feasts.fixed(4, 14), {}),
    "veterans_day": (feasts.fixed(11, 11), {}),
    "whit_monday": (feasts.after_easter(50), {}),
    "workers_day": (feasts.fixed(5, 1), {}),
    "women": (feasts.fixed(3, 8), {}),
}
NAMES = tuple(HOLIDAYS)
"""A word for a holiday carries its place in here."""


def holiday(place: int, region: str) -> feasts.Holiday:
    usual, elsewhere = HOLIDAYS[NAMES[place]]
    return elsewhere.get(region.upper(), usual)


def on_or_after(found: feasts.Holiday, today: date) -> date | None:
    """The day the next one begins on, or the one that is still going on."""
    last = min(today.year + _YEARS_AHEAD, date.max.year - 1)
    days = (day for year in range(today.year - 1, last) for day in found.begins(year))
    return next((day for day in days if day + timedelta(days=found.days) > today), None)
