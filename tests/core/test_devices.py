"""What a browser is called."""

import pytest

from arap.core.devices import device_name

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome, Linux"),
        (CHROME.replace("X11; Linux x86_64", "Windows NT 10.0") + " Edg/142.0", "Edge, Windows"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 16; Pixel"), "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/26.0 Safari/605", "Safari, macOS"),
        ("curl/8.1", "curl"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_device_name(agent: str, name: str) -> None:
    assert device_name(agent) == name
