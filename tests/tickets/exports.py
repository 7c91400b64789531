"""Made-up exports of cities that do not exist, each written in another way: small, and the same every time."""

# ruff: noqa: E501  an export, one column a line or less
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

PEOPLE = ("王秀英", "陈建国", "13805321234", "37020219800101123X", "振华路88号3单元402室", "wang@example.org")
"""What must never be found in anything written: a person's names, telephone, identity, home, mail."""


def requests(count: int = 300, seed: int = 3) -> pd.DataFrame:
    """Requests as facts, from which each export is written: registered, closed, kind, office, place, and so on."""
    random = np.random.default_rng(seed)
    created = pd.Timestamp("2023-04-01") + pd.to_timedelta(
        np.sort(random.uniform(0, 61 * 24 * 60, count)).round(), "min"
    )
    takes = pd.to_timedelta(random.exponential(60 * 60, count).round() + 5, "min")
    closed = pd.Series(created + takes).where(random.random(count) < 0.9)
    return pd.DataFrame({
        "id": [f"GD{20230000 + n}" for n in range(count)],
        "created": created,
        "closed": closed,
        "kind": random.choice(["物业管理", "噪音扰民", "违章停车", "供暖供水", "路灯照明"], count),
        "office": random.choice(["城管局", "住建局", "公安分局"], count),
        "place": random.choice(["振华路街道", "浮山路街道", "永清路街道"], count),
        "channel": random.choice(["12345热线", "微信", "网站"], count),
        "rating": random.choice(["满意", "基本满意", "不满意", ""], count),
        "solved": random.choice(["是", "否"], count),
        "person": random.choice(PEOPLE[:2], count),
        "phone": PEOPLE[2],
        "address": PEOPLE[4],
        "text": [f"{PEOPLE[0]}反映：楼下噪音，\n请尽快处理{n}" for n in range(count)],
    })  # fmt: skip


def hotline_gb18030(path: Path) -> None:
    """A 12345 hotline of the mainland, as its system exports it."""
    facts = requests()
    columns = {
        "工单编号": facts["id"], "受理时间": _text(facts["created"], "%Y/%m/%d %H:%M:%S"), "来电人": facts["person"],
        "联系电话": facts["phone"], "诉求地址": facts["address"], "诉求内容": facts["text"], "诉求类型": facts["kind"],
        "承办单位": facts["office"], "所属街道": facts["place"], "诉求来源": facts["channel"],
        "办理时限": _text(facts["created"] + pd.Timedelta(days=7), "%Y/%m/%d %H:%M:%S"),
        "办结时间": _text(facts["closed"], "%Y/%m/%d %H:%M:%S"), "满意度": facts["rating"], "是否解决": facts["solved"],
        "工单状态": np.where(facts["closed"].isna(), "办理中", "已办结"),
    }  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False, lineterminator="\r\n").encode("gb18030"))


def taiwan_big5(path: Path) -> None:
    """A 1999 hotline with years of the Republic of China, in Big5."""
    facts = requests()
    kinds = dict(zip(("物业管理", "噪音扰民", "违章停车", "供暖供水", "路灯照明"),
                     ("公寓大廈管理", "場所與設施噪音舉發", "違規停車", "用戶無水、漏水報修", "路燈故障"), strict=True))  # fmt: skip
    places = {"振华路街道": "大安區", "浮山路街道": "信義區", "永清路街道": "萬華區"}
    columns = {
        "案件編號": facts["id"], "陳情人": "林美玲", "通報日期": _roc(facts["created"]),
        "通報時間": _text(facts["created"], "%H%M%S").str.lstrip("0"), "案件類別": facts["kind"].map(kinds),
        "行政區": facts["place"].map(places), "承辦單位": "環境保護局", "結案日期": _roc(facts["closed"]),
        "滿意度": facts["rating"].map({"满意": "滿意", "基本满意": "尚可", "不满意": "不滿意", "": ""}),
    }  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False).encode("big5"))


