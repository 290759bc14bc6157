"""Names of the sample: customers told by hand, and the words of which the others are made."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Name:
    """A customer's name in its own two languages, and what goes with it."""

    code: str
    name: str
    name_local: str = ""
    country: str = "CN"
    currency: str = "CNY"
    terms: str = "n/30"
    owner: str = "lin.yue"


# Who looks after customers, and who closes the months: username, name. None of them can sign in.
PEOPLE = {"lin.yue": "林悦", "chen.mo": "陈默", "sara.voss": "Sara Voss"}
CLOSER = ("wen.jing", "文静")

HERO = "C-10482"
# Code, name, local name, country, currency, terms, owner.
_TOLD = (
    (HERO, "Ningbo Haichen Mould Co., Ltd.", "宁波海辰模具有限公司", "CN", "CNY", "2/10 n/30", "lin.yue"),
    ("C-10290", "Suzhou Qiming Automation", "苏州启明自动化", "CN", "CNY", "n/30", "lin.yue"),
    ("C-10077", "Brandt & Söhne Maschinenbau GmbH", "", "DE", "EUR", "n/45", "lin.yue"),
    ("C-10315", "Guangdong Yuexin Electronics", "广东粤新电子", "CN", "CNY", "n/60", "lin.yue"),
    ("C-10128", "Mikawa Seiko K.K.", "三河精工", "JP", "JPY", "eom+60", "lin.yue"),
    ("C-10091", "Corvane Aerospace Inc.", "", "US", "USD", "n/45", "sara.voss"),
    ("C-10151", "Al Salmiya Marine Trading W.L.L.", "", "KW", "KWD", "n/30", "sara.voss"),
    ("C-10407", "Chengdu Rongjin Medical", "成都蓉锦医疗", "CN", "CNY", "30% n/0, 70% n/60", "chen.mo"),
    ("C-10164", "Ferrante Strumenti S.r.l.", "", "IT", "EUR", "n/60", "sara.voss"),
    ("C-10203", "Pacific Crest Robotics LLC", "", "US", "USD", "n/30", "sara.voss"),
    ("C-10140", "Nagoya Keisoku K.K.", "名古屋計測", "JP", "JPY", "eom+30", "lin.yue"),
    ("C-10338", "Tianjin Jinbin Pump", "天津津滨泵业", "CN", "CNY", "n/30", "chen.mo"),
    ("C-10119", "Halvorsen Marine AS", "", "NO", "EUR", "n/30", "sara.voss"),
    ("C-10356", "Beijing Zhongke Hengce Instruments", "北京中科衡测仪器", "CN", "CNY", "n/60", "chen.mo"),
    ("C-10233", "Qingdao Yuanyang Refrigeration", "青岛远洋制冷", "CN", "CNY", "n/30", "chen.mo"),
    ("C-10188", "Ashworth Optics Ltd", "", "GB", "USD", "n/30", "sara.voss"),
    ("C-10421", "Shenzhen Lianchuang Optics", "深圳市联创光电", "CN", "CNY", "n/45", "lin.yue"),
    ("C-10377", "Wuhan Chutian Laser", "武汉楚天激光", "CN", "CNY", "n/60", "chen.mo"),
    ("C-10172", "Delmas Instruments SAS", "", "FR", "EUR", "n/45", "sara.voss"),
    ("C-10389", "Xiamen Haicang Bearings", "厦门海沧轴承", "CN", "CNY", "n/30", "lin.yue"),
    ("C-10215", "Kestrel Metrology Inc.", "", "US", "USD", "n/30", "sara.voss"),
)
TOLD = tuple(Name(*told) for told in _TOLD)
FIRST_CODE = 11_000

