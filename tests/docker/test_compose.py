"""What no schema knows of docker-compose.yml: no part may do more than it needs, every name leads somewhere."""

import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from arap import ROOT
from arap.core import pulse
from arap.core.beat import SingleScheduler
from arap.mailcatcher.__main__ import parser as catcher_options
from arap.settings import CELERY_BEAT_SCHEDULER, CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
FILE: dict[str, Any] = YAML(typ="safe").load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = ("migrate", "web", "worker", "beat", "backup")
BUILT = (*OURS, "mail")  # what runs our own image
SETTINGS = (ROOT / "arap" / "settings.py").read_text(encoding="utf-8")


def seconds(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]


@pytest.mark.parametrize("name", SERVICES)
def test_no_part_can_do_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "privileged" not in service
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}, "a log that grows fills the disk"
    assert "healthcheck" in service
    assert all("docker.sock" not in str(volume) for volume in service.get("volumes", ()))
    if name in BUILT:
        assert "cap_add" not in service
        assert service["image"] == SERVICES["web"]["image"]
    assert ":latest" not in service["image"] or name in BUILT


@pytest.mark.parametrize("name", SERVICES)
def test_only_this_machine_reaches_what_is_published(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert bool(ports) == (name in ("web", "mail"))


def test_database_and_broker_reach_nobody() -> None:
    assert FILE["networks"]["inside"]["internal"] is True
    assert {name: SERVICES[name]["networks"] for name in ("db", "broker")} == {"db": ["inside"], "broker": ["inside"]}


@pytest.mark.parametrize("name", SERVICES)
def test_every_name_leads_somewhere(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", ())) <= set(FILE["secrets"])
    assert set(service["networks"]) <= set(FILE["networks"])
    assert set(service.get("depends_on", ())) <= set(SERVICES)
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert source in FILE["volumes"] or (ROOT / source).exists(), source


def test_everything_waits_for_the_migration_and_it_for_the_database() -> None:
    for name in set(OURS) - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", sorted(set(BUILT) - {"migrate"}))
def test_each_role_is_asked_for_its_own_sign_of_life(name: str) -> None:
    *command, role = SERVICES[name]["healthcheck"]["test"]
    assert command == ["CMD", "python", "-m", pulse.__name__]
    assert role == name
    assert role in pulse.ROLES


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name: str) -> None:
    others = {"WEB_CONCURRENCY"}
    for variable in set(SERVICES[name]["environment"]) - others:
        assert f'"{variable.removesuffix("_FILE")}"' in SETTINGS, variable


def test_the_catcher_of_mail_is_for_trials_takes_its_own_options_and_knows_no_secret(tmp_path: Path) -> None:
    service = SERVICES["mail"]
    assert service["profiles"] == ["trial"]
    assert not {"environment", "secrets", "volumes"} & set(service)
    *python, module = service["command"][:3]
    assert (python, module) == (["python", "-m"], "arap.mailcatcher")
    options = catcher_options().parse_args(service["command"][3:])
    assert ipaddress.ip_address(options.host).is_unspecified, "the other containers reach it"
    assert options.smtp == 1025, "as the head of the file says"
    assert options.web == pulse.MAIL_PAGE_PORT
    assert service["ports"] == [f"127.0.0.1:${{MAIL_PORT:-8025}}:{options.web}"]


def test_the_log_of_the_database_quotes_no_rows() -> None:
    assert "log_error_verbosity=terse" in SERVICES["db"]["command"]
    assert "log_min_error_statement=panic" in SERVICES["db"]["command"]


def test_no_secret_stands_in_the_file() -> None:
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert not {"SECRET_KEY", "DATABASE_URL"} & set(environment)
    assert {secret["file"].rpartition("/")[0] for secret in FILE["secrets"].values()} == {"./secrets"}
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"secrets", ".git", "var", ".venv"} <= set(left_out), "and none gets into the image"


def test_stopping_waits_longer_than_what_it_waits_for() -> None:
    gunicorn = (ROOT / "docker" / "gunicorn.py").read_text(encoding="utf-8")
    graceful = re.search(r"^graceful_timeout = (\d+)$", gunicorn, re.M)
    assert graceful
    assert seconds(SERVICES["web"]["stop_grace_period"]) > int(graceful[1])
    for name in ("worker", "backup"):
        assert seconds(SERVICES[name]["stop_grace_period"]) > CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT


def test_one_clock_and_one_keeper_of_backups() -> None:
    clocks = [name for name in OURS if "beat" in SERVICES[name].get("command", ())]
    assert clocks == ["beat"]
    assert f"{SingleScheduler.__module__}:{SingleScheduler.__name__}" == CELERY_BEAT_SCHEDULER
    with_backups = [name for name in OURS if any("backups:" in each for each in SERVICES[name].get("volumes", ()))]
    assert with_backups == ["backup"]
    queues = {name: SERVICES[name]["command"][-1] for name in ("worker", "backup")}
    assert queues == {"worker": "celery", "backup": "backup"}


def test_the_image_runs_as_a_number_and_holds_its_exact_steps() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER \d{4,}:\d{4,}$", final, re.M), "a number, which every host understands"
    assert "--require-hashes" in dockerfile
    assert not re.search(r"\b(gcc|build-essential|pip install)\b", final), "what builds stays behind"
    assert Path(ROOT / "docker" / "gunicorn.py").exists()
    assert 'CMD ["gunicorn", "--config", "docker/gunicorn.py", "arap.wsgi"]' in final
