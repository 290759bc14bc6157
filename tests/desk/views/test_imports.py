"""imports: a file is brought, judged by its content, and kept; everything else is refused in one sentence."""

import tracemalloc
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.test import Client, RequestFactory

from arap.core import uploads
from arap.core.models import AuditEntry, Company, StoredFile, User
from arap.desk.actions.receiving import receive_file
from arap.desk.models import Import
from tests.desk.takeon import histories
from tests.desk.views.uploads import BAD_ROW, EXE, GOOD, HEADER, HTML, bomb, bring, brought, workbook
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/import/"


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who may take a history on."""
    client.force_login(controller)
    return client


def test_a_file_is_kept_as_it_is(as_controller: Client, controller: User, company: Company) -> None:
    received = brought(as_controller, GOOD)
    assert (received.mapping, received.company, received.created_by) == ("standard", company, controller)
    assert bytes(received.file.content) == GOOD.encode()
    assert AuditEntry.objects.get(verb="import.receive").actor == controller
    assert "items.csv" in text_of(as_controller.get(URL))


def test_a_workbook(as_controller: Client) -> None:
    received = brought(as_controller, workbook(GOOD), "open items.xlsx")
    assert received.file.media_type.endswith("spreadsheetml.sheet")
    assert received.mapping == "standard"


def test_the_mapping_is_found_by_the_header_and_the_rows(as_controller: Client, tmp_path: Path) -> None:
    late = histories.random_late_payments(tmp_path / "a.csv", pattern="%m/%d/%Y", seed=3)
    assert brought(as_controller, late.read_bytes()).mapping == "late-payments-mdy"
    late = histories.random_late_payments(tmp_path / "b.csv", pattern="%d/%m/%Y", seed=3)
    assert brought(as_controller, late.read_bytes()).mapping == "late-payments-dmy"
    items = histories.random_open_items(tmp_path / "c.csv", seed=3)
    assert brought(as_controller, items.read_bytes()).mapping == "open-items-iso"


HOSTILE = [
    (EXE, "invoice.xlsx", "The file is not text"),
    (HTML, "items.csv", "The file is a web page or XML, not a table"),
    (b"\xef\xbb\xbf  <?xml version='1.0'?>", "items.csv", "The file is a web page or XML"),
    (bomb(), "items.xlsx", "unpacks to more than 100 times its size"),
    (b"PK\x03\x04 no zip at all", "items.xlsx", "The workbook is damaged"),
    (b"\xd0\xcf\x11\xe0" + bytes(600), "items.xls", "an old or a protected Excel workbook"),
    (b"a,b,c\n1,2,3\n", "items.csv", "The file has too few columns"),
    (b"a,b,c,d,A\n1,2,3,4,5\n", "items.csv", "The column “A” occurs twice."),
    ((HEADER + "\n\n").encode(), "items.csv", "The file has headings and no row under them."),
    (b"\n\n", "items.csv", "The file is empty."),
    (b"", "items.csv", "The file is empty."),
]


@pytest.mark.parametrize(("content", "name", "sentence"), HOSTILE, ids=[row[2][:30] for row in HOSTILE])
def test_what_is_no_table_is_refused_beside_the_field(
    as_controller: Client, content: bytes, name: str, sentence: str
) -> None:
    answer = bring(as_controller, content, name)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert (Import.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_sixty_five_megabytes_are_refused_and_stored_nowhere(as_controller: Client) -> None:
    answer = bring(as_controller, (HEADER + "\n").encode() + b"x" * (65 << 20))
    assert answer.status_code == 422
    assert "The file is larger than 64 MB. Split it and load the parts." in text_of(answer)
    assert StoredFile.objects.count() == 0


def test_the_limit_is_of_the_whole_request(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_MB_MAX", 1)
    posted = RequestFactory().post("/", {name: SimpleUploadedFile(name, bytes(600 << 10)) for name in ("a", "b")})
    posted.upload_handlers = [uploads.SizeLimit(posted), MemoryFileUploadHandler(posted)]
    assert len(posted.FILES) == 1
    assert posted.upload_too_large  # type: ignore[attr-defined]


def test_a_request_of_many_files_is_refused_before_anybody_is_asked_who_they_are(client: Client) -> None:
    files = {f"file{number}": SimpleUploadedFile("a.csv", b"x") for number in range(3)}
    assert client.post("/sign-in/", files).status_code == 400


def test_exactly_the_limit_passes(as_controller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_MB_MAX", 1)
    filler = "A,Alpha,invoice,9,2024-01-10,,5.00,CNY\n"
    content = (GOOD + filler * ((1 << 20) // len(filler)))[: 1 << 20]
    assert bring(as_controller, content).status_code == 302
    assert bring(as_controller, content + "\n").status_code == 422


def test_no_file_is_said_beside_the_field(as_controller: Client) -> None:
    answer = as_controller.post(URL, {"key": "k"})
    assert answer.status_code == 422
    assert "Choose a file." in text_of(answer)


def test_a_double_click_is_one_import(as_controller: Client) -> None:
    first = bring(as_controller, GOOD, key="same")
    second = bring(as_controller, GOOD, key="same")
    assert first["Location"] == second["Location"]
    assert (Import.objects.count(), AuditEntry.objects.filter(verb="import.receive").count()) == (1, 1)


def test_the_page_gone_back_to_with_another_file_brings_that_file(as_controller: Client) -> None:
    bring(as_controller, GOOD, key="same")
    corrected = GOOD.replace("50.00", "60.00")
    first = bring(as_controller, corrected, key="same")
    assert bring(as_controller, corrected, key="same")["Location"] == first["Location"]
    received = Import.objects.select_related("file").latest("pk")
    assert first["Location"] == f"{URL}{received.pk}/"
    assert bytes(received.file.content) == corrected.encode()
    assert Import.objects.count() == 2


def test_the_same_bytes_are_kept_once(as_controller: Client) -> None:
    assert brought(as_controller, GOOD).file_id == brought(as_controller, GOOD).file_id
    assert (Import.objects.count(), StoredFile.objects.count()) == (2, 1)


def test_a_large_file_is_never_held_whole(
    as_controller: Client, controller: User, company: Company, tmp_path: Path
) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write(HEADER + "\n")
        file.writelines(f"A,Alpha,invoice,{row},2024-01-10,,5.00,CNY\n" for row in range(300_000))
    size = path.stat().st_size
    assert size > 10 << 20
    tracemalloc.start()
    try:
        received = receive_file(company, name="large.csv", path=path, key="large", by=controller)
        assert tracemalloc.get_traced_memory()[1] < size / 2
        tracemalloc.reset_peak()
        assert "Alpha" in text_of(as_controller.get(f"{URL}{received.pk}/"))
        assert tracemalloc.get_traced_memory()[1] < size / 2
    finally:
        tracemalloc.stop()
    kept = StoredFile.objects.get()
    assert (kept.size, bytes(kept.content)) == (size, path.read_bytes())


def test_a_name_cannot_reach_out(as_controller: Client) -> None:
    received = brought(as_controller, GOOD, "../../<script>.csv")
    assert "/" not in received.file.name
    assert b"<script>.csv" not in as_controller.get(f"{URL}{received.pk}/").content


def test_a_row_that_will_be_left_out_does_not_stop_the_file(as_controller: Client) -> None:
    received = brought(as_controller, GOOD + BAD_ROW)
    assert "2024-31-10" in text_of(as_controller.get(f"{URL}{received.pk}/"))


def test_another_company_s_files_are_not_listed(client: Client, as_controller: Client, outsider: User) -> None:
    brought(as_controller, GOOD, "secret.csv")
    assert Import.objects.get().file.name == "secret.csv"
    other = Client()
    other.force_login(outsider)
    assert other.get(URL).status_code == 403


def test_the_example_can_be_brought_as_it_is(as_controller: Client) -> None:
    example = as_controller.get(f"{URL}example.csv")
    received = brought(as_controller, example.content)
    assert received.mapping == "standard"
    words = text_of(as_controller.get(f"{URL}{received.pk}/"))
    assert "128,400.00" in words
    assert "Left out" not in words


def test_in_chinese(as_controller: Client, controller: User) -> None:
    controller.language = "zh-hans"
    controller.save(update_fields=["language"])
    assert "其他系统的客户和未清项目" in text_of(as_controller.get(URL))
    assert "此文件是网页或 XML" in text_of(bring(as_controller, HTML))
