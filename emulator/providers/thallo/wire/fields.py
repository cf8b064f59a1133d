"""Types of the fields of requests."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.providers.thallo.memory.fields import DIGITS_MAX

SAFE_INTEGER_MAX = 2**53 - 1

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA
GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS
MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS
RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW
TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_COUNTRIES.split())
"""The codes of ISO 3166-1 alpha-2, as the SDK lists them."""


def _grams(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(f"[0-9]{{1,{DIGITS_MAX}}}", value):
        raise PydanticCustomError("grams", f"must be a whole number of at most {DIGITS_MAX} digits")
    return int(value)


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise PydanticCustomError("country", "must be a valid ISO31661 Alpha2 code")
    return value


QueryGrams = Annotated[int, BeforeValidator(_grams)]
Name = Annotated[str, StringConstraints(min_length=1)]
Country = Annotated[str, AfterValidator(_country)]

NumberText = Annotated[str, StringConstraints(max_length=DIGITS_MAX)]
"""A number as text. The rules of a retirement refuse other characters."""
