"""A small world of figures to attack: one indicator of each nature, three countries, one source."""

from __future__ import annotations

from datetime import date

from tutela.engine.assessment import catalogue, imports

TODAY = date(2026, 11, 22)
TABLES = {
    "sources.csv": b"id,producer,title,published,url,licence,attribution,endnote\n"
    b"desk,A desk,Yearly figures,2025,,CC-BY-4.0,A desk,\n"
    b"other,Another desk,A paper,2025,,cited-facts,,\n",
    "areas.csv": b"code,name,level\nWLD,World,world\nAAA,Aland,country\nBBB,Beland,country\n",
    "indicators.csv": b"id,title,definition,lens,construct,polarity,unit,population,area_level,roles,span_kind,method,"
    b"quality,not_this,cumulative,price_year,dimension,denominator,continued_by,processing,sensitivity,editions\n"
    b"reports,Reports,Reports a year,people,report,ambiguous,reports,all,country,desk,year,count,B,"
    b"not a number of children,,,,,,,,\n"
    b"share,Children affected,Share of children,people,victimisation,worse,percent,children,country,"
    b"residence|victimisation,year,survey,A,not a count of reports,,,,,,,,\n"
    b"children,Children helped,Children helped a year,response,response,better,children,all,country,,year,count,B,"
    b"not the number of children in need,,,,,,,,\n"
    b"by-kind,Reports by kind,Reports by kind,people,report,ambiguous,reports,all,country,desk,month,count,B,"
    b"not a prevalence,,,kind,,,,,\n",
    "breaks.csv": b"indicator,day,cause,effect,source\nreports,2020-07-01,the form changed,up,desk\n",
}
CATALOGUE = catalogue.read(TABLES)


def row(**changed: str) -> dict[str, str]:
    """A good row, with some fields changed."""
    good = dict.fromkeys(imports.COLUMNS, "")
    good |= {"indicator": "reports", "area": "AAA", "span": "2019", "value": "7", "unit": "reports", "source": "desk"}
    return good | {"provenance": "primary"} | changed


def table(*rows: dict[str, str]) -> bytes:
    """The rows as an import gets them; no field of ours needs quoting."""
    lines = [",".join(imports.COLUMNS), *(",".join(each[name] for name in imports.COLUMNS) for each in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def take(*rows: dict[str, str], known: tuple[imports.Observation, ...] = ()) -> imports.Imported:
    """Import rows into the small world."""
    return imports.read_csv({"rows.csv": table(*rows)}, CATALOGUE, TODAY, known)