CITIES = (
    ("Hangzhou", "杭州"), ("Wuxi", "无锡"), ("Dongguan", "东莞"), ("Foshan", "佛山"), ("Changzhou", "常州"),
    ("Nantong", "南通"), ("Jinan", "济南"), ("Hefei", "合肥"), ("Changsha", "长沙"), ("Xi'an", "西安"),
    ("Zhengzhou", "郑州"), ("Dalian", "大连"), ("Shenyang", "沈阳"), ("Chongqing", "重庆"), ("Kunshan", "昆山"),
    ("Wenzhou", "温州"), ("Taizhou", "台州"), ("Shaoxing", "绍兴"), ("Jiaxing", "嘉兴"), ("Yantai", "烟台"),
    ("Weifang", "潍坊"), ("Zhuhai", "珠海"), ("Huizhou", "惠州"), ("Nanchang", "南昌"), ("Fuzhou", "福州"),
)  # fmt: skip
MARKS = (
    ("Hengtai", "恒泰"), ("Ruixiang", "瑞祥"), ("Jinhua", "锦华"), ("Tianyi", "天翼"), ("Boda", "博达"),
    ("Xinyuan", "鑫源"), ("Dexin", "德信"), ("Huarui", "华锐"), ("Mingcheng", "明诚"), ("Lida", "力达"),
    ("Shengda", "盛达"), ("Yongxin", "永信"), ("Jiahe", "嘉禾"), ("Zhongwang", "众旺"), ("Guanghui", "光辉"),
    ("Kaile", "凯乐"), ("Fengyuan", "丰源"), ("Tongli", "通力"), ("Anda", "安达"), ("Chenguang", "晨光"),
)  # fmt: skip
TRADES = (
    ("Precision Machinery", "精密机械"), ("Auto Parts", "汽车零部件"), ("Electronics", "电子科技"),
    ("Moulding", "模塑"), ("Tools", "工具"), ("Valves", "阀门"), ("Hydraulics", "液压设备"), ("Bearings", "轴承"),
    ("Medical Devices", "医疗器械"), ("Optics", "光学仪器"), ("Packaging", "包装机械"), ("Robotics", "机器人"),
)  # fmt: skip
FORMS = (("Co., Ltd.", "有限公司"), ("Technology Co., Ltd.", "科技有限公司"), ("Group", "集团有限公司"))

ABROAD = (
    ("USD", "US", "Inc."), ("USD", "US", "LLC"), ("USD", "VN", "JSC"), ("EUR", "DE", "GmbH"), ("EUR", "FR", "SAS"),
    ("EUR", "IT", "S.r.l."), ("EUR", "NL", "B.V."), ("JPY", "JP", "K.K."), ("KWD", "KW", "W.L.L."),
)  # fmt: skip
FAMILIES = (
    "Alder", "Beckmann", "Calloway", "Dorner", "Ellery", "Fontaine", "Garrick", "Hollis", "Ibarra", "Jansen",
    "Keller", "Lindqvist", "Moreau", "Novak", "Okada", "Parrish", "Quist", "Romano", "Sato", "Thorne",
)  # fmt: skip
CRAFTS = ("Tooling", "Instruments", "Metals", "Dynamics", "Systems", "Components", "Automation", "Castings")

TERMS = ("n/30", "n/45", "n/60", "n/90", "eom+30", "eom+60", "2/10 n/30", "day 15+30", "30% n/0, 70% n/60")
TERMS_WEIGHTS = (35, 15, 20, 6, 8, 4, 5, 2, 5)
OWNERS = tuple(PEOPLE)


def made_up(number: int, rnd: Random) -> Name:
    """The `number`-th customer that is not told by hand."""
    code = f"C-{FIRST_CODE + number}"
    terms = rnd.choices(TERMS, TERMS_WEIGHTS)[0]
    if rnd.random() < 0.72:  # not money: the share of customers at home
        (city, city_zh), (mark, mark_zh), (trade, trade_zh) = rnd.choice(CITIES), rnd.choice(MARKS), rnd.choice(TRADES)
        form, form_zh = rnd.choice(FORMS)
        return Name(
            code=code,
            name=f"{city} {mark} {trade} {form}",
            name_local=f"{city_zh}{mark_zh}{trade_zh}{form_zh}",
            terms=terms,
            owner=rnd.choice(OWNERS[:2]),
        )
    currency, country, form = rnd.choice(ABROAD)
    name = f"{rnd.choice(FAMILIES)} {rnd.choice(CRAFTS)} {form}"
    return Name(code=code, name=name, country=country, currency=currency, terms=terms, owner=rnd.choice(OWNERS[1:]))


# What is sold: English, Chinese, unit, list price in CNY.
GOODS = (
    ("Mould insert", "模具镶件", "pcs", 480), ("Guide pillar set", "导柱组件", "set", 1260),
    ("Ball screw", "滚珠丝杠", "pcs", 2350), ("Linear bearing", "直线轴承", "pcs", 185),
    ("Servo coupling", "伺服联轴器", "pcs", 640), ("Precision spindle", "精密主轴", "pcs", 18_600),
    ("Cutting insert", "数控刀片", "box", 320), ("Hydraulic clamp", "液压夹具", "set", 4_150),
    ("Cooling plate", "冷却板", "pcs", 890), ("Measuring probe", "测头", "pcs", 7_400),
)  # fmt: skip
SERVICE = ("Maintenance and calibration", "维护与校准", "job", 3_200)