def semicolons_latin(path: Path) -> None:
    """A European portal: semicolons, decimal commas, Latin-1, day first."""
    facts = requests()
    columns = {
        "Ticket ID": range(len(facts)), "Created": _text(facts["created"], "%d.%m.%Y %H:%M"),
        "Closed": _text(facts["closed"], "%d.%m.%Y %H:%M"), "Category": facts["kind"].map(_ENGLISH),
        "District": facts["place"].map({"振华路街道": "Köln Süd", "浮山路街道": "Höhenberg", "永清路街道": "Müngersdorf"}),
        "Rating": np.where(facts["rating"] == "", "", "3,5"), "Latitude": "50,9371",
    }  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False, sep=";").encode("latin-1"))


def tabs_utf16(path: Path) -> None:
    """What Excel calls Unicode text: UTF-16 with tabs, times of a clock of 12 hours in Chinese."""
    facts = requests()
    clock = facts["created"].dt.strftime("%Y-%m-%d ") + np.where(facts["created"].dt.hour < 12, "上午", "下午")
    columns = {
        "编号": facts["id"], "登记时间": clock + facts["created"].dt.strftime("%I:%M:%S"), "问题分类": facts["kind"],
        "责任单位": facts["office"], "办结日期": _text(facts["closed"], "%Y年%m月%d日"), "状态": "已结案",
    }  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False, sep="\t").encode("utf-16"))


def utf16_without_mark(path: Path) -> None:
    """The same without a mark at its beginning, and with bars."""
    facts = requests()
    columns = {"Case Number": facts["id"], "Opened Date": _text(facts["created"], "%m/%d/%Y %H:%M"),
               "Closed Date": _text(facts["closed"], "%m/%d/%Y %H:%M"), "Problem Type": facts["kind"].map(_ENGLISH)}  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False, sep="|").encode("utf-16-le"))


def merged_excel(path: Path) -> None:
    """A workbook with a title, two lines of headings of which the upper one is merged, dates as dates, ghost rows."""
    facts = requests()
    book = xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": True})
    sheet, day, clock = (
        book.add_worksheet("明细"),
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "hh:mm:ss"}),
    )
    sheet.merge_range(0, 0, 0, 6, "某区12345工单明细表（2023年）")
    sheet.write(1, 0, "导出人：管理员")
    sheet.merge_range(2, 0, 3, 0, "工单编号")
    for column, name in ((1, "受理"), (3, "办结")):
        sheet.merge_range(2, column, 2, column + 1, name)
        sheet.write(3, column, "日期")
        sheet.write(3, column + 1, "时间")
    sheet.merge_range(2, 5, 3, 5, "问题分类")
    sheet.merge_range(2, 6, 3, 6, "承办单位")
    for place, row in enumerate(facts.itertuples(), 4):
        sheet.write(place, 0, row.id)
        for column, stamp in ((1, row.created), (3, row.closed)):
            if not pd.isna(stamp):
                sheet.write_datetime(place, column, stamp.normalize().to_pydatetime(), day)
                sheet.write_datetime(place, column + 1, stamp.time(), clock)
        sheet.write(place, 5, row.kind)
        sheet.write(place, 6, row.office)
    sheet.write(len(facts) + 500, 0, " ")
    book.close()


def serial_days(path: Path) -> None:
    """Dates that have lost their format: serial days of Excel, as text in CSV."""
    facts = requests()
    columns = {"request_id": facts["id"], "created_date": _serial(facts["created"]), "closed_date": _serial(facts["closed"]),
               "request_type": facts["kind"].map(_ENGLISH), "neighborhood": facts["place"].map(lambda one: f"Ward {len(one)}")}  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False).encode())


def lines_of_json(path: Path) -> None:
    """One object a line, with objects within, times with an offset."""
    lines = [
        {"ticket": {"id": row.id, "status": "open" if pd.isna(row.closed) else "closed"},
         "dates": {"opened_at": f"{row.created.isoformat()}+08:00",
                   "closed_at": None if pd.isna(row.closed) else f"{row.closed.isoformat()}+08:00"},
         "category": row.kind, "reporter": {"name": row.person, "phone": row.phone}}
        for row in requests().itertuples()
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")


def map_of_features(path: Path) -> None:
    """GeoJSON with milliseconds since 1970."""
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [120.43211, 36.16543]},
         "properties": {"OBJECTID": n, "requestdate": int(row.created.timestamp() * 1000), "servicename": _ENGLISH[row.kind],
                        "status": "Open" if pd.isna(row.closed) else "Completed", "ward": f"Ward {n % 4}"}}
        for n, row in enumerate(requests().itertuples())
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def events(path: Path) -> None:
    """A log of one row an event: registered, passed on, closed."""
    rows = []
    for row in requests().itertuples():
        steps = [("登记", row.created), ("派单", row.created + pd.Timedelta(minutes=3))]
        steps += [] if pd.isna(row.closed) else [("办结", row.closed)]
        rows += [{"工单编号": row.id, "环节": step, "操作时间": stamp.strftime("%Y-%m-%d %H:%M:%S"), "登记时间":
                  row.created.strftime("%Y-%m-%d %H:%M:%S"), "操作人": row.person, "问题类别": row.kind} for step, stamp in steps]  # fmt: skip
    path.write_bytes(pd.DataFrame(rows).to_csv(index=False).encode("utf-8-sig"))


