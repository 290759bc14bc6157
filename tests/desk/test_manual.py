"""The help inside: every page has one, in both languages, that is its own; its words are in the glossary, its keys on
the page; the glossary and the catalogue call things by the same names."""

import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from arap.api.generics import ApiView
from arap.core.locale_files import catalogue_paths, read_catalogue
from arap.core.models import Company, User
from arap.desk.manual.reading import MARK, Help, help_for, matching, page_of, pages, terms
from tests.desk.rows import address, browser_of, everybody, furnish
from tests.desk.test_addresses import _answers, patterns
from tests.pages import parsed, text_of
from tests.test_translations import HALF_WIDTH_BESIDE_HAN, HAN_TOUCHING_LATIN

LANGUAGES = ("en", "zh-hans")
# What answers GET and is no page with a top bar: files, parts of pages, probes, where the admin's own doors lead, and
# the help itself.
NO_PAGE = {
    "api:schema", "api:no_such_address", "aging:export", "aging:export_pdf", "aging:export_xlsx", "aging:items",
    "core:healthz", "core:readyz", "core:admin_sign_in", "core:admin_password", "customers:find",
    "desk:contract_file", "desk:customer_note_file", "desk:customer_views", "desk:find_box", "desk:help",
    "desk:help_page", "desk:import_example", "desk:import_lines_csv", "desk:audit_export",
    "desk:audit_sample_export", "desk:customers_export", "desk:invoices_export", "desk:receipts_export",
    "desk:news_count", "desk:person_export", "desk:report_export", "desk:job_file", "desk:voucher_file", "desk:words",
    "invoices:file", "invoices:pdf", "outbox:file", "outbox:formatted", "receipts:pdf",
    "receipts:write_off_evidence", "receipts:payout_xml", "receipts:payout_csv", "statements:new_pdf", "statements:pdf",
}  # fmt: skip
# Pages that make sense only in a state that the rows of the test are not in.
NOT_OPENED = {"core:sign_in", "core:sign_in_code"}
# Keys that a page has only while there is something to do with them: a narrowed list, a draft, a row that is ticked.
SOMETIMES = {
    ("charges:new", "Ctrl Enter"),
    ("desk:customers", "V"), ("desk:period", "Ctrl Enter"), ("dunning:effect", "Ctrl Enter"), ("invoices:detail", "E"),
    ("invoices:detail", "Ctrl Enter"), ("invoices:post_several", "Ctrl Enter"),
    ("desk:vouchers", "Ctrl Enter"),
    ("invoices:send_several", "Ctrl Enter"), ("receipts:unapply", "Ctrl Enter"), ("statements:detail", "Ctrl Enter"),
}  # fmt: skip
ANYWHERE = {"/", "?", "F1", "J", "K", "G", "Z", "Enter", "Esc", "[", "]"}


def routes() -> dict[str, tuple[str, URLPattern]]:
    """Route and pattern of every address that has a name, by the name a request knows it by."""
    found = {}
    for route, entry in patterns(get_resolver()):
        module = entry.callback.__module__
        if not issubclass(getattr(entry.callback, "cls", object), ApiView) and entry.name:
            found[_namespace(module) + entry.name] = (route, entry)
    return found


def _namespace(module: str) -> str:
    app = module.removeprefix("arap.").partition(".")[0]
    return f"{app}:"


def answering_get() -> set[str]:
    names = {}
    for name, (route, entry) in routes().items():
        parameters = re.findall(r"<(?:\w+:)?(\w+)>", route)
        names[name] = _answers(entry.callback, parameters)
    return {name for name, answers in names.items() if "GET" in answers}


def texts() -> list[tuple[str, str, Help]]:
    return [(name, language, found) for language in LANGUAGES for name, found in pages(language)]


def bare(text: str) -> str:
    """The text as it is read: without the marks of links and keys."""
    return MARK.sub(lambda found: found[2] or found[3] or (terms()[found[1]].zh), text)


def test_every_page_has_a_help() -> None:
    lacking = {name for name in answering_get() - NO_PAGE if not page_of(name)}
    assert lacking == set(), "write arap/desk/manual/pages/<name>.toml, or name it in `also` of the page that it shows"


def test_no_help_is_of_a_page_that_is_gone() -> None:
    known = set(routes())
    gone = {name for name, _help in pages("en") if name not in known}
    assert gone == set()
    assert known >= NO_PAGE


def test_a_page_that_is_shown_again_has_the_help_of_that_page() -> None:
    assert page_of("receipts:apply") == "receipts:detail"
    assert help_for("receipts:apply", "en") == help_for("receipts:detail", "en")
    assert help_for("desk:no_such_page", "en") is None


def test_every_text_is_its_own_and_of_a_good_length() -> None:
    sentences = Counter(part for _name, language, found in texts() for part in (found.title, found.what, found.next))
    assert [text for text, times in sentences.items() if times > 1] == []
    for name, language, found in texts():
        text = bare(" ".join(found.parts))
        length = len(text.split()) if language == "en" else len(re.findall(r"[\u4e00-\u9fff]", text))
        low, high = (80, 200) if language == "en" else (100, 400)
        assert low <= length <= high, f"{name} {language}: {length}"
        assert all((found.title, found.what, found.next, found.words)), name


