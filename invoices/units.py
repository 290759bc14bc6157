"""Units of quantity: what people type, and the code of UN/ECE Recommendation 20 that an e-invoice wants (BT-130).

The units that goods and services are usually invoiced in; any other word is printed as typed and has no code.
"""

from dataclasses import dataclass

# code, English, Chinese, other spellings. UN/ECE Recommendation 20, revision 17; XPP and such are of Recommendation 21.
_ROWS = """
C62|one|个|1 个 ea each unit units
H87|piece|件|pc pcs pieces 只 支
SET|set|套|sets 组
PR|pair|双|pairs 对
DZN|dozen|打|dozens
XBX|box|箱|boxes 盒
XPK|package|包|packages pack packs
XCT|carton|纸箱|cartons ctn
XPX|pallet|托盘|pallets
XRO|roll|卷|rolls
XBG|bag|袋|bags
XBO|bottle|瓶|bottles
XDR|drum|桶|drums
ST|sheet|张|sheets
KGM|kilogram|千克|kg kgs 公斤 kilograms
GRM|gram|克|g grams
TNE|tonne|吨|t tonnes mt 公吨
LBR|pound|磅|lb lbs pounds
ONZ|ounce|盎司|oz ounces
MTR|metre|米|m metres meter meters
CMT|centimetre|厘米|cm 公分
MMT|millimetre|毫米|mm
KMT|kilometre|千米|km 公里
INH|inch|英寸|in inches
FOT|foot|英尺|ft feet
MTK|square metre|平方米|m2 m² sqm
FTK|square foot|平方英尺|ft2 ft² sqft
MTQ|cubic metre|立方米|m3 m³ cbm
LTR|litre|升|l litres liter liters
MLT|millilitre|毫升|ml
GLL|US gallon|美制加仑|gal gallons
SEC|second|秒|s sec seconds
MIN|minute|分钟|min minutes
HUR|hour|小时|h hr hrs hours 工时
DAY|day|天|d days 日
WEE|week|周|weeks
MON|month|月|months 个月
QAN|quarter|季度|quarters 季
ANN|year|年|yr years
E48|service unit|服务单位|service services 项 次
LS|lump sum|总额|ls 批
KWH|kilowatt hour|千瓦时|kwh 度
MWH|megawatt hour|兆瓦时|mwh
P1|per cent|百分比|% percent
E49|working day|工作日|workday workdays man-day 人天
4L|megabyte|兆字节|mb
E34|gigabyte|吉字节|gb
D63|book|册|books 本
IE|person|人|people persons
NPR|number of pairs|对数|
NMP|number of packs|包数|
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its code, named in both languages."""

    code: str
    name: str
    name_local: str


def _read() -> tuple[dict[str, Unit], dict[str, str]]:
    units: dict[str, Unit] = {}
    codes: dict[str, str] = {}
    for row in _ROWS.split("\n"):
        if row:
            code, name, name_local, others = row.split("|")
            units[code] = Unit(code, name, name_local)
            for word in (code, name, name_local, *others.split(" ")):
                codes.setdefault(word.casefold(), code)
    return units, codes


UNITS, _CODES = _read()


def unit_code(typed: str) -> str:
    """The code of the unit that was typed, by its code or name in either language; empty where it is none of ours."""
    return _CODES.get(typed.strip().casefold(), "") if typed.strip() else ""