def events_alone(path: Path) -> None:
    """A log of events in which nothing but the first event tells when a request was registered."""
    rows = []
    for row in requests().itertuples():
        steps = [("Created", row.created), ("Assigned", row.created + pd.Timedelta(minutes=3))]
        steps += [] if pd.isna(row.closed) else [("Closed", row.closed)]
        rows += [{"case_ref": row.id, "event_type": step, "event_timestamp": f"{stamp.isoformat()}+10:00",
                  "handler": row.person, "case_type": _ENGLISH[row.kind]} for step, stamp in steps]  # fmt: skip
    path.write_bytes(pd.DataFrame(rows).to_csv(index=False).encode())


def hours_in_characters(path: Path) -> None:
    """Date and time of day in two columns, both with characters; headings of another city."""
    facts = requests()
    columns = {
        "投诉编号": facts["id"], "登记日期": _text(facts["created"], "%Y年%m月%d日"), "登记时刻": _text(facts["created"], "%H时%M分"),
        "反映事项": facts["kind"], "完成日期": _text(facts["closed"], "%Y年%m月%d日"), "完成时刻": _text(facts["closed"], "%H时%M分"),
        "预计完成日": _text(facts["created"] + pd.Timedelta(days=5), "%Y年%m月%d日"),
        "当前环节": np.where(facts["closed"].isna(), "未完结", "完结"),
    }  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False, sep=";").encode("gb18030"))


def portuguese(path: Path) -> None:
    """Accents in headings and statuses, in Latin-1."""
    facts = requests()
    columns = {
        "Protocolo": facts["id"], "Data de Abertura": _text(facts["created"], "%d/%m/%Y %H:%M"),
        "Data de Conclusão": _text(facts["closed"], "%d/%m/%Y %H:%M"), "Assunto": facts["kind"].map(_ENGLISH),
        "Órgão Responsável": facts["office"].map({"城管局": "Obras", "住建局": "Habitação", "公安分局": "Polícia"}),
        "Situação": np.where(facts["closed"].isna(), "Em andamento", "Concluído"), "Solicitante": "Maria Souza",
    }  # fmt: skip
    path.write_bytes(pd.DataFrame(columns).to_csv(index=False, sep=";").encode("latin-1"))


def parquet(path: Path) -> None:
    """Columns of their own types, one of them a date with a zone."""
    facts = requests()
    frame = pd.DataFrame({
        "sr_number": facts["id"], "created_date": facts["created"], "closed_date": facts["closed"],
        "sr_type": facts["kind"].map(_ENGLISH).astype("category"), "ward": np.arange(len(facts)) % 5 + 1,
        "duplicate": np.arange(len(facts)) % 7 == 0,
    })  # fmt: skip
    frame.to_parquet(path)


def preamble_and_total(path: Path) -> None:
    """Lines above the headings, a line of sums at the end, blank tails, all quoted."""
    facts = requests()
    columns = {"留言编号": facts["id"], "留言时间": _text(facts["created"], "%Y-%m-%d %H:%M:%S"), "留言用户": facts["person"],
               "一级分类": facts["kind"], "答复单位": facts["office"], "答复时间": _text(facts["closed"], "%Y-%m-%d %H:%M:%S")}  # fmt: skip
    text = pd.DataFrame(columns).to_csv(index=False, quoting=1)
    path.write_text(f"领导留言板导出,,,,,\n导出时间：2023-07-01,,,,,\n\n{text}合计,300,,,,\n,,,,,\n\n\n", "utf-8")