def test_chinese_reads_as_chinese() -> None:
    for name, _language, found in [each for each in texts() if each[1] == "zh-hans"]:
        for text in (found.title, *map(bare, found.parts)):
            assert not HALF_WIDTH_BESIDE_HAN.search(text), f"{name}: {text}"
            read = text.replace("1.2万", "")  # as it is typed
            assert not HAN_TOUCHING_LATIN.search(read), f"{name}: {HAN_TOUCHING_LATIN.search(read)}"
    for term in terms().values():
        assert not HALF_WIDTH_BESIDE_HAN.search(bare(term.zh_text)), term.key
        assert not HAN_TOUCHING_LATIN.search(bare(term.zh_text)), term.key


def test_every_term_that_a_text_names_is_in_the_glossary() -> None:
    named = {found[1] for _name, _language, help in texts() for part in help.parts for found in MARK.finditer(part)}
    inside = {
        found[1] for term in terms().values() for text in (term.zh_text, term.en_text) for found in MARK.finditer(text)
    }
    assert (named | inside) - {None} <= set(terms())
    left = [text for _name, _language, help in texts() for text in map(bare, help.parts) if "[[" in text or "`" in text]
    assert left == []


def test_glossary_and_catalogue_say_the_same_word() -> None:
    """Where the catalogue translates a term, it is by the word of the glossary: one word for one thing."""
    chinese = {term.en.casefold(): term.zh for term in terms().values()}
    spelled = {name.replace("ageing", "aging"): zh for name, zh in chinese.items()}
    wrong = []
    for message in read_catalogue(catalogue_paths()[0]):
        wanted = spelled.get(message.id.casefold()) if isinstance(message.id, str) else None
        if wanted and wanted not in str(message.string):
            wrong.append(f"{message.id}: {message.string}, not {wanted}")
    assert wrong == []
    assert len(spelled) == len(terms()), "no English word is there twice"


def test_the_glossary_is_searched_in_both_languages() -> None:
    assert [term.key for term in matching("反核销", "en")] == ["unapply"]
    assert "unapply" in [term.key for term in matching("UNAPPLY", "zh-hans")]
    assert matching("no such word", "en") == []
    assert len(matching("", "en")) == len(terms())


@pytest.mark.django_db
class TestPages:
    def test_help_is_a_page_and_a_part(self, as_clerk: Client) -> None:
        url = reverse("desk:help_page", args=["desk:customers"])
        whole, part = as_clerk.get(url), as_clerk.get(url, headers={"HX-Request": "true"})
        assert "What to do here" in text_of(whole)
        assert "<html" in whole.content.decode()
        assert "<html" not in part.content.decode()
        assert reverse("desk:words") + "#due_date" in parsed(part).links
        assert as_clerk.get(reverse("desk:help_page", args=["desk:nothing"])).status_code == 404

    def test_help_is_read_in_the_language_of_the_reader(self, as_clerk: Client, clerk: User) -> None:
        User.objects.filter(pk=clerk.pk).update(language="zh-hans")
        assert "本页做什么" in text_of(as_clerk.get(reverse("desk:help_page", args=["desk:customers"])))

    def test_help_opens_before_signing_in(self) -> None:
        client = Client()
        door = client.get("/sign-in/")
        url = reverse("desk:help_page", args=["core:sign_in"])
        assert url in parsed(door).links
        for each in (url, reverse("desk:help"), reverse("desk:words")):
            assert client.get(each).status_code == 200

    def test_contents_list_every_page(self, as_clerk: Client) -> None:
        links = parsed(as_clerk.get(reverse("desk:help"))).links
        assert {reverse("desk:help_page", args=[name]) for name, _help in pages("en")} <= set(links)

    def test_glossary(self, as_clerk: Client) -> None:
        answer = as_clerk.get(reverse("desk:words"), {"q": "核销"})
        assert 'id="apply"' in answer.content.decode()
        assert 'id="due_date"' not in answer.content.decode()
        assert "No word here matches" in text_of(as_clerk.get(reverse("desk:words"), {"q": "<b>zzz"}))

    def test_each_page_leads_to_its_help_and_has_the_keys_that_it_names(self, company: Company) -> None:
        user = everybody(company)
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        rows = furnish(company, user)
        client = browser_of(user)
        wrong = []
        for name, found in pages("en"):
            if name in NOT_OPENED:
                continue
            answer = client.get(address(routes()[name][0], rows), follow=True)
            if answer.redirect_chain:
                continue  # another page shows that row
            html = answer.content.decode()
            if reverse("desk:help_page", args=[name]) not in html:
                wrong.append(f"{name}: no link to its help")
            keys = {pressed[3] for pressed in MARK.finditer(found.keys) if pressed[3]} - ANYWHERE
            for key in [key for key in keys if (name, key) not in SOMETIMES]:
                shown = f'data-key="{key.lower()}"', f">{key}</kbd>", f">{key.replace('Enter', '↵')}</kbd>"
                if (len(key) == 1 or key == "Ctrl Enter") and not any(each in html for each in shown):
                    wrong.append(f"{name}: no key {key}")
        assert not wrong, "\n".join(wrong)
