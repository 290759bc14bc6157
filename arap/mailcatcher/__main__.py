"""`python -m arap.mailcatcher --folder DIR [--smtp PORT] [--web PORT] [--host ADDRESS]`, until it is told to end."""

import argparse
import signal
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller

from arap.mailcatcher.keeping import Folder, Keeper
from arap.mailcatcher.pages import handler_for

LOCAL = "127.0.0.1"
MAIL_BYTES_MAX = 50_000_000


def parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    found = argparse.ArgumentParser(prog="python -m arap.mailcatcher", description="Keep mail and show it.")
    found.add_argument("--folder", type=Path, required=True, help="where the mails are kept")
    found.add_argument("--smtp", type=int, default=1025, help="port that takes mail")
    found.add_argument("--web", type=int, default=8025, help="port that shows it")
    found.add_argument("--host", default=LOCAL, help="address to listen on; in a container 0.0.0.0")
    return found


def main() -> None:
    options = parser().parse_args()
    folder = Folder(options.folder)
    mail = Controller(Keeper(folder), hostname=options.host, port=options.smtp, data_size_limit=MAIL_BYTES_MAX)
    mail.start()
    # Reached under another name only where somebody has opened it on purpose.
    hosts = {"localhost", LOCAL} if options.host == LOCAL else None
    web = ThreadingHTTPServer((options.host, options.web), handler_for(folder, hosts))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    web.shutdown()
    mail.stop()


if __name__ == "__main__":
    # Before any thread starts, so that all of them leave the signals to the one that waits.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