_ENGLISH = {"物业管理": "Property Maintenance", "噪音扰民": "Noise - Residential", "违章停车": "Illegal Parking",
            "供暖供水": "Heat/Hot Water", "路灯照明": "Street Light Out"}  # fmt: skip

Expected = dict[str, str]

MADE: dict[str, tuple[Callable[[Path], None], int, Expected]] = {
    "hotline_gb18030.csv": (hotline_gb18030, 300, {
        "id": "工单编号", "created": "受理时间", "closed": "办结时间", "due": "办理时限", "category": "诉求类型",
        "department": "承办单位", "neighbourhood": "所属街道", "channel": "诉求来源", "rating": "满意度",
        "solved": "是否解决", "status": "工单状态"}),
    "taiwan_big5.csv": (taiwan_big5, 300, {
        "id": "案件編號", "created": "通報日期+通報時間", "closed": "結案日期", "category": "案件類別",
        "neighbourhood": "行政區", "department": "承辦單位", "rating": "滿意度"}),
    "semicolons_latin.csv": (semicolons_latin, 300, {
        "id": "Ticket ID", "created": "Created", "closed": "Closed", "category": "Category", "neighbourhood": "District",
        "rating": "Rating"}),
    "tabs_utf16.txt": (tabs_utf16, 300, {
        "id": "编号", "created": "登记时间", "closed": "办结日期", "category": "问题分类", "department": "责任单位",
        "status": "状态"}),
    "utf16_without_mark.txt": (utf16_without_mark, 300, {
        "id": "Case Number", "created": "Opened Date", "closed": "Closed Date", "category": "Problem Type"}),
    "merged_excel.xlsx": (merged_excel, 300, {
        "id": "工单编号", "created": "受理 / 日期+受理 / 时间", "closed": "办结 / 日期+办结 / 时间", "category": "问题分类",
        "department": "承办单位"}),
    "serial_days.csv": (serial_days, 300, {
        "id": "request_id", "created": "created_date", "closed": "closed_date", "category": "request_type",
        "neighbourhood": "neighborhood"}),
    "lines.jsonl": (lines_of_json, 300, {
        "id": "ticket.id", "created": "dates.opened_at", "closed": "dates.closed_at", "category": "category",
        "status": "ticket.status"}),
    "features.geojson": (map_of_features, 300, {
        "id": "OBJECTID", "created": "requestdate", "category": "servicename", "status": "status", "neighbourhood": "ward"}),
    "events.csv": (events, 300, {
        "id": "工单编号", "created": "登记时间", "event": "环节", "event_time": "操作时间", "category": "问题类别"}),
    "events_alone.csv": (events_alone, 300, {
        "id": "case_ref", "created": "event_timestamp", "event": "event_type", "event_time": "event_timestamp",
        "category": "case_type"}),
    "hours_in_characters.csv": (hours_in_characters, 300, {
        "id": "投诉编号", "created": "登记日期+登记时刻", "closed": "完成日期+完成时刻", "due": "预计完成日", "category": "反映事项",
        "status": "当前环节"}),
    "portuguese.csv": (portuguese, 300, {
        "id": "Protocolo", "created": "Data de Abertura", "closed": "Data de Conclusão", "category": "Assunto",
        "department": "Órgão Responsável", "status": "Situação"}),
    "types.parquet": (parquet, 300, {
        "id": "sr_number", "created": "created_date", "closed": "closed_date", "category": "sr_type",
        "neighbourhood": "ward"}),
    "preamble.csv": (preamble_and_total, 300, {
        "id": "留言编号", "created": "留言时间", "closed": "答复时间", "category": "一级分类", "department": "答复单位"}),
}  # fmt: skip
"""By file name: what writes it, how many requests it has, and which column is which; all others are absent."""


def _text(stamps: pd.Series, form: str) -> pd.Series:
    return stamps.dt.strftime(form).fillna("")


def _roc(stamps: pd.Series) -> pd.Series:
    return pd.Series(["" if pd.isna(one) else f"{one.year - 1911}/{one:%m/%d}" for one in stamps])


def _serial(stamps: pd.Series) -> pd.Series:
    days = (stamps - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)
    return days.map(lambda day: "" if pd.isna(day) else f"{day:.6f}")
